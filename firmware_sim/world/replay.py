"""A lane that relives a recording: 30-second flow and mean speed from a CSV file."""

import csv
import random
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

from firmware_sim.world.demand import BLOCK_S, VEHICLES_PER_BLOCK_MAX
from firmware_sim.world.vehicles import Vehicle, draw_class, draw_length_m

HEADER = ["interval", "flow_veh_per_h", "speed_mph"]
KMH_PER_MPH = 1.609344
TAIL_GAP_S = 0.1
"""Least time between one vehicle's tail and the next one's front over a loop."""
LOOP_M = 2.0
"""What a vehicle's slot must hold besides its length."""


class ReplayError(Exception):
    """A recording that cannot be used: says which line and what is expected there."""


@dataclass(frozen=True, slots=True)
class Recorded:
    flow_veh_per_h: float
    speed_kmh: float


def read_recording(path: Path) -> list[Recorded]:
    """The intervals in order; raises `ReplayError`."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
    except (OSError, UnicodeDecodeError) as error:
        raise ReplayError(f"{path}: cannot be read: {error}") from error
    if not rows or [cell.strip() for cell in rows[0]] != HEADER:
        raise ReplayError(f"{path}: line 1: the header must be {','.join(HEADER)}")
    recording = [_interval(path, line, row) for line, row in enumerate(rows[1:], start=2) if row]
    if not recording:
        raise ReplayError(f"{path}: has no interval after its header")
    return recording


def _interval(path: Path, line: int, row: list[str]) -> Recorded:
    try:
        _, flow, speed_mph = (float(cell) for cell in row)
    except ValueError as error:
        raise ReplayError(f"{path}: line {line}: three numbers expected, not {row!r}") from error
    if not (0 <= flow <= 4000 and 0 <= speed_mph <= 120):  # noqa: PLR2004 - a lane's limits, said below
        raise ReplayError(f"{path}: line {line}: flow 0 to 4000 veh/h, speed 0 to 120 mph")
    return Recorded(flow, speed_mph * KMH_PER_MPH)


class ReplayDemand:
    """Vehicles that reproduce each interval's count (rounded, the rest carried) and mean speed.

    After its last interval the recording begins again.
    """

    def __init__(self, key: str, recording: list[Recorded], mix: dict[str, float]) -> None:
        self._key = key
        self._recording = recording
        self._mix = mix
        vehicles = (interval.flow_veh_per_h * BLOCK_S / 3600 for interval in recording)
        self._total = [0, *(int(total + 0.5) for total in accumulate(vehicles))]

    def block(self, number: int) -> list[tuple[float, Vehicle]]:
        index = number % len(self._recording)
        count = self._total[index + 1] - self._total[index]
        mean_kmh = self._recording[index].speed_kmh
        if count == 0 or mean_kmh <= 0:
            return []
        generator = random.Random(f"{self._key}/block/{number}")  # noqa: S311 - not a secret
        slot_s = BLOCK_S / count
        vehicles = []
        for place, speed_kmh in enumerate(_speeds(generator, mean_kmh, count)):
            class_name, length_m = self._fitting(generator, slot_s, speed_kmh)
            vehicle = Vehicle(
                number * VEHICLES_PER_BLOCK_MAX + place,
                class_name,
                length_m,
                speed_kmh,
                TAIL_GAP_S,
                generator.random(),
            )
            vehicles.append((number * BLOCK_S + (place + 0.05) * slot_s, vehicle))
        return vehicles

    def _fitting(
        self, generator: random.Random, slot_s: float, speed_kmh: float
    ) -> tuple[str, float]:
        """A vehicle that is over the loop before the next one's slot begins."""
        class_name = draw_class(generator, self._mix)
        for candidate in (class_name, "car", "motorcycle"):
            length_m = draw_length_m(generator, candidate)
            if (length_m + LOOP_M) / (speed_kmh / 3.6) + 2 * TAIL_GAP_S < slot_s:
                return candidate, length_m
        return "motorcycle", 2.0


def _speeds(generator: random.Random, mean_kmh: float, count: int) -> list[float]:
    """Speeds in pairs above and below, so that their mean is the recorded one."""
    speeds: list[float] = []
    for _ in range(count // 2):
        offset = mean_kmh * generator.uniform(0.0, 0.06)
        speeds += [mean_kmh + offset, mean_kmh - offset]
    if count % 2:
        speeds.append(mean_kmh)
    return speeds
