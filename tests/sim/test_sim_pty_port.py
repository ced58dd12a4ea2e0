"""Pseudo-terminals behave like a serial line: pace, silence, readers and plugs that come and go."""

import asyncio
import errno
import os
from pathlib import Path

import pytest
from echo_line import Echo, Reader, echo_line, switch_on

from firmware_sim.faults.switches import Fault
from firmware_sim.wires import pty_port
from firmware_sim.wires.paced_line import BACKLOG_MAX_S, CHUNK_S, PUSH_PERIOD_MIN_S, PacedLine
from firmware_sim.wires.pty_port import READ_BYTES, PtyPort


class Scenario:
    """Time as a test wants it."""

    def __init__(self):
        self.at_s = 0.0
        self.speed = 1.0


class Bench:
    def __init__(self, folder):
        self._folder = folder
        self.scenario = Scenario()
        self.opened = []

    def open(self, board, **options) -> PtyPort:
        paced = PacedLine(
            echo_line(board, **options),
            scenario_s=lambda: self.scenario.at_s,
            speed=lambda: self.scenario.speed,
        )
        link = self._folder / f"line{len(self.opened)}"

        def lead_to(target):
            link.unlink(missing_ok=True)
            if target is not None:
                link.symlink_to(target)
            return link

        self.opened.append((paced, PtyPort(paced, lead_to)))
        return self.opened[-1][1]

    def close(self):
        for paced, port in self.opened:
            paced.close()
            port.close()


@pytest.fixture
async def bench(tmp_path):
    bench = Bench(tmp_path)
    yield bench
    bench.close()


def now_s() -> float:
    return asyncio.get_running_loop().time()


async def test_bytes_take_their_time_on_the_wire_both_ways(bench):
    reader = Reader(bench.open(Echo(), baud=1200).path)
    began_s = now_s()
    reader.write(b"x" * 24)
    first = await reader.until(1)
    # 24 characters there, 3.5 of silence, then what a UART's FIFO holds, at 120 a second.
    assert now_s() - began_s >= (24 + 3.5 + 8) / 120
    assert len(first) < 24
    assert first + await reader.until(24 - len(first)) == b"x" * 24
    assert (24 + 3.5 + 24) / 120 <= now_s() - began_s < 1.0
    reader.close()


async def test_silence_within_a_request_ends_it(bench):
    board = Echo()
    reader = Reader(bench.open(board, baud=1200).path)
    reader.write(b"ab")
    await reader.until(2)
    reader.write(b"cd")
    assert await reader.until(2) == b"cd"
    reader.close()


async def test_reader_may_close_and_come_back(bench):
    port = bench.open(Echo(), baud=115200)
    for _ in range(3):
        reader = Reader(port.path)
        reader.write(b"hello\x03\x00\x11\x13\r\n\xff")
        assert await reader.until(12) == b"hello\x03\x00\x11\x13\r\n\xff"
        reader.close()


async def test_bytes_that_nobody_reads_are_forgotten_and_a_reader_loses_none(bench, monkeypatch):
    monkeypatch.setattr(pty_port, "UNREAD_MAX_S", 0.5)
    board = Echo(b"p" * 64, push_period_s=0.1)
    port = bench.open(board, baud=115200)
    await asyncio.sleep(0.5 + 0.5)
    late = Reader(port.path)
    assert len(late.take()) <= 64
    board.pushed_at_s.clear()
    data = await late.until(64 * 10)
    assert abs(len(data) - 64 * len(board.pushed_at_s)) <= 128
    late.close()


async def test_absent_reader_costs_no_memory(bench):
    port = bench.open(Echo(b"p" * 4096, push_period_s=0.01), baud=9600)
    await asyncio.sleep(0.3)
    waiting = sum(len(chunk) for chunk, _ in port._line._outgoing)
    assert waiting <= 960 * BACKLOG_MAX_S + 4096


class Talkative(Echo):
    """Has more to say to every request than the line carries."""

    def quiet(self, at_s):
        return b"t" * 4096


async def test_many_long_answers_cost_no_memory(bench):
    port = bench.open(Talkative(), baud=9600)
    reader = Reader(port.path)
    for _ in range(40):
        reader.write(b"?")
        await asyncio.sleep(0.008)
        reader.take()
    waiting = sum(len(chunk) for chunk, _ in port._line._outgoing)
    assert 4096 < waiting <= 960 * BACKLOG_MAX_S + 4096
    reader.close()


async def test_talker_without_end_costs_no_memory(bench):
    board = Echo()
    reader = Reader(bench.open(board, baud=115200).path)
    written, end_s = 0, now_s() + 0.5
    while now_s() < end_s:
        try:
            written += os.write(reader.descriptor, bytes(4096))
        except BlockingIOError:
            await asyncio.sleep(0)
    carried_bytes = 11520 * BACKLOG_MAX_S + READ_BYTES
    assert written > 2 * carried_bytes
    await asyncio.sleep(0)
    waiting_s = bench.opened[0][0]._heard_until_s - now_s()
    assert waiting_s <= BACKLOG_MAX_S + READ_BYTES / 11520
    reader.close()


async def test_half_duplex_line_is_deaf_while_it_speaks(bench):
    reader = Reader(bench.open(Echo(), baud=1200, is_half_duplex=True).path)
    reader.write(b"a" * 12)
    first = await reader.until(4)
    reader.write(b"b" * 4)
    rest = await reader.until(12 - len(first))
    assert first + rest == b"a" * 12
    await asyncio.sleep(0.15)
    assert reader.take() == b""
    reader.write(b"c")
    assert await reader.until(1) == b"c"
    reader.close()


async def test_full_duplex_line_hears_while_it_speaks(bench):
    reader = Reader(bench.open(Echo(), baud=1200).path)
    reader.write(b"a" * 12)
    first = await reader.until(4)
    reader.write(b"b" * 4)
    assert first + await reader.until(16 - len(first)) == b"a" * 12 + b"b" * 4
    reader.close()


async def test_slow_device_sends_each_character_at_its_pace(bench):
    port = bench.open(Echo(), baud=9600)
    switch_on(port._line.line, "slow", 10)
    reader = Reader(port.path)
    reader.write(b"0123456789")
    pieces = [await reader.until(1)]
    began_s = now_s()
    while len(b"".join(pieces)) < 10:
        pieces.append(await reader.until(1))
    assert b"".join(pieces) == b"0123456789"
    assert max(map(len, pieces)) <= 2  # at its own speed all would come as one
    assert now_s() - began_s >= (9 - 0.5) * 10 / 960
    reader.close()


async def test_late_device_lets_the_line_wait(bench):
    port = bench.open(Echo(), baud=115200)
    switch_on(port._line.line, "late", 0.3)
    reader = Reader(port.path)
    began_s = now_s()
    reader.write(b"x")
    assert await reader.until(1) == b"x"
    assert 0.3 <= now_s() - began_s < 0.6
    reader.close()


async def test_unplugged_adapter_is_gone_and_comes_back_under_its_name(bench):
    port = bench.open(Echo(), baud=115200)
    reader, before = Reader(port.path), port.path.readlink()
    port.follow(is_unplugged=True)
    assert not port.path.is_symlink()
    assert not port.is_plugged
    with pytest.raises(OSError, match="Input/output error") as gone:
        reader.write(b"x")
    assert gone.value.errno == errno.EIO
    assert os.read(reader.descriptor, 10) == b""  # end of file, as pyserial reports it
    port.follow(is_unplugged=True)  # still
    port.follow(is_unplugged=False)
    # The reader still holds the old terminal, so that the new one is another.
    assert port.path.readlink() != before
    again = Reader(port.path)
    again.write(b"back")
    assert await again.until(4) == b"back"
    again.close()
    reader.close()


async def test_plug_that_goes_in_and_out_leaves_nothing_open(bench):
    port = bench.open(Echo())
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(5):
        port.unplug()
        port.plug()
    assert len(list(Path("/proc/self/fd").iterdir())) == before


async def test_unplugged_line_keeps_its_devices_going(bench):
    board = Echo(b"p", push_period_s=0.05)
    port = bench.open(board, baud=115200)
    port.unplug()
    board.pushed_at_s.clear()
    await asyncio.sleep(0.2)
    assert board.pushed_at_s
    port.plug()
    reader = Reader(port.path)
    assert await reader.until(1)
    reader.close()


@pytest.mark.parametrize(("speed", "apart_s"), [(1, 0.2), (4, 0.05), (3600, PUSH_PERIOD_MIN_S)])
async def test_device_speaks_unasked_at_the_scenarios_pace(bench, speed, apart_s):
    bench.scenario.speed = speed
    port = bench.open(Echo(b"p", push_period_s=0.2), baud=115200)
    reader = Reader(port.path)
    await reader.until(1)
    began_s = now_s()
    await reader.until(3)
    assert 2.9 * apart_s - CHUNK_S <= now_s() - began_s < 3 * apart_s + 0.3
    reader.close()


async def test_nobody_speaks_unasked_while_time_stands_still(bench):
    board = Echo(b"p", push_period_s=0.05)
    bench.scenario.speed = 0.0
    reader = Reader(bench.open(board, baud=115200).path)
    reader.write(b"ask")
    assert await reader.until(3) == b"ask"
    await asyncio.sleep(0.2)
    assert reader.take() == b""
    bench.scenario.speed = 1.0
    assert await reader.until(1) == b"p"
    reader.close()


async def test_device_told_to_speak_or_to_be_silent_does(bench):
    board = Echo(b"p")
    port = bench.open(board, baud=115200)
    reader = Reader(port.path)
    board.period_s = 0.03
    port._line.tick()
    assert await reader.until(2) == b"pp"
    board.period_s = None
    await asyncio.sleep(0.1)
    reader.take()
    await asyncio.sleep(0.1)
    assert reader.take() == b""
    reader.close()


async def test_closed_line_leaves_nothing_behind(bench):
    paced_and_port = bench.open(Echo(b"p", push_period_s=0.02), baud=115200)
    reader = Reader(paced_and_port.path)
    await reader.until(1)
    paced, port = bench.opened.pop()
    paced.close()
    port.close()
    pushed = list(paced.line.devices[0].board.pushed_at_s)
    await asyncio.sleep(0.1)
    assert paced.line.devices[0].board.pushed_at_s == pushed
    assert not port.path.is_symlink()
    reader.close()


async def test_echo_of_the_adapter_does_not_make_a_half_duplex_line_deaf(bench):
    port = bench.open(Echo(), baud=1200, is_half_duplex=True)
    paced, _ = bench.opened[-1]
    paced.line.switches.switch_on(Fault("echo"))
    reader = Reader(port.path)
    reader.write(b"first ")
    assert await reader.until(6) == b"first "
    reader.write(b"second")  # still the same request: no 3.5 characters of silence
    assert await reader.until(18) == b"second" + b"first second"
    reader.close()
