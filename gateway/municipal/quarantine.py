"""Where refused messages are kept for people to look at: bounded, never passed on as data."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from gateway.contract.messages import QuarantineNotice

ROWS_MAX = 10_000


class Quarantine:
    """The last 10 000 refusals in one SQLite file; blocking, call it through `to_thread`."""

    def __init__(self, path: Path) -> None:
        self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute(
            "CREATE TABLE IF NOT EXISTS refused (id INTEGER PRIMARY KEY AUTOINCREMENT,"
            " time_ms INTEGER, topic TEXT, reason TEXT, detail TEXT, excerpt TEXT)"
        )

    def keep(self, notices: Sequence[QuarantineNotice]) -> None:
        self._database.execute("BEGIN IMMEDIATE")
        self._database.executemany(
            "INSERT INTO refused (time_ms, topic, reason, detail, excerpt) VALUES (?, ?, ?, ?, ?)",
            [(n.time_ms, n.topic, n.reason, n.detail, n.excerpt) for n in notices],
        )
        self._database.execute(
            "DELETE FROM refused WHERE id <= (SELECT MAX(id) FROM refused) - ?", (ROWS_MAX,)
        )
        self._database.execute("COMMIT")

    def count(self) -> int:
        """Refusals since the file began, those no longer kept included."""
        row = self._database.execute("SELECT MAX(id) FROM refused").fetchone()
        return row[0] or 0

    def close(self) -> None:
        self._database.close()
