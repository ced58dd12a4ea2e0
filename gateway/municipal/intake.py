"""Upwards: what the sites say is admitted, committed to the spool, then acknowledged."""

import asyncio
import logging
import sqlite3
from collections import defaultdict
from collections.abc import Callable

from gateway.contract.admission import Admission, admit_frame
from gateway.contract.codec import encode
from gateway.contract.messages import Ack, Origin
from gateway.contract.topics import Topic, topic_of
from gateway.link.link import Link
from gateway.municipal.refusals import Refusals
from gateway.spool.spool import Batch, Spool

log = logging.getLogger("aburra.gateway")

_WAITING_FRAMES_MAX = 2_000
_BATCH_FRAMES = 128


class Intake:
    """One fsync and one ack per source for everything that arrived meanwhile.

    Frames beyond the bound are left without an ack: their source keeps them and sends them again.
    """

    def __init__(
        self,
        spool: Spool,
        field: Link,
        refusals: Refusals,
        on_commit: Callable[[], None],
        now_ms: Callable[[], int],
    ) -> None:
        self._spool = spool
        self._field = field
        self._refusals = refusals
        self._on_commit = on_commit
        self._now_ms = now_ms
        self._waiting: asyncio.Queue[Admission] = asyncio.Queue(_WAITING_FRAMES_MAX)
        self.forwarded_count = 0
        self.turned_away_frames = 0

    def take(self, topic: Topic, payload: bytes) -> None:
        """Admit one frame of a known site; commits follow in `run`."""
        admission = admit_frame(topic, payload, self._now_ms())
        for refusal in admission.refusals:
            self._refusals.add(str(topic), refusal)
        if admission.head is None:
            return
        try:
            self._waiting.put_nowait(admission)
        except asyncio.QueueFull:
            self.turned_away_frames += 1

    async def run(self) -> None:
        """Commit and acknowledge for ever; cancel to stop."""
        fault = ""
        while True:
            batch = [await self._waiting.get()]
            while len(batch) < _BATCH_FRAMES and not self._waiting.empty():
                batch.append(self._waiting.get_nowait())
            try:
                await asyncio.to_thread(self._spool.commit_all, [*map(_batch_of, batch)])
            except sqlite3.OperationalError as error:
                if str(error) != fault:
                    log.error("the spool can't be written, nothing is acknowledged: %s", error)
                fault = str(error)
                await asyncio.sleep(1.0)
                continue
            fault = ""
            self.forwarded_count += sum(len(admission.observations) for admission in batch)
            self._on_commit()
            await self._acknowledge(batch)

    async def _acknowledge(self, batch: list[Admission]) -> None:
        sequences: dict[tuple[str, str], list[int]] = defaultdict(list)
        refused: dict[tuple[str, str], int] = defaultdict(int)
        for admission in batch:
            if admission.head is not None:
                key = (admission.head.source, admission.head.epoch)
                sequences[key].append(admission.head.sequence)
                refused[key] += admission.refused_count
        for (source, epoch), numbers in sequences.items():
            ack = Ack(
                source=source,
                epoch=epoch,
                sequences=tuple(numbers),
                refused_count=refused[source, epoch],
            )
            await self._field.publish(topic_of(source, "ack"), encode(ack))


def _batch_of(admission: Admission) -> Batch:
    head = admission.head
    origin = Origin(source=head.source, epoch=head.epoch, sequence=head.sequence) if head else None
    return admission.observations, origin
