"""Canoga loop card: bytes of the detection poll and its reply. No I/O.

Request: `<`, total length as two hex digits, address byte, type, checksum as two hex digits, `>`;
the checksum is the XOR of all that precedes it. The reply to `*` has no framing: four times
{duration ms u24, start ms since reset u32, count u8, state u8}, then the XOR of those 36 bytes.
"""

from functools import reduce
from operator import xor
from typing import NamedTuple

from edge.faults import AnswerError

INPUTS = 4
REPLY_LENGTH = 37
_RECORD_LENGTH = 9
_REQUEST_LENGTH = 8


class LoopRecord(NamedTuple):
    """The last vehicle that left one loop; `counter` (mod 256) says how many did.

    `start_ms` counts from the card's reset. What the bits of `state` mean is not documented.
    """

    duration_ms: int
    start_ms: int
    counter: int
    state: int


def detection_request(address: int) -> bytes:
    """The `*` poll of the card at `address` (0 to 15 backplane, 128 to 255 EEPROM)."""
    head = b"<%02X%c*" % (_REQUEST_LENGTH, address)
    return head + b"%02X>" % reduce(xor, head)


def decode_reply(reply: bytes) -> tuple[LoopRecord, ...]:
    """The card's four records; raises `AnswerError` with reason `length` or `checksum`."""
    if len(reply) != REPLY_LENGTH:
        raise AnswerError("length", f"{len(reply)} bytes, expected {REPLY_LENGTH}: {reply.hex()}")
    expected = reduce(xor, reply[:-1])
    if reply[-1] != expected:
        raise AnswerError("checksum", f"{reply[-1]:02x}, expected {expected:02x}: {reply.hex()}")
    return tuple(
        _record(reply[i : i + _RECORD_LENGTH]) for i in range(0, REPLY_LENGTH - 1, _RECORD_LENGTH)
    )


def _record(data: bytes) -> LoopRecord:
    return LoopRecord(
        int.from_bytes(data[0:3], "big"), int.from_bytes(data[3:7], "big"), data[7], data[8]
    )
