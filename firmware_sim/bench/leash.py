"""A scenario that is wanted faster than the machine can move it."""

import math

from firmware_sim.bench.clock import BenchClock

BUSY_MAX_S = 0.1
"""Longer than that no reader, and nobody at the page, should wait for a turn."""
STEP_MIN_S = 1.0
"""Of the scenario: at the speed of our own time nobody is held back."""


class Leash:
    """Lets the clock go on only so far that moving the world there is done in a moment. The
    scenario then runs as fast as the machine can, and everything still answers.
    """

    def __init__(self, clock: BenchClock) -> None:
        self._clock = clock
        self._step_s = STEP_MIN_S
        clock.allow(STEP_MIN_S)

    @property
    def reach_s(self) -> float:
        """How many of our seconds the clock goes on before it stands still."""
        return self._step_s / self._clock.pace if self._clock.pace else math.inf

    def moved(self, busy_s: float) -> None:
        """The world was moved up to the present, which took so long."""
        step_s = self._step_s / 2 if busy_s > BUSY_MAX_S else self._step_s * 1.5
        self._step_s = max(STEP_MIN_S, min(step_s, self._clock.speed))
        self._clock.allow(self._step_s)
