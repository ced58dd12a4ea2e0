# mypy: disable-error-code="attr-defined,no-untyped-call"
# grafana-client calls itself typed, and is so in part only.
"""What each sign showed, and for how long, as annotations in Grafana.

Grafana may be slow, full or gone: the centre only ever puts a face in a bounded queue.
"""

import asyncio
import logging
from collections import deque
from typing import Any, NamedTuple

from grafana_client import AsyncGrafanaApi, TokenAuth
from grafana_client.client import GrafanaClientError, GrafanaException

from control_center.grafana.settings import ANNOTATION_TAG, GrafanaSettings

log = logging.getLogger("aburra.grafana")

WAITING_MAX = 500
RETRY_S = 5.0
TIMEOUT_S = 5.0


class Face(NamedTuple):
    """A sign that confirmed `text` at `since_ms`; no text, a blank face."""

    target: str
    text: str
    since_ms: int


class _Open(NamedTuple):
    """An annotation that has begun and not ended."""

    id: int
    face: Face


class Annotations:
    """Call `on_face` from anywhere on the loop; `run` does the rest, until it is cancelled."""

    def __init__(self, settings: GrafanaSettings, retry_s: float = RETRY_S) -> None:
        self._settings = settings
        self._retry_s = retry_s
        self._waiting: deque[Face] = deque()
        self._news = asyncio.Event()
        self._open: dict[str, _Open | None] = {}
        self.lost_count = 0
        self.fault = ""

    def on_face(self, target: str, text: str, since_ms: int) -> None:
        """A sign confirmed another text (lines joined, "" = blank). Never waits, never raises."""
        if len(self._waiting) == WAITING_MAX:
            self._waiting.popleft()
            self._lost(f"más de · more than {WAITING_MAX} en espera · waiting")
        self._waiting.append(Face(target, text, since_ms))
        self._news.set()

    async def run(self) -> None:
        """Bring faces to Grafana in order. Raises `OSError` when the token can't be read."""
        token = self._settings.token_file.read_text(encoding="utf-8").strip()
        api = AsyncGrafanaApi.from_url(
            self._settings.url, credential=TokenAuth(token), timeout=TIMEOUT_S
        )
        try:
            while True:
                await self._news.wait()
                self._news.clear()
                while self._waiting:
                    await self._bring(api, self._waiting.popleft())
        finally:
            await api.client.s.close()

    async def _bring(self, api: AsyncGrafanaApi, face: Face) -> None:
        """Annotate one face, however often it takes; a face that Grafana refuses is lost."""
        while True:
            try:
                await self._annotate(api, face)
            except GrafanaClientError as error:
                self._lost(f"{face.target}: {error.status_code} {error.message}")
                return
            except ValueError as error:
                self._lost(f"{face.target}: {error}")
                return
            except (GrafanaException, OSError) as error:
                self._say(f"{self._settings.url}: {error}")
                await asyncio.sleep(self._retry_s)
            else:
                self._say("")
                return

    async def _annotate(self, api: AsyncGrafanaApi, face: Face) -> None:
        if face.target not in self._open:
            self._open[face.target] = await self._left_open(api, face.target)
        before = self._open[face.target]
        if before is not None and before.face.text == face.text:
            return
        if before is not None:
            await self._end(api, before, face.since_ms)
            self._open[face.target] = None
        if face.text:
            answer = await api.annotations.add_annotation(
                time_from=face.since_ms, tags=_tags(face.target), text=face.text
            )
            self._open[face.target] = _Open(_integer(answer, "id"), face)

    async def _left_open(self, api: AsyncGrafanaApi, target: str) -> _Open | None:
        """What an earlier run of the centre began and did not end: Grafana says end = begin."""
        found = await api.annotations.find_annotations(tags=_tags(target), limit=1)
        if not isinstance(found, list) or not found:
            return None
        since_ms = _integer(found[0], "time")
        if _integer(found[0], "timeEnd") > since_ms:
            return None
        return _Open(_integer(found[0], "id"), Face(target, str(found[0].get("text")), since_ms))

    async def _end(self, api: AsyncGrafanaApi, begun: _Open, end_ms: int) -> None:
        # The client sends every field of a PATCH, and an empty list would take the tags away.
        await api.annotations.partial_update_annotation(
            begun.id,
            time_from=begun.face.since_ms,
            time_to=end_ms,
            tags=_tags(begun.face.target),
            text=begun.face.text,
        )

    def _lost(self, reason: str) -> None:
        self.lost_count += 1
        log.warning("an annotation is lost (%d so far): %s", self.lost_count, reason)

    def _say(self, fault: str) -> None:
        """One line when Grafana goes and one when it comes back."""
        if bool(fault) != bool(self.fault):
            log.warning("grafana: %s", fault or "answers again")
        self.fault = fault


def _tags(target: str) -> list[str]:
    return [ANNOTATION_TAG, "sign", target]


def _integer(document: Any, name: str) -> int:
    value = document.get(name) if isinstance(document, dict) else None
    if not isinstance(value, int):
        raise ValueError(f"an answer without {name}: {str(document)[:80]}")  # noqa: TRY004 - bad input
    return value
