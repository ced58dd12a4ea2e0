"""What the bytes of a Modbus RTU frame say, in words and with the values of a device's profile."""

from collections.abc import Sequence

from firmware_sim.boards.board import Part
from firmware_sim.boards.modbus import words
from firmware_sim.boards.modbus.cursor import Cursor
from firmware_sim.boards.modbus.functions import COIL_ON, SPACES, Function
from firmware_sim.boards.modbus.named_values import (
    EMPTY,
    bit_text,
    names_between,
    say_bits,
    say_registers,
)
from firmware_sim.boards.modbus.profile import Profile, Table
from firmware_sim.boards.modbus.rtu import BROADCAST, EXCEPTION_BIT, FRAME_MIN, crc16

READ_BITS = (Function.READ_COILS, Function.READ_DISCRETE_INPUTS)
READ_REGISTERS = (Function.READ_HOLDING_REGISTERS, Function.READ_INPUT_REGISTERS)
WRITE_SEVERAL = (Function.WRITE_COILS, Function.WRITE_REGISTERS)


def explained(
    profile: Profile, units: Sequence[int], frame: bytes, request: bytes | None
) -> list[Part]:
    """The parts of any bytes; `request` as in `Board.explain`."""
    if len(frame) < FRAME_MIN:
        return [Part(0, len(frame), words.FRAME, words.TOO_SHORT)] if frame else []
    cursor = Cursor(frame, 0, len(frame) - 2)
    _say_unit(cursor, units)
    function = _say_function(cursor)
    is_ours = frame[0] in (BROADCAST, *units)
    table = _table(profile, function) if is_ours else EMPTY
    if request is None:
        _say_request(cursor, profile, table, function)
    else:
        _say_reply(cursor, profile, table, function, request)
    cursor.rest(words.REST, words.NO_SENSE)
    return [*cursor.parts, _crc(frame)]


def _table(profile: Profile, function: int) -> Table:
    if function not in SPACES:
        return EMPTY
    return profile.table(SPACES[Function(function)]) or EMPTY


def _say_unit(cursor: Cursor, units: Sequence[int]) -> None:
    unit = cursor.peek(1)[0]
    who = words.OURS if unit in units else words.ANOTHER
    if unit == BROADCAST:
        who = words.EVERYBODY
    cursor.say(1, words.UNIT, f"{unit}: {who}")


def _say_function(cursor: Cursor) -> int:
    function = cursor.peek(1)[0]
    if function & EXCEPTION_BIT:
        known = words.FUNCTIONS.get(function & ~EXCEPTION_BIT, words.UNKNOWN)
        text = f"{words.EXCEPTION_TO}: {known}"
    else:
        text = words.FUNCTIONS.get(function, words.UNKNOWN)
    cursor.say(1, words.FUNCTION, f"{function} ({function:#04x}): {text}")
    return function


def _crc(frame: bytes) -> Part:
    sent, expected = frame[-2:], crc16(frame[:-2]).to_bytes(2, "little")
    text = words.RIGHT if sent == expected else f"{words.WRONG} {expected.hex(' ')}"
    return Part(len(frame) - 2, len(frame), words.CRC, f"{sent.hex(' ')}: {text}")


def _say_request(cursor: Cursor, profile: Profile, table: Table, function: int) -> None:
    if function in (*READ_BITS, *READ_REGISTERS):
        _say_range(cursor, table)
    elif function in WRITE_SEVERAL:
        address, count = _say_range(cursor, table)
        _say_length(cursor)
        if function == Function.WRITE_COILS:
            say_bits(cursor, table, address, count)
        else:
            say_registers(cursor, profile, table, address, count)
    else:
        _say_either_way(cursor, profile, table, function)


def _say_reply(
    cursor: Cursor, profile: Profile, table: Table, function: int, request: bytes
) -> None:
    """Which addresses a reply speaks of, only its request tells."""
    first = int.from_bytes(request[2:4], "big")
    count = int.from_bytes(request[4:6], "big")
    if function & EXCEPTION_BIT:
        code = int.from_bytes(cursor.peek(1), "big")
        cursor.number(1, words.EXCEPTION, words.EXCEPTIONS.get(code, words.UNKNOWN))
    elif function in READ_BITS:
        _say_length(cursor)
        say_bits(cursor, table, first, count)
    elif function in READ_REGISTERS:
        say_registers(cursor, profile, table, first, _say_length(cursor) // 2)
    elif function in WRITE_SEVERAL:
        _say_range(cursor, table)
    elif function == Function.REPORT_SERVER_ID:
        _say_server_id(cursor)
    elif function == Function.READ_DEVICE_IDENTIFICATION:
        _say_identification(cursor)
    else:
        _say_either_way(cursor, profile, table, function)


def _say_either_way(cursor: Cursor, profile: Profile, table: Table, function: int) -> None:
    """Requests that are answered by themselves, and those that nobody knows."""
    if function == Function.WRITE_COIL:
        address = cursor.number(2, words.ADDRESS)
        is_on = int.from_bytes(cursor.peek(2), "big") == COIL_ON
        cursor.say(2, words.VALUE, bit_text(table, address, int(is_on)))
    elif function == Function.WRITE_REGISTER:
        say_registers(cursor, profile, table, cursor.number(2, words.ADDRESS), 1)
    else:
        cursor.rest(words.DATA, words.FUNCTIONS.get(function, words.UNKNOWN))


def _say_range(cursor: Cursor, table: Table) -> tuple[int, int]:
    address, count = (int.from_bytes(cursor.peek(4)[at : at + 2], "big") for at in (0, 2))
    cursor.number(2, words.ADDRESS)
    cursor.number(2, words.COUNT, names_between(table, address, address + count))
    return address, count


def _say_length(cursor: Cursor) -> int:
    """How many bytes follow by the frame's own word, with a note where it is not so."""
    told, there = int.from_bytes(cursor.peek(1), "big"), cursor.left - 1
    note = "" if told == there else words.OTHER_LENGTH.format(there)
    return cursor.number(1, words.BYTES, note)


def _say_server_id(cursor: Cursor) -> None:
    length = _say_length(cursor)
    name = cursor.peek(length - 1).decode("ascii", "replace") if length else ""
    cursor.say(length - 1, "id", name)
    cursor.number(1, "en marcha · running")


def _say_identification(cursor: Cursor) -> None:
    for name in ("MEI", "acceso · access", "conformidad · conformity", "sigue · more follows"):
        cursor.number(1, name)
    cursor.number(1, "siguiente · next object")
    for _ in range(cursor.number(1, "objetos · objects")):
        number = cursor.number(1, "objeto · object")
        length = cursor.number(1, words.BYTES)
        known = number < len(words.IDENTIFICATION)
        name = words.IDENTIFICATION[number] if known else words.UNKNOWN
        cursor.say(length, name, cursor.peek(length).decode("ascii", "replace"))
