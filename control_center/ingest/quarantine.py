"""What was refused, for the people who watch: the latest few with reasons, and the count."""

import logging
from collections import deque

from control_center.view import QuarantineView

log = logging.getLogger("aburra.center")

KEPT = 50
LINES_PER_MINUTE = 10
_MINUTE_MS = 60_000


class Quarantine:
    """Bounded: a flood of forged messages costs a count, not memory and not the log."""

    def __init__(self) -> None:
        self.count = 0
        self.newest_ms: int | None = None
        self._kept: deque[QuarantineView] = deque(maxlen=KEPT)
        self._logged_ms: deque[int] = deque(maxlen=LINES_PER_MINUTE)

    def add(self, entry: QuarantineView) -> None:
        self.count += 1
        self.newest_ms = entry.time_ms
        if self._is_worth_a_line(entry):
            self._logged_ms.append(entry.time_ms)
            log.warning("quarantine: %s: %s: %s", entry.topic, entry.reason, entry.detail)
        self._kept.appendleft(entry)

    def _is_worth_a_line(self, entry: QuarantineView) -> bool:
        a_minute_ago_ms = entry.time_ms - _MINUTE_MS
        if len(self._logged_ms) == LINES_PER_MINUTE and self._logged_ms[0] > a_minute_ago_ms:
            return False
        return not any(
            (kept.topic, kept.reason) == (entry.topic, entry.reason)
            and kept.time_ms > a_minute_ago_ms
            for kept in self._kept
        )

    def latest(self) -> tuple[QuarantineView, ...]:
        """Newest first."""
        return tuple(self._kept)
