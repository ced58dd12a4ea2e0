"""Who wants to drive through a lane: a daily profile, or a recorded day.

Demand comes in blocks of 30 s. A block follows from the seed, the lane and its number alone, so the
same moment has the same vehicles whether a bench ran up to it or was started in the middle.
"""

import math
import random
from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate
from typing import Protocol

from firmware_sim.world.traffic.recording import Recorded
from firmware_sim.world.traffic.vehicles import (
    Vehicle,
    draw_length_m,
    draw_vehicle,
    spread_around_zero,
)

BLOCK_S = 30.0
VEHICLES_PER_BLOCK_MAX, LANES_MAX = 1000, 100
VARIANCE_TO_MEAN = 0.35
TAIL_GAP_S = 0.2
LOOP_M = 2.0
"""What a recorded vehicle's slot must hold besides its length and `TAIL_GAP_S`."""

Arrival = tuple[float, Vehicle]


class Demand(Protocol):
    def block(self, number: int) -> list[Arrival]:
        """Vehicles that arrive in [30·number, 30·number + 30) s, by time."""


class ProfileDemand:
    """Drivers whose mean rate follows the hour of the day.

    Heavy traffic is more even than independent arrivals would be: counts vary with about a third of
    a Poisson process's variance.
    """

    def __init__(
        self,
        key: str,
        *,
        lane: int = 0,
        flow_veh_per_h: Sequence[float],
        free_speed_kmh: float,
        mix: Mapping[str, float],
        local_hour: Callable[[float], float],
    ) -> None:
        self._key = key
        self._lane = lane
        self._flow = flow_veh_per_h
        self._free_speed_kmh = free_speed_kmh
        self._mix = mix
        self._local_hour = local_hour

    def flow_at(self, time_s: float) -> float:
        """Veh/h, linear between the table's full hours."""
        hour = self._local_hour(time_s)
        first = int(hour) % 24
        share = hour - int(hour)
        return self._flow[first] * (1 - share) + self._flow[(first + 1) % 24] * share

    def block(self, number: int) -> list[Arrival]:
        generator = random.Random(f"{self._key}/block/{number}")  # noqa: S311 - not a secret
        start_s = number * BLOCK_S
        mean = self.flow_at(start_s + BLOCK_S / 2) * BLOCK_S / 3600
        deviation = min(mean / 2, math.sqrt(VARIANCE_TO_MEAN * mean))
        drawn = mean + deviation * spread_around_zero(generator)
        count = max(0, math.floor(drawn + generator.random()))
        # Each has a slot, and may stray out of it by half a slot to either side.
        slots = sorted(place + generator.uniform(-0.5, 1.5) for place in range(count))
        first_key = _first_key(number, self._lane)
        return [
            (
                start_s + BLOCK_S * max(0.0, min(slot, count - 0.001)) / count,
                draw_vehicle(generator, first_key + place, self._mix, self._free_speed_kmh),
            )
            for place, slot in enumerate(slots)
        ]


class RecordedDemand:
    """Vehicles that reproduce each interval's count (rounded, the rest carried) and mean speed.

    After its last interval the recording begins again. An interval that counted vehicles at no
    speed gives none: nothing crosses a station at 0 km/h.
    """

    def __init__(
        self, key: str, recording: Sequence[Recorded], mix: Mapping[str, float], *, lane: int = 0
    ) -> None:
        self._key = key
        self._lane = lane
        self._recording = recording
        self._mix = mix
        vehicles = (interval.flow_veh_per_h * BLOCK_S / 3600 for interval in recording)
        self._total = [0, *(int(total + 0.5) for total in accumulate(vehicles))]

    def block(self, number: int) -> list[Arrival]:
        index = number % len(self._recording)
        count = self._total[index + 1] - self._total[index]
        mean_kmh = self._recording[index].speed_kmh
        if count == 0 or mean_kmh <= 0:
            return []
        generator = random.Random(f"{self._key}/block/{number}")  # noqa: S311 - not a secret
        first_key = _first_key(number, self._lane)
        slot_s = BLOCK_S / count
        return [
            (
                number * BLOCK_S + (place + 0.05) * slot_s,
                self._vehicle(generator, first_key + place, speed_kmh, slot_s),
            )
            for place, speed_kmh in enumerate(_speeds(generator, mean_kmh, count))
        ]

    def _vehicle(
        self, generator: random.Random, key: int, speed_kmh: float, slot_s: float
    ) -> Vehicle:
        """Of a class that is over the loop before the next one's slot begins."""
        drawn = draw_vehicle(generator, key, self._mix, speed_kmh)
        for class_name in (drawn.class_name, "car", "motorcycle"):
            length_m = draw_length_m(generator, class_name)
            if (length_m + LOOP_M) / (speed_kmh / 3.6) + TAIL_GAP_S < slot_s:
                break
        return Vehicle(key, class_name, length_m, speed_kmh, drawn.luck)


def _first_key(block: int, lane: int) -> int:
    return (block * LANES_MAX + lane) * VEHICLES_PER_BLOCK_MAX


def _speeds(generator: random.Random, mean_kmh: float, count: int) -> list[float]:
    """Speeds in pairs above and below, so that their mean is the recorded one."""
    speeds: list[float] = []
    for _ in range(count // 2):
        offset = mean_kmh * generator.uniform(0.0, 0.06)
        speeds += [mean_kmh + offset, mean_kmh - offset]
    if count % 2:
        speeds.append(mean_kmh)
    return speeds
