"""Independent masters read every Modbus profile, over RTU and TCP: pymodbus and mbpoll.

What they must find is written down by hand, from the data sheets' scales and the world below.
"""

import asyncio
import shutil
from contextlib import asynccontextmanager
from typing import NamedTuple

import pytest
from modbus_asking import shipped_board
from modbus_bench import on_pty, on_tcp
from pymodbus.client import AsyncModbusSerialClient, AsyncModbusTcpClient

from firmware_sim.boards.modbus.profile import shipped_profiles

WORLD = {
    "light_lux": 3.0,  # night
    "uv_index": 1.3,
    "temperature_c": -6.4,
    "humidity_pct": 60.0,
    "wind_speed_ms": 2.5,
    "wind_gust_ms": 4.1,
    "wind_direction_deg": 359.8,
    "rain_total_mm": 12.0,
    "pressure_hpa": 1001.0,
    "pm1_ugm3": 9.0,
    "pm25_ugm3": 18.4,
    "pm10_ugm3": 31.0,
    "noise_dba": 67.3,
    "co2_ppm": 433.0,
    "co_ppm": 0.62,
    "no2_ugm3": 38.1,
    "o3_ugm3": 21.0,
    "so2_ugm3": 4.4,
    "voltage_v": 120.0,
    "voltage_l1_v": 120.0,
    "voltage_l2_v": 121.0,
    "voltage_l3_v": 119.5,
    "frequency_hz": 59.98,
    "power_w": 96.0,
    "power_l1_w": 960.0,
    "power_l2_w": 1210.0,
    "power_l3_w": 478.0,
    "power_factor": 0.8,
    "leakage_ma": 1.7,
    "driver_temperature_c": 48.5,
    "tilt_deg": -1.25,
    "door_open": 1.0,
    "people_total": 70_000.0,
    "wifi_total": 1_234_567.0,
    "camera_up": 1.0,
    "charger_state": 2.0,
    "charger_power_w": 7200.0,
    "ups_charge_pct": 99.5,
    "surge_total": 3.0,
}
TOTALS = {"import_kwh": 65_539.25, "import_wh": 65_539_250.0, "charged_kwh": 4000.5}
TOTALS |= {"burning_h": 10_000.5}


class Read(NamedTuple):
    function: int
    address: int
    count: int
    kind: str
    expected: list[float]


def u16(function, address, *expected):
    return Read(function, address, len(expected), "u16", list(expected))


def u32(function, address, *expected):
    return Read(function, address, len(expected), "u32", list(expected))


def float32(address, *expected):
    return Read(4, address, len(expected), "float32", list(expected))


def bits(function, *expected):
    return Read(function, 0, len(expected), "bit", list(expected))


READS = {
    "sdm120": [
        float32(0x0000, 120.0, 0.0, 0.0, 1.0, 0.0, 0.0, 96.0, 0.0, 0.0, 120.0, 0.0, 0.0, 72.0),
        float32(0x001E, 0.8, 0.0, 0.0, 36.8699),
        float32(0x0046, 59.98, 65_539.25, 0.0),
        float32(0x0156, 65_539.25),
        Read(3, 0x000C, 1, "float32", [100.0]),
    ],
    "sdm630": [
        float32(0x0000, 120.0, 121.0, 119.5, 10.0, 12.5, 5.0, 960.0, 1210.0, 478.0),
        float32(0x002A, 120.1667, 0.0, 9.1667, 27.5, 0.0, 2648.0, 0.0, 3310.0),
        float32(0x0046, 59.98, 65_539.25),
        float32(0x00C8, 208.7127, 208.2793, 207.4132),
    ],
    "wn90lp": [u16(3, 0x165, 0, 13, 336, 60, 25, 41, 0, 0, 10010)],
    "renke": [u16(3, 0x1F4, 600, 65472, 673, 18, 0, 31), u32(3, 0x1FA, 3)],
    "senseair_s8": [u16(4, 0, 0, 0, 0, 433), u16(3, 0x1F, 180)],
    "luminaire": [u16(3, 6800, 100, 1), u16(3, 6812, 100)],
    "sunspec_meter": [
        u16(3, 40000, 0x5375, 0x6E53, 1, 66),
        u16(3, 40070, 203, 105, 2750, 1000, 1250, 500, 65534, 1202, 1200, 1210, 1195, 2081),
        u16(3, 40085, 65535, 5998, 65534, 2648, 960, 1210, 478, 0, 3310),
        u16(3, 40103, 800, 800, 800, 800, 65535),
        u32(3, 40116, 65_539_250),
        u16(3, 40177, 65535, 0),
    ],
    "smart_pole": [
        u16(4, 0, 1, 1000, 1000, 485),
        u32(4, 4, 100_005, 3),
        u16(4, 10, 1200, 100, 96, 800, 5998),
        u32(4, 16, 6_553_925),
        u16(4, 18, 17, 3, 65411, 7),
        u16(4, 30, 90, 184, 310, 673, 65472, 600, 10010),
        u16(4, 40, 433, 62, 381, 210, 44),
        u32(4, 60, 70_000, 1_234_567),
        u16(4, 70, 2, 7200),
        u32(4, 72, 400_050),
        u16(4, 80, 995),
        u16(3, 0, 100, 1, 0, 0, 100, 0),
        bits(1, 1),
        bits(2, 1, 1, 1),
    ],
}
UNITS = {name: unit for unit, name in enumerate(sorted(READS), 1)}


def all_boards():
    """Every profile, on one line."""
    boards = []
    for name, unit in UNITS.items():
        board = shipped_board(name, lambda quantity, _: WORLD[quantity], unit=unit)
        board.restore({"totals": TOTALS})
        boards.append(board)
    return boards


def test_every_shipped_profile_is_read_here():
    assert sorted(READS) == shipped_profiles()


@asynccontextmanager
async def pymodbus_on(wire):
    if wire == "rtu":
        async with on_pty(all_boards()) as path:
            client = AsyncModbusSerialClient(path, baudrate=19200, timeout=3, retries=0)
            assert await client.connect()
            yield client
            client.close()
    else:
        async with on_tcp(all_boards()) as port:
            client = AsyncModbusTcpClient("127.0.0.1", port=port, timeout=3, retries=0)
            assert await client.connect()
            yield client
            client.close()


async def pymodbus_reads(client, unit, read):
    calls = {
        1: client.read_coils,
        2: client.read_discrete_inputs,
        3: client.read_holding_registers,
        4: client.read_input_registers,
    }
    width = 2 if read.kind in ("u32", "float32") else 1
    reply = await calls[read.function](read.address, count=width * read.count, device_id=unit)
    assert not reply.isError(), reply
    if read.kind == "bit":
        return [int(bit) for bit in reply.bits[: read.count]]
    kinds = {"u16": "UINT16", "u32": "UINT32", "float32": "FLOAT32"}
    numbers = client.convert_from_registers(
        reply.registers, getattr(client.DATATYPE, kinds[read.kind])
    )
    return numbers if isinstance(numbers, list) else [numbers]


@pytest.mark.parametrize("wire", ["rtu", "tcp"])
async def test_pymodbus_reads_every_profile(wire):
    async with pymodbus_on(wire) as client:
        for name, reads in READS.items():
            for read in reads:
                found = await pymodbus_reads(client, UNITS[name], read)
                assert found == pytest.approx(read.expected, rel=1e-5), (name, read)


@pytest.mark.parametrize("wire", ["rtu", "tcp"])
async def test_pymodbus_commands_the_lamp_and_is_refused(wire):
    pole = UNITS["smart_pole"]
    async with pymodbus_on(wire) as client:
        assert not (await client.write_registers(0, [40, 1], device_id=pole)).isError()
        reply = await client.read_input_registers(1, count=2, device_id=pole)
        assert reply.registers == [400, 400]
        assert not (await client.write_coil(0, False, device_id=pole)).isError()
        reply = await client.read_holding_registers(0, count=2, device_id=pole)
        assert reply.registers == [40, 0]
        refused = await client.write_register(0, 101, device_id=pole)
        assert (refused.isError(), refused.exception_code) == (True, 3)
        refused = await client.read_input_registers(900, device_id=pole)
        assert refused.exception_code == 2


async def test_pymodbus_learns_who_a_device_is():
    async with pymodbus_on("rtu") as client:
        reply = await client.read_device_information(device_id=UNITS["smart_pole"])
        assert reply.information == {0: b"Aburra bench", 1: b"Smart pole", 2: b"1.0"}
        reply = await client.report_device_id(device_id=UNITS["luminaire"])
        assert (reply.identifier[:8], reply.status) == (b"SIM-DALI", True)
        reply = await client.diag_query_data(b"\x12\x34", device_id=UNITS["luminaire"])
        assert not reply.isError()


async def mbpoll(*arguments):
    if shutil.which("mbpoll") is None:
        pytest.skip("mbpoll is not installed (Debian package mbpoll)")
    process = await asyncio.create_subprocess_exec(
        *("mbpoll", "-1", "-0", "-o", "3", *arguments),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with asyncio.timeout(20):
        output, _ = await process.communicate()
    return output.decode()


async def mbpoll_reads(where, unit, read):
    table = {1: "0", 2: "1", 3: "4", 4: "3"}[read.function]
    kind = {"u16": "", "bit": "", "u32": ":int", "float32": ":float"}[read.kind]
    asked = ("-a", str(unit), "-t", table + kind, "-r", str(read.address), "-c", str(read.count))
    output = await mbpoll(*where, *asked, "-B")
    lines = [line for line in output.splitlines() if line.startswith("[")]
    # It writes the address in brackets, the value, and in parentheses the value with its sign.
    return [float(line.split(":")[1].split("(")[0]) for line in lines] or output


async def expect_mbpoll_reads_all(*where):
    for name, reads in READS.items():
        for read in reads:
            found = await mbpoll_reads(where, UNITS[name], read)
            assert found == pytest.approx(read.expected, rel=1e-4), (name, read)


async def test_mbpoll_reads_every_profile_over_rtu():
    async with on_pty(all_boards()) as path:
        await expect_mbpoll_reads_all("-m", "rtu", "-b", "19200", "-P", "none", path)


async def test_mbpoll_commands_the_lamp():
    async with on_pty(all_boards()) as path:
        where = ("-m", "rtu", "-b", "19200", "-P", "none", "-a", str(UNITS["luminaire"]))
        assert "Written 2 references" in await mbpoll(*where, "-r", "6800", path, "40", "1")
        read = u16(3, 6800, 40, 1)
        assert await mbpoll_reads((*where[:6], path), UNITS["luminaire"], read) == read.expected
        assert "Illegal data value" in await mbpoll(*where, "-r", "6800", path, "101")


async def test_mbpoll_reads_every_profile_over_tcp():
    async with on_tcp(all_boards()) as port:
        await expect_mbpoll_reads_all("-m", "tcp", "-p", str(port), "127.0.0.1")
