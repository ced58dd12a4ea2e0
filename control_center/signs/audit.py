"""The audit, kept for good: one line of JSON per decision, per first confirmation of it, and per
new reason why a command was not confirmed.
"""

import logging
from pathlib import Path

import orjson

log = logging.getLogger("aburra.center")


class Audit:
    """Appends to a file. A disk that refuses is logged once and must not stop the signs."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._failing = False

    def record(self, event: str, **facts: str | float | None) -> None:
        """Add one line: `event`, then its facts; times are UTC ms."""
        line = orjson.dumps({"event": event, **facts}, option=orjson.OPT_APPEND_NEWLINE)
        try:
            with self._path.open("ab") as file:
                file.write(line)
            self._failing = False
        except OSError as error:
            if not self._failing:
                log.error("%s: audit line not written: %s", self._path, error)
            self._failing = True
