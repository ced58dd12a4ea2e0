"""PMS5003 frames out of a stream of bytes. No I/O.

Data frame: `42 4D 00 1C`, thirteen u16 (PM1 PM2.5 PM10 factory, the same three atmospheric, six
particle counts, version and error byte), checksum u16 = sum of the 30 bytes before it. An
acknowledgement `42 4D 00 04 command data checksum` can stand between data frames.
"""

from typing import NamedTuple

from edge.faults import AnswerError

_START = b"\x42\x4d"
_HEAD_LENGTH = 4
_DATA_LENGTH = 28
_ACK_LENGTH = 4
_UGM3_MAX = 1000
"""The data sheet's effective range ends at 500 µg/m³, its maximum at 1000."""


class Particulate(NamedTuple):
    """Concentrations in µg/m³ under atmospheric conditions."""

    pm1_ugm3: int
    pm25_ugm3: int
    pm10_ugm3: int


class StreamParser:
    """Give it bytes as they come; it finds frames, however they are cut or damaged."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._skipped = 0

    def feed(self, data: bytes) -> list[Particulate | AnswerError]:
        """What became complete: readings, and faults for what had to be dropped."""
        self._buffer += data
        found: list[Particulate | AnswerError] = []
        while (length := self._align(found)) is not None:
            frame = bytes(self._buffer[:length])
            expected = sum(frame[:-2]) & 0xFFFF
            received = int.from_bytes(frame[-2:], "big")
            if received != expected:
                detail = f"{received:04x}, expected {expected:04x}: {frame.hex()}"
                found.append(AnswerError("checksum", detail))
                del self._buffer[: len(_START)]  # a whole frame may begin inside the broken one
                continue
            del self._buffer[:length]
            if length == _HEAD_LENGTH + _DATA_LENGTH:
                found.append(_reading(frame))
        return found

    def _align(self, found: list[Particulate | AnswerError]) -> int | None:
        """Bring a frame to the front: its length, or None when more bytes are needed."""
        buffer = self._buffer
        while buffer:
            if _START.startswith(bytes(buffer[:2])):
                if len(buffer) < _HEAD_LENGTH:
                    return None
                length = int.from_bytes(buffer[2:4], "big")
                if length in (_DATA_LENGTH, _ACK_LENGTH):
                    self._report_skipped(found)
                    whole = _HEAD_LENGTH + length
                    return whole if len(buffer) >= whole else None
            del buffer[0]
            self._skipped += 1
        return None

    def _report_skipped(self, found: list[Particulate | AnswerError]) -> None:
        if self._skipped:
            found.append(AnswerError("length", f"{self._skipped} bytes outside of any frame"))
            self._skipped = 0


def _reading(frame: bytes) -> Particulate | AnswerError:
    if frame[29]:
        return AnswerError("content", f"error byte {frame[29]:02x}")
    values = [int.from_bytes(frame[i : i + 2], "big") for i in (10, 12, 14)]
    if max(values) > _UGM3_MAX:
        return AnswerError("content", f"{max(values)} µg/m³, at most {_UGM3_MAX}")
    return Particulate(*values)
