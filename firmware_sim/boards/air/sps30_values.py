"""What an SPS30 makes of the air: masses, numbers and a typical size, in its two formats."""

import struct
from dataclasses import dataclass

FLOATS, INTEGERS = 0x03, 0x05
BIN_DIAMETERS_UM = (0.4, 0.7, 1.6, 3.2, 6.0)
"""Of typical particles between 0.3, 0.5, 1, 2.5, 4 and 10 µm."""
NUMBERS_PER_UGM3 = (5.03, 2.04, 1.07, 0.28, 0.20)
"""Particles/cm³ in each bin per µg/m³ up to 1 (twice), 1-2.5, 2.5-4 and 4-10 µm: the proportions
of a frame captured from a real sensor (PyPMS, 2021-09-07)."""


@dataclass(frozen=True, slots=True)
class Values:
    masses_ugm3: tuple[float, ...]
    """Up to 1, 2.5, 4 and 10 µm."""
    numbers_cm3: tuple[float, ...]
    """Up to 0.5, 1, 2.5, 4 and 10 µm."""
    size_um: float

    def to_bytes(self, output_format: int) -> bytes:
        if output_format == FLOATS:
            return struct.pack(">10f", *self.masses_ugm3, *self.numbers_cm3, self.size_um)
        values = (*self.masses_ugm3, *self.numbers_cm3, 1000 * self.size_um)  # size in nm
        return struct.pack(">10H", *(min(0xFFFF, round(value)) for value in values))


def values_of(pm1: float, pm25: float, pm4: float, pm10: float) -> Values:
    """`pm1` to `pm10` in µg/m³, none negative."""
    masses = (pm1, pm1, max(0.0, pm25 - pm1), max(0.0, pm4 - pm25), max(0.0, pm10 - pm4))
    bins = [mass * share for mass, share in zip(masses, NUMBERS_PER_UGM3, strict=True)]
    numbers = tuple(sum(bins[: last + 1]) for last in range(len(bins)))
    weighed = sum(number * size for number, size in zip(bins, BIN_DIAMETERS_UM, strict=True))
    size_um = weighed / numbers[-1] if numbers[-1] else 0.0
    return Values((pm1, pm25, pm4, pm10), numbers, size_um)
