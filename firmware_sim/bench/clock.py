"""The scenario's second, as it passes: in step with ours, faster, or not at all."""

import math
import time
from collections.abc import Callable


class BenchClock:
    """From a monotonic clock: steps of the machine's clock do not show."""

    def __init__(
        self, now_s: float, speed: float, monotonic_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._monotonic_s = monotonic_s
        self._since_s = monotonic_s()
        self._reached_s = now_s
        self._speed = speed
        self._until_s = math.inf
        self.is_paused = False

    def __call__(self) -> float:
        passed_s = (self._monotonic_s() - self._since_s) * self.pace
        return min(self._reached_s + passed_s, self._until_s)

    @property
    def pace(self) -> float:
        """Scenario's seconds in one of ours; 0 while paused."""
        return 0.0 if self.is_paused else self._speed

    @property
    def speed(self) -> float:
        """The pace when it is not paused."""
        return self._speed

    def set(self, *, speed: float | None = None, is_paused: bool | None = None) -> None:
        self._stand()
        self._speed = self._speed if speed is None else speed
        self.is_paused = self.is_paused if is_paused is None else is_paused

    def allow(self, further_s: float) -> None:
        """It goes on from now for so many seconds at most, until it is allowed more: for a world
        that cannot be moved as fast as is wanted. What it stood still is not caught up.
        """
        self._stand()
        self._until_s = self._reached_s + further_s

    def _stand(self) -> None:
        self._reached_s, self._since_s = self(), self._monotonic_s()
