"""From single values to committed frames: the only second in which a value can be lost."""

import asyncio
import logging
import sqlite3
from collections.abc import Callable

from gateway.contract.messages import Observation
from gateway.spool.spool import Spool

log = logging.getLogger("aburra.spool")

_WAITING_MAX = 20_000


class Outbox:
    """Collects observations and commits them every `interval_s`; calls `on_commit` afterwards.

    When the disk refuses (full, gone) the values stay here and are tried again; past 20 000 the
    oldest are dropped and counted in `dropped_count`.
    """

    def __init__(self, spool: Spool, on_commit: Callable[[], None], interval_s: float) -> None:
        self._spool = spool
        self._on_commit = on_commit
        self._interval_s = interval_s
        self._values: list[Observation] = []
        self._committing = asyncio.Lock()
        self.dropped_count = 0
        self.fault = ""

    def add(self, observation: Observation) -> None:
        self._values.append(observation)
        if len(self._values) > _WAITING_MAX:
            del self._values[0]
            self.dropped_count += 1

    async def run(self) -> None:
        """Commit at intervals until cancelled; `flush` afterwards for the rest."""
        while True:
            await asyncio.sleep(self._interval_s)
            await self.flush()

    async def flush(self) -> None:
        """Commit what is here; on a full disk keep it."""
        async with self._committing:
            values, self._values = self._values, []
            if not values:
                return
            try:
                await asyncio.shield(asyncio.to_thread(self._spool.commit, values))
            except sqlite3.OperationalError as error:
                self._values = values + self._values
                if str(error) != self.fault:
                    log.error("the spool can't be written: %s", error)
                self.fault = str(error)
                return
            self.fault = ""
            self._on_commit()
