"""Frames of the Canoga loop cards: requests, framed replies, and the bare reply to a poll.

`<`, total length (2 ASCII hex), address (raw byte), type, data, checksum (2 ASCII hex), `>`. The
checksum is the XOR of everything before it. The reply to a detection poll has no framing at all.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from operator import xor

from firmware_sim.boards.board import Part
from firmware_sim.boards.detectors.fields import (
    Field,
    explain_fields,
    number,
    surplus,
    text,
    verdict,
)

INPUTS = 4
START, END = ord("<"), ord(">")
FRAME_MIN = 8
HEADER, TRAILER = 5, 3
"""Bytes before the data, and after it."""
DETECT, SERIAL_NUMBER, VERSION = b"*", b"a", b"B"
RECORD_SIZE = 9
DETECTION_SIZE = INPUTS * RECORD_SIZE + 1
HEX_DIGITS = frozenset(b"0123456789ABCDEFabcdef")
TYPES = {
    DETECT: "sondeo de detección · detection poll",
    SERIAL_NUMBER: "número de serie · serial number",
    VERSION: "versión · version",
}


def checksum(data: bytes) -> int:
    return reduce(xor, data, 0)


@dataclass(frozen=True, slots=True)
class Frame:
    address: int
    type: bytes
    data: bytes = b""

    def to_bytes(self) -> bytes:
        length = HEADER + len(self.data) + TRAILER
        body = b"<%02X%c%b%b" % (length, self.address, self.type, self.data)
        return body + b"%02X>" % checksum(body)


def cut(buffer: bytearray) -> Frame | None:
    """Takes the next whole frame off the buffer, stepping over what cannot be one."""
    while (start := buffer.find(START)) >= 0:
        del buffer[:start]
        if len(buffer) < HEADER - 2:
            return None
        length = _hexadecimal(buffer[1:3])
        if length is not None and length >= FRAME_MIN:
            if len(buffer) < length:
                return None
            raw = bytes(buffer[:length])
            if raw[-1] == END and _hexadecimal(raw[-3:-1]) == checksum(raw[:-3]):
                del buffer[:length]
                return Frame(raw[3], raw[4:HEADER], raw[HEADER:-TRAILER])
        del buffer[0]
    buffer.clear()
    return None


def with_wrong_checksum(frame: bytes) -> bytes:
    """Of a framed reply the checksum's last digit is another; of a bare one its last byte."""
    if frame[0] == START and frame[-1] == END and len(frame) != DETECTION_SIZE:
        wrong = checksum(frame[:-TRAILER]) ^ 0x0F
        return frame[:-TRAILER] + b"%02X>" % wrong
    return frame[:-1] + bytes((frame[-1] ^ 0x0F,))


def explain(frame: bytes, *, is_detection: bool) -> list[Part]:
    return _explain_detection(frame) if is_detection else _explain_framed(frame)


def _explain_framed(frame: bytes) -> list[Part]:
    # What follows the type is data, but for the checksum and the `>` that end the frame.
    length = _hexadecimal(frame[1:3])
    end = len(frame) if length is None or length < FRAME_MIN else min(length, len(frame))
    data_size = max(0, end - HEADER - TRAILER)
    expected = checksum(frame[: HEADER + data_size])
    fields = [
        Field(1, "inicio · start", _mark(START)),
        Field(2, "longitud · length", lambda data: _length(data, len(frame))),
        Field(1, "dirección · address", number()),
        Field(1, "tipo · type", lambda data: TYPES.get(data, f"{text(data)}: ?")),
        *([Field(data_size, "datos · data", text)] if data_size else []),
        Field(2, "suma XOR · XOR checksum", lambda data: _sum(data, expected)),
        Field(1, "fin · end", _mark(END)),
    ]
    size = sum(field.size for field in fields)
    return explain_fields(frame, 0, fields) + surplus(frame, size)


def _explain_detection(frame: bytes) -> list[Part]:
    fields = []
    for place in range(1, INPUTS + 1):
        fields += [
            Field(3, f"entrada {place} duración · input {place} duration", number("ms")),
            Field(4, f"entrada {place} inicio · input {place} start", number("ms")),
            Field(1, f"entrada {place} cuenta · input {place} count", number()),
            Field(1, f"entrada {place} estado · input {place} state", number()),
        ]
    expected = checksum(frame[: DETECTION_SIZE - 1])
    fields.append(Field(1, "suma XOR · XOR checksum", lambda data: verdict(data[0], expected, 2)))
    return explain_fields(frame, 0, fields) + surplus(frame, DETECTION_SIZE)


def _mark(expected: int) -> Callable[[bytes], str]:
    return lambda data: (
        text(data) + ("" if data[0] == expected else f" no es · is not {expected:c}")
    )


def _length(data: bytes, size: int) -> str:
    length = _hexadecimal(data)
    if length is None:
        return f"{text(data)} no es hexadecimal · is not hexadecimal"
    if length != size:
        return f"{length}, pero hay {size} bytes · but there are {size} bytes"
    return f"{length} bytes"


def _sum(data: bytes, expected: int) -> str:
    received = _hexadecimal(data)
    if received is None:
        return f"{text(data)} no es hexadecimal · is not hexadecimal: {expected:02X}"
    return verdict(received, expected, 2)


def _hexadecimal(digits: bytes | bytearray) -> int | None:
    """Two ASCII hex digits of either case, or None."""
    return int(digits, 16) if len(digits) == len(b"00") and HEX_DIGITS.issuperset(digits) else None
