"""What was refused: counted all, kept and told to the centre at a bounded rate."""

import asyncio
import logging
import sqlite3
from collections import Counter
from collections.abc import Callable

from gateway.contract.admission import Refusal
from gateway.contract.codec import encode
from gateway.contract.messages import QuarantineNotice
from gateway.contract.topics import topic_of
from gateway.link.link import Link
from gateway.municipal.quarantine import Quarantine

log = logging.getLogger("aburra.gateway")

_WAITING_MAX = 1_000
_TOLD_PER_ROUND = 5
_ROUND_S = 0.5


class Refusals:
    """`counts` has every refusal by reason; a flood costs no more than a bounded queue."""

    def __init__(
        self, quarantine: Quarantine, metropolitan: Link, source: str, now_ms: Callable[[], int]
    ) -> None:
        self._quarantine = quarantine
        self._metropolitan = metropolitan
        self._topic = topic_of(source, "quarantine")
        self._now_ms = now_ms
        self._waiting: list[QuarantineNotice] = []
        self.counts: Counter[str] = Counter()

    def add(self, topic: str, refusal: Refusal) -> None:
        self.counts[refusal.reason] += 1
        if len(self._waiting) >= _WAITING_MAX:
            return
        self._waiting.append(
            QuarantineNotice(
                time_ms=self._now_ms(),
                topic=_printable(topic),
                reason=refusal.reason,
                detail=refusal.detail[:200],
                excerpt=refusal.excerpt[:200],
            )
        )

    async def run(self) -> None:
        """Keep and tell for ever; cancel to stop."""
        while True:
            await asyncio.sleep(_ROUND_S)
            await self.settle()

    async def settle(self) -> None:
        """Keep everything that waits, and tell the newest of it."""
        notices, self._waiting = self._waiting, []
        if not notices:
            return
        log.warning("%d refused, last: %s: %s", len(notices), notices[-1].topic, notices[-1].detail)
        try:
            await asyncio.to_thread(self._quarantine.keep, notices)
        except sqlite3.OperationalError as error:
            log.error("they can't be kept in the quarantine file: %s", error)
        for notice in notices[-_TOLD_PER_ROUND:]:
            await self._metropolitan.publish(self._topic, encode(notice))


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else "·" for c in text[:200])
