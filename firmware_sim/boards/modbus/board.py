"""A Modbus device on an RS-485 line.

It hears all bytes of the line, other units' too, and answers what is addressed to it. A frame is
what stands between two silences of 3.5 characters; a wrong CRC, or another unit, meets silence.
"""

import math
from typing import Any, ClassVar

from firmware_sim.boards.board import Board, Part, Shown
from firmware_sim.boards.modbus.device import ProfileDevice
from firmware_sim.boards.modbus.explanation import explained
from firmware_sim.boards.modbus.functions import WRITES
from firmware_sim.boards.modbus.rtu import BROADCAST, FRAME_MAX, is_whole, with_crc
from firmware_sim.boards.modbus.server import serve

CRC_BYTES = 2
TICK_MIN_S = 0.25
"""All that is said on a line ticks all of its units, far oftener than anything in them changes."""


class ModbusBoard(Board):
    protocol: ClassVar[str] = "modbus"
    quiet_characters: ClassVar[float] = 3.5

    def __init__(self, unit: int, device: ProfileDevice) -> None:
        """`unit`: 1 to 254. It also answers the further addresses of its profile."""
        self.device = device
        self.measures = device.measures
        self.units = (unit, *device.profile.also)
        self._heeded = frozenset(bytes((number,)) for number in (BROADCAST, *self.units))
        self._heard = bytearray()
        self._ticked_s = -math.inf

    def receive(self, data: bytes, at_s: float) -> bytes:
        # One byte beyond the longest frame is kept: it makes the frame invalid.
        self._heard += data[: FRAME_MAX + 1 - len(self._heard)]
        return b""

    def quiet(self, at_s: float) -> bytes:
        frame = bytes(self._heard)
        self._heard.clear()
        # What is for others needs no CRC.
        if frame[:1] not in self._heeded or not is_whole(frame):
            return b""
        unit, request = frame[0], frame[1:-CRC_BYTES]
        if unit == BROADCAST:
            if request[0] in WRITES:
                serve(self.device, request, at_s)  # done, but nobody answers a broadcast
            return b""
        return with_crc(bytes((unit,)) + serve(self.device, request, at_s))

    def tick(self, at_s: float) -> None:
        if at_s - self._ticked_s >= TICK_MIN_S:
            self._ticked_s = at_s
            self.device.tick(at_s)

    def power_up(self, at_s: float) -> None:
        self._heard.clear()
        self.device.power_up(at_s)

    def keep(self) -> dict[str, Any]:
        return self.device.keep()

    def restore(self, kept: dict[str, Any]) -> None:
        self.device.restore(kept)

    def shows(self, at_s: float) -> Shown:
        return self.device.shows(at_s)

    def explain(self, frame: bytes, request: bytes | None) -> list[Part]:
        return explained(self.device.profile, self.units, frame, request)

    def with_wrong_checksum(self, frame: bytes) -> bytes:
        return frame[:-1] + bytes((frame[-1] ^ 0xFF,)) if frame else frame
