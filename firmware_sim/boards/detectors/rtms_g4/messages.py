"""Data of the RTMS G4's frames."""

import struct
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from firmware_sim.boards.detectors.bins import Bin
from firmware_sim.boards.detectors.detection import Pass
from firmware_sim.boards.detectors.rtms_g4.frame import Qualifier
from firmware_sim.boards.detectors.rtms_g4.setup import (
    CLASS_MASK,
    CLASSES_BY_BITS,
    WITH_GAP,
    WITH_HEADWAY,
    WITH_SPEED_85,
)
from firmware_sim.boards.detectors.rtms_g4.stamp import bcd, stamp

MISSING = 0xFFFF
COUNT_MAX, OCCUPANCY_MAX, SPEED_MAX, TENTHS_MAX = 0xFE00, 1000, 200, 36000
"""Readers take higher ones for missing values."""
MPH_PER_KMH = 1 / 1.609344
HEADER = struct.Struct(">BHB7sBBHBB5x")
HEALTHY = 0x10


@dataclass(frozen=True, slots=True)
class StatHeader:
    message_number: int
    flags: int
    end_ms: int
    zones: int
    composition: int
    period_s: int
    page: int = 0
    supply_v: float = 12.0
    health: int = HEALTHY

    def to_bytes(self) -> bytes:
        return HEADER.pack(
            self.message_number,
            self.page,
            self.flags,
            stamp(self.end_ms),
            self.zones,
            self.composition,
            self.period_s,
            round(self.supply_v * 10),
            self.health,
        )


def statistics(
    zones: Sequence[Bin], composition: int, *, is_mph: bool
) -> Iterator[tuple[Qualifier, bytes]]:
    """The data frames between header and footer, in the order of their qualifiers."""

    def tenths(value: float | None) -> int:
        return MISSING if value is None else min(TENTHS_MAX, round(value * 10))

    def column(value: Callable[[Bin], int]) -> bytes:
        return b"".join(value(zone).to_bytes(2, "big") for zone in zones)

    yield Qualifier.COUNT, column(lambda zone: min(COUNT_MAX, zone.volume))
    yield Qualifier.OCCUPANCY, column(lambda zone: round(zone.occupancy * OCCUPANCY_MAX))
    yield Qualifier.SPEED, column(lambda zone: _speed(zone.speed_kmh, is_mph))
    if composition & WITH_GAP:
        yield Qualifier.GAP, column(lambda zone: tenths(zone.gap_s))
    for length_class, counted in CLASSES_BY_BITS[composition & CLASS_MASK].items():
        qualifier = Qualifier(Qualifier.CLASS_1 + length_class - 1)
        yield qualifier, column(partial(_count, counted))
    if composition & WITH_HEADWAY:
        yield Qualifier.HEADWAY, column(lambda zone: tenths(zone.headway_s))
    if composition & WITH_SPEED_85:
        yield Qualifier.SPEED_85, column(lambda zone: _speed(zone.speed_85_kmh, is_mph))


def vehicle_data(
    zone: int, seen: Pass, entered_ms: int, bounds_m: Sequence[float], *, is_mph: bool
) -> bytes:
    """Zone from 0, class, length in dm, speed, duration in ms, the stamp with its hundredths of a
    second first, unit.
    """
    duration_ms = min(0xFFFF, round((seen.left_s - seen.entered_s) * 1000))
    return (
        bytes((zone, bisect_right(bounds_m, seen.length_m), min(0xFF, round(seen.length_m * 10))))
        + bytes((min(SPEED_MAX, _speed(seen.speed_kmh, is_mph)),))
        + duration_ms.to_bytes(2, "big")
        + bytes((bcd(entered_ms % 1000 // 10),))
        + stamp(entered_ms)
        + bytes((is_mph,))
    )


def _count(length_classes: Sequence[int], zone: Bin) -> int:
    return min(COUNT_MAX, sum(zone.classes[place] for place in length_classes))


def _speed(speed_kmh: float | None, is_mph: bool) -> int:
    if speed_kmh is None:
        return MISSING
    return min(SPEED_MAX, round(speed_kmh * (MPH_PER_KMH if is_mph else 1)))
