"""Asks Modbus boards without a wire, frame by frame."""

import struct

from firmware_sim.boards.modbus.board import ModbusBoard
from firmware_sim.boards.modbus.device import ProfileDevice
from firmware_sim.boards.modbus.profile import shipped_profile
from firmware_sim.boards.modbus.rtu import with_crc

WEATHER = {
    "light_lux": 17670.0,
    "uv_index": 1.3,
    "temperature_c": 26.2,
    "humidity_pct": 60.0,
    "wind_direction_deg": 150.0,
    "pressure_hpa": 1001.0,
}
"""As in the WN90LP's data sheet example."""


def shipped_board(name, sense, *, key="test", now_s=0.0, unit=None) -> ModbusBoard:
    """`unit`: None is the address that the device comes with."""
    profile = shipped_profile(name)
    device = ProfileDevice(profile, sense, key=key, now_s=now_s)
    return ModbusBoard(profile.unit if unit is None else unit, device)


def made(name, world=None, *, now_s=0.0, key="test", unit=None) -> ModbusBoard:
    """A shipped board in a world that stands still; what is not said is 0."""
    known = world or {}
    return shipped_board(
        name, lambda quantity, _: known.get(quantity, 0.0), key=key, now_s=now_s, unit=unit
    )


def ask(boards, frame, at_s=0.0):
    """What the line hears when this stands between two silences; all boards hear it."""
    for board in boards:
        board.tick(at_s)
        board.receive(frame, at_s)
    return b"".join(board.quiet(at_s) for board in boards)


def request(unit, function, data=""):
    return with_crc(bytes((unit, function)) + bytes.fromhex(data))


def registers(board, function, address, count=1, at_s=0.0):
    reply = ask([board], request(board.units[0], function, f"{address:04x}{count:04x}"), at_s)
    assert reply[1] == function, reply.hex(" ")
    return [word for (word,) in struct.iter_unpack(">H", reply[3:-2])]


def refusal(board, function, data, at_s=0.0):
    reply = ask([board], request(board.units[0], function, data), at_s)
    return reply[2] if reply[1] & 0x80 else None


def write(board, address, *values, at_s=0.0):
    data = struct.pack(f">HHB{len(values)}H", address, len(values), 2 * len(values), *values)
    reply = ask([board], request(board.units[0], 16, data.hex()), at_s)
    assert reply[1] == 16, reply.hex(" ")
