"""Sensirion's SHDLC framing: frames between 0x7E, with byte stuffing and an inverted checksum.

Source: Sensirion SPS30 data sheet, 5.2. To the device: address, command, length, data, check; from
it: address, command, state, length, data, check. Check: the sum's low byte, inverted.
"""

from dataclasses import dataclass

FLAG, ESCAPE, FLIP = 0x7E, 0x7D, 0x20
STUFFED = frozenset((FLAG, ESCAPE, 0x11, 0x13))
CONTENT_MAX = 2 * (5 + 255)
"""Bytes between the flags of the longest frame, if every one were stuffed."""


@dataclass(frozen=True, slots=True)
class Command:
    """A frame to the device whose check and length are right."""

    address: int
    code: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Byte:
    """A byte of a frame's content, and where (start, end) it stands in the stuffed bytes."""

    value: int
    start: int
    end: int


def check(content: bytes) -> int:
    return ~sum(content) & 0xFF


def framed(content: bytes, wrong: int = 0) -> bytes:
    """Check and flags around it. `wrong` is flipped in the check: 0 for a right one."""
    frame = bytearray((FLAG,))
    for value in (*content, check(content) ^ wrong):
        frame += bytes((ESCAPE, value ^ FLIP) if value in STUFFED else (value,))
    frame.append(FLAG)
    return bytes(frame)


def answer(command: int, state: int, data: bytes) -> bytes:
    """A frame from the device, whose address is 0."""
    return framed(bytes((0, command, state, len(data))) + data)


def unstuffed(stuffed: bytes, start: int = 0) -> list[Byte]:
    """What stands between two flags; `start` is where it begins. A last escape is left out."""
    content = []
    at = 0
    while at < len(stuffed):
        size = 2 if stuffed[at] == ESCAPE else 1
        if at + size <= len(stuffed):
            value = stuffed[at + 1] ^ FLIP if size > 1 else stuffed[at]
            content.append(Byte(value, start + at, start + at + size))
        at += size
    return content


class Receiver:
    """Takes bytes one by one and finds the commands among them."""

    def __init__(self) -> None:
        self._content: bytearray | None = None
        """Since the last flag; None: no flag has opened a frame."""

    def clear(self) -> None:
        self._content = None

    def take(self, value: int) -> Command | None:
        if value != FLAG:
            if self._content is not None:
                self._content.append(value)
                if len(self._content) > CONTENT_MAX:
                    self._content = None
            return None
        command = _command(bytes(self._content)) if self._content else None
        # The flag that ends what is not a frame may begin one.
        self._content = None if command else bytearray()
        return command


def _command(stuffed: bytes) -> Command | None:
    content = bytes(byte.value for byte in unstuffed(stuffed))
    is_frame = len(content) > 3 and content[2] == len(content) - 4  # noqa: PLR2004 - empty data
    if stuffed[-1] == ESCAPE or not is_frame or content[-1] != check(content[:-1]):
        return None
    return Command(content[0], content[1], content[3:-1])
