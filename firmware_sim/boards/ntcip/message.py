"""Messages of a dynamic message sign and the codes that name them (NTCIP 1203)."""

import struct
from dataclasses import dataclass
from enum import IntEnum


class Memory(IntEnum):
    """dmsMessageMemoryType."""

    PERMANENT = 2
    CHANGEABLE = 3
    VOLATILE = 4
    CURRENT_BUFFER = 5
    SCHEDULE = 6
    BLANK = 7


class RowStatus(IntEnum):
    """dmsMessageStatus."""

    NOT_USED = 1
    MODIFYING = 2
    VALIDATING = 3
    VALID = 4
    ERROR = 5
    MODIFY_REQUEST = 6
    VALIDATE_REQUEST = 7
    NOT_USED_REQUEST = 8


def crc_x25(data: bytes) -> int:
    """CRC-16/X-25: 0x1021 reflected, initial and final 0xFFFF."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x8408 if crc & 1 else 0)
    return crc ^ 0xFFFF


def message_crc(multi: bytes, beacon: int, pixel_service: int) -> int:
    """Over MULTI, beacon and pixel service, then its two bytes swapped."""
    crc = crc_x25(multi + bytes((beacon, pixel_service)))
    return (crc & 0xFF) << 8 | crc >> 8


@dataclass(frozen=True, slots=True)
class Message:
    """One row of the message table."""

    multi: bytes = b""
    owner: bytes = b""
    crc: int = 0
    beacon: int = 0
    pixel_service: int = 0
    priority: int = 0
    status: RowStatus = RowStatus.NOT_USED
    validated_s: float = 0.0
    """When a row that is being validated will have its result."""


def blank_message(number: int) -> Message:
    """Blank rows carry their number as run-time priority, and a CRC of 0."""
    return Message(priority=number, status=RowStatus.VALID)


@dataclass(frozen=True, slots=True)
class MessageId:
    """MessageIDCode: 5 bytes."""

    memory: int
    number: int
    crc: int

    @classmethod
    def from_bytes(cls, data: bytes) -> "MessageId":
        """Raises `struct.error` unless there are 5 bytes."""
        return cls(*struct.unpack(">BHH", data))

    def to_bytes(self) -> bytes:
        return struct.pack(">BHH", self.memory, self.number, self.crc)


BLANK_ID = MessageId(Memory.BLANK, 1, 0)
FOR_EVER_MIN = 65535


@dataclass(frozen=True, slots=True)
class ActivationCode:
    """MessageActivationCode: 12 bytes. Duration in minutes, 65535 for ever."""

    duration_min: int
    priority: int
    message: MessageId
    source: bytes
    """IPv4 address of who asks."""

    @classmethod
    def from_bytes(cls, data: bytes) -> "ActivationCode":
        """Raises `struct.error` unless there are 12 bytes."""
        duration_min, priority, message, source = struct.unpack(">HB5s4s", data)
        return cls(duration_min, priority, MessageId.from_bytes(message), source)

    def to_bytes(self) -> bytes:
        return struct.pack(
            ">HB5s4s", self.duration_min, self.priority, self.message.to_bytes(), self.source
        )
