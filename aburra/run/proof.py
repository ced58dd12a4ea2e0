"""The proof of delivery: what the edges measured against what the store holds, cell by cell.

A cell is (source, device, kind, minute). The edges' ledgers count where values are made, in the
same transaction as the frame; the store is asked for its distinct points.
"""

import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

Counts = Mapping[tuple[str, str, str], Mapping[int, int]]
"""{(source, device, kind): {minute as UTC ms: count}}."""


class Proof(NamedTuple):
    """`waiting` observations are on disk on their way; they are neither stored nor lost yet.

    `quarantined` counts what the gateways and the centre refused, strangers' messages included;
    only those refused observations that an edge had measured explain why one is not stored.
    """

    measured: int
    stored: int
    lost: int
    duplicated: int
    quarantined: int
    waiting: int


class SpoolSums(NamedTuple):
    """What one spool file says: its ledger, what waits in it, what was refused further up."""

    ledger: dict[tuple[str, str, str], dict[int, int]]
    waiting: int
    refused: int


def read_spool(path: Path, source: str) -> SpoolSums:
    """Read a spool that nobody writes any more, as a file; nothing of it is changed."""
    ledger: dict[tuple[str, str, str], dict[int, int]] = {}
    if not path.exists():
        return SpoolSums(ledger, 0, 0)
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        for minute_ms, device, kind, count in database.execute("SELECT * FROM ledger"):
            ledger.setdefault((source, device, kind), {})[minute_ms] = count
        (waiting,) = database.execute(
            "SELECT COALESCE(SUM(observation_count), 0) FROM frames"
        ).fetchone()
        refused = database.execute("SELECT value FROM meta WHERE name = 'refused_count'").fetchone()
    finally:
        database.close()
    return SpoolSums(ledger, waiting, refused[0] if refused else 0)


def count_quarantined(path: Path) -> int:
    """Refusals in a gateway's quarantine file since it began."""
    if not path.exists():
        return 0
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        (newest,) = database.execute("SELECT MAX(id) FROM refused").fetchone()
    finally:
        database.close()
    return newest or 0


def prove(
    measured: Counts, stored: Counts, *, refused: int, quarantined: int, waiting: int
) -> Proof:
    """Compare cell by cell, so that a loss here can't hide behind a duplicate there.

    `refused` observations were measured by an edge and refused further up.
    """
    missing = 0
    duplicated = 0
    for key, minutes in measured.items():
        found = stored.get(key, {})
        for minute_ms in minutes.keys() | found.keys():
            difference = minutes.get(minute_ms, 0) - found.get(minute_ms, 0)
            missing += max(0, difference)
            duplicated += max(0, -difference)
    return Proof(
        measured=_total(measured),
        stored=sum(_total({key: stored.get(key, {})}) for key in measured),
        lost=max(0, missing - refused - waiting),
        duplicated=duplicated,
        quarantined=quarantined,
        waiting=waiting,
    )


def minus(counts: Counts, before: Counts) -> Counts:
    """What was added since `before`."""
    return {
        key: {m: n - before.get(key, {}).get(m, 0) for m, n in minutes.items()}
        for key, minutes in counts.items()
    }


def _total(counts: Counts) -> int:
    return sum(sum(minutes.values()) for minutes in counts.values())
