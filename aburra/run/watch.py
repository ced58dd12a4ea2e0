"""Watching the centre from outside: its view once a second, kept per centre process.

A killed centre forgets its counters; what it said last is kept under its instance and added up.
"""

import asyncio
import logging

import aiohttp
import msgspec

from control_center.histogram import Histogram
from control_center.view import CenterView, SignView

log = logging.getLogger("aburra.run")

_TIMEOUT = aiohttp.ClientTimeout(total=2)


class Watch:
    """`view` is the newest view, None before the first and while the centre can't be asked."""

    def __init__(self, url: str) -> None:
        self._url = f"{url}/api/view"
        self._last_of: dict[str, CenterView] = {}
        self.view: CenterView | None = None

    async def run(self) -> None:
        async with aiohttp.ClientSession(timeout=_TIMEOUT) as session:
            while True:
                await self.look(session)
                await asyncio.sleep(1.0)

    async def look(self, session: aiohttp.ClientSession) -> None:
        try:
            async with session.get(self._url) as response:
                response.raise_for_status()
                body = await response.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            log.debug("the centre can't be asked: %s", error)
            self.view = None
            return
        self.view = msgspec.json.decode(body, type=CenterView)
        self._last_of[self.view.totals.instance] = self.view

    @property
    def last(self) -> CenterView | None:
        """The newest view there ever was."""
        return max(self._last_of.values(), key=lambda v: v.now_ms, default=None)

    def stored_count(self) -> int:
        return sum(view.totals.stored_count for view in self._last_of.values())

    def measured_to_stored(self) -> Histogram:
        merged = Histogram()
        for view in self._last_of.values():
            merged.merge(view.totals.measured_to_stored.counts)
        return merged

    def decided_to_shown(self) -> Histogram:
        merged = Histogram()
        for view in self._last_of.values():
            merged.merge(view.totals.decided_to_shown.counts)
        return merged

    def commands_of(self, target: str) -> tuple[int, int, int]:
        """(commands, confirmed, without a result) of one sign over all centre processes."""
        signs = [s for view in self._last_of.values() for s in view.signs if s.target == target]
        return (
            sum(s.commands for s in signs),
            sum(s.confirmed for s in signs),
            sum(s.under_way for s in signs),
        )

    def sign(self, target: str) -> SignView | None:
        """The sign as it was last seen."""
        signs = self.last.signs if self.last else ()
        return next((s for s in signs if s.target == target), None)
