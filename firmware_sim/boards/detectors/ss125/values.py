"""How the SS125 writes numbers, and the time."""

from datetime import UTC, datetime

FIXED24_VALID = 1 << 23
FRACTIONS = 256
FIXED24_MAX = (1 << 14) * FRACTIONS - 1
"""The highest magnitude with 15 bits and sign before the point, in 256ths."""
U24_MAX = 0xFFFFFF
FEET_PER_M = 1 / 0.3048
MPH_PER_KMH = 1 / 1.609344


def fixed16(value: float) -> bytes:
    """8 bits before the point, 8 after. What is written so here (lengths, ranges) is never
    negative; readers differ on whether the highest bit is a sign (IRIS reads none).
    """
    return min(0xFFFF, int(value * FRACTIONS)).to_bytes(2, "big")


def from_fixed16(data: bytes) -> float:
    return int.from_bytes(data, "big") / FRACTIONS


def fixed24(value: float | None) -> bytes:
    """A valid flag, 15 bits of signed integer, 8 of fraction added away from zero."""
    if value is None:
        return bytes(3)
    integer, fraction = divmod(min(FIXED24_MAX, round(abs(value) * FRACTIONS)), FRACTIONS)
    signed = integer if value >= 0 else -integer
    return (FIXED24_VALID | (signed & 0x7FFF) << 8 | fraction).to_bytes(3, "big")


def from_fixed24(data: bytes) -> float | None:
    raw = int.from_bytes(data, "big")
    if not raw & FIXED24_VALID:
        return None
    integer, fraction = raw >> 8 & 0x7FFF, (raw & 0xFF) / FRACTIONS
    return integer + fraction if integer < 1 << 14 else integer - (1 << 15) - fraction


def u24(value: float) -> bytes:
    return min(U24_MAX, int(value)).to_bytes(3, "big")


def stamp(utc_ms: int) -> bytes:
    """Year, month and day in one word; hour, minute, second and ms in the other."""
    moment = datetime.fromtimestamp(utc_ms // 1000, UTC)
    day = moment.year << 9 | moment.month << 5 | moment.day
    time = moment.hour << 22 | moment.minute << 16 | moment.second << 10 | utc_ms % 1000
    return day.to_bytes(4, "big") + time.to_bytes(4, "big")


def from_stamp(data: bytes) -> int | None:
    """UTC in ms; None if there is no such time."""
    day, time = int.from_bytes(data[:4], "big"), int.from_bytes(data[4:], "big")
    millisecond = time & 0x3FF
    try:
        moment = datetime(
            day >> 9,
            day >> 5 & 0xF,
            day & 0x1F,
            time >> 22,
            time >> 16 & 0x3F,
            time >> 10 & 0x3F,
            tzinfo=UTC,
        )
    except (ValueError, OverflowError):
        return None
    return int(moment.timestamp()) * 1000 + millisecond if millisecond in range(1000) else None
