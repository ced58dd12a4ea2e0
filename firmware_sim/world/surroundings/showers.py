"""Rain from the scenario, and what it leaves behind: damp, shade and cleaner air."""

import math
from collections.abc import Sequence

from firmware_sim.world.surroundings.plan import ShowerPlan

SOAKING_S, DRYING_S = 600.0, 2400.0
"""Time constants with which air and ground get wet, and dry again."""
CLOUDS_AHEAD_S = 600.0
"""How long before and after a shower its clouds hide the sun."""
EXCHANGE_PER_S = 1 / 1200
"""How fast unwashed air from around replaces the washed."""


class Showers:
    def __init__(self, plans: Sequence[ShowerPlan]) -> None:
        self._plans = tuple(plans)

    def rate_mm_h(self, at_s: float) -> float:
        rate = 0.0
        for shower in self._plans:
            if shower.start_s <= at_s < shower.end_s:
                rate += shower.rate_mm_h
        return rate

    def total_mm(self, at_s: float) -> float:
        """Since the scenario's second 0."""
        total = 0.0
        for shower in self._plans:
            if at_s > shower.start_s:
                total += shower.rate_mm_h * (min(at_s, shower.end_s) - shower.start_s) / 3600
        return total

    def dampness(self, at_s: float) -> float:
        """0 dry, towards 1 in a shower that lasts."""
        dampest = 0.0
        for shower in self._plans:
            rained_s = min(at_s, shower.end_s) - shower.start_s
            if rained_s > 0:
                soaked = -math.expm1(-rained_s / SOAKING_S)
                dried = math.exp(-max(0.0, at_s - shower.end_s) / DRYING_S)
                dampest = max(dampest, soaked * dried)
        return dampest

    def overcast(self, at_s: float) -> float:
        """0 to 1: how much of the sky the shower's clouds cover."""
        cover = 0.0
        for shower in self._plans:
            away_s = max(shower.start_s - at_s, at_s - shower.end_s, 0.0)
            cover = max(cover, 1 - away_s / CLOUDS_AHEAD_S)
        return cover

    def left_in_air(self, at_s: float, washable: float) -> float:
        """The share of particles that rain has not washed out; `washable` 1 is for fine ones.

        A balance of washout and of exchange with the air around, dc/dt = -Λ·c + k·(1 - c). Λ =
        8.4e-5·R^0.79 per second, R in mm/h: J. Brandt et al., Atmos. Chem. Phys. 2, 2002.
        """
        left = 1.0
        for shower in self._plans:
            rained_s = min(at_s, shower.end_s) - shower.start_s
            if rained_s > 0:
                washout_per_s = washable * 8.4e-5 * shower.rate_mm_h**0.79
                loss = EXCHANGE_PER_S + washout_per_s
                lost = washout_per_s / loss * -math.expm1(-loss * rained_s)
                lost *= math.exp(-EXCHANGE_PER_S * max(0.0, at_s - shower.end_s))
                left *= 1 - lost
        return left
