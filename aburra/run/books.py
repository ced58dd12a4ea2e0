"""Both sides of the proof, read from the outside: the edges' ledgers and the store."""

import logging
from pathlib import Path

from aburra.run.bench import Bench
from aburra.run.plan import Plan
from aburra.run.proof import (
    Counts,
    Proof,
    SpoolSums,
    count_quarantined,
    minus,
    prove,
    read_spool,
)
from control_center.settings import CenterSettings
from control_center.store import open_store
from control_center.store.protocol import StoreFault, StoreUnavailable
from gateway.contract.settings import load_settings

log = logging.getLogger("aburra.run")

_MINUTE_MS = 60_000


class Books:
    """Opened before the edges start, closed after the centre has stopped."""

    def __init__(self, plan: Plan, center_settings: Path, bench: Bench) -> None:
        self._plan = plan
        self._bench = bench
        self._municipalities = {cabinet.municipality for cabinet in bench.cabinets}
        self._settings = load_settings(center_settings, CenterSettings)
        self._before: Counts = {}
        self._quarantined_before = self._quarantined()

    async def open(self, start_ms: int) -> None:
        """Note what an InfluxDB that outlived an earlier run already holds of this minute.

        A data directory that is used again has the earlier run in its ledgers too: nothing is
        taken off then.
        """
        if not any(edge.ledger for edge in self._edges()):
            from_ms = start_ms // _MINUTE_MS * _MINUTE_MS - _MINUTE_MS
            self._before = await self._stored(from_ms, start_ms + _MINUTE_MS) or {}

    async def close(self) -> Proof | None:
        """The proof; None when the store can't be asked."""
        edges = self._edges()
        measured = {key: minutes for edge in edges for key, minutes in edge.ledger.items()}
        minutes = [minute for cell in measured.values() for minute in cell]
        stored: Counts | None = {}
        if minutes:
            stored = await self._stored(min(minutes), max(minutes) + _MINUTE_MS)
        if stored is None:
            return None
        gateways = self._gateways()
        refused_by_center = sum(gateway.refused for gateway in gateways)
        return prove(
            measured,
            minus(stored, self._before),
            refused=sum(edge.refused for edge in edges) + refused_by_center,
            quarantined=self._quarantined() + refused_by_center - self._quarantined_before,
            waiting=sum(spool.waiting for spool in [*edges, *gateways]),
        )

    def _edges(self) -> list[SpoolSums]:
        sources = [cabinet.source for cabinet in self._bench.cabinets]
        return [read_spool(self._plan.edge_dir(s) / "spool.sqlite", s) for s in sources]

    def _gateways(self) -> list[SpoolSums]:
        return [
            read_spool(self._plan.gateway_dir(name) / "spool.sqlite", f"{name}/gateway")
            for name in self._municipalities
        ]

    def _quarantined(self) -> int:
        directories = [self._plan.gateway_dir(name) for name in self._municipalities]
        return sum(count_quarantined(path / "quarantine.sqlite") for path in directories)

    async def _stored(self, since_ms: int, until_ms: int) -> Counts | None:
        store = open_store(self._settings.store, self._settings.data_dir)
        try:
            await store.open()
            return await store.counts(since_ms, until_ms)
        except (StoreFault, StoreUnavailable) as error:
            log.error("the store can't be asked: %s", error)
            return None
        finally:
            await store.close()
