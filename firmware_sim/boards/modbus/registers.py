"""A profile's row in registers, and back."""

import math
from collections.abc import Sequence

from firmware_sim.boards.modbus.functions import Code, ModbusError
from firmware_sim.boards.modbus.profile import Row
from firmware_sim.boards.modbus.values import (
    means_no_value,
    number_words,
    text_words,
    words_number,
    words_text,
)

NO_VALUE = "sin dato · no value"


def encoded(row: Row, value: float | str, *, low_word_first: bool) -> list[int]:
    """The row's words, or its one bit in its place."""
    if row.type == "string":
        return text_words(value if isinstance(value, str) else f"{value:.0f}", row.length)
    number = float(value)
    if row.type == "bit":
        return [int(number != 0) << (row.bit or 0)]
    words = number_words(row.type, number * row.scale + row.offset)
    return words[::-1] if low_word_first else words


def decoded(row: Row, words: Sequence[int], *, low_word_first: bool) -> float | str:
    """What a master that knows the profile reads: `row.words` words."""
    if row.type == "string":
        return words_text(words)
    if row.type == "bit":
        return words[0] >> (row.bit or 0) & 1
    number = words_number(row.type, words[::-1] if low_word_first else words)
    if (_may_be_absent(row) and means_no_value(row.type, number)) or not math.isfinite(number):
        return NO_VALUE
    value = (number - row.offset) / row.scale
    if row.type != "float32" and row.scale == 1:
        return int(value)
    return value if row.type == "float32" else float(f"{value:.10g}")  # without division's noise


def _may_be_absent(row: Row) -> bool:
    """Is it measured, or left out on purpose? Else all its values are what they look like."""
    is_left_out = isinstance(row.constant, float) and math.isnan(row.constant)
    return row.quantity is not None or is_left_out


def written(row: Row, words: Sequence[int], *, low_word_first: bool) -> float:
    """The value that a master writes; raises `ModbusError` where the row does not allow it."""
    value = decoded(row, words, low_word_first=low_word_first)
    if not row.is_writable:
        raise ModbusError(Code.ILLEGAL_ADDRESS)
    if isinstance(value, str) or not row.allows(value):
        raise ModbusError(Code.ILLEGAL_VALUE)
    return value
