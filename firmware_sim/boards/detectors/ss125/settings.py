"""The SS125's configuration: payloads as they are read and written, and what they mean.

What is written works at once, and outlives a power failure only when flash is written (0x08).
"""

import struct

from firmware_sim.boards.detectors.ss125.values import FEET_PER_M, fixed16, from_fixed16

GENERAL, DATA, CLASSES = 0x00, 0x03, 0x13
LENGTHS = {DATA: (21, 23), CLASSES: (0, 2, 4, 6)}
"""Where lengths stand in a payload, each a fixed16 in feet or metres."""
CIRCULAR = 1
"""Storage mode: the newest interval takes the oldest one's place."""
PUSHES_ENABLED_AT = (5, 11, 17)
"""Where the data configuration switches on what is sent unasked: events, intervals, presence."""
CLASS_BOUNDS_FT = (10, 18, 39, 255)
"""Upper bounds of motorcycles, short, medium and long vehicles."""
LOOP_SEPARATION_FT, LOOP_SIZE_FT = 16, 6
"""The loops that its pushes imitate. Ours: the factory's are not documented publicly."""


def general(location: str, serial_number: str) -> bytes:
    """Orientation, location, description, serial number, metric flag (0: miles and feet)."""
    fields = (b"NE", location.encode(), b"SmartSensor HD", serial_number.encode(), 0)
    return struct.pack(">2s32s32s16sB", *fields)


def data(period_s: int) -> bytes:
    """Interval, storage mode, three pushes (port, protocol, on, sub-net, id), loops."""
    loops = fixed16(LOOP_SEPARATION_FT) + fixed16(LOOP_SIZE_FT)
    return struct.pack(">HB18s4s", period_s, CIRCULAR, bytes(18), loops)


class Settings:
    def __init__(self, *, location: str, serial_number: str, period_s: int) -> None:
        self.payloads = {
            GENERAL: general(location, serial_number),
            DATA: data(period_s),
            CLASSES: b"".join(map(fixed16, CLASS_BOUNDS_FT)),
        }
        self.factory = dict(self.payloads)
        self.flash = dict(self.payloads)

    @property
    def is_metric(self) -> bool:
        return bool(self.payloads[GENERAL][-1])

    @property
    def period_s(self) -> int:
        return max(1, int.from_bytes(self.payloads[DATA][:2], "big"))

    @property
    def bounds_m(self) -> tuple[float, ...]:
        """The last upper bound bounds nothing: what is longer is long too."""
        payload = self.payloads[CLASSES]
        return tuple(from_fixed16(payload[at : at + 2]) / self.lengths_per_m for at in (0, 2, 4))

    @property
    def lengths_per_m(self) -> float:
        return 1.0 if self.is_metric else FEET_PER_M

    def write(self, message_id: int, payload: bytes) -> None:
        """Of the same size as the payload it replaces."""
        before = self.lengths_per_m
        if message_id == GENERAL:
            serial_number = self.payloads[GENERAL][66:82]  # the factory's
            payload = payload[:66] + serial_number + bytes((payload[82] != 0,))
        self.payloads[message_id] = payload
        if message_id == GENERAL and self.lengths_per_m != before:
            self._convert(self.lengths_per_m / before)

    def power_up(self) -> None:
        self.payloads = dict(self.flash)

    def save(self) -> None:
        self.flash = dict(self.payloads)

    def keep(self) -> dict[str, str]:
        """What somebody wrote: the rest may be another when the bench starts again."""
        return {
            str(message_id): payload.hex()
            for message_id, payload in self.flash.items()
            if payload != self.factory[message_id]
        }

    def restore(self, kept: dict[str, str]) -> None:
        self.flash |= {int(name): bytes.fromhex(payload) for name, payload in kept.items()}
        self.power_up()

    def _convert(self, factor: float) -> None:
        """The same lengths in the other unit."""
        for message_id, places in LENGTHS.items():
            payload = bytearray(self.payloads[message_id])
            for at in places:
                payload[at : at + 2] = fixed16(from_fixed16(bytes(payload[at : at + 2])) * factor)
            self.payloads[message_id] = bytes(payload)
