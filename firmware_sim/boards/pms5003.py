"""Plantower PMS5003 particle sensor: 9600 8N1, pushes a frame every second or answers when asked.

Frame: `42 4D`, length 28, thirteen u16, checksum u16 (sum of everything before it). Commands:
`42 4D`, command, data u16, checksum u16.
"""

import struct
from collections.abc import Callable
from typing import Final

from firmware_sim.world.air import Particles

HEAD = b"\x42\x4d"
COMMAND_LENGTH = 7
READ, MODE, SLEEP = 0xE2, 0xE1, 0xE4
VERSION, ERRORS = 0x97, 0x00
COUNTS_PER_UGM3 = (180.0, 52.0, 9.0, 0.8, 0.15, 0.05)
"""Particles in 0.1 L above 0.3, 0.5, 1, 2.5, 5 and 10 µm, per µg/m³ of PM2.5: town air."""


def frame(factory: Particles, atmospheric: Particles, counts: tuple[int, ...]) -> bytes:
    masses = (
        *(factory.pm1, factory.pm25, factory.pm10),
        *(atmospheric.pm1, atmospheric.pm25, atmospheric.pm10),
    )
    words = [min(0xFFFF, round(value)) for value in (*masses, *counts)]
    body = HEAD + struct.pack(">H12HBB", 28, *words, VERSION, ERRORS)
    return body + struct.pack(">H", sum(body))


def acknowledgement(command: int, data: int) -> bytes:
    body = HEAD + struct.pack(">HBB", 4, command, data)
    return body + struct.pack(">H", sum(body))


class Pms5003:
    quiet_characters = 20.0
    push_period_s: Final = 1.0

    def __init__(self, particles: Callable[[float], Particles]) -> None:
        self._particles = particles
        self._buffer = bytearray()
        self._is_active = True
        self._is_awake = True

    def receive(self, data: bytes, at_s: float) -> bytes:
        self._buffer += data
        answers = b""
        while (start := self._buffer.find(HEAD)) >= 0:
            del self._buffer[:start]
            if len(self._buffer) < COMMAND_LENGTH:
                return answers
            command = bytes(self._buffer[:COMMAND_LENGTH])
            if int.from_bytes(command[5:], "big") == sum(command[:5]):
                del self._buffer[:COMMAND_LENGTH]
                answers += self._obey(command[2], int.from_bytes(command[3:5], "big"), at_s)
            else:
                del self._buffer[0]
        # A first byte of a head may be waiting for its second.
        self._buffer[:] = self._buffer[-1:] if self._buffer.endswith(HEAD[:1]) else b""
        return answers

    def quiet(self, at_s: float) -> bytes:
        self._buffer.clear()
        return b""

    def push(self, at_s: float) -> bytes:
        return self._reading(at_s) if self._is_awake and self._is_active else b""

    def _obey(self, command: int, data: int, at_s: float) -> bytes:
        if command == SLEEP and data in (0, 1):
            self._is_awake = bool(data)
            return acknowledgement(command, data)
        if not self._is_awake:
            return b""
        if command == MODE and data in (0, 1):
            self._is_active = bool(data)
            return acknowledgement(command, data)
        if command == READ and not self._is_active:
            return self._reading(at_s)
        return b""

    def _reading(self, at_s: float) -> bytes:
        air = self._particles(at_s)
        # Above about 30 µg/m³ the factory's own figure runs ahead of the atmospheric one.
        factor = 1.0 + 0.5 * max(0.0, min(1.0, (air.pm25 - 30.0) / 70.0))
        factory = Particles(air.pm1 * factor, air.pm25 * factor, air.pm10 * factor)
        counts = tuple(round(air.pm25 * share) for share in COUNTS_PER_UGM3)
        return frame(factory, air, counts)
