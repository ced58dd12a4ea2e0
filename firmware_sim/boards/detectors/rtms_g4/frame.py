"""Frames of the RTMS G4, both ways.

`FF AA`, qualifier, length of what follows the sensor id (data and checksum), sensor id, data,
checksum: the sum of the bytes of sensor id and data.
"""

from dataclasses import dataclass
from enum import IntEnum

SENTINEL = b"\xff\xaa"
HEADER_SIZE = 4
"""Before the sensor id."""
ID_SIZE, CHECKSUM_SIZE = 2, 2


class Qualifier(IntEnum):
    COUNT = 0x10
    OCCUPANCY = 0x11
    SPEED = 0x12
    GAP = 0x13
    CLASS_1 = 0x14
    CLASS_2 = 0x15
    CLASS_3 = 0x16
    CLASS_4 = 0x17
    CLASS_5 = 0x18
    NAK = 0x1A
    ACK = 0x1C
    HEADWAY = 0x1E
    SPEED_85 = 0x1F
    INFORMATION = 0x40
    SETUP = 0x41
    CLOCK = 0x49
    POLL = 0x53
    CLASSES = 0x57
    VEHICLE = 0x5E
    HEADER = 0x80
    FOOTER = 0x81
    INFORMATION_QUERY = 0xC0
    SETUP_QUERY = 0xC1
    CLASSES_QUERY = 0xD7
    CLOCK_QUERY = 0xF9


@dataclass(frozen=True, slots=True)
class Frame:
    qualifier: int
    sensor_id: int
    data: bytes = b""

    def to_bytes(self) -> bytes:
        summed = self.sensor_id.to_bytes(ID_SIZE, "big") + self.data
        length = len(self.data) + CHECKSUM_SIZE
        head = SENTINEL + bytes((self.qualifier, length))
        return head + summed + checksum(summed).to_bytes(CHECKSUM_SIZE, "big")


def checksum(data: bytes) -> int:
    return sum(data) & 0xFFFF


def cut(buffer: bytearray) -> Frame | None:
    """Takes the next frame with a right checksum off the buffer, stepping over what is none."""
    while (start := buffer.find(SENTINEL[:1])) >= 0:
        del buffer[:start]
        if len(buffer) < HEADER_SIZE:
            return None
        length = buffer[3]
        if buffer.startswith(SENTINEL) and length >= CHECKSUM_SIZE:
            end = HEADER_SIZE + ID_SIZE + length
            if len(buffer) < end:
                return None
            raw = bytes(buffer[:end])
            summed = raw[HEADER_SIZE:-CHECKSUM_SIZE]
            if int.from_bytes(raw[-CHECKSUM_SIZE:], "big") == checksum(summed):
                del buffer[:end]
                sensor_id = int.from_bytes(summed[:ID_SIZE], "big")
                return Frame(raw[2], sensor_id, summed[ID_SIZE:])
        del buffer[0]
    buffer.clear()
    return None
