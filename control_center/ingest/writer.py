"""Frames to the store, and the acknowledgement back once they are stored.

While the store is down frames wait here up to a bound; beyond it they are left unacknowledged,
wait upstream and come again. Whatever happens here never holds up the live picture or the signs.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

from control_center.store.protocol import Point, Rejected, Store, StoreUnavailable
from gateway.contract.messages import Ack
from gateway.link.backoff import Backoff

log = logging.getLogger("aburra.center")

BATCH_POINTS = 5_000
BATCH_WAIT_S = 0.2
WAITING_FRAMES_MAX = 20_000
WAITING_POINTS_MAX = 100_000
"""About 100 MB of observations."""
ACK_SEQUENCES_MAX = 1000


class FrameName(NamedTuple):
    """A frame's name for ever; `source` is who sent it last and is told of its storing."""

    source: str
    epoch: str
    sequence: int


class Waiting(NamedTuple):
    """A frame on its way to the store. `refused_count` observations went to quarantine."""

    name: FrameName
    points: tuple[Point, ...]
    refused_count: int


class StoreWriter:
    """`on_stored` hears of the frames just stored, and of the points in them that the store will
    never take, before they are acknowledged; `acknowledge` sends an Ack and need not succeed.
    """

    def __init__(
        self,
        store: Store,
        backoff: Backoff,
        *,
        acknowledge: Callable[[Ack], Awaitable[object]],
        on_stored: Callable[[Sequence[Waiting], Sequence[Rejected]], None],
    ) -> None:
        self._store = store
        self._backoff = backoff
        self._acknowledge = acknowledge
        self._on_stored = on_stored
        self._waiting: dict[FrameName, Waiting] = {}
        self._points_count = 0
        self._arrived = asyncio.Event()
        self._full = False
        self._finishing = False
        self.fault = ""

    @property
    def waiting_count(self) -> int:
        """Frames not yet stored."""
        return len(self._waiting)

    def offer(self, frame: Waiting) -> bool:
        """Take a frame unless it already waits; False when there is no room for it."""
        if frame.name in self._waiting:
            return True
        has_room = (
            len(self._waiting) < WAITING_FRAMES_MAX
            and self._points_count + len(frame.points) <= WAITING_POINTS_MAX
        )
        if has_room:
            self._waiting[frame.name] = frame
            self._points_count += len(frame.points)
            self._arrived.set()
        elif not self._full:
            log.warning("store: %d frames wait, newer ones stay upstream", len(self._waiting))
        self._full = not has_room
        return has_room

    async def run(self) -> None:
        """Write until `finish`, and then what still waits if the store takes it."""
        while True:
            await self._arrived.wait()
            if self._finishing and not self._waiting:
                return
            if self._points_count < BATCH_POINTS and not self._finishing:
                await asyncio.sleep(BATCH_WAIT_S)
            if not await self._write_batch():
                if self._finishing:
                    return
                await asyncio.sleep(self._backoff.next_s())

    def finish(self) -> None:
        """Ask `run` to end soon."""
        self._finishing = True
        self._arrived.set()

    async def _write_batch(self) -> bool:
        """Store and acknowledge the oldest frames that wait; False when the store is away."""
        batch = self._next_batch()
        points = [point for frame in batch for point in frame.points]
        try:
            rejected = await self._store.write(points) if points else []
        except StoreUnavailable as error:
            if not self.fault:
                log.warning("store: unavailable: %s", error)
            self.fault = str(error) or "unavailable"
            return False
        if self.fault:
            log.info("store: available again, %d frames wait", len(self._waiting))
        self.fault = ""
        self._backoff.succeeded()
        for frame in batch:
            del self._waiting[frame.name]
            self._points_count -= len(frame.points)
        if not self._waiting and not self._finishing:
            self._arrived.clear()
        self._on_stored(batch, rejected)
        await self._tell(batch, rejected)
        return True

    def _next_batch(self) -> list[Waiting]:
        batch: list[Waiting] = []
        size = 0
        for frame in self._waiting.values():
            size += len(frame.points)
            if batch and size > BATCH_POINTS:
                break
            batch.append(frame)
        return batch

    async def _tell(self, batch: list[Waiting], rejected: list[Rejected]) -> None:
        """One Ack per sender and epoch, in parts of the contract's size."""
        refused = {id(point) for point, _ in rejected}
        frames: defaultdict[tuple[str, str], list[Waiting]] = defaultdict(list)
        for frame in batch:
            frames[frame.name.source, frame.name.epoch].append(frame)
        for (source, epoch), named in frames.items():
            for start in range(0, len(named), ACK_SEQUENCES_MAX):
                part = named[start : start + ACK_SEQUENCES_MAX]
                refused_count = sum(frame.refused_count for frame in part)
                refused_count += sum(
                    id(point) in refused for frame in part for point in frame.points
                )
                ack = Ack(
                    source=source,
                    epoch=epoch,
                    sequences=tuple(frame.name.sequence for frame in part),
                    refused_count=refused_count,
                )
                await self._acknowledge(ack)
