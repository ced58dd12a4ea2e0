"""Numbers and texts as Modbus registers hold them: 16-bit words, the high byte first."""

import math
import struct
from collections.abc import Sequence
from typing import Literal

ValueType = Literal["u16", "s16", "u32", "s32", "acc32", "float32", "string", "bit"]
"""`acc32` is SunSpec's counter: it starts again at 0 where any other number stays at its limit.
`bit` is a coil or a discrete input, or one bit of a register."""

_LIMITS = {
    "u16": (0, 0xFFFF),
    "s16": (-0x8000, 0x7FFF),
    "u32": (0, 0xFFFF_FFFF),
    "s32": (-0x8000_0000, 0x7FFF_FFFF),
    "acc32": (0, 0xFFFF_FFFF),
}
_NO_VALUE = {"u16": 0xFFFF, "s16": -0x8000, "u32": 0xFFFF_FFFF, "s32": -0x8000_0000, "acc32": 0}
"""What stands for "not a number", as SunSpec has it."""
_FLOAT32_MAX = 3.4028234e38
WORDS = {"u16": 1, "s16": 1, "u32": 2, "s32": 2, "acc32": 2, "float32": 2, "bit": 1}


def number_words(kind: ValueType, number: float) -> list[int]:
    """High word first. A number that does not fit is held at the type's limit."""
    if kind == "float32":
        if abs(number) > _FLOAT32_MAX:
            number = math.copysign(math.inf, number)
        high, low = struct.unpack(">HH", struct.pack(">f", number))
        return [high, low]
    low_limit, high_limit = _LIMITS[kind]
    if math.isnan(number):
        whole = _NO_VALUE[kind]
    elif kind == "acc32" and math.isfinite(number):
        whole = round(number) % (high_limit + 1)
    else:
        whole = round(max(low_limit, min(high_limit, number)))
    if WORDS[kind] == 1:
        return [whole & 0xFFFF]
    return [whole >> 16 & 0xFFFF, whole & 0xFFFF]


def words_number(kind: ValueType, words: Sequence[int]) -> float:
    """High word first."""
    if kind == "float32":
        number: float = struct.unpack(">f", struct.pack(">HH", *words))[0]
        short = float(f"{number:.7g}")  # 230.2, where the register holds 230.19999695
        return short if number_words(kind, short) == list(words) else number
    whole = words[0] if len(words) == 1 else words[0] << 16 | words[1]
    if _LIMITS[kind][0] < 0 and whole > _LIMITS[kind][1]:
        whole -= 1 << 16 * len(words)
    return whole


def means_no_value(kind: ValueType, number: float) -> bool:
    """A counter always has a value: its 0 is one."""
    return math.isnan(number) or (kind != "acc32" and number == _NO_VALUE.get(kind))


def text_words(text: str, length: int) -> list[int]:
    """`length` words of ASCII, filled with zeros."""
    data = text.encode("ascii", "replace")[: 2 * length].ljust(2 * length, b"\0")
    return list(struct.unpack(f">{length}H", data))


def words_text(words: Sequence[int]) -> str:
    data = struct.pack(f">{len(words)}H", *words)
    return data.rstrip(b"\0").decode("ascii", "replace")
