"""Registers and bits of a frame, each with the name and value that the profile gives it."""

from collections.abc import Sequence

from firmware_sim.boards.modbus import words
from firmware_sim.boards.modbus.cursor import Cursor
from firmware_sim.boards.modbus.profile import Profile, Row, Table
from firmware_sim.boards.modbus.registers import decoded
from firmware_sim.boards.modbus.server import unpack_bits

EMPTY = Table(rows=[])


def say_registers(cursor: Cursor, profile: Profile, table: Table, first: int, count: int) -> None:
    """The next `count` registers, from address `first` on, as far as there are any."""
    place, end = first, first + min(count, cursor.left // 2)
    while place < end:
        rows = table.by_address.get(place, [])
        if rows and rows[0].at == place and rows[0].end <= end:
            length = rows[0].words
            data = cursor.peek(2 * length)
            held = [int.from_bytes(data[at : at + 2], "big") for at in range(0, len(data), 2)]
            name = " + ".join(row.name for row in rows)
            text = ", ".join(_named(row, held, profile, len(rows) > 1) for row in rows)
        else:
            length = 1
            name = rows[0].name if rows else words.RESERVED
            text = f"{cursor.peek(2).hex(' ')}" + (": parte del valor · part of it" if rows else "")
        cursor.say(2 * length, f"{place:#06x} {name}", text)
        place += length


def say_bits(cursor: Cursor, table: Table, first: int, count: int) -> None:
    """The next `count` bits, a part for each byte."""
    for start in range(first, first + count, 8):
        in_byte = min(8, first + count - start)
        bits = unpack_bits(cursor.peek(1), in_byte)
        text = ", ".join(bit_text(table, place, bit) for place, bit in enumerate(bits, start))
        if not cursor.say(1, f"{start}…{start + in_byte - 1}", text):
            return


def bit_text(table: Table, place: int, bit: int) -> str:
    rows = table.by_address.get(place)
    return f"{rows[0].name if rows else place} = {bit}"


def names_between(table: Table, first: int, end: int) -> str:
    """The rows that a request asks for."""
    names = [row.name for row in table.between(first, end)]
    return ", ".join(names) or words.EMPTY_OF


def _named(row: Row, held: Sequence[int], profile: Profile, is_named: bool) -> str:
    value = decoded(row, held, low_word_first=profile.low_word_first)
    shown = f"{value:.10g}" if isinstance(value, float) else str(value)
    text = f"{shown} {row.unit}".rstrip()
    if meaning := row.meanings.get(shown):
        text = f"{text}: {meaning}"
    return f"{row.name} = {text}" if is_named else text
