"""Packets of the SS125: an 11-byte header and a body, each with its own CRC-8.

`5A 31`, destination sub-net and id, source sub-net and id, sequence number, body length without
its CRC, CRC of the ten bytes before. Body: message id, sub id, type, payload, CRC.
"""

from dataclasses import dataclass

SENTINEL = b"Z1"
HEADER_SIZE = 11
BODY_MIN, BODY_MAX = 3, 244
"""Without the CRC."""
READ, WRITE, RESULT = 0, 1, 2
POLYNOMIAL = 0x1C


def _remainder(byte: int) -> int:
    for _ in range(8):
        byte = (byte << 1) ^ (POLYNOMIAL if byte & 0x80 else 0)
    return byte & 0xFF


CRC_TABLE = bytes(map(_remainder, range(256)))


def crc8(data: bytes) -> int:
    crc = 0
    for byte in data:
        crc = CRC_TABLE[crc ^ byte]
    return crc


@dataclass(frozen=True, slots=True)
class Address:
    sub_net: int
    device_id: int

    def to_bytes(self) -> bytes:
        return bytes((self.sub_net,)) + self.device_id.to_bytes(2, "big")

    @classmethod
    def from_bytes(cls, data: bytes) -> "Address":
        return cls(data[0], int.from_bytes(data[1:3], "big"))


@dataclass(frozen=True, slots=True)
class Packet:
    destination: Address
    source: Address
    sequence: int
    body: bytes
    """Without its CRC."""
    is_body_right: bool = True
    """Its CRC says so."""

    def to_bytes(self) -> bytes:
        header = (
            SENTINEL
            + self.destination.to_bytes()
            + self.source.to_bytes()
            + bytes((self.sequence, len(self.body)))
        )
        return b"%b%c%b%c" % (header, crc8(header), self.body, crc8(self.body))


def cut(buffer: bytearray) -> Packet | None:
    """Takes the next packet with a right header off the buffer, stepping over what is none."""
    while (start := buffer.find(SENTINEL[:1])) >= 0:
        del buffer[:start]
        if len(buffer) < HEADER_SIZE:
            return None
        header = bytes(buffer[:HEADER_SIZE])
        size = header[9]
        if (
            header.startswith(SENTINEL)
            and crc8(header[:-1]) == header[-1]
            and BODY_MIN <= size <= BODY_MAX
        ):
            end = HEADER_SIZE + size + 1
            if len(buffer) < end:
                return None
            body, crc = bytes(buffer[HEADER_SIZE : end - 1]), buffer[end - 1]
            del buffer[:end]
            return Packet(
                destination=Address.from_bytes(header[2:5]),
                source=Address.from_bytes(header[5:8]),
                sequence=header[8],
                body=body,
                is_body_right=crc8(body) == crc,
            )
        del buffer[0]
    buffer.clear()
    return None
