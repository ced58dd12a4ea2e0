"""NTCIP 1203 objects that the edge uses, and the codes in them. No I/O."""

import struct
from typing import NamedTuple

from edge.faults import AnswerError

_DMS = "1.3.6.1.4.1.1206.4.2.3"

CONTROL_MODE = f"{_DMS}.6.1.0"
ACTIVATE_MESSAGE = f"{_DMS}.6.3.0"
TIME_REMAINING = f"{_DMS}.6.4.0"
TABLE_SOURCE = f"{_DMS}.6.5.0"
SHORT_POWER_RECOVERY_MESSAGE = f"{_DMS}.6.8.0"
LONG_POWER_RECOVERY_MESSAGE = f"{_DMS}.6.9.0"
COMM_LOSS_MESSAGE = f"{_DMS}.6.12.0"
COMM_LOSS_TIME = f"{_DMS}.6.13.0"
ACTIVATE_ERROR = f"{_DMS}.6.17.0"
MULTI_ERROR = f"{_DMS}.6.18.0"
MULTI_ERROR_POSITION = f"{_DMS}.6.19.0"
VALIDATE_ERROR = f"{_DMS}.5.9.0"
SHORT_ERROR_STATUS = f"{_DMS}.9.7.1.0"

CHANGEABLE, CURRENT_BUFFER, BLANK = 3, 5, 7
"""Message memories."""
VALID, ERROR, MODIFY_REQUEST, VALIDATE_REQUEST = 4, 5, 6, 7
"""Status of a message row."""
LOCAL = 2
"""dmsControlMode: someone stands at the cabinet."""
ACTIVATE_ERRORS = {
    1: "other",
    3: "priority",
    4: "message status",
    5: "memory type",
    6: "message number",
    7: "message CRC",
    8: "MULTI syntax",
    9: "local control",
    10: "central control",
    11: "central override",
}
WORTH_ANOTHER_TRY = frozenset({4, 5, 6, 7})
"""Activate errors that writing the message once more can heal."""
NO_SUCH_MESSAGE = frozenset({4, 5, 6})
"""Activate errors of a sign that does not have the message's memory or number."""
MULTI_ERRORS = {
    1: "other",
    3: "unsupported tag",
    4: "tag value",
    5: "text too big",
    6: "font",
    7: "character",
    12: "too many pages",
}

ROW = 1
"""The row of changeable memory that the edge writes."""
DURATION_FOR_EVER = 65535
_PRIORITY_HIGHEST = 255


class MessageRow(NamedTuple):
    """Object identifiers of one row of the message table."""

    multi: str
    owner: str
    crc: str
    beacon: str
    pixel_service: str
    priority: str
    status: str


def message_row(memory: int, number: int) -> MessageRow:
    return MessageRow(*(f"{_DMS}.5.8.1.{column}.{memory}.{number}" for column in range(3, 10)))


class MessageId(NamedTuple):
    """A MessageIDCode: which message; 5 bytes on the wire."""

    memory: int
    number: int
    crc: int

    def to_bytes(self) -> bytes:
        return struct.pack(">BHH", *self)

    @classmethod
    def from_bytes(cls, data: bytes) -> "MessageId":
        """Raises `AnswerError("content")` when these are not 5 bytes."""
        if len(data) != struct.calcsize(">BHH"):
            raise AnswerError("content", f"MessageIDCode of {len(data)} bytes: {data.hex()}")
        return cls(*struct.unpack(">BHH", data))


BLANK_MESSAGE = MessageId(BLANK, 1, 0)


def activation_code(message: MessageId, duration_min: int) -> bytes:
    """A MessageActivationCode of 12 bytes.

    Always of the highest priority: which message is to be shown was decided by the centre, and a
    sign must not hold on to an older one. The source address is left 0.0.0.0.
    """
    return struct.pack(">HB", duration_min, _PRIORITY_HIGHEST) + message.to_bytes() + bytes(4)


def message_crc(multi: bytes, beacon: int = 0, pixel_service: int = 0) -> int:
    """dmsMessageCRC: CRC-16/X-25 over MULTI, beacon and pixel service, its two bytes swapped."""
    crc = 0xFFFF
    for byte in (*multi, beacon, pixel_service):
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x8408 if crc & 1 else 0)
    crc ^= 0xFFFF
    return crc >> 8 | (crc & 0xFF) << 8
