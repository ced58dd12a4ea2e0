"""What was refused, for the people who watch: the latest few with reasons, and the count."""

import logging
from collections import deque

from control_center.view import QuarantineView

log = logging.getLogger("aburra.center")

KEPT = 50
_LOG_EVERY_MS = 60_000


class Quarantine:
    """Bounded: a flood of forged messages costs a count, not memory and not the log."""

    def __init__(self) -> None:
        self.count = 0
        self.newest_ms: int | None = None
        self._kept: deque[QuarantineView] = deque(maxlen=KEPT)

    def add(self, entry: QuarantineView) -> None:
        self.count += 1
        self.newest_ms = entry.time_ms
        said = any(
            (kept.topic, kept.reason) == (entry.topic, entry.reason)
            and entry.time_ms < kept.time_ms + _LOG_EVERY_MS
            for kept in self._kept
        )
        if not said:
            log.warning("quarantine: %s: %s: %s", entry.topic, entry.reason, entry.detail)
        self._kept.appendleft(entry)

    def latest(self) -> tuple[QuarantineView, ...]:
        """Newest first."""
        return tuple(self._kept)
