"""The RTMS G4's configuration: bytes as they are read and written, and what they mean.

Layouts follow IRIS, the traffic-management system of Minnesota's DOT, which reads and writes them.
"""

import struct
from dataclasses import dataclass

FLAG_MPH, FLAG_STAMP = 0x01, 0x04
WITH_GAP, WITH_HEADWAY, WITH_SPEED_85 = 0x80, 0x40, 0x04
CLASS_MASK = 0x3B
CLASSES_BY_BITS: dict[int, dict[int, tuple[int, ...]]] = {
    0x08: {5: (3, 4, 5)},
    0x38: {1: (1, 2), 3: (3,), 5: (4, 5)},
    0x3B: {length_class: (length_class,) for length_class in range(1, 6)},
}
"""Which classes have a frame, and whom it counts, where 2, 4 or 6 are told apart. Class 0, the
smallest, is what is left of the count.
"""
PORT = 0x4203
"""High-resolution occupancy, polled, 9600 baud."""
MODE_MASK, MODE_PER_VEHICLE = 0x1E00, 0x1200
MODES = {
    0x0C00: "normal",
    0x0400: "estadístico · statistical",
    0x0200: "por sondeo · polled",
    MODE_PER_VEHICLE: "por vehículo · per vehicle",
    0x0000: "spider",
}
CLASS_BOUNDS_DM = (30, 45, 55, 120, 160, 0)
"""Where classes 1 to 5 begin; the sixth byte says nothing."""
SETUP = struct.Struct(">HBHBBHHB3s")


@dataclass(frozen=True, slots=True)
class Setup:
    sensor_id: int
    zones: int
    period_s: int
    sensitivity: int = 7
    composition: int = WITH_GAP | WITH_HEADWAY | WITH_SPEED_85 | 0x38
    port_1: int = PORT
    port_2: int = PORT
    flags: int = FLAG_STAMP
    date: bytes = bytes((1, 1, 20))
    """Of the installation: day, month, year."""

    def to_bytes(self) -> bytes:
        return SETUP.pack(
            self.sensor_id,
            self.zones,
            self.period_s,
            self.sensitivity,
            self.composition,
            self.port_1,
            self.port_2,
            self.flags,
            self.date,
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> "Setup":
        """Of 15 bytes."""
        return cls(*SETUP.unpack(data))

    def may_follow(self, before: "Setup") -> bool:
        """Zones are drawn on site, and an id is changed with care: neither changes by message."""
        return (
            (self.sensor_id, self.zones) == (before.sensor_id, before.zones)
            and self.period_s > 0
            and self.composition & CLASS_MASK in CLASSES_BY_BITS
        )

    @property
    def is_mph(self) -> bool:
        return bool(self.flags & FLAG_MPH)

    @property
    def is_per_vehicle(self) -> bool:
        return self.port_1 & MODE_MASK == MODE_PER_VEHICLE
