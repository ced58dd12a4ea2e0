"""Rain from the scenario, and what it leaves behind: damp, shade and cleaner air."""

import math
from bisect import bisect_right
from collections.abc import Sequence

from firmware_sim.world.surroundings.plan import ShowerPlan

SOAKING_S, DRYING_S = 600.0, 2400.0
"""Time constants with which air and ground get wet, and dry again."""
CLOUDS_AHEAD_S = 600.0
"""How long before and after a shower its clouds hide the sun."""
EXCHANGE_PER_S = 1 / 1200
"""How fast unwashed air from around replaces the washed."""
FORGOTTEN_S = 6 * 3600.0
"""Less than a thousandth of any effect is left so long after a shower."""


class Showers:
    def __init__(self, plans: Sequence[ShowerPlan]) -> None:
        # By their ends: those that are over then always come first, so that a total adds up in the
        # same order, to the last bit, before and after one of them is only counted.
        plans = sorted(plans, key=lambda plan: plan.end_s)
        edges = {plan.start_s - CLOUDS_AHEAD_S for plan in plans}
        edges |= {plan.end_s + FORGOTTEN_S for plan in plans}
        self._edges = sorted(edges)
        # Between two edges the same showers are felt, and the same are over and only counted.
        self._felt: list[tuple[ShowerPlan, ...]] = [()]
        self._over_mm = [0.0]
        for edge_s in self._edges:
            over = [plan for plan in plans if plan.end_s + FORGOTTEN_S <= edge_s]
            begun = [plan for plan in plans if plan.start_s - CLOUDS_AHEAD_S <= edge_s]
            self._felt.append(tuple(plan for plan in begun if plan not in over))
            self._over_mm.append(_added_mm(0.0, over, edge_s))

    def rate_mm_h(self, at_s: float) -> float:
        rate = 0.0
        for shower in self._felt_at(at_s):
            if shower.start_s <= at_s < shower.end_s:
                rate += shower.rate_mm_h
        return rate

    def total_mm(self, at_s: float) -> float:
        """Of all showers so far."""
        now = bisect_right(self._edges, at_s)
        return _added_mm(self._over_mm[now], self._felt[now], at_s)

    def dampness(self, at_s: float) -> float:
        """0 dry, towards 1 in a shower that lasts."""
        dampest = 0.0
        for shower in self._felt_at(at_s):
            rained_s = min(at_s, shower.end_s) - shower.start_s
            if rained_s > 0:
                soaked = -math.expm1(-rained_s / SOAKING_S)
                dried = math.exp(-max(0.0, at_s - shower.end_s) / DRYING_S)
                dampest = max(dampest, soaked * dried)
        return dampest

    def overcast(self, at_s: float) -> float:
        """0 to 1: how much of the sky the shower's clouds cover."""
        cover = 0.0
        for shower in self._felt_at(at_s):
            away_s = max(shower.start_s - at_s, at_s - shower.end_s, 0.0)
            cover = max(cover, 1 - away_s / CLOUDS_AHEAD_S)
        return cover

    def left_in_air(self, at_s: float, washable: float) -> float:
        """The share of particles that rain has not washed out; `washable` 1 is for fine ones.

        A balance of washout and of exchange with the air around, dc/dt = -Λ·c + k·(1 - c). Λ =
        8.4e-5·R^0.79 per second, R in mm/h: J. Brandt et al., Atmos. Chem. Phys. 2, 397, 2002.
        """
        left = 1.0
        for shower in self._felt_at(at_s):
            rained_s = min(at_s, shower.end_s) - shower.start_s
            if rained_s > 0:
                washout_per_s = washable * 8.4e-5 * shower.rate_mm_h**0.79
                loss_per_s = EXCHANGE_PER_S + washout_per_s
                lost = washout_per_s / loss_per_s * -math.expm1(-loss_per_s * rained_s)
                lost *= math.exp(-EXCHANGE_PER_S * max(0.0, at_s - shower.end_s))
                left *= 1 - lost
        return left

    def _felt_at(self, at_s: float) -> tuple[ShowerPlan, ...]:
        return self._felt[bisect_right(self._edges, at_s)]


def _added_mm(total_mm: float, showers: Sequence[ShowerPlan], at_s: float) -> float:
    for shower in showers:
        rained_s = max(0.0, min(at_s, shower.end_s) - shower.start_s)
        total_mm += shower.rate_mm_h * rained_s / 3600
    return total_mm
