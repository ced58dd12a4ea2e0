"""The cabinet's time: UTC that runs evenly between steps of the wall clock.

A Pi has no clock battery: its wall clock jumps when the network gives it the time. Measurements
are stamped on the monotonic clock and turned into UTC here, so a jump is one known event and not
a surprise in the middle of a reading.
"""

import logging
import time
from collections.abc import Callable

log = logging.getLogger("aburra.edge")

STEP_MS = 500
"""The wall clock may differ by this much before it counts as a step."""


class Clock:
    """UTC in ms from a monotonic base; `steps` counts how often the base was moved."""

    def __init__(
        self,
        wall_s: Callable[[], float] = time.time,
        monotonic_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._wall_s = wall_s
        self.monotonic_s = monotonic_s
        self._offset_s = wall_s() - monotonic_s()
        self.steps = 0

    def utc_ms(self, monotonic_s: float) -> int:
        """UTC of a moment on the monotonic clock."""
        return round((monotonic_s + self._offset_s) * 1000)

    def now_ms(self) -> int:
        return self.utc_ms(self.monotonic_s())

    def follow(self) -> None:
        """Move the base when the wall clock has stepped; call about once a second."""
        moved_s = self._wall_s() - self.monotonic_s() - self._offset_s
        if abs(moved_s) * 1000 > STEP_MS:
            self._offset_s += moved_s
            self.steps += 1
            log.warning("the wall clock stepped by %.1f s (step %d)", moved_s, self.steps)
