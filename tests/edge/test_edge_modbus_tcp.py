"""Modbus TCP lines: frames on a real socket, other implementations as peers, faults and losses."""

import asyncio
import itertools
import subprocess
import sys
import time
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest
from edge_bench import until
from servers import free_port

from edge.clock import Clock
from edge.faults import AnswerError
from edge.lines.line import serve_polls
from edge.lines.port import PortLostError, PortUnavailableError
from edge.lines.schedule import SILENCES_MAX
from edge.modbus import tcp
from edge.modbus.settings import ModbusTcpDevice
from edge.modbus.tcp import TcpLine, TcpPort
from edge.modbus.unit import ModbusUnit
from edge.settings import conflicts

ROOT = Path(__file__).parents[2]
# Modbus Messaging on TCP/IP 1.0b, 3.1.3: transaction, protocol, length, unit; then the PDU.
REQUEST = bytes.fromhex("0001 0000 0006 02 04 0046 0002")
REPLY = bytes.fromhex("0001 0000 0007 02 04 04 42700000")


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


class Peer:
    """A server written for these tests alone: `answer(request) -> reply`, None hangs up."""

    def __init__(self, answer) -> None:
        self._answer = answer
        self.requests: list[bytes] = []
        self.connections = 0
        self._talking = 0
        self.port = free_port()

    async def __aenter__(self):
        self._server = await asyncio.start_server(self._talk, "127.0.0.1", self.port)
        return self

    async def __aexit__(self, *_):
        self._server.close()
        self.writer.close()
        await until(lambda: not self._talking)

    async def _talk(self, reader, writer) -> None:
        self.connections += 1
        self._talking += 1
        self.writer = writer
        while request := await reader.read(300):
            self.requests.append(request)
            reply = self._answer(request)
            if reply is None:
                break
            writer.write(reply)
        writer.close()
        self._talking -= 1


def good(request: bytes, number: int = 1) -> bytes:
    """The first register holds `number`, the others 0."""
    count = int.from_bytes(request[10:12], "big")
    body = request[7:8] + bytes((2 * count,)) + number.to_bytes(2, "big") + bytes(2 * count - 2)
    return request[:4] + (len(body) + 1).to_bytes(2, "big") + request[6:7] + body


async def connect(port: int) -> TcpPort:
    opened = TcpPort("127.0.0.1", port, lambda: None)
    await opened.open()
    return opened


def unit(name, number, emitted, profile="luminaire_dali", poll_s=0.25):
    settings = ModbusTcpDevice(name=name, profile=profile, unit=number, poll_s=poll_s)
    return ModbusUnit(settings, Clock(), emitted.append, TcpPort.read_registers)


def line_of(port, *units):
    serve = partial(serve_polls, units, Clock().monotonic_s)
    return TcpLine("127.0.0.1", port, serve, [u.health for u in units])


def health_of(device):
    clock = Clock()
    return device.health.observation(clock.now_ms(), clock.monotonic_s())


# --- one transaction --------------------------------------------------------------------------


async def test_golden_request_and_reply():
    async with Peer(lambda request: REPLY) as peer:
        port = await connect(peer.port)
        assert await port.read_registers(2, 4, 0x46, 2) == bytes.fromhex("42700000")
        assert peer.requests == [REQUEST]
        port.close()


@pytest.mark.parametrize(
    ("reply", "reason", "words"),
    [
        ("0001 0000 0003 02 84 02", "refused", "illegal data address"),
        ("0001 0000 0003 02 84 0b", "silent", "gateway target did not answer"),
        ("0001 0000 0003 02 83 02", "content", "function 131"),
        ("0001 0000 0007 02 03 04 42700000", "content", "function 3"),
        ("0001 0000 0005 02 04 02 4270", "length", "expected 2 registers, not 1"),
        ("0001 0000 0006 02 04 03 427000", "length", "not 1"),
        ("0001 0000 0003 02 04 04", "length", "not 0"),
        ("0001 0000 0002 02 04", "length", "not 0"),
        ("0001 0000 0002 02 84", "refused", "exception 0"),
        ("0001 0000 0003 02 63 00", "content", "function 99"),
        ("0000 0000 0007 02 04 04 42700000", "content", "transaction id"),
        ("0009 0000 0007 02 04 04 42700000", "silent", "0.2 s"),
        ("0001 0000 0007 03 04 04 42700000", "silent", "0.2 s"),
        ("0001 0007 0007 02 04 04 42700000", "silent", "0.2 s"),
        ("0001 0000 ffff 02 04 04 42700000", "silent", "0.2 s"),
        ("0001 0000 0000 02 04 04 42700000", "silent", "0.2 s"),
        ("", "silent", "0.2 s"),
    ],
)
async def test_wrong_reply_is_counted_by_reason_and_costs_no_other(
    monkeypatch, reply, reason, words
):
    monkeypatch.setattr(tcp, "_ANSWER_S", 0.2)
    replies = iter([bytes.fromhex(reply)])
    async with Peer(lambda request: next(replies, None) or good(request, 7)) as peer:
        if not reply:
            peer._answer = lambda request: good(request, 7) if len(peer.requests) > 1 else b""
        port = await connect(peer.port)
        with pytest.raises(AnswerError) as caught:
            await port.read_registers(2, 4, 0x46, 2)
        assert caught.value.reason == reason
        assert words in caught.value.detail
        assert await port.read_registers(2, 4, 0x46, 2) == bytes((0, 7, 0, 0))
        assert peer.connections == 1
        port.close()


async def test_late_answer_is_not_taken_for_the_next(monkeypatch):
    """Each answer tells its number; the first comes when the second is being waited for."""
    monkeypatch.setattr(tcp, "_ANSWER_S", 0.3)

    def answer(request):
        number = len(peer.requests)
        reply = good(request, number)
        if number == 1:
            late.append(reply)
            return b""
        return late.pop() + reply if late else reply

    late = []
    async with Peer(answer) as peer:
        port = await connect(peer.port)
        with pytest.raises(AnswerError, match="silent"):
            await port.read_registers(2, 4, 0x46, 2)
        for number in (2, 3):
            assert await port.read_registers(2, 4, 0x46, 2) == bytes((0, number, 0, 0))
        port.close()


@pytest.mark.parametrize("cut", range(1, len(REPLY)))
async def test_torn_late_answer_costs_at_most_one_more(monkeypatch, cut):
    """pymodbus forgets the first part when it asks again: the rest must never become a value."""
    monkeypatch.setattr(tcp, "_ANSWER_S", 0.1)
    rest = []

    def answer(request):
        reply = good(request, len(peer.requests))
        if len(peer.requests) == 1:
            rest.append(reply[cut:])
            return reply[:cut]
        return rest.pop() + reply if rest else reply

    async with Peer(answer) as peer:
        port = await connect(peer.port)
        with pytest.raises(AnswerError):
            await port.read_registers(2, 4, 0x46, 2)
        with suppress(AnswerError):
            assert await port.read_registers(2, 4, 0x46, 2) == bytes((0, 2, 0, 0))
        assert await port.read_registers(2, 4, 0x46, 2) == bytes((0, 3, 0, 0))
        port.close()


async def test_hang_up_while_asking_is_a_loss_and_not_a_silent_unit(monkeypatch):
    monkeypatch.setattr(tcp, "_ANSWER_S", 0.2)
    async with Peer(lambda request: None) as peer:
        port = await connect(peer.port)
        for _ in range(2):
            with pytest.raises(PortLostError, match=str(peer.port)):
                await port.read_registers(2, 4, 0x46, 2)
        port.close()


async def test_request_can_be_cancelled():
    async with Peer(lambda request: b"") as peer:
        port = await connect(peer.port)
        asking = asyncio.create_task(port.read_registers(2, 4, 0x46, 2))
        await until(lambda: peer.requests)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        port.close()


@pytest.mark.parametrize(
    ("host", "words"),
    [("127.0.0.1", "connection refused"), ("nowhere.invalid", "does not answer|unknown name")],
)
async def test_address_that_cannot_be_reached_is_named_with_what_to_do(host, words):
    number = free_port()
    with pytest.raises(PortUnavailableError, match=f"{host}:{number}: .*({words})"):
        await TcpPort(host, number, lambda: None).open()


# --- a line -----------------------------------------------------------------------------------


async def pymodbus_server(port):
    """Another implementation of the standard: a lamp and a meter; other units are not there."""
    from pymodbus.server import ModbusTcpServer
    from pymodbus.simulator import DataType, SimData, SimDevice

    lamp = SimDevice(id=1, simdata=[SimData(6800, values=[40, 1], datatype=DataType.REGISTERS)])
    readings = {0x00: 230.2, 0x06: 0.5, 0x0C: 98.5, 0x1E: 0.9, 0x46: 60.0, 0x48: 12.5, 0x156: 12.5}
    values = [
        SimData(address, values=readings.get(address, 0.0), datatype=DataType.FLOAT32)
        for address in range(0, 0x158, 2)
    ]
    server = ModbusTcpServer([lamp, SimDevice(id=2, simdata=values)], address=("127.0.0.1", port))
    await server.serve_forever(background=True)
    return server


async def test_pymodbus_server_is_read_dies_and_returns(running):
    port, emitted = free_port(), []
    server = await pymodbus_server(port)
    lamp, meter = unit("lamp-1", 1, emitted), unit("meter-1", 2, emitted, "sdm120")
    running(line_of(port, lamp, meter).run())
    await until(lambda: {o.device for o in emitted} == {"lamp-1", "meter-1"})
    fields = {o.device: o.fields for o in emitted}
    assert fields["lamp-1"]["level_pct"] == 40
    assert fields["meter-1"]["voltage_v"] == pytest.approx(230.2)
    assert fields["meter-1"]["power_w"] == pytest.approx(98.5)

    await server.shutdown()
    await until(lambda: "connection refused" in lamp.health.port_fault)
    assert lamp.health.port_fault == meter.health.port_fault
    server = await pymodbus_server(port)
    before = len(emitted)
    await until(lambda: lamp.health.port_fault == "" and len(emitted) > before + 2)
    await server.shutdown()


@pytest.mark.parametrize("silence", [b"", bytes.fromhex("0b")])
async def test_dead_unit_leaves_its_neighbours_on_time(monkeypatch, running, silence):
    """Some gateways are as silent as the unit, others tell so after a while."""
    monkeypatch.setattr(tcp, "_ANSWER_S", 0.3)
    asked, emitted = [], []

    def answer(request):
        asked.append((time.monotonic(), request[6]))
        if request[6] != 2:
            return good(request)
        return silence and request[:4] + bytes((0, 3, 2, request[7] | 0x80)) + silence

    async with Peer(answer) as peer:
        units = [unit(f"lamp-{number}", number, emitted) for number in (1, 2, 3)]
        running(line_of(peer.port, *units).run())
        await until(lambda: sum(number == 2 for _, number in asked) == SILENCES_MAX)
        opened_s = time.monotonic()
        await until(lambda: time.monotonic() > opened_s + 2.0)
        for living in (1, 3):
            times_s = [at_s for at_s, n in asked if n == living and at_s > opened_s + 0.5]
            assert len(times_s) >= 5
            assert max(b - a for a, b in itertools.pairwise(times_s)) < 0.4
        assert sum(number == 2 for _, number in asked) == SILENCES_MAX
        assert peer.connections == 1
    assert {o.device for o in emitted} == {"lamp-1", "lamp-3"}
    dead = health_of(units[1])
    assert dead.fields["silent_count"] == SILENCES_MAX
    assert "does not answer" in dead.texts["reason"]


async def test_simulated_pole_behind_its_gateway(running):
    from firmware_sim.boards.modbus.board import ModbusBoard
    from firmware_sim.boards.modbus.device import ProfileDevice
    from firmware_sim.boards.modbus.profile import shipped_profile
    from firmware_sim.faults.switches import Switches
    from firmware_sim.lines.device import Device
    from firmware_sim.lines.line import Line
    from firmware_sim.wires.modbus_tcp import ModbusTcp
    from firmware_sim.wires.tcp_port import listen_tcp

    world = {"voltage_v": 230.2, "power_w": 98.5, "power_factor": 0.9, "frequency_hz": 60.0}

    def mounted(name: str, unit_number: int) -> Device:
        device = ProfileDevice(
            shipped_profile(name), lambda of, _: world.get(of, 0.0), key=name, now_s=-60.0
        )
        board = ModbusBoard(unit_number, device)
        return Device(f"a/b/{name}", name, name, board, Switches(name))

    devices = [mounted("luminaire", 1), mounted("sdm120", 2)]
    pole = Line("a/b/pole", devices, Switches("pole"), baud=9600, is_half_duplex=True)
    listener = listen_tcp("127.0.0.1", 0)
    gateway = ModbusTcp(pole, listener, scenario_s=lambda: 0.0)
    emitted = []
    units = [
        unit("lamp-1", 1, emitted),
        unit("meter-1", 2, emitted, "sdm120"),
        unit("weather-1", 0x90, emitted, "wn90lp"),
    ]
    running(line_of(listener.getsockname()[1], *units).run())
    await until(lambda: {o.device for o in emitted} == {"lamp-1", "meter-1"})
    fields = {o.device: o.fields for o in emitted}
    assert fields["lamp-1"]["level_pct"] == 100
    assert fields["meter-1"]["power_w"] == pytest.approx(98.5)
    await until(lambda: health_of(units[2]).fields["silent_count"])
    assert "gateway target did not answer" in health_of(units[2]).texts["reason"]
    gateway.close()


async def test_gateway_that_always_hangs_up_is_told_of_once(monkeypatch, caplog, running):
    """As one with all its places taken does; when a place comes free, that is told too."""
    caplog.set_level("INFO", "aburra.edge")
    monkeypatch.setattr(tcp, "_ANSWER_S", 0.05)
    monkeypatch.setattr(tcp, "_RECONNECT_S", 0.01)
    async with Peer(lambda request: None) as peer:
        lamp = unit("lamp-1", 1, [])
        running(line_of(peer.port, lamp).run())
        await until(lambda: peer.connections > 3)
        assert [record.levelname for record in caplog.records] == ["WARNING"]
        assert "connection lost" in caplog.text
        assert health_of(lamp).fields["silent_count"] == 0
        peer._answer = good
        await until(lambda: health_of(lamp).fields["is_online"])
        assert f"{peer.port}: answers" in caplog.text


# --- settings ---------------------------------------------------------------------------------


def tcp_line(name, **more):
    return {"name": name, "protocol": "modbus_tcp", **more}


@pytest.mark.parametrize(
    ("first", "second", "is_taken"),
    [
        ({"host": "10.0.0.1", "port": 502}, {"host": "10.0.0.2", "port": 502}, False),
        ({"host": "10.0.0.1"}, {"host": "10.0.0.1", "port": 503}, False),
        ({"host": "10.0.0.1"}, {"host": "10.0.0.1", "port": 502}, True),
    ],
)
def test_address_belongs_to_one_line(first, second, is_taken):
    found = list(conflicts({"lines": [tcp_line("a", **first), tcp_line("b", **second)]}))
    assert [place for place, _, _ in found] == ([("lines", 1, "host")] if is_taken else [])


def test_pymodbus_is_imported_only_for_a_line_on_tcp(tmp_path):
    path = tmp_path / "edge.toml"
    text = """
    municipality = "medellin"
    site = "av-regional"
    title = "Avenida Regional"
    data_dir = "/nowhere"
    [[lines]]
    name = "pole"
    protocol = "modbus_{wire}"
    [[lines.devices]]
    name = "lamp-1"
    profile = "luminaire_dali"
    unit = 1
    """
    program = """
import sys
from pathlib import Path
from edge.agent import Agent
from edge.clock import Clock
from edge.equipment import equip
from edge.settings import EdgeSettings
from gateway.contract.settings import load_settings
async def build():
    equip(load_settings(Path(sys.argv[1]), EdgeSettings), {}, Clock(), print)
import asyncio
asyncio.run(build())
print("pymodbus" in sys.modules)
"""
    for wire, address, expected in (
        ("rtu", 'port = "/dev/pole"', "False"),
        ("tcp", 'host = "10.0.0.1"', "True"),
    ):
        lines = text.replace("{wire}", wire).replace(
            "modbus_" + wire + '"', f'modbus_{wire}"\n{address}'
        )
        path.write_text(lines)
        done = subprocess.run(
            [sys.executable, "-c", program, str(path)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=30,
            check=True,
        )
        assert done.stdout.split() == [expected]
