"""Days of bad air: what a scenario's episodes add, and the lid an inversion puts on the valley."""

from collections.abc import Sequence

from firmware_sim.world.surroundings.plan import EpisodePlan

HALF_LIVES_MAX = 100.0
"""Nothing is left after so many, and an exponent without a limit would overflow."""
CLOSED_UGM3 = 25.0
"""Particles gathered by an inversion when its lid is half closed."""


class Episodes:
    def __init__(self, plans: Sequence[EpisodePlan]) -> None:
        self._plans = tuple(plans)
        self._inversions = tuple(plan for plan in plans if plan.kind == "inversion")

    def pm25_ugm3(self, at_s: float) -> float:
        return _sum(self._plans, at_s)

    def lid(self, at_s: float) -> float:
        """0 open, towards 1 as an inversion closes the valley."""
        if not self._inversions:
            return 0.0
        gathered = _sum(self._inversions, at_s)
        return gathered / (gathered + CLOSED_UGM3)


def _sum(plans: Sequence[EpisodePlan], at_s: float) -> float:
    total = 0.0
    for plan in plans:
        if at_s > plan.start_s:
            total += plan.rise_ugm3 * _strength(plan, at_s)
    return total


def _strength(plan: EpisodePlan, at_s: float) -> float:
    """0 at the start, 1 at the peak."""
    if at_s < plan.peak_s:
        return (at_s - plan.start_s) / (plan.peak_s - plan.start_s)
    halvings = (at_s - plan.peak_s) / 3600 / plan.half_life_h
    return float(0.5 ** min(HALF_LIVES_MAX, halvings))
