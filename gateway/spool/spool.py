"""The spool: frames wait here, on disk, until the next durable place has acknowledged them."""

import os
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import orjson
from pydantic import Field

from gateway.contract.messages import Observation, Origin
from gateway.contract.settings import Settings
from gateway.spool.cutting import forwarded_frames, own_frames
from gateway.spool.schema import open_spool_file, take_ownership

_DAY_MS = 86_400_000
_MINUTE_MS = 60_000
_LEDGER_DAYS = 8
_RESULT_DAYS = 2

# Each looks at a few frames through an index, never at the whole spool.
_DROP_OLD = """
DELETE FROM frames WHERE made_ms < ? AND sequence IN
    (SELECT sequence FROM frames ORDER BY sequence LIMIT 20)
RETURNING LENGTH(observations), observation_count"""
_DROP_LEAST = """
DELETE FROM frames WHERE sequence IN (SELECT sequence FROM frames ORDER BY keep, sequence LIMIT 20)
RETURNING LENGTH(observations), observation_count"""

Batch = tuple[Sequence[Observation], Origin | None]


class SpoolSettings(Settings):
    """How much may wait: past either limit the oldest telemetry is dropped, counts last."""

    max_mb: int = Field(default=512, ge=1, le=100_000)
    max_age_days: int = Field(default=30, ge=1, le=365)


class StoredFrame(NamedTuple):
    """One waiting frame: `observations` and `origin` are JSON as they go on the wire."""

    sequence: int
    made_ms: int
    observations: bytes
    origin: bytes | None


class SpoolState(NamedTuple):
    """What a person wants to know of a spool; counts are of observations unless they say frames."""

    waiting_frames: int
    oldest_waiting_ms: int | None
    bytes: int
    measured_count: int
    dropped_count: int
    refused_count: int
    set_aside: str | None


class Spool:
    """One SQLite file; thread-safe, blocking: call it through `asyncio.to_thread`.

    Raises `sqlite3.OperationalError` when the disk is full or gone: nothing was committed then.
    To open it raises `OSError` too, also when another program has it open. `now_ms` is UTC in ms.
    """

    def __init__(self, path: Path, settings: SpoolSettings, now_ms: Callable[[], int]) -> None:
        self._settings = settings
        self._now_ms = now_ms
        self._lock = threading.RLock()
        self._ownership = take_ownership(path)
        self._database, aside = open_spool_file(path, now_ms())
        self._set_aside = aside.name if aside else None
        self.epoch: str = self._one("SELECT value FROM meta WHERE name = 'epoch'")
        self._waiting_frames: int
        self._bytes: int
        self._waiting_frames, self._bytes = self._database.execute(
            "SELECT COUNT(*), COALESCE(SUM(LENGTH(observations)), 0) FROM frames"
        ).fetchone()
        self._counters = {
            name: self._one("SELECT value FROM meta WHERE name = ?", name) or 0
            for name in ("measured_count", "dropped_count", "refused_count")
        }

    def close(self) -> None:
        with self._lock:
            self._database.close()
            os.close(self._ownership)

    def commit(self, observations: Sequence[Observation], origin: Origin | None = None) -> None:
        """Make observations durable, as one or more frames; one fsync."""
        self.commit_all([(observations, origin)])

    def commit_all(self, batches: Iterable[Batch]) -> None:
        """Make several batches durable with one fsync; all of them or none.

        Values made here (no origin) are entered in the ledger in the same transaction.
        """
        now_ms = self._now_ms()
        with self._transaction() as database:
            for observations, origin in batches:
                origin_json = orjson.dumps(msgspec.to_builtins(origin)) if origin else None
                cut = forwarded_frames if origin else own_frames
                for keep, count, body in cut(observations):
                    database.execute(
                        "INSERT INTO frames (made_ms, keep, observation_count, observations,"
                        " origin) VALUES (?, ?, ?, ?, ?)",
                        (now_ms, keep, count, body, origin_json),
                    )
                    self._bytes += len(body)
                    self._waiting_frames += 1
                if origin is None:
                    self._enter_in_ledger(observations)
            self._keep_limits(now_ms)

    def frames(self, after: int, up_to: int | None, limit: int) -> list[StoredFrame]:
        """Waiting frames with after < sequence ≤ up_to, in order."""
        with self._lock:
            rows = self._database.execute(
                "SELECT sequence, made_ms, observations, origin FROM frames"
                " WHERE sequence > ? AND sequence <= ? ORDER BY sequence LIMIT ?",
                (after, 2**62 if up_to is None else up_to, limit),
            ).fetchall()
        return [StoredFrame(*row) for row in rows]

    def newest_sequence(self) -> int:
        """The sequence given last; 0 when none was."""
        with self._lock:
            newest: int | None = self._one("SELECT seq FROM sqlite_sequence WHERE name = 'frames'")
            return newest or 0

    def acknowledge(self, epoch: str, sequences: Sequence[int], refused_count: int) -> int:
        """Forget frames that are durable elsewhere; returns how many were still here.

        Acks for another epoch speak of another spool and are ignored.
        """
        if epoch != self.epoch or not sequences:
            return 0
        removed = 0
        with self._transaction() as database:
            for sequence in sequences:
                row = database.execute(
                    "DELETE FROM frames WHERE sequence = ? RETURNING LENGTH(observations)",
                    (sequence,),
                ).fetchone()
                if row is not None:
                    self._bytes -= row[0]
                    self._waiting_frames -= 1
                    removed += 1
            if removed and refused_count:
                self._count("refused_count", refused_count)
        return removed

    def state(self) -> SpoolState:
        with self._lock:
            oldest_ms = self._one("SELECT made_ms FROM frames ORDER BY sequence LIMIT 1")
            return SpoolState(
                self._waiting_frames,
                oldest_ms,
                self._bytes,
                **self._counters,
                set_aside=self._set_aside,
            )

    def ledger(self) -> dict[tuple[str, str], dict[int, int]]:
        """Values made here: {(device, kind): {minute as UTC ms: count}}."""
        found: dict[tuple[str, str], dict[int, int]] = {}
        with self._lock:
            rows = self._database.execute("SELECT * FROM ledger").fetchall()
        for minute_ms, device, kind, count in rows:
            found.setdefault((device, kind), {})[minute_ms] = count
        return found

    def remember_result(self, command_id: str, payload: bytes) -> None:
        """Keep a command's result, so that a repeated id is answered and not acted on."""
        now_ms = self._now_ms()
        with self._transaction() as database:
            database.execute(
                "INSERT OR REPLACE INTO results VALUES (?, ?, ?)", (command_id, now_ms, payload)
            )
            database.execute(
                "DELETE FROM results WHERE made_ms < ?", (now_ms - _RESULT_DAYS * _DAY_MS,)
            )

    def result_of(self, command_id: str) -> bytes | None:
        with self._lock:
            payload: bytes | None = self._one(
                "SELECT payload FROM results WHERE command_id = ?", command_id
            )
            return payload

    def _enter_in_ledger(self, observations: Sequence[Observation]) -> None:
        for observation in observations:
            minute_ms = observation.time_ms // _MINUTE_MS * _MINUTE_MS
            self._database.execute(
                "INSERT INTO ledger VALUES (?, ?, ?, 1) ON CONFLICT DO UPDATE"
                " SET measured_count = measured_count + 1",
                (minute_ms, observation.device, observation.kind),
            )
        self._count("measured_count", len(observations))

    def _keep_limits(self, now_ms: int) -> None:
        oldest_ms = now_ms - self._settings.max_age_days * _DAY_MS
        while self._drop(_DROP_OLD, oldest_ms):
            pass
        while self._bytes > self._settings.max_mb * 1_000_000:
            self._drop(_DROP_LEAST)
        self._database.execute(
            "DELETE FROM ledger WHERE minute_ms < ?", (now_ms - _LEDGER_DAYS * _DAY_MS,)
        )

    def _drop(self, statement: str, *values: int) -> int:
        """How many frames were dropped."""
        rows = self._database.execute(statement, values).fetchall()
        if rows:
            self._bytes -= sum(length for length, _ in rows)
            self._waiting_frames -= len(rows)
            self._count("dropped_count", sum(count for _, count in rows))
        return len(rows)

    def _count(self, name: str, more: int) -> None:
        self._counters[name] += more
        self._database.execute(
            "INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, self._counters[name])
        )

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            before = (self._bytes, self._waiting_frames, dict(self._counters))
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield self._database
                self._database.execute("COMMIT")
            except BaseException:
                self._bytes, self._waiting_frames, self._counters = before
                if self._database.in_transaction:
                    self._database.execute("ROLLBACK")
                raise

    def _one(self, query: str, *values: object) -> Any:
        row = self._database.execute(query, values).fetchone()
        return row[0] if row else None
