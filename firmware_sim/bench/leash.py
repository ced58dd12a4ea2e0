"""A scenario that is wanted faster than the machine can move it."""

import math

from firmware_sim.bench.clock import BenchClock

BUSY_MAX_S = 0.1
"""Longer than that no reader, and nobody at the page, should wait for a turn."""
REAL_TIME = 1.0
STEP_MIN_S = 1.0
"""Of the scenario."""


class Leash:
    """Lets the clock go on only so far that moving the world there is done in a moment. The
    scenario then runs as fast as the machine can, and everything still answers.
    """

    def __init__(self, clock: BenchClock) -> None:
        self._clock = clock
        self._step_s = STEP_MIN_S
        self._allow()

    @property
    def reach_s(self) -> float:
        """How many of our seconds the clock goes on before it stands still."""
        return self._step_s / self._clock.pace if self._clock.pace > REAL_TIME else math.inf

    def set(self, *, speed: float | None = None, is_paused: bool | None = None) -> None:
        """Sets the clock, which may not leap before the world was moved for the first time."""
        self._clock.set(speed=speed, is_paused=is_paused)
        self._allow()

    def moved(self, busy_s: float) -> None:
        """The world was moved up to the present, which took so long."""
        if self._clock.is_paused:
            return  # how little it takes to move nothing says nothing
        step_s = self._step_s / 2 if busy_s > BUSY_MAX_S else self._step_s * 1.5
        self._step_s = max(STEP_MIN_S, min(step_s, self._clock.speed))
        self._allow()

    def _allow(self) -> None:
        """In real time nobody is held back: after a pause of the machine the world catches up."""
        is_fast = self._clock.speed > REAL_TIME
        self._clock.allow(self._step_s if is_fast else math.inf)
