"""Joins spool and link: live frames first, a bounded window in flight, gone only when acked."""

import asyncio
import logging
import math
import sqlite3
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import orjson

from gateway.contract.codec import ContractError, decode
from gateway.contract.messages import VERSION, Ack, ClockState
from gateway.contract.topics import topic_of
from gateway.link.link import Link
from gateway.spool.spool import Spool, StoredFrame

log = logging.getLogger("aburra.uplink")

WINDOW = 32
"""Frames in flight at most."""
BACKLOG_PER_S = 40.0
"""Frames of the backlog that follow after an outage, beside the live ones."""
ACK_TIMEOUT_S = 4.0
"""A frame without an ack for so long is sent again: a broker may have lost it. While nothing at all
is acknowledged, one frame asks for all: a gateway that is down for a day costs no mobile data."""
_LOOK_S = 0.25


@dataclass
class _Cursors:
    """Where sending stands since the last connection: `backlog` runs up to `border`, `live` on."""

    connection: int
    border: int
    backlog: int
    live: int


class Uplink:
    """Sends what the spool holds as frames of `source` until an Ack names it.

    After each connection the newest frame and all later ones go out at once; the older ones follow
    in order, limited in rate.
    """

    def __init__(
        self,
        spool: Spool,
        link: Link,
        source: str,
        clock_state: Callable[[], ClockState],
        now_ms: Callable[[], int],
        backlog_per_s: float = BACKLOG_PER_S,
    ) -> None:
        self._backlog_per_s = backlog_per_s
        self._spool = spool
        self._link = link
        self._source = source
        self._topic = topic_of(source, "up")
        self._clock_state = clock_state
        self._now_ms = now_ms
        self._wake = asyncio.Event()
        self._in_flight: dict[int, float] = {}
        self._cursors = _Cursors(connection=0, border=0, backlog=0, live=0)
        self._answered_s = -math.inf
        self._fault = ""
        self.malformed_acks = 0
        self.resent_frames = 0

    def wake(self) -> None:
        """Something was committed."""
        self._wake.set()

    async def acknowledge(self, payload: bytes) -> None:
        """Take a payload from the ack topic; what is no Ack for this source is counted.

        On a disk that is full the frames stay, go out again, and are acknowledged again.
        """
        try:
            ack = decode(payload, Ack)
        except ContractError as error:
            self.malformed_acks += 1
            log.warning("ack refused: %s", error)
            return
        if ack.source != self._source or ack.epoch != self._spool.epoch:
            return
        try:
            await asyncio.to_thread(
                self._spool.acknowledge, ack.epoch, ack.sequences, ack.refused_count
            )
        except sqlite3.OperationalError as error:
            if str(error) != self._fault:
                log.error("what was acknowledged can't be forgotten: %s", error)
            self._fault = str(error)
            return
        self._fault = ""
        self._answered_s = time.monotonic()
        for sequence in ack.sequences:
            self._in_flight.pop(sequence, None)
        self._wake.set()

    async def run(self) -> None:
        """Send for ever; cancel to stop."""
        tokens = 0.0
        looked_s = time.monotonic()
        while True:
            # Not wait_for: on Python 3.11 it can swallow a cancellation that meets the wake-up.
            with suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_S):
                    await self._wake.wait()
            self._wake.clear()
            now_s = time.monotonic()
            tokens += (now_s - looked_s) * self._backlog_per_s
            tokens = min(self._backlog_per_s, tokens)
            looked_s = now_s
            if self._link.connected:
                tokens -= await self._send_round(int(tokens), now_s)

    async def drain(self, timeout_s: float) -> bool:
        """Wait until nothing waits any more; False when it still does after `timeout_s`."""
        deadline_s = time.monotonic() + timeout_s
        while (await asyncio.to_thread(self._spool.state)).waiting_frames:
            if time.monotonic() > deadline_s:
                return False
            await asyncio.sleep(0.02)
        return True

    async def _send_round(self, backlog_allowed: int, now_s: float) -> int:
        """One look at the spool; returns how many frames of the backlog were sent."""
        if self._link.connections != self._cursors.connection:
            border = max(0, await asyncio.to_thread(self._spool.newest_sequence) - 1)
            self._cursors = _Cursors(self._link.connections, border, backlog=0, live=border)
            self._in_flight.clear()
        cursors = self._cursors
        await self._send_again(now_s)
        live = await self._fetch(cursors.live, None, WINDOW - len(self._in_flight))
        if live:
            cursors.live = live[-1].sequence
            await self._send(live)
        room = min(WINDOW - len(self._in_flight), backlog_allowed)
        backlog = await self._fetch(cursors.backlog, cursors.border, room)
        if backlog:
            cursors.backlog = backlog[-1].sequence
            await self._send(backlog)
        return len(backlog)

    async def _send_again(self, now_s: float) -> None:
        late = [s for s, sent_s in self._in_flight.items() if now_s - sent_s > ACK_TIMEOUT_S]
        if now_s - self._answered_s > ACK_TIMEOUT_S:
            latest_s = max(self._in_flight.values(), default=-math.inf)
            late = late[:1] if now_s - latest_s > ACK_TIMEOUT_S else []  # each in its turn
        again: list[StoredFrame] = []
        for sequence in late:
            del self._in_flight[sequence]  # also when the spool has dropped it meanwhile
            again += await self._fetch(sequence - 1, sequence, 1)
        self.resent_frames += len(again)
        await self._send(again)

    async def _fetch(self, after: int, up_to: int | None, limit: int) -> list[StoredFrame]:
        if limit <= 0:
            return []
        return await asyncio.to_thread(self._spool.frames, after, up_to, limit)

    async def _send(self, frames: list[StoredFrame]) -> None:
        now_s = time.monotonic()
        for frame in frames:
            self._in_flight[frame.sequence] = now_s
        await asyncio.gather(
            *(self._link.publish(self._topic, self._payload(frame)) for frame in frames)
        )

    def _payload(self, frame: StoredFrame) -> bytes:
        message: dict[str, object] = {
            "v": VERSION,
            "source": self._source,
            "epoch": self._spool.epoch,
            "sequence": frame.sequence,
            "sent_ms": self._now_ms(),
            "clock": self._clock_state(),
            "observations": orjson.Fragment(frame.observations),
        }
        if frame.origin is not None:
            message["origin"] = orjson.Fragment(frame.origin)
        return orjson.dumps(message)
