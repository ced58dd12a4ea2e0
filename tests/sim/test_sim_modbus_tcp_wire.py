"""A line behind its Ethernet gateway: golden frames, bad clients, faults, others' masters."""

import asyncio
import shutil
from contextlib import asynccontextmanager, suppress

import pytest
from echo_line import switch_on
from hypothesis import given, settings
from hypothesis import strategies as st
from modbus_asking import made
from pymodbus.client import AsyncModbusTcpClient

from firmware_sim.faults.switches import Fault, Switches
from firmware_sim.lines.device import Device
from firmware_sim.lines.line import Line
from firmware_sim.wires import modbus_tcp
from firmware_sim.wires.mbap import Header, MbapError, decode_header, encode_frame
from firmware_sim.wires.modbus_tcp import CLIENTS_MAX, ModbusTcp
from firmware_sim.wires.tcp_port import listen_tcp

# The SDM120's voltage, as its data sheet's RTU example has it between unit and CRC: 230.2 V.
METER_REQUEST = bytes.fromhex("0007 0000 0006 02 04 0000 0002")
METER_REPLY = bytes.fromhex("0007 0000 0007 02 04 04 43663333")
METER = {"voltage_v": 230.2, "frequency_hz": 60.0, "power_w": 92.0, "power_factor": 0.9}
PATIENCE_S = 5.0


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(modbus_tcp, "UNIT_TIMEOUT_S", 0.3)


def pole(baud: int) -> Line:
    boards = {1: made("luminaire", unit=1), 2: made("sdm120", METER, unit=2)}
    devices = [
        Device(f"t/s/{unit}", "modbus", "Modbus", board, Switches(str(unit)))
        for unit, board in boards.items()
    ]
    return Line("t/s/pole", devices, Switches("pole"), baud=baud, is_half_duplex=True)


@asynccontextmanager
async def serving(baud=115200):
    listener = listen_tcp("127.0.0.1", 0)
    line = pole(baud)
    gateway = ModbusTcp(line, listener, scenario_s=lambda: 0.0)
    gateway.port = listener.getsockname()[1]
    gateway.line = line
    try:
        yield gateway
    finally:
        gateway.close()


async def connect(gateway):
    return await asyncio.open_connection("127.0.0.1", gateway.port)


async def ask(gateway, request: bytes, count: int = len(METER_REPLY)) -> bytes:
    reader, writer = await connect(gateway)
    writer.write(request)
    async with asyncio.timeout(PATIENCE_S):
        reply = await reader.readexactly(count)
    writer.close()
    return reply


async def is_hung_up(reader) -> bool:
    async with asyncio.timeout(PATIENCE_S):
        try:
            return await reader.read(300) == b""
        except ConnectionResetError:
            return True


# --- the header -------------------------------------------------------------------------------


def test_header_of_the_specification():
    # Modbus Messaging on TCP/IP 1.0b, 4.4.2.2: reading register 5 of a remote server
    header = decode_header(bytes.fromhex("1501 0000 0006 ff"))
    assert header == Header(transaction_id=0x1501, unit=0xFF, body_length=5)
    assert encode_frame(0x1501, 0xFF, bytes.fromhex("0300040001")) == bytes.fromhex(
        "1501 0000 0006 ff 03 0004 0001"
    )


def u16(*often: int) -> st.SearchStrategy[bytes]:
    numbers = st.sampled_from(often) | st.integers(0, 0xFFFF)
    return numbers.map(lambda number: number.to_bytes(2, "big"))


@given(st.tuples(u16(0), u16(0), u16(0, 1, 2, 254, 255), st.binary(min_size=1, max_size=1)))
def test_any_header_is_bounded_or_refused(parts):
    data = b"".join(parts)
    try:
        header = decode_header(data)
    except MbapError:
        assert data[2:4] != b"\0\0" or not 2 <= int.from_bytes(data[4:6], "big") <= 254
        return
    assert 1 <= header.body_length <= 253
    assert encode_frame(header.transaction_id, header.unit, bytes(header.body_length))[:7] == data


# --- the gateway ------------------------------------------------------------------------------


async def test_golden_answer_whole_in_pieces_and_in_a_row():
    async with serving() as gateway:
        reader, writer = await connect(gateway)
        for pieces in ([METER_REQUEST], [bytes((byte,)) for byte in METER_REQUEST]):
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(0)
            assert await reader.readexactly(len(METER_REPLY)) == METER_REPLY
        writer.write(METER_REQUEST * 3)
        assert await reader.readexactly(3 * len(METER_REPLY)) == METER_REPLY * 3
        writer.close()


async def test_line_keeps_its_pace_and_clients_take_turns():
    """At 9600 baud: 8 and 9 characters, and 3.5 of silence after each: 25 ms."""
    async with serving(baud=9600) as gateway:
        began_s = asyncio.get_running_loop().time()
        replies = await asyncio.gather(*(ask(gateway, METER_REQUEST) for _ in range(4)))
        assert replies == [METER_REPLY] * 4
        assert asyncio.get_running_loop().time() - began_s >= 4 * 24 * 10 / 9600


async def test_refusals_and_units_that_are_not_there():
    async with serving() as gateway:
        for request, reply in (
            ("0001 0000 0006 02 01 0000 0002", "0001 0000 0003 02 81 01"),
            ("0002 0000 0006 09 04 0000 0002", "0002 0000 0003 09 84 0b"),
            ("0003 0000 0002 01 63", "0003 0000 0003 01 e3 01"),
            ("0004 0000 0006 01 06 1a90 001e", "0004 0000 0006 01 06 1a90 001e"),
        ):
            expected = bytes.fromhex(reply)
            assert await ask(gateway, bytes.fromhex(request), len(expected)) == expected


async def test_nobody_answers_a_broadcast_and_the_lamp_obeys_it():
    async with serving() as gateway:
        broadcast = bytes.fromhex("0005 0000 0006 00 06 1a90 000a")
        level = bytes.fromhex("0006 0000 0006 01 03 1a90 0001")
        expected = bytes.fromhex("0006 0000 0005 01 03 02 000a")
        assert await ask(gateway, broadcast + level, len(expected)) == expected


@pytest.mark.parametrize(
    "fault", ["silent", "truncated", "bit-flips", "wrong-checksum", "duplicate-address"]
)
async def test_spoiled_answer_is_none_and_the_neighbour_answers(fault):
    async with serving() as gateway:
        gateway.line.devices[1].switches.switch_on(Fault(fault))
        silent = bytes.fromhex("0007 0000 0003 02 84 0b")
        assert await ask(gateway, METER_REQUEST, len(silent)) == silent
        level = bytes.fromhex("0006 0000 0006 01 03 1a90 0001")
        assert (await ask(gateway, level, 9))[7] == 0x03
        gateway.line.devices[1].switches.clear()
        assert await ask(gateway, METER_REQUEST) == METER_REPLY


@pytest.mark.parametrize("fault", ["echo", "wrong-baud", "unplugged"])
async def test_spoiled_line_brings_no_answer(fault):
    async with serving() as gateway:
        switch_on(gateway.line, fault)
        silent = bytes.fromhex("0007 0000 0003 02 84 0b")
        assert await ask(gateway, METER_REQUEST, len(silent)) == silent


@pytest.mark.parametrize(("late_s", "code"), [(0.2, None), (2.0, 0x0B)])
async def test_gateway_waits_for_a_late_unit_but_not_for_ever(late_s, code):
    async with serving() as gateway:
        gateway.line.devices[1].switches.switch_on(Fault("late", amount=late_s))
        began_s = asyncio.get_running_loop().time()
        reply = await ask(gateway, METER_REQUEST, 9)
        assert (reply[8] if reply[7] & 0x80 else None) == code
        assert min(late_s, 0.3) <= asyncio.get_running_loop().time() - began_s < 1.5


@pytest.mark.parametrize(
    "garbage",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        bytes.fromhex("0001 0000 00ff 02 04 0000 0002"),
        bytes.fromhex("0001 0000 ffff 02 04 0000 0002"),
        bytes.fromhex("0001 0000 0001 02 04 0000 0002"),
        bytes.fromhex("0001 0001 0006 02 04 0000 0002"),
        bytes(1_000_000),
    ],
    ids=["http", "long", "longest", "short", "protocol", "zeros"],
)
async def test_garbage_is_hung_up_on_and_costs_no_other_client(caplog, garbage):
    async with serving() as gateway:
        good_reader, good_writer = await connect(gateway)
        reader, writer = await connect(gateway)
        writer.write(garbage)
        assert await is_hung_up(reader)
        good_writer.write(METER_REQUEST)
        assert await good_reader.readexactly(len(METER_REPLY)) == METER_REPLY
        writer.close()
        good_writer.close()
    assert not caplog.records


@settings(max_examples=30, deadline=None)
@given(st.lists(st.binary(max_size=300), max_size=4))
def test_any_bytes_leave_the_gateway_serving(chunks):
    async def talk():
        async with serving(baud=10_000_000) as gateway:
            reader, writer = await connect(gateway)
            for chunk in chunks:
                writer.write(chunk)
            writer.write_eof()
            async with asyncio.timeout(PATIENCE_S):
                with suppress(ConnectionResetError):
                    await reader.read()
            writer.close()
            assert await ask(gateway, METER_REQUEST) == METER_REPLY

    asyncio.run(talk())


async def test_clients_are_bounded_and_places_come_free():
    async with serving() as gateway:
        clients = [await connect(gateway) for _ in range(CLIENTS_MAX)]
        for reader, writer in clients:
            writer.write(METER_REQUEST)
            await reader.readexactly(len(METER_REPLY))
        reader, writer = await connect(gateway)
        assert await is_hung_up(reader)
        writer.close()
        clients.pop()[1].close()
        async with asyncio.timeout(PATIENCE_S):
            while len(gateway._clients) == CLIENTS_MAX:
                await asyncio.sleep(0.01)
        assert await ask(gateway, METER_REQUEST) == METER_REPLY
        for _, writer in clients:
            writer.close()


# --- others' masters --------------------------------------------------------------------------


async def test_pymodbus_reads_and_writes_through_the_gateway():
    async with serving() as gateway:
        client = AsyncModbusTcpClient("127.0.0.1", port=gateway.port, timeout=3, retries=0)
        assert await client.connect()
        meter = await client.read_input_registers(0, count=2, device_id=2)
        volts = client.convert_from_registers(meter.registers, client.DATATYPE.FLOAT32)
        assert volts == pytest.approx(230.2)
        await client.write_register(6800, 40, device_id=1)
        assert (await client.read_holding_registers(6800, count=1, device_id=1)).registers == [40]
        nobody = await client.read_input_registers(0, count=2, device_id=9)
        assert nobody.exception_code == 11
        assert client.connected
        client.close()


async def test_mbpoll_reads_through_the_gateway():
    async with serving() as gateway:
        hertz = await mbpoll(gateway.port, "-a", "2", "-t", "3:float", "-B", "-r", "70", "-c", "1")
        assert float(hertz.split("[70]:")[1]) == 60.0
        nobody = await mbpoll(gateway.port, "-a", "9", "-t", "3", "-r", "0", "-c", "1")
        assert "Target device failed" in nobody


async def mbpoll(port: int, *arguments: str) -> str:
    if shutil.which("mbpoll") is None:
        pytest.skip("mbpoll is not installed (Debian package mbpoll)")
    process = await asyncio.create_subprocess_exec(
        *("mbpoll", "-m", "tcp", "-p", str(port), "-1", "-0", *arguments, "127.0.0.1"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with asyncio.timeout(20):
        output, _ = await process.communicate()
    return output.decode()
