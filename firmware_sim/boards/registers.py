"""Numbers as Modbus registers hold them."""

import struct


def float_words(value: float) -> tuple[int, int]:
    """IEEE 754 single precision, high word first."""
    high, low = struct.unpack(">HH", struct.pack(">f", value))
    return high, low


def unsigned(value: float, scale: float = 1.0, offset: int = 0) -> int:
    """`value · scale + offset`, rounded and held within 16 bits."""
    return max(0, min(0xFFFF, round(value * scale) + offset))
