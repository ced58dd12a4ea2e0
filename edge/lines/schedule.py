"""Who is asked when: every device at its own rate, and a dead one rarely.

Pure: given the time.
"""

from collections.abc import Mapping
from typing import NamedTuple

SILENCES_MAX = 3
"""So many silent polls in a row open a device's breaker."""
PROBE_S = 5.0
"""While it is open, the device is asked once in so many seconds."""


class Turn(NamedTuple):
    """The next device to ask, and when (monotonic seconds)."""

    device: str
    due_s: float


class PollSchedule:
    """Polls of the devices that share a line.

    A poll that comes late is not made up for: the next is due one period after the last *due*
    moment, or at once when that has passed.
    """

    def __init__(self, poll_s: Mapping[str, float], now_s: float) -> None:
        self._poll_s = dict(poll_s)
        self._due_s = dict.fromkeys(poll_s, now_s)
        self._silences = dict.fromkeys(poll_s, 0)

    def next(self) -> Turn:
        """The device that has been due for longest."""
        device = min(self._due_s, key=lambda name: self._due_s[name])
        return Turn(device, self._due_s[device])

    def spoke(self, device: str, now_s: float) -> None:
        """The device answered, whatever it said."""
        self._silences[device] = 0
        self._due_s[device] = max(self._due_s[device] + self._poll_s[device], now_s)

    def was_silent(self, device: str, now_s: float) -> None:
        """Nothing came in time."""
        self._silences[device] += 1
        if self.is_open(device):
            self._due_s[device] = now_s + max(PROBE_S, self._poll_s[device])
        else:
            self._due_s[device] = max(self._due_s[device] + self._poll_s[device], now_s)

    def is_open(self, device: str) -> bool:
        """Whether the device's breaker is open: it has been silent for too long."""
        return self._silences[device] >= SILENCES_MAX
