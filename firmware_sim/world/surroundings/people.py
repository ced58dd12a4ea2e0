"""Totals of who passed: whole numbers that only grow, and nothing that tells one from another."""

import math
import random
from collections.abc import Sequence
from itertools import accumulate

from firmware_sim.world.calendar import Calendar
from firmware_sim.world.noise import SmoothNoise

DAY_S = 86400.0
STRAY_S, SPELL_S = 450.0, 1800.0
"""A crowd comes up to `STRAY_S` early or late. The noise's steepest slope is 3 per period: with a
quarter of the period as its amplitude, nobody ever leaves the total again."""

BY_WEEKDAY = (1.0, 1.0, 1.02, 1.0, 1.06, 0.9, 0.55)
"""From Monday to Sunday."""
DAY_SPREAD, PLACE_SPREAD = 0.06, 0.4

# Per hour of a working day, at each full local hour.
PEOPLE = (
    18, 9, 6, 6, 22, 110, 260, 390, 360, 290, 270, 310,
    420, 380, 310, 300, 340, 440, 470, 340, 230, 150, 90, 40,
)  # fmt: skip
WIFI = (
    14, 8, 5, 5, 16, 75, 170, 250, 240, 205, 200, 225,
    290, 265, 220, 215, 240, 300, 310, 230, 160, 110, 65, 30,
)  # fmt: skip


class Total:
    """Counts since the midnight before the scenario's second 0. Places and days differ."""

    def __init__(self, key: str, per_hour: Sequence[float], calendar: Calendar) -> None:
        self._key = key
        self._per_hour = (*per_hour, per_hour[0])
        hours = range(len(per_hour))
        between = ((self._per_hour[hour] + self._per_hour[hour + 1]) / 2 for hour in hours)
        self._by_hour = (0.0, *accumulate(between))
        self._weekday = calendar.weekday(0.0)
        self._midnight_s = calendar.local_hour(0.0) * 3600
        self._crowds = SmoothNoise(key, SPELL_S)
        self._size = 1 + self._drawn("place", PLACE_SPREAD)
        self._before = [0.0]
        """Of each day so far: what the days before it counted, in usual days."""

    def __call__(self, at_s: float) -> float:
        since_s = self._midnight_s + at_s + STRAY_S * self._crowds(at_s)
        number, second = divmod(max(0.0, since_s), DAY_S)
        day = int(number)
        while len(self._before) <= day + 1:
            self._before.append(self._before[-1] + self._busy(len(self._before) - 1))
        hour = int(second // 3600)
        share = second / 3600 - hour
        first, last = self._per_hour[hour], self._per_hour[hour + 1]
        within = self._by_hour[hour] + share * (first + share * (last - first) / 2)
        # Between two midnights, in the day's own measure.
        busy = self._before[day + 1] - self._before[day]
        counted = self._before[day] * self._by_hour[-1] + busy * within
        return float(math.floor(self._size * counted))

    def _busy(self, day: int) -> float:
        """How many come, as a share of a usual day."""
        return BY_WEEKDAY[(self._weekday + day) % 7] * (1 + self._drawn(f"day/{day}", DAY_SPREAD))

    def _drawn(self, what: str, spread: float) -> float:
        generator = random.Random(f"{self._key}/{what}")  # noqa: S311 - not a secret
        return generator.uniform(-spread, spread)
