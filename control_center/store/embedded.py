"""The embedded store: one SQLite file, nothing to install.

All SQL runs on one thread of its own, so the event loop never waits for a disk.
"""

import asyncio
import logging
import sqlite3
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from control_center.store import schema
from control_center.store.protocol import (
    Counts,
    Point,
    Rejected,
    SeriesName,
    StoreFault,
    StoreUnavailable,
    fault_of,
)
from gateway.contract.kinds import KINDS

log = logging.getLogger("aburra.store")

DAY_MS = 86_400_000
EXPIRE_EVERY_MS = 60_000
EXPIRE_AT_ONCE = 5_000
"""Points of one kind deleted in one turn: well below 0.1 s, so that writing never waits for it."""

_PASSING = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
}
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}

T = TypeVar("T")


def wall_clock_ms() -> int:
    """UTC now, in milliseconds."""
    return time.time_ns() // 1_000_000


class EmbeddedStore:
    """A `Store` in the file `path`. `now_ms` tells the age of points and names damaged files."""

    def __init__(self, path: Path, now_ms: Callable[[], int] = wall_clock_ms) -> None:
        self._path = path
        self._now_ms = now_ms
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
        self._connection: sqlite3.Connection | None = None
        self._expired_ms = 0

    async def open(self) -> None:
        try:
            await self._run(self._database)
        except StoreUnavailable as error:
            text = (
                f"{self._path}: el almacén no se puede abrir · the store cannot be opened: {error}"
            )
            raise StoreFault(
                text, "Revise permisos y espacio · Check permissions, space"
            ) from error

    async def write(self, points: Sequence[Point]) -> list[Rejected]:
        return await self._run(lambda: self._write(points))

    async def counts(self, since_ms: int, until_ms: int) -> Counts:
        return await self._run(lambda: self._counts(since_ms, until_ms))

    async def series(
        self, name: SeriesName, since_ms: int, until_ms: int
    ) -> list[tuple[int, float]]:
        statement = schema.series_statement(name.kind, name.field, tuple(name.tags))
        place = (*name.source.split("/"), name.device)
        values = (*place, *name.tags.values(), since_ms, until_ms)
        return await self._run(lambda: self._database().execute(statement, values).fetchall())

    async def close(self) -> None:
        await self._run(self._close)
        self._thread.shutdown()

    async def _run(self, work: Callable[[], T]) -> T:
        """Do the work on the store's thread; SQLite's troubles become the protocol's."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, lambda: self._guarded(work))

    def _guarded(self, work: Callable[[], T]) -> T:
        try:
            return self._mended(work)
        except OSError as error:
            raise StoreUnavailable(f"{self._path}: {error}") from error
        except sqlite3.DatabaseError as error:
            if _code(error) in _PASSING | _DAMAGED:
                raise StoreUnavailable(f"{self._path}: {error}") from error
            raise

    def _mended(self, work: Callable[[], T]) -> T:
        """A damaged file costs what was in it, not what is being written now."""
        try:
            return work()
        except sqlite3.DatabaseError as error:
            if _code(error) not in _DAMAGED:
                raise
            self._set_aside(error)
            return work()

    def _database(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = self._opened()
        return self._connection

    def _opened(self) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        database = sqlite3.connect(
            self._path, timeout=2, isolation_level=None, check_same_thread=False
        )
        try:
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("PRAGMA synchronous = FULL")
            for name, kind in KINDS.items():
                for statement in schema.create_statements(name, kind):
                    database.execute(statement)
                self._adapt(database, name)
        except BaseException:
            database.close()
            raise
        return database

    def _adapt(self, database: sqlite3.Connection, name: str) -> None:
        """Add the columns of fields that the table of kinds has gained since the file was made."""
        kind = KINDS[name]
        columns = database.execute(f'PRAGMA table_info("{name}")').fetchall()
        keys = tuple(c[1] for c in sorted(columns, key=lambda c: c[5]) if c[5])
        if keys != schema.key_columns(kind):
            text = f"{self._path}: {name} se guarda por · is kept by {', '.join(keys)}"
            wanted = ", ".join(schema.key_columns(kind))
            raise StoreFault(
                text, f"Se espera · Expected: {wanted}. Mueva el archivo · Move the file"
            )
        present = {c[1] for c in columns}
        for column in schema.value_columns(kind):
            if column not in present:
                database.execute(schema.add_column_statement(name, column))

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _set_aside(self, error: sqlite3.DatabaseError) -> None:
        """Keep a damaged file for a person to look at, and begin a new one."""
        self._close()
        suffix = f".damaged-{self._now_ms()}"
        for part in ("", "-wal", "-shm"):
            old = self._path.with_name(self._path.name + part)
            if old.exists():
                old.rename(old.with_name(old.name + suffix))
        log.error(
            "%s is damaged (%s): set aside as *%s, a new one begun", self._path, error, suffix
        )

    def _write(self, points: Sequence[Point]) -> list[Rejected]:
        rejected: list[Rejected] = []
        rows: dict[str, list[tuple[object, ...]]] = defaultdict(list)
        for point in points:
            fault = fault_of(point)
            if fault:
                rejected.append(Rejected(point, fault))
            else:
                rows[point.kind].append(_row(point))
        database = self._database()
        with _Transaction(database):
            for name, kind_rows in rows.items():
                database.executemany(schema.insert_statement(name, KINDS[name]), kind_rows)
        self._expire(database)
        return rejected

    def _expire(self, database: sqlite3.Connection) -> None:
        """Now and then delete a bounded number of points older than their kind's retention."""
        now_ms = self._now_ms()
        if abs(now_ms - self._expired_ms) < EXPIRE_EVERY_MS:
            return
        self._expired_ms = now_ms
        for name, kind in KINDS.items():
            older_ms = now_ms - kind.retention_d * DAY_MS
            database.execute(schema.expire_statement(name, kind), (older_ms, EXPIRE_AT_ONCE))

    def _counts(self, since_ms: int, until_ms: int) -> Counts:
        counts: Counts = {}
        for name in KINDS:
            rows = self._database().execute(schema.count_statement(name), (since_ms, until_ms))
            for municipality, site, device, minute_ms, count in rows:
                counts.setdefault((f"{municipality}/{site}", device, name), {})[minute_ms] = count
        return counts


def _code(error: sqlite3.DatabaseError) -> int:
    """The primary result code; SQLite's extended ones carry it in their low byte."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def _row(point: Point) -> tuple[object, ...]:
    kind = KINDS[point.kind]
    return (
        point.municipality,
        point.site,
        point.device,
        *(point.tags[tag] for tag in sorted(kind.tags)),
        point.time_ms,
        *(point.fields.get(name) for name in kind.fields),
        *(point.texts.get(name) for name in kind.texts),
        ",".join(point.quality),
    )


class _Transaction:
    """All or nothing: commits (one fsync), or rolls back what an error interrupted."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def __enter__(self) -> None:
        self._database.execute("BEGIN IMMEDIATE")

    def __exit__(self, error_type: type[BaseException] | None, *_: object) -> None:
        if error_type is None:
            self._database.execute("COMMIT")
        elif self._database.in_transaction:
            self._database.execute("ROLLBACK")
