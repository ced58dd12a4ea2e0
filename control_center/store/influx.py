# ruff: noqa: S608 - names come from our own table of kinds; values are quoted here.
"""InfluxDB 1.x, 2.x or 3 as the store.

A batch that the server refuses is halved until the bad lines stand alone; the halves that were
taken before are simply taken again. Points are kept as long as the longest-lived kind.
"""

import asyncio
import logging
import re
from collections.abc import Sequence

from control_center.store.influx_client import InfluxClient
from control_center.store.line_protocol import GOOD, line_of
from control_center.store.protocol import (
    Counts,
    Point,
    Rejected,
    SeriesName,
    StoreFault,
    StoreUnavailable,
    fault_of,
)
from control_center.store.settings import StoreSettings
from gateway.contract.kinds import KINDS

log = logging.getLogger("aburra.store")

LINES_MAX = 5_000
"""The batch size that InfluxData recommends."""

RETENTION_D = max(kind.retention_d for kind in KINDS.values())

_DROPPED = re.compile(r"dropped=(\d+)")


class InfluxStore:
    """A `Store` on one database (1.x, 3) or bucket (2.x).

    When the server can't be reached at `open`, later calls try again by themselves.
    """

    def __init__(self, settings: StoreSettings) -> None:
        self._settings = settings
        self._client = InfluxClient(settings)
        self._prepared = False
        self._preparing = asyncio.Lock()

    async def open(self) -> None:
        async with self._preparing:
            if not self._prepared:
                await self._prepare()
                self._prepared = True

    async def write(self, points: Sequence[Point]) -> list[Rejected]:
        await self._ready()
        rejected: list[Rejected] = []
        good: list[Point] = []
        for point in points:
            fault = fault_of(point)
            if fault:
                rejected.append(Rejected(point, fault))
            else:
                good.append(point)
        try:
            for start in range(0, len(good), LINES_MAX):
                rejected += await self._write_batch(good[start : start + LINES_MAX])
        except StoreUnavailable:
            self._prepared = False
            raise
        return rejected

    async def counts(self, since_ms: int, until_ms: int) -> Counts:
        await self._ready()
        kinds = ", ".join(f'"{name}"' for name in KINDS)
        series = await self._client.query(
            f'SELECT count("{GOOD}") FROM {kinds} WHERE {_between(since_ms, until_ms)} '
            f"GROUP BY time(1m), municipality, site, device fill(none)"
        )
        return {
            (f"{s['tags']['municipality']}/{s['tags']['site']}", s["tags"]["device"], s["name"]): {
                time_ms: count for time_ms, count in s["values"] if count
            }
            for s in series
        }

    async def series(
        self, name: SeriesName, since_ms: int, until_ms: int
    ) -> list[tuple[int, float]]:
        if name.field not in KINDS[name.kind].fields:
            raise KeyError(name.field)
        await self._ready()
        municipality, site = name.source.split("/")
        place = {"municipality": municipality, "site": site, "device": name.device, **name.tags}
        conditions = " AND ".join(f'"{tag}" = {_quoted(value)}' for tag, value in place.items())
        series = await self._client.query(
            f'SELECT "{name.field}" FROM "{name.kind}" '
            f"WHERE {_between(since_ms, until_ms)} AND {conditions} ORDER BY time"
        )
        return [(time_ms, value) for s in series for time_ms, value in s["values"]]

    async def close(self) -> None:
        await self._client.close()

    async def _ready(self) -> None:
        try:
            await self.open()
        except StoreFault as fault:
            raise StoreUnavailable(str(fault)) from fault

    async def _prepare(self) -> None:
        """Make sure that the database is there; only 1.x lets us create it here."""
        version = await self._client.version()
        database = self._settings.database
        if version.removeprefix("v").startswith("1."):
            shown = await self._client.query("SHOW DATABASES")
            if [database] not in [value for s in shown for value in s.get("values", [])]:
                await self._client.query(
                    f'CREATE DATABASE "{database}" WITH DURATION {RETENTION_D}d NAME "aburra"'
                )
        else:
            await self._client.query("SHOW MEASUREMENTS LIMIT 1")
        log.info("store: InfluxDB %s at %s, %s", version, self._settings.url, database)

    async def _write_batch(self, points: list[Point]) -> list[Rejected]:
        refusal = await self._client.write([line_of(point) for point in points])
        if not refusal:
            return []
        dropped = _DROPPED.search(refusal)
        if len(points) == 1 or (dropped and int(dropped[1]) == len(points)):
            return [Rejected(point, refusal) for point in points]
        middle = len(points) // 2
        return [
            *await self._write_batch(points[:middle]),
            *await self._write_batch(points[middle:]),
        ]


def _between(since_ms: int, until_ms: int) -> str:
    return f"time >= {since_ms}ms AND time < {until_ms}ms"


def _quoted(text: str) -> str:
    """An InfluxQL string literal."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
