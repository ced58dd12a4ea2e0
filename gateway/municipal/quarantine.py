"""Where refused messages are kept for people to look at: bounded, never passed on as data."""

from collections.abc import Sequence
from pathlib import Path

from gateway.contract.messages import QuarantineNotice
from gateway.spool.schema import open_or_set_aside

ROWS_MAX = 10_000
_SCHEMA = """
CREATE TABLE IF NOT EXISTS refused (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    time_ms INTEGER, topic TEXT, reason TEXT, detail TEXT, excerpt TEXT
);
"""


class Quarantine:
    """The last 10 000 refusals in one SQLite file; blocking, call it through `to_thread`.

    `keep` raises `sqlite3.OperationalError` when the disk is full: nothing was kept then.
    """

    def __init__(self, path: Path, now_ms: int) -> None:
        self._database, _ = open_or_set_aside(path, _SCHEMA, now_ms)

    def keep(self, notices: Sequence[QuarantineNotice]) -> None:
        with self._database as database:  # commits, or rolls back
            database.execute("BEGIN IMMEDIATE")
            database.executemany(
                "INSERT INTO refused (time_ms, topic, reason, detail, excerpt)"
                " VALUES (?, ?, ?, ?, ?)",
                [(n.time_ms, n.topic, n.reason, n.detail, n.excerpt) for n in notices],
            )
            database.execute(
                "DELETE FROM refused WHERE id <= (SELECT MAX(id) FROM refused) - ?", (ROWS_MAX,)
            )

    def count(self) -> int:
        """Refusals since the file began, those no longer kept included."""
        row = self._database.execute("SELECT MAX(id) FROM refused").fetchone()
        return row[0] or 0

    def close(self) -> None:
        self._database.close()
