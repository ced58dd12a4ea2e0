"""Real pseudo-terminals: losing and finding a port, a dead unit, late and broken answers."""

import asyncio
import itertools
import os
import time
from functools import partial

import pytest
from edge_bench import LoopCard, Wire, modbus_crc, until

from edge.canoga.card import CanogaCard
from edge.canoga.settings import CanogaDevice
from edge.clock import Clock
from edge.faults import AnswerError
from edge.lines.line import Line, serve_polls
from edge.lines.port import PortLostError, PortUnavailableError, open_port
from edge.lines.schedule import PROBE_S, SILENCES_MAX, PollSchedule
from edge.modbus.master import read_registers
from edge.modbus.settings import ModbusDevice
from edge.modbus.unit import ModbusUnit
from edge.pms5003.sensor import Pms5003Sensor
from edge.pms5003.settings import Pms5003Device

PM_FRAME = bytes.fromhex(
    "424d001c 0000 0008 0008 0000 0008 0008 00d2 0046 002d 001e 0000 0000 9700 02c5"
)


@pytest.fixture
async def running():
    """Starts coroutines and ends them after the test; a crash in one fails the test."""
    tasks = []
    yield lambda work: tasks.append(asyncio.create_task(work))
    crashed = [task for task in tasks if task.done() and task.exception()]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert not crashed


# --- whose turn it is -------------------------------------------------------------------------


def test_polls_keep_their_phase():
    schedule = PollSchedule({"a": 1.0}, 0.0)
    schedule.spoke("a", 0.3)
    assert schedule.next() == ("a", 1.0)
    schedule.spoke("a", 5.0)
    assert schedule.next() == ("a", 5.0)


def test_silent_device_is_asked_rarely_until_it_speaks():
    schedule = PollSchedule({"a": 1.0, "b": 1.0}, 0.0)
    for now_s in range(SILENCES_MAX):
        schedule.was_silent("a", now_s)
    assert schedule.is_open("a")
    assert not schedule.is_open("b")
    schedule.spoke("b", 100.0)
    assert schedule.next() == ("a", SILENCES_MAX - 1 + PROBE_S)
    schedule.spoke("a", 8.0)
    assert schedule.next() == ("a", 8.0)
    assert not schedule.is_open("a")


# --- the port ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: None, "does not exist"),
        (lambda path: path.write_bytes(b""), "is no serial port"),
    ],
)
async def test_port_that_cannot_be_had_is_named_with_what_to_do(tmp_path, make, words):
    path = tmp_path / "tty"
    make(path)
    with pytest.raises(PortUnavailableError) as caught:
        await open_port(str(path), 9600)
    assert str(path) in str(caught.value)
    assert words in str(caught.value)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may open everything")
async def test_port_without_permission(tmp_path):
    path = tmp_path / "tty"
    path.touch(mode=0)
    with pytest.raises(PortUnavailableError, match="dialout"):
        await open_port(str(path), 9600)


async def test_port_in_use_is_named(tmp_path):
    wire = Wire(tmp_path / "tty", lambda request: b"")
    port = await open_port(str(wire.path), 9600)
    with pytest.raises(PortUnavailableError, match="another program has it"):
        await open_port(str(wire.path), 9600)
    port.close()


async def test_read_returns_what_came_in_time_and_a_loss_is_noticed(tmp_path):
    wire = Wire(tmp_path / "tty", lambda request: request[::-1])
    port = await open_port(str(wire.path), 115200)
    port.write(b"abc")
    assert await port.read(3, 2.0) == b"cba"
    assert await port.read(1, 0.01) == b""
    wire.unplug()
    with pytest.raises(PortLostError):
        await port.read(1, 2.0)


# --- a loop card on a line --------------------------------------------------------------------


def loop_card(emitted, bin_s=1):
    settings = CanogaDevice(
        name="vds-1",
        address=0,
        poll_s=0.05,
        lanes=[{"lane": "1", "first_input": 1, "second_input": 2}],
    )
    return CanogaCard(settings, bin_s, Clock(), emitted.append)


def total(emitted, field):
    return sum(o.fields.get(field, 0) for o in emitted)


async def test_card_counts_every_vehicle_and_survives_an_unplugged_adapter(tmp_path, running):
    far_end, emitted = LoopCard(), []
    wire = Wire(tmp_path / "loops", far_end.answer)
    card = loop_card(emitted)
    clock = Clock()
    serve = partial(serve_polls, [card], clock.monotonic_s)
    running(Line(str(wire.path), 9600, serve, [card.health]).run())
    running(card.keep_intervals())
    await until(lambda: card.health.is_online(clock.monotonic_s()))
    for _ in range(3):
        polls = len(wire.requests)
        await until(lambda before=polls: len(wire.requests) > before + 1)
        far_end.vehicle()
    await until(lambda: total(emitted, "volume_count") == 3)
    assert total(emitted, "paired_count") == 3
    assert {o.fields.get("speed_kmh") for o in emitted} - {None} == {64.8}

    wire.unplug()
    await until(lambda: "port lost" in card.health.port_fault)
    await until(lambda: "does not exist" in card.health.port_fault)
    asked = len(wire.requests)
    wire.plug()
    await until(lambda: card.health.port_fault == "" and len(wire.requests) > asked + 3)
    starts = [o.time_ms for o in emitted]
    assert starts == sorted(set(starts))


async def test_damaged_replies_are_counted_and_never_counted_as_vehicles(tmp_path, running):
    far_end, emitted = LoopCard(), []
    damage = iter([lambda r: r[1:], lambda r: b"\xff" + r[1:], lambda r: b"", lambda r: r + b"\0"])

    def answer(request):
        return next(damage, lambda reply: reply)(far_end.answer(request))

    wire = Wire(tmp_path / "loops", answer)
    card = loop_card(emitted)
    clock = Clock()
    serve = partial(serve_polls, [card], clock.monotonic_s)
    running(Line(str(wire.path), 9600, serve, [card.health]).run())
    await until(lambda: card.health.is_online(clock.monotonic_s()))
    fields = card.health.observation(clock.now_ms(), clock.monotonic_s()).fields
    counts = {name: fields[f"{name}_count"] for name in ("length", "checksum", "silent")}
    assert counts == {"length": 2, "checksum": 1, "silent": 1}


def test_card_reports_no_bin_twice_when_the_clock_is_set_back():
    wall_s, now_s, emitted, far_end = 1_800_000_003.0, 100.0, [], LoopCard()
    clock = Clock(lambda: wall_s, lambda: now_s)
    card = CanogaCard(
        CanogaDevice(
            name="vds-1", address=0, lanes=[{"lane": "1", "first_input": 1, "second_input": 2}]
        ),
        5,
        clock,
        emitted.append,
    )
    for tick in range(200):
        now_s += 0.2
        wall_s += 0.2 if tick != 100 else -12.0
        clock.follow()
        if tick % 10 == 0:
            far_end.vehicle()
        card._take(far_end.answer(bytes.fromhex("3C3038002A31453E")), now_s)
    starts = [o.time_ms for o in emitted]
    assert starts == sorted(set(starts))
    assert len(starts) >= 5
    assert clock.steps == 1


# --- Modbus units on one line -----------------------------------------------------------------


def answer_units(*units):
    """A bus on which these units answer any read with the register's number."""

    def answer(request):
        if request[0] not in units:
            return b""
        first, count = (int.from_bytes(request[i : i + 2], "big") for i in (2, 4))
        words = b"".join((first + i & 0x7F).to_bytes(2, "big") for i in range(count))
        body = request[:2] + bytes((len(words),)) + words
        return body + modbus_crc(body)

    return answer


def unit(name, number, emitted, poll_s=0.25):
    settings = ModbusDevice(name=name, profile="luminaire_dali", unit=number, poll_s=poll_s)
    return ModbusUnit(settings, Clock(), emitted.append)


async def test_dead_unit_leaves_its_neighbours_on_time(tmp_path, running):
    emitted = []
    wire = Wire(tmp_path / "pole", answer_units(1, 3))
    units = [unit(f"lamp-{n}", n, emitted) for n in (1, 2, 3)]
    clock = Clock()
    running(
        Line(
            str(wire.path),
            9600,
            partial(serve_polls, units, clock.monotonic_s),
            [u.health for u in units],
        ).run()
    )
    await until(lambda: sum(r[0] == 2 for _, r in wire.requests) == SILENCES_MAX)
    opened_s = time.monotonic()
    await until(lambda: time.monotonic() > opened_s + 2.5)
    for number in (1, 3):
        asked_s = [at_s for at_s, r in wire.requests if r[0] == number and at_s > opened_s + 0.5]
        waits_s = [b - a for a, b in itertools.pairwise(asked_s)]
        assert len(asked_s) >= 7
        assert max(waits_s) < 0.4
    assert sum(r[0] == 2 for _, r in wire.requests) == SILENCES_MAX
    assert {o.device for o in emitted} == {"lamp-1", "lamp-3"}
    reason = units[1].health.observation(clock.now_ms(), clock.monotonic_s()).texts["reason"]
    assert "does not answer" in reason


async def test_late_answer_is_not_taken_for_the_next(tmp_path, running):
    """It comes long after its time-out, while nobody is asked; each answer tells its number."""
    emitted, asked = [], itertools.count(1)

    def answer(request):
        number = next(asked)
        body = request[:2] + bytes((4, 0, number, 0, 1))
        reply = body + modbus_crc(body)
        if number == 1:
            asyncio.get_running_loop().call_later(0.6, wire.send, reply)
            return b""
        return reply

    wire = Wire(tmp_path / "pole", answer)
    lamp = unit("lamp-1", 1, emitted, poll_s=1)
    serve = partial(serve_polls, [lamp], Clock().monotonic_s)
    running(Line(str(wire.path), 9600, serve, [lamp.health]).run())
    await until(lambda: emitted)
    assert emitted[0].fields["level_pct"] == 2


async def test_broken_answer_that_trickles_in_costs_the_neighbour_nothing(tmp_path, running):
    emitted = []
    broken = []

    async def trickle():
        for _ in range(20):
            wire.send(b"\x55")
            await asyncio.sleep(0.008)

    def answer(request):
        loop = asyncio.get_running_loop()
        if request[0] == 1 and not broken:
            broken.append(loop.call_later(0.2, lambda: running(trickle())))
            return request[:5]
        loop.call_later(0.02, wire.send, answer_units(1, 3)(request))  # as long as a real one takes
        return b""

    wire = Wire(tmp_path / "pole", answer)
    units = [unit("lamp-1", 1, emitted), unit("lamp-3", 3, emitted)]
    clock = Clock()
    serve = partial(serve_polls, units, clock.monotonic_s)
    running(Line(str(wire.path), 9600, serve, [u.health for u in units]).run())
    await until(lambda: {o.device for o in emitted} == {"lamp-1", "lamp-3"})
    fields = units[1].health.observation(clock.now_ms(), clock.monotonic_s()).fields
    assert fields["checksum_count"] + fields["length_count"] + fields["silent_count"] == 0


async def test_frames_are_parted_by_silence(tmp_path):
    wire = Wire(tmp_path / "pole", answer_units(1))
    port = await open_port(str(wire.path), 9600)
    for _ in range(2):
        await read_registers(port, 1, 3, 0, 1)
    (first_s, _), (second_s, _) = wire.requests
    assert second_s - first_s >= 3.5 * 10 / 9600
    port.close()


async def test_exception_reply_is_a_refusal(tmp_path):
    body = bytes((1, 0x83, 2))
    wire = Wire(tmp_path / "pole", lambda request: body + modbus_crc(body))
    port = await open_port(str(wire.path), 9600)
    with pytest.raises(AnswerError, match="illegal data address") as caught:
        await read_registers(port, 1, 3, 0, 1)
    assert caught.value.reason == "refused"
    port.close()


async def test_pymodbus_server_as_an_independent_peer(tmp_path):
    """Our master's frames are understood by another implementation of the standard."""
    pytest.importorskip("pymodbus")
    from pymodbus.framer import FramerRTU
    from pymodbus.pdu import DecodePDU
    from pymodbus.pdu.register_message import ReadInputRegistersResponse

    framer = FramerRTU(DecodePDU(is_server=True))

    def answer(request):
        _, pdu = framer.handleFrame(request, 0, 0)
        assert (pdu.dev_id, pdu.function_code, pdu.address, pdu.count) == (2, 4, 0x46, 4)
        response = ReadInputRegistersResponse(registers=[0x4270, 0, 0x4476, 0x199A], dev_id=2)
        return framer.buildFrame(response)

    wire = Wire(tmp_path / "pole", answer)
    port = await open_port(str(wire.path), 9600)
    assert await read_registers(port, 2, 4, 0x46, 4) == bytes.fromhex("427000004476199a")
    port.close()


# --- a sensor that pushes ---------------------------------------------------------------------


async def test_particle_sensor_reports_the_last_good_frame_of_each_window(tmp_path, running):
    emitted = []
    wire = Wire(tmp_path / "air", lambda request: b"")
    sensor = Pms5003Sensor(Pms5003Device(name="air-1", sample_s=1), Clock(), emitted.append)
    running(Line(str(wire.path), 9600, sensor.serve, [sensor.health]).run())
    started_s = time.monotonic()
    while not emitted and time.monotonic() < started_s + 10:
        wire.send(b"\x42\x4d noise" + PM_FRAME)
        await asyncio.sleep(0.05)
    assert len(emitted) == 1
    assert emitted[0].fields == {"pm1_ugm3": 0.0, "pm25_ugm3": 8.0, "pm10_ugm3": 8.0}
