"""Who wants to drive through a lane: a daily profile, or a recorded day.

Demand comes in blocks of 30 s. A block follows from the seed, the lane and its number alone, so the
same moment has the same vehicles whether a bench ran up to it or was started in the middle.
"""

import math
import random
from collections.abc import Callable, Sequence
from typing import Protocol

from firmware_sim.world.vehicles import CLASSES, Vehicle, draw_class, draw_length_m

BLOCK_S = 30.0
VEHICLES_PER_BLOCK_MAX = 1000
VARIANCE_TO_MEAN = 0.35


class Demand(Protocol):
    def block(self, number: int) -> list[tuple[float, Vehicle]]:
        """Vehicles that want to pass in [30·number, 30·number + 30) s, by time."""


class ProfileDemand:
    """Drivers whose mean rate follows the hour of the day.

    Heavy traffic is more even than independent arrivals would be: counts vary with about a third of
    a Poisson process's variance.
    """

    def __init__(
        self,
        key: str,
        *,
        flow_veh_per_h: Sequence[float],
        free_speed_kmh: float,
        mix: dict[str, float],
        local_hour: Callable[[float], float],
    ) -> None:
        self._key = key
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

    def block(self, number: int) -> list[tuple[float, Vehicle]]:
        generator = random.Random(f"{self._key}/block/{number}")  # noqa: S311 - not a secret
        start_s = number * BLOCK_S
        mean = self.flow_at(start_s + BLOCK_S / 2) * BLOCK_S / 3600
        drawn = generator.gauss(mean, min(mean / 2, math.sqrt(VARIANCE_TO_MEAN * mean)))
        count = max(0, math.floor(drawn + generator.random()))
        # Each has a slot, and may stray out of it by half a slot to either side.
        slots = sorted(place + generator.uniform(-0.5, 1.5) for place in range(count))
        first_key = number * VEHICLES_PER_BLOCK_MAX
        return [
            (
                start_s + BLOCK_S * max(0.0, min(slot, count - 0.001)) / count,
                self._vehicle(generator, first_key + place),
            )
            for place, slot in enumerate(slots)
        ]

    def _vehicle(self, generator: random.Random, key: int) -> Vehicle:
        class_name = draw_class(generator, self._mix)
        factor = CLASSES[class_name].speed_factor * max(0.75, min(1.3, generator.gauss(1, 0.07)))
        return Vehicle(
            key,
            class_name,
            draw_length_m(generator, class_name),
            self._free_speed_kmh * factor,
            CLASSES[class_name].gap_s,
            generator.random(),
        )
