"""Modbus TCP frames (Modbus Messaging on TCP/IP 1.0b, 3.1.3). No I/O.

Frame: MBAP header (transaction id, protocol 0, length of what follows, unit), function, data.
"""

import struct
from typing import NamedTuple

HEADER_LENGTH = 7
_HEADER = struct.Struct(">HHHB")
_LENGTH_MIN, _LENGTH_MAX = 2, 254
"""The unit and at least a function, at most the longest function and data (253)."""


class MbapError(Exception):
    """Not a Modbus TCP header: where the next one begins is unknown."""


class Header(NamedTuple):
    transaction_id: int
    unit: int
    body_length: int
    """Of function and data."""


def decode_header(data: bytes) -> Header:
    """`HEADER_LENGTH` bytes; raises `MbapError`."""
    transaction_id, protocol, length, unit = _HEADER.unpack(data)
    if protocol != 0:
        raise MbapError(f"protocol {protocol}")
    if not _LENGTH_MIN <= length <= _LENGTH_MAX:
        raise MbapError(f"length {length}")
    return Header(transaction_id, unit, length - 1)


def encode_frame(transaction_id: int, unit: int, body: bytes) -> bytes:
    return _HEADER.pack(transaction_id, 0, len(body) + 1, unit) + body
