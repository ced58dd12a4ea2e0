"""Modbus RTU servers that share one RS-485 line (Modbus over serial line 1.02, application 1.1b3).

A frame is what stands between two silences of 3.5 characters. A wrong CRC, or a unit that is not
there, meets silence; a request that cannot be served meets an exception.
"""

import struct
from collections.abc import Mapping, Sequence
from typing import Protocol

ILLEGAL_FUNCTION, ILLEGAL_ADDRESS, ILLEGAL_VALUE = 1, 2, 3
READ_HOLDING, READ_INPUT, WRITE_ONE, WRITE_MANY = 3, 4, 6, 16
BROADCAST = 0
FRAME_MIN, FRAME_MAX = 4, 256
READ_MAX, WRITE_MAX = 125, 123
READ_LENGTH = WRITE_ONE_LENGTH = 5
WRITE_MANY_LENGTH_MIN = 6


class ModbusError(Exception):
    """The server refuses; `code` is the exception code of the standard."""

    def __init__(self, code: int) -> None:
        super().__init__(f"exception {code}")
        self.code = code


class ModbusUnit(Protocol):
    """The registers of one device; both methods raise `ModbusError`."""

    def read(self, function: int, address: int, count: int, at_s: float) -> Sequence[int]:
        """Function is 3 or 4; returns `count` words."""

    def write(self, address: int, words: Sequence[int], at_s: float) -> None:
        """All of the words, or none."""


def crc16(data: bytes) -> int:
    """Polynomial 0xA001 reflected, initial 0xFFFF; sent low byte first."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0xA001 if crc & 1 else 0)
    return crc


def with_crc(data: bytes) -> bytes:
    return data + struct.pack("<H", crc16(data))


class ModbusLine:
    quiet_characters = 3.5
    push_period_s = None

    def __init__(self, units: Mapping[int, ModbusUnit]) -> None:
        self.units = units
        self._buffer = bytearray()

    def receive(self, data: bytes, at_s: float) -> bytes:
        # One byte beyond the longest frame is kept: it makes the frame invalid.
        self._buffer += data[: FRAME_MAX + 1 - len(self._buffer)]
        return b""

    def quiet(self, at_s: float) -> bytes:
        frame = bytes(self._buffer)
        self._buffer.clear()
        return self.answer(frame, at_s)

    def push(self, at_s: float) -> bytes:
        return b""

    def answer(self, frame: bytes, at_s: float) -> bytes:
        if not FRAME_MIN <= len(frame) <= FRAME_MAX or with_crc(frame[:-2]) != frame:
            return b""
        unit, function, body = frame[0], frame[1], frame[2:-2]
        if unit == BROADCAST:
            self._broadcast(function, body, at_s)
            return b""
        device = self.units.get(unit)
        if device is None:
            return b""
        try:
            answer = bytes((unit, function)) + _serve(device, function, body, at_s)
        except ModbusError as error:
            answer = bytes((unit, function | 0x80, error.code))
        return with_crc(answer)

    def _broadcast(self, function: int, body: bytes, at_s: float) -> None:
        if function not in (WRITE_ONE, WRITE_MANY):
            return
        for device in self.units.values():
            try:
                _serve(device, function, body, at_s)
            except ModbusError:
                continue  # nobody answers a broadcast, not even with an exception


def _serve(device: ModbusUnit, function: int, body: bytes, at_s: float) -> bytes:
    if function in (READ_HOLDING, READ_INPUT):
        return _read(device, function, body, at_s)
    if function == WRITE_ONE:
        address, value = _words(body, WRITE_ONE_LENGTH - 1)
        device.write(address, [value], at_s)
        return body
    if function == WRITE_MANY:
        return _write_many(device, body, at_s)
    raise ModbusError(ILLEGAL_FUNCTION)


def _read(device: ModbusUnit, function: int, body: bytes, at_s: float) -> bytes:
    address, count = _words(body, READ_LENGTH - 1)
    if not 1 <= count <= READ_MAX:
        raise ModbusError(ILLEGAL_VALUE)
    words = device.read(function, address, count, at_s)
    return struct.pack(f">B{count}H", 2 * count, *words)


def _write_many(device: ModbusUnit, body: bytes, at_s: float) -> bytes:
    if len(body) < WRITE_MANY_LENGTH_MIN:
        raise ModbusError(ILLEGAL_VALUE)
    address, count, byte_count = struct.unpack(">HHB", body[:5])
    if not 1 <= count <= WRITE_MAX or byte_count != 2 * count or len(body) != 5 + byte_count:
        raise ModbusError(ILLEGAL_VALUE)
    device.write(address, struct.unpack(f">{count}H", body[5:]), at_s)
    return body[:4]


def _words(body: bytes, length: int) -> tuple[int, int]:
    if len(body) != length:
        raise ModbusError(ILLEGAL_VALUE)
    first, second = struct.unpack(">HH", body)
    return first, second
