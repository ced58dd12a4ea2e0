"""The RTMS G4's time: seven BCD bytes, UTC. Second, minute, hour, weekday, day, month, year."""

from datetime import UTC, datetime

STAMP_SIZE = 7
NINE = 9
"""The highest BCD digit."""


def bcd(number: int) -> int:
    return number // 10 << 4 | number % 10


def stamp(utc_ms: int) -> bytes:
    """Weekdays count from Sunday, 1."""
    moment = datetime.fromtimestamp(utc_ms // 1000, UTC)
    weekday = moment.isoweekday() % 7 + 1
    fields = (moment.second, moment.minute, moment.hour, weekday)
    return bytes(map(bcd, (*fields, moment.day, moment.month, moment.year % 100)))


def from_stamp(data: bytes) -> int | None:
    """UTC in ms; None if there is no such time. The weekday says nothing that the date does not."""
    if any(byte >> 4 > NINE or byte & 0xF > NINE for byte in data):
        return None
    second, minute, hour, _, day, month, year = (10 * (byte >> 4) + (byte & 0xF) for byte in data)
    try:
        moment = datetime(2000 + year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None
    return int(moment.timestamp()) * 1000
