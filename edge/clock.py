"""The cabinet's time: UTC that runs evenly between steps of the wall clock.

A Pi has no clock battery: its wall clock jumps when the network gives it the time. Measurements
are stamped on the monotonic clock and turned into UTC here, so a jump is one known event and not
a surprise in the middle of a reading.
"""

import ctypes
import logging
import time
from collections.abc import Callable
from pathlib import Path

from gateway.contract.messages import ClockState

log = logging.getLogger("aburra.edge")

STEP_MS = 500
"""The wall clock may differ by this much before it counts as a step."""

_SYNCHRONISED_FLAG = Path("/run/systemd/timesync/synchronized")
_TIME_ERROR = 5
"""adjtimex(2): the clock is not synchronised."""


def kernel_says_synchronised() -> bool:
    """What the kernel's clock discipline or systemd-timesyncd say."""
    if _SYNCHRONISED_FLAG.exists():
        return True
    no_change = ctypes.create_string_buffer(512)  # struct timex with modes = 0, with room to spare
    state: int = ctypes.CDLL(None).ntp_adjtime(no_change)
    return 0 <= state < _TIME_ERROR


class Clock:
    """UTC in ms from a monotonic base; `steps` counts how often the base was moved."""

    def __init__(
        self,
        wall_s: Callable[[], float] = time.time,
        monotonic_s: Callable[[], float] = time.monotonic,
        is_synchronised: Callable[[], bool] = kernel_says_synchronised,
    ) -> None:
        self._wall_s = wall_s
        self._is_synchronised = is_synchronised
        self.monotonic_s = monotonic_s
        self._offset_s = wall_s() - monotonic_s()
        self.steps = 0

    def utc_ms(self, monotonic_s: float) -> int:
        """UTC of a moment on the monotonic clock."""
        return round((monotonic_s + self._offset_s) * 1000)

    def now_ms(self) -> int:
        return self.utc_ms(self.monotonic_s())

    def state(self) -> ClockState:
        return "synchronised" if self._is_synchronised() else "unsynchronised"

    def follow(self) -> None:
        """Move the base when the wall clock has stepped; call about once a second."""
        moved_s = self._wall_s() - self.monotonic_s() - self._offset_s
        if abs(moved_s) * 1000 > STEP_MS:
            self._offset_s += moved_s
            self.steps += 1
            log.warning("the wall clock stepped by %.1f s (step %d)", moved_s, self.steps)
