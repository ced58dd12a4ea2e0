"""How many requests a Modbus board answers in a second: by itself, and to pymodbus over TCP."""

import asyncio
import struct
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pymodbus.client import AsyncModbusTcpClient

from benchmarks.scenarios import many_of
from firmware_sim.bench.bench import Bench
from firmware_sim.bench.run_directory import RunDirectory
from firmware_sim.boards.modbus.board import ModbusBoard
from firmware_sim.boards.modbus.functions import Function
from firmware_sim.rig.polls import polls_of
from firmware_sim.scenario.scenario import Scenario

BAUD = 115_200
"""The fastest line that a scenario may have."""
TYPES = (
    "luminaire",
    "renke",
    "sdm120",
    "sdm630",
    "senseair-s8",
    "smart-pole",
    "sunspec-meter",
    "wn90lp",
)
REGISTERS = (Function.READ_HOLDING_REGISTERS, Function.READ_INPUT_REGISTERS)
CHARACTER_BITS = 10


def measure_modbus(for_s: float) -> Iterator[dict[str, Any]]:
    """Per type the longest of its usual reads, asked again and again."""
    for kind in TYPES:
        device = {"name": "board", "type": kind, "unit": 1}
        scenario = many_of(device, 1, baud=BAUD, tcp_port=0)
        with tempfile.TemporaryDirectory(prefix="aburra-benchmark-") as name:
            yield {"board": kind, **asyncio.run(_measure(scenario, Path(name), for_s))}


async def _measure(scenario: Scenario, folder: Path, for_s: float) -> dict[str, Any]:
    directory = RunDirectory(folder)
    bench = Bench(scenario, directory, seed=7, start_ms=round(time.time() * 1000))
    try:
        (entry,) = bench.open()
        (cabinet,) = bench.rig.cabinets.values()
        (device,) = cabinet.lines["line"].devices
        board = device.board
        if not isinstance(board, ModbusBoard):
            raise TypeError(f"{device.type} is no Modbus board")
        request = max(
            (poll.request for poll in polls_of(board) if poll.request[1] in REGISTERS),
            key=lambda request: struct.unpack(">H", request[4:6]),
        )
        alone, reply_bytes = _alone(board, request, for_s)
        over_tcp = await _over_tcp(entry["tcp"]["line"], request, for_s)
        quiet = 2 * board.quiet_characters
        wire_s = (len(request) + reply_bytes + quiet) * CHARACTER_BITS / BAUD
        return {
            "registers": struct.unpack(">H", request[4:6])[0],
            "alone_per_s": alone,
            "tcp_per_s": over_tcp,
            "wire_limit_per_s": 1 / wire_s,
        }
    finally:
        bench.close()
        directory.close()


def _alone(board: ModbusBoard, request: bytes, for_s: float) -> tuple[float, int]:
    """Requests in a second of CPU, and how long the replies are."""
    at_s, answered, reply = 0.0, 0, b""
    began_s = time.process_time()
    while (used_s := time.process_time() - began_s) < for_s:
        at_s += 0.01
        board.tick(at_s)
        board.receive(request, at_s)
        reply = board.quiet(at_s)
        answered += 1
    return answered / used_s, len(reply)


async def _over_tcp(where: dict[str, Any], request: bytes, for_s: float) -> float:
    """Requests in a second, one after the other; the line's pace is part of it."""
    unit, function, address, count = struct.unpack(">BBHH", request[:6])
    client = AsyncModbusTcpClient(where["host"], port=where["port"])
    await client.connect()
    is_holding = function == Function.READ_HOLDING_REGISTERS
    read = client.read_holding_registers if is_holding else client.read_input_registers
    answered = 0
    began_s = time.monotonic()
    while (passed_s := time.monotonic() - began_s) < for_s:
        if (await read(address, count=count, device_id=unit)).isError():
            raise RuntimeError(f"{request.hex()} is refused")
        answered += 1
    client.close()
    return answered / passed_s
