"""Where a reply ends, and whether it is right: what a reader must know of each protocol."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from operator import xor

from firmware_sim.boards.modbus.rtu import is_whole

CANOGA_REPLY, PLANTOWER_FRAME, SDS011_FRAME, WINSEN_REPLY = 37, 32, 10, 9
SHDLC_MARK = 0x7E
EXCEPTION_BIT, EXCEPTION_REPLY = 0x80, 5
MODBUS_OVERHEAD = 5
"""Unit, function, length; CRC."""
SS125_OVERHEAD, SS125_LENGTH_AT = 12, 9
RTMS_OVERHEAD, RTMS_LENGTH_AT, RTMS_QUALIFIER_AT = 6, 3, 2
RTMS_HEADER, RTMS_FOOTER = 0x80, 0x81


@dataclass(frozen=True, slots=True)
class Framing:
    length: Callable[[bytes | bytearray], int | None]
    """Of the reply that begins with these bytes; None while they do not tell."""
    is_right: Callable[[bytes], bool]


def _fixed(length: int) -> Callable[[bytes | bytearray], int | None]:
    return lambda _: length


def _modbus(data: bytes | bytearray) -> int | None:
    """Of the answer to a read."""
    if len(data) <= 2:  # noqa: PLR2004 - unit and function come before the length
        return None
    return EXCEPTION_REPLY if data[1] & EXCEPTION_BIT else data[2] + MODBUS_OVERHEAD


def _ss125(data: bytes | bytearray) -> int | None:
    return data[SS125_LENGTH_AT] + SS125_OVERHEAD if len(data) > SS125_LENGTH_AT else None


def _rtms(data: bytes | bytearray) -> int | None:
    """A header with all that follows it up to its footer, or one frame."""
    at = 0
    is_series = len(data) > RTMS_QUALIFIER_AT and data[RTMS_QUALIFIER_AT] == RTMS_HEADER
    while len(data) > at + RTMS_LENGTH_AT:
        qualifier = data[at + RTMS_QUALIFIER_AT]
        at += data[at + RTMS_LENGTH_AT] + RTMS_OVERHEAD
        if not is_series or qualifier == RTMS_FOOTER:
            return at
    return None


def _shdlc(data: bytes | bytearray) -> int | None:
    end = data.find(SHDLC_MARK, 1)
    return None if end < 0 else end + 1


FRAMINGS = {
    "canoga": Framing(_fixed(CANOGA_REPLY), lambda frame: reduce(xor, frame) == 0),
    "modbus": Framing(_modbus, lambda frame: not frame[1] & EXCEPTION_BIT and is_whole(frame)),
    "plantower": Framing(
        _fixed(PLANTOWER_FRAME),
        lambda frame: frame[:2] == b"BM" and sum(frame[:-2]) == int.from_bytes(frame[-2:], "big"),
    ),
    "sds011": Framing(
        _fixed(SDS011_FRAME),
        lambda frame: frame[:2] == b"\xaa\xc0" and sum(frame[2:8]) % 256 == frame[8],
    ),
    "shdlc": Framing(_shdlc, lambda frame: frame[0] == SHDLC_MARK),
    "winsen": Framing(_fixed(WINSEN_REPLY), lambda frame: sum(frame[1:]) % 256 == 0),
    "ss125": Framing(_ss125, lambda frame: frame[:1] == b"Z"),
    "rtms-g4": Framing(_rtms, lambda frame: frame[:2] == b"\xff\xaa"),
}
"""By the name of the line's protocol."""
