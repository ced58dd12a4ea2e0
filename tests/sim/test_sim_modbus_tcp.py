"""The pole behind its Ethernet gateway: golden frames, bad clients, others' Modbus masters."""

import asyncio
import json
import shutil
import socket
import time
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_sim.bench import Bench, BenchError
from firmware_sim.boards.luminaire import Luminaire
from firmware_sim.boards.modbus_rtu import ModbusLine
from firmware_sim.boards.sdm120 import Load, Sdm120
from firmware_sim.run_directory import RunDirectory
from firmware_sim.scenario import SHIPPED, ScenarioError, load_scenario
from firmware_sim.wires.mbap import Header, MbapError, decode_header, encode_frame
from firmware_sim.wires.modbus_gateway import CLIENTS_MAX, ModbusGateway, listen_tcp

# The meter's voltage, as the data sheet's RTU example has it between unit and CRC.
METER_REQUEST = bytes.fromhex("0007 0000 0006 02 04 0000 0002")
METER_REPLY = bytes.fromhex("0007 0000 0007 02 04 04 43663333")


def pole() -> ModbusLine:
    meter = Sdm120(lambda _: Load(230.2, 100.0, 0.9, 60.0), energy_kwh=10.0, now_s=0.0)
    return ModbusLine({1: Luminaire(lambda _: True), 2: meter})


@asynccontextmanager
async def serving(baud=115200):
    listener = listen_tcp("127.0.0.1", 0)
    port = listener.getsockname()[1]
    gateway = ModbusGateway(pole(), listener, baud=baud, scenario_s=lambda: 0.0)
    try:
        yield port
    finally:
        gateway.close()


async def connect(port):
    return await asyncio.open_connection("127.0.0.1", port)


async def is_hung_up(reader) -> bool:
    async with asyncio.timeout(5):
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
    async with serving() as port:
        reader, writer = await connect(port)
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
    async with serving(baud=9600) as port:
        clients = [await connect(port) for _ in range(4)]
        started_s = time.monotonic()
        for _, writer in clients:
            writer.write(METER_REQUEST)
        for reader, _ in clients:
            assert await reader.readexactly(len(METER_REPLY)) == METER_REPLY
        assert time.monotonic() - started_s >= 4 * 24 * 10 / 9600
        for _, writer in clients:
            writer.close()


async def test_refusals_and_units_that_are_not_there():
    async with serving() as port:
        reader, writer = await connect(port)
        for request, reply in (
            ("0001 0000 0006 02 03 0000 0002", "0001 0000 0003 02 83 01"),
            ("0002 0000 0006 09 04 0000 0002", "0002 0000 0003 09 84 0b"),
            ("0003 0000 0002 01 63", "0003 0000 0003 01 e3 01"),
            ("0004 0000 0006 01 06 1a90 001e", "0004 0000 0006 01 06 1a90 001e"),
        ):
            writer.write(bytes.fromhex(request))
            expected = bytes.fromhex(reply)
            assert await reader.readexactly(len(expected)) == expected
        # Nobody answers a broadcast; the lamp obeys it.
        writer.write(bytes.fromhex("0005 0000 0006 00 06 1a90 000a"))
        writer.write(bytes.fromhex("0006 0000 0006 01 03 1a90 0001"))
        expected = bytes.fromhex("0006 0000 0005 01 03 02 000a")
        assert await reader.readexactly(len(expected)) == expected
        writer.close()


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
)
async def test_garbage_is_hung_up_on_and_costs_no_other_client(caplog, garbage):
    async with serving() as port:
        good_reader, good_writer = await connect(port)
        reader, writer = await connect(port)
        writer.write(garbage)
        assert await is_hung_up(reader)
        good_writer.write(METER_REQUEST)
        assert await good_reader.readexactly(len(METER_REPLY)) == METER_REPLY
        writer.close()
        good_writer.close()
    assert not caplog.records


@settings(max_examples=40, deadline=None)
@given(st.lists(st.binary(max_size=300), max_size=4))
def test_any_bytes_leave_the_gateway_serving(chunks):
    async def talk():
        async with serving(baud=10_000_000) as port:
            reader, writer = await connect(port)
            for chunk in chunks:
                writer.write(chunk)
            writer.write_eof()
            async with asyncio.timeout(10):
                with suppress(ConnectionResetError):
                    await reader.read()
            writer.close()
            reader, writer = await connect(port)
            writer.write(METER_REQUEST)
            assert await reader.readexactly(len(METER_REPLY)) == METER_REPLY
            writer.close()

    asyncio.run(talk())


async def test_clients_are_bounded_and_places_come_free():
    async with serving() as port:
        clients = []
        for _ in range(CLIENTS_MAX):
            clients.append(await connect(port))
            clients[-1][1].write(METER_REQUEST)
            await clients[-1][0].readexactly(len(METER_REPLY))
        reader, writer = await connect(port)
        assert await is_hung_up(reader)
        writer.close()
        clients.pop()[1].close()
        async with asyncio.timeout(5):
            while True:
                reader, writer = await connect(port)
                writer.write(METER_REQUEST)
                reply = b""
                try:
                    reply = await reader.read(300)
                except ConnectionResetError:
                    continue
                finally:
                    writer.close()
                if reply:
                    break
        assert reply == METER_REPLY
        for _, writer in clients:
            writer.close()


# --- the bench --------------------------------------------------------------------------------


def scenario(tmp_path: Path, *tcp_ports: int) -> Path:
    text = (SHIPPED / "demo.toml").read_text(encoding="utf-8")
    head, *signs = text.split("[[cabinets.signs]]")
    for index, tcp_port in enumerate(tcp_ports):
        signs[index] = f"[[cabinets.signs]]{signs[index]}"
        head += f"[cabinets.pole]\ntcp_port = {tcp_port}\n{signs[index]}"
    head += "".join(f"[[cabinets.signs]]{rest}" for rest in signs[len(tcp_ports) :])
    path = tmp_path / "scenario.toml"
    path.write_text(head, encoding="utf-8")
    return path


def open_bench(path: Path, run_dir: Path):
    directory = RunDirectory(run_dir)
    bench = Bench(load_scenario(path), directory, seed=7, start_ms=round(time.time() * 1000))
    try:
        bench.open()
    except BenchError:
        bench.close()
        directory.close()
        raise
    entries = json.loads((run_dir / "bench.json").read_text())["cabinets"]
    return bench, directory, entries


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


async def test_mbpoll_reads_the_pole_through_the_gateway_and_its_pty_stays(tmp_path):
    bench, directory, (first, second) = open_bench(scenario(tmp_path, 0), tmp_path / "run")
    assert second["tcp"] == {}
    assert Path(first["lines"]["pole"]).exists()
    port = first["tcp"]["pole"]["port"]
    assert first["tcp"]["pole"]["host"] == "127.0.0.1"
    hertz = await mbpoll(port, "-a", "2", "-t", "3:float", "-B", "-r", "70", "-c", "1")
    assert 59.9 < float(hertz.split("[70]:")[1]) < 60.1
    assert "Target device failed" in await mbpoll(port, "-a", "9", "-t", "3", "-r", "0", "-c", "1")
    bench.close()
    directory.close()


async def test_gateway_comes_back_at_the_same_port(tmp_path):
    path, places = scenario(tmp_path, 0), []
    for _ in range(2):
        bench, directory, (first, _) = open_bench(path, tmp_path / "run")
        places.append(first["tcp"]["pole"])
        reader, writer = await connect(places[-1]["port"])
        writer.write(METER_REQUEST)
        assert (await reader.readexactly(len(METER_REPLY)))[:9] == METER_REPLY[:9]
        bench.close()  # with a client still there
        directory.close()
        assert await is_hung_up(reader)
        writer.close()
    assert places[0] == places[1]


async def test_port_in_use_is_named(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(BenchError, match=f"TCP port {port} .*ss -tlpn.*tcp_port"):
            open_bench(scenario(tmp_path, port), tmp_path / "run")


def test_one_port_for_two_poles_is_a_mistake(tmp_path):
    with pytest.raises(ScenarioError, match="tcp_port appears more than once: 15020"):
        load_scenario(scenario(tmp_path, 15020, 15020))
