"""The spool's tables, and opening an SQLite file that may be damaged."""

import contextlib
import fcntl
import logging
import os
import secrets
import sqlite3
from pathlib import Path

log = logging.getLogger("aburra.spool")

_SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS frames (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    made_ms INTEGER NOT NULL,
    keep INTEGER NOT NULL,
    observation_count INTEGER NOT NULL,
    observations BLOB NOT NULL,
    origin BLOB
);
CREATE INDEX IF NOT EXISTS frames_by_keep ON frames (keep);
CREATE TABLE IF NOT EXISTS ledger (
    minute_ms INTEGER, device TEXT, kind TEXT, measured_count INTEGER NOT NULL,
    PRIMARY KEY (minute_ms, device, kind)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS results (
    command_id TEXT PRIMARY KEY, made_ms INTEGER NOT NULL, payload BLOB NOT NULL
) WITHOUT ROWID;
"""


def take_ownership(path: Path) -> int:
    """Hold the lock beside a spool; returns its descriptor, closing it lets go.

    Two programs on one spool would send, acknowledge and delete each other's frames. Raises
    `OSError`; a killed owner's lock is gone with it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path.with_name(f"{path.name}.lock"), os.O_CREAT | os.O_RDWR, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(descriptor)
        words = "otro programa ya usa este directorio · another program uses this directory"
        raise BlockingIOError(error.errno, words) from error
    return descriptor


def open_spool_file(path: Path, now_ms: int) -> tuple[sqlite3.Connection, Path | None]:
    """Open or begin the spool; see `open_or_set_aside`.

    AUTOINCREMENT keeps sequences growing after all frames are gone.
    """
    database, aside = open_or_set_aside(path, _SCHEMA, now_ms)
    database.execute("INSERT OR IGNORE INTO meta VALUES ('epoch', ?)", (secrets.token_hex(8),))
    return database, aside


def open_or_set_aside(
    path: Path, schema: str, now_ms: int
) -> tuple[sqlite3.Connection, Path | None]:
    """Open or begin an SQLite file; a damaged one is renamed and its new name is returned.

    synchronous=FULL makes one fsync per commit, so what was committed survives a power cut.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        return _open(path, schema), None
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError):
            raise  # no permission, disk full, locked: not damage
        aside = path.with_name(f"{path.name}.damaged-{now_ms}")
        path.rename(aside)
        for suffix in ("-wal", "-shm"):
            with contextlib.suppress(FileNotFoundError):
                path.with_name(path.name + suffix).rename(aside.with_name(aside.name + suffix))
        log.error("%s is damaged (%s): set aside as %s, a new one begun", path, error, aside)
        return _open(path, schema), aside


def _open(path: Path, schema: str) -> sqlite3.Connection:
    database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
    try:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=FULL")
        (verdict,) = database.execute("PRAGMA quick_check(1)").fetchone()
        if verdict != "ok":
            raise sqlite3.DatabaseError(verdict)
        database.executescript(schema)
    except sqlite3.Error:
        database.close()
        raise
    return database
