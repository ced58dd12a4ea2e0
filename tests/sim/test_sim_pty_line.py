"""Pseudo-terminals behave like a serial line: pace, silence, readers that come and go."""

import asyncio
import os
import termios
import time
import tty

import pytest

from firmware_sim.wires.pty_line import UNREAD_MAX_S, PtyLine


class Echo:
    """Answers each quiet line with what was heard, and pushes when told to."""

    quiet_characters = 3.5

    def __init__(self, *, push_period_s=None, pushed=b""):
        self.push_period_s = push_period_s
        self.pushed = pushed
        self.heard = bytearray()

    def receive(self, data, at_s):
        self.heard += data
        return b""

    def quiet(self, at_s):
        answer = bytes(self.heard)
        self.heard.clear()
        return answer

    def push(self, at_s):
        return self.pushed


class Reader:
    """The other end of the line, as a program would open it."""

    def __init__(self, line):
        self.descriptor = os.open(line.slave_path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        tty.setraw(self.descriptor, termios.TCSANOW)  # without discarding what is there

    def close(self):
        os.close(self.descriptor)

    def take(self) -> bytes:
        try:
            return os.read(self.descriptor, 65536)
        except BlockingIOError:
            return b""

    async def until(self, count: int, deadline_s: float = 5.0) -> bytes:
        data = b""
        end_s = time.monotonic() + deadline_s
        while len(data) < count and time.monotonic() < end_s:
            data += self.take()
            await asyncio.sleep(0.002)
        return data


@pytest.fixture
async def lines():
    opened = []

    def open_line(board, *, baud=9600, is_half_duplex=False):
        line = PtyLine(board, baud=baud, is_half_duplex=is_half_duplex, scenario_s=lambda: 0.0)
        opened.append(line)
        return line

    yield open_line
    for line in opened:
        line.close()


async def test_bytes_take_their_time_on_the_wire(lines):
    reader = Reader(lines(Echo(), baud=1200))
    began_s = time.monotonic()
    os.write(reader.descriptor, b"x" * 24)
    assert await reader.until(24) == b"x" * 24
    # 24 characters there, 3.5 of silence, 24 back, at 120 a second.
    assert time.monotonic() - began_s >= 0.42
    reader.close()


async def test_reader_may_close_and_come_back(lines):
    line = lines(Echo(), baud=115200)
    for _ in range(3):
        reader = Reader(line)
        os.write(reader.descriptor, b"hello\x03\x00\xff")
        assert await reader.until(8) == b"hello\x03\x00\xff"
        reader.close()


async def test_bytes_that_nobody_reads_are_forgotten(lines):
    line = lines(Echo(push_period_s=0.1, pushed=b"p" * 64), baud=115200)
    await asyncio.sleep(UNREAD_MAX_S + 0.5)
    late = Reader(line)
    assert len(late.take()) <= 64
    await late.until(64)
    # A reader that reads loses nothing.
    began_s = time.monotonic()
    data = await late.until(64 * 30)
    assert len(data) >= 64 * 25
    assert time.monotonic() - began_s < 5
    late.close()


async def test_absent_reader_costs_no_memory(lines):
    line = lines(Echo(push_period_s=0.01, pushed=b"p" * 4096), baud=9600)
    await asyncio.sleep(0.5)
    # At 9600 baud no more than 5 s of wire time waits, whatever the board would like to say.
    assert sum(map(len, line._outgoing)) <= 960 * 5 + 4096


async def test_half_duplex_line_is_deaf_while_it_speaks(lines):
    board = Echo()
    reader = Reader(lines(board, baud=1200, is_half_duplex=True))
    os.write(reader.descriptor, b"a" * 12)
    first = await reader.until(4)
    os.write(reader.descriptor, b"b" * 4)
    rest = await reader.until(12 - len(first))
    assert first + rest == b"a" * 12
    await asyncio.sleep(0.2)
    assert reader.take() == b""
    reader.close()
