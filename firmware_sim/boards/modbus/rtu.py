"""Modbus RTU frames: unit, function and data, CRC (Modbus over serial line 1.02, 2.5.1)."""

import struct

FRAME_MIN, FRAME_MAX = 4, 256
"""Bytes: the unit, a function and the CRC at least; 253 of function and data at most."""
BROADCAST = 0
EXCEPTION_BIT = 0x80


def _crc_of_byte(byte: int) -> int:
    for _ in range(8):
        byte = (byte >> 1) ^ (0xA001 if byte & 1 else 0)
    return byte


_CRC_TABLE = tuple(_crc_of_byte(byte) for byte in range(256))


def crc16(data: bytes) -> int:
    """Polynomial 0x8005 reflected (0xA001), initial 0xFFFF; sent low byte first."""
    crc = 0xFFFF
    for byte in data:
        crc = (crc >> 8) ^ _CRC_TABLE[(crc ^ byte) & 0xFF]
    return crc


def with_crc(data: bytes) -> bytes:
    return data + struct.pack("<H", crc16(data))


def is_whole(frame: bytes) -> bool:
    """Is its length one that a frame may have, and its CRC right?"""
    return FRAME_MIN <= len(frame) <= FRAME_MAX and with_crc(frame[:-2]) == frame
