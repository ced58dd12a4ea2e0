"""A detector's own clock, which a reader may set."""

from collections.abc import Callable


class OwnClock:
    def __init__(self, clock_ms: Callable[[float], int]) -> None:
        """`clock_ms` is what the clock says at a scenario's second while nobody has set it."""
        self._clock_ms = clock_ms
        self.offset_ms = 0

    def __call__(self, at_s: float) -> int:
        """UTC in ms."""
        return self._clock_ms(at_s) + self.offset_ms

    def set(self, utc_ms: int, at_s: float) -> None:
        self.offset_ms = utc_ms - self._clock_ms(at_s)
