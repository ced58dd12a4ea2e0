"""The scenario's second, as it passes: in step with ours, faster, or not at all."""

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
        self.is_paused = False

    def __call__(self) -> float:
        return self._reached_s + (self._monotonic_s() - self._since_s) * self.pace

    @property
    def pace(self) -> float:
        """Scenario's seconds in one of ours; 0 while paused."""
        return 0.0 if self.is_paused else self._speed

    @property
    def speed(self) -> float:
        """The pace when it is not paused."""
        return self._speed

    def set(self, *, speed: float | None = None, is_paused: bool | None = None) -> None:
        self._reached_s, self._since_s = self(), self._monotonic_s()
        self._speed = self._speed if speed is None else speed
        self.is_paused = self.is_paused if is_paused is None else is_paused
