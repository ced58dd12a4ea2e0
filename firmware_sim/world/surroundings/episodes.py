"""Days of bad air: what a scenario's episodes add, and the lid an inversion puts on the valley."""

from collections.abc import Sequence

from firmware_sim.world.surroundings.plan import EpisodePlan

HALF_LIVES_MAX = 100.0
"""Nothing is left after so many, and an exponent without a limit would overflow."""
CLOSED_UGM3 = 25.0
"""Particles gathered by an inversion when its lid is half closed."""


class Episodes:
    def __init__(self, plans: Sequence[EpisodePlan]) -> None:
        self._others = tuple(plan for plan in plans if plan.kind != "inversion")
        self._inversions = tuple(plan for plan in plans if plan.kind == "inversion")

    def brought_ugm3(self, at_s: float) -> float:
        """Fine particles from elsewhere."""
        return _sum(self._others, at_s)

    def gathered_ugm3(self, at_s: float) -> float:
        """Fine particles that an inversion keeps, beside a road with the usual traffic."""
        return _sum(self._inversions, at_s)

    def lid(self, at_s: float) -> float:
        """0 open, towards 1 as an inversion closes the valley."""
        if not self._inversions:
            return 0.0
        gathered_ugm3 = self.gathered_ugm3(at_s)
        return gathered_ugm3 / (gathered_ugm3 + CLOSED_UGM3)


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
