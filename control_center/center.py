"""The centre's program: one MQTT link, one store, the live engines, the wall's server."""

import asyncio
import logging
import socket
import uuid
from collections.abc import Coroutine
from contextlib import suppress
from random import Random
from typing import TYPE_CHECKING

from control_center.alarms.board import AlarmBoard
from control_center.alarms.conditions import Faults, conditions_of
from control_center.decisions import Decisions
from control_center.grafana.settings import GrafanaSettings
from control_center.histogram import Histogram
from control_center.ingest.intake import Intake, subscriptions_of
from control_center.ingest.ledger import Ledger
from control_center.ingest.quarantine import Quarantine
from control_center.ingest.writer import StoreWriter
from control_center.live.assemble import Parts, Run, assemble
from control_center.live.picture import Picture
from control_center.server import Server, make_app, make_server
from control_center.settings import CenterSettings
from control_center.signs.audit import Audit
from control_center.store import open_store
from control_center.store.protocol import SeriesName, Store, StoreUnavailable
from control_center.view import CenterView
from gateway.contract.codec import encode
from gateway.contract.messages import Ack, Birth, Command, CommandResult, Observation, Presence
from gateway.contract.topics import GATEWAY_SITE, topic_of
from gateway.link.backoff import Backoff
from gateway.link.clock import utc_ms
from gateway.link.link import Link

if TYPE_CHECKING:
    from control_center.grafana.annotations import Annotations

log = logging.getLogger("aburra.center")

TICK_S = 0.25
THINK_PAUSE_S = 0.05
VIEW_MS = 500
DRAIN_S = 0.8
STORE_RETRY_LONGEST_S = 10.0


class Center:
    """Everything of one centre process. `run` ends when `stopping` is set; it raises `StoreFault`,
    in an `ExceptionGroup`, when the store can't be used until a person acts.
    """

    def __init__(self, settings: CenterSettings, random: Random) -> None:
        self._settings = settings
        self._instance = uuid.uuid4().hex[:12]
        self._started_ms = utc_ms()
        self._store: Store = open_store(settings.store, settings.data_dir)
        self._news = asyncio.Event()
        self._sending: dict[str, asyncio.Task[bool]] = {}
        self._view: CenterView | None = None
        self._annotations = _annotations_of(settings.grafana)
        quarantine = Quarantine()
        ledger = Ledger(quarantine, utc_ms)
        writer = StoreWriter(
            self._store,
            Backoff(random, longest_s=STORE_RETRY_LONGEST_S),
            acknowledge=self._acknowledge,
            on_stored=ledger.stored,
        )
        stations = [station for rule in settings.congestion for station in rule.stations]
        self._parts = Parts(
            settings=settings,
            picture=Picture(
                [(site.source, site.title) for site in settings.sites],
                [
                    *stations,
                    *(a.station for a in settings.air),
                    *(s.target for s in settings.signs),
                ],
                through_gateways=settings.upstream == "gateway",
            ),
            decisions=Decisions(
                settings,
                Audit(settings.data_dir / "audit.jsonl"),
                self._annotations.on_face if self._annotations else _nobody_hears,
                new_id=lambda: uuid.uuid4().hex,
                started_ms=self._started_ms,
            ),
            alarms=AlarmBoard(),
            quarantine=quarantine,
            intake=Intake(self, quarantine, writer.offer, utc_ms),
            writer=writer,
            ledger=ledger,
            decided_to_shown=Histogram(),
        )
        self._link = Link(
            settings.broker,
            client_id=f"aburra-center-{self._instance}",
            will=None,
            subscriptions=subscriptions_of(settings.upstream),
            on_message=self._received,
            on_connect=self._connected,
            random=random,
        )

    async def run(self, stopping: asyncio.Event, listening: socket.socket) -> None:
        server = make_server(make_app(self.view))
        try:
            async with asyncio.TaskGroup() as group:
                serving = group.create_task(self._serve(server, listening, stopping))
                writing = group.create_task(self._keep())
                others = [group.create_task(part) for part in self._parts_that_run(group)]
                await stopping.wait()
                server.should_exit = True
                self._parts.writer.finish()
                await asyncio.wait((writing, serving), timeout=DRAIN_S)
                for task in (*others, writing, serving, *self._sending.values()):
                    task.cancel()
        finally:
            await self._store.close()

    def _parts_that_run(self, group: asyncio.TaskGroup) -> list[Coroutine[None, None, None]]:
        parts = [self._link.run(), self._think(group)]
        return [*parts, self._annotations.run()] if self._annotations else parts

    async def _serve(
        self, server: Server, listening: socket.socket, stopping: asyncio.Event
    ) -> None:
        await server.serve(sockets=[listening])
        # A server that ended by itself takes the program with it: a wall nobody serves is no wall.
        stopping.set()

    async def _keep(self) -> None:
        """A store that hangs while it is opened holds up neither signs, wall nor stop."""
        await self._open_store()
        await self._parts.writer.run()

    async def _open_store(self) -> None:
        """Open it, and give the air rules the window that a restart would have cost them."""
        try:
            await self._store.open()
            for rule in self._parts.decisions.air:
                source, _, device = rule.settings.station.rpartition("/")
                name = SeriesName("air_particulate", "pm25_ugm3", source, device, {})
                since_ms = self._started_ms - rule.settings.window_s * 1000
                for time_ms, pm25_ugm3 in await self._store.series(
                    name, since_ms, self._started_ms
                ):
                    rule.add(time_ms, pm25_ugm3)
        except StoreUnavailable as error:
            log.warning("store: unavailable at the start: %s", error)

    async def _connected(self) -> None:
        self._parts.decisions.reachable()

    async def _received(self, topic: str, payload: bytes) -> None:
        self._parts.intake.receive(topic, payload)

    def observed(self, source: str, observations: tuple[Observation, ...]) -> None:
        now_ms = utc_ms()
        self._parts.picture.absorb(source, observations, now_ms)
        for finished in self._parts.decisions.observed(source, observations, now_ms):
            self._parts.picture.station_bin(finished)
        self._news.set()

    def present(self, presence: Presence) -> None:
        self._parts.picture.presence(presence)
        if presence.online:
            self._parts.decisions.reachable(presence.source)

    def born(self, birth: Birth) -> None:
        self._parts.picture.birth(birth)

    def answered(self, result: CommandResult) -> None:
        latency_ms = self._parts.decisions.answered(result, utc_ms())
        if latency_ms is not None:
            self._parts.decided_to_shown.add(latency_ms)

    async def _think(self, group: asyncio.TaskGroup) -> None:
        """Decide at once on news, and every quarter of a second without."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(TICK_S):
                    await self._news.wait()
            self._news.clear()
            now_ms = utc_ms()
            parts = self._parts
            for finished in parts.decisions.finish_bins(now_ms):
                parts.picture.station_bin(finished)
            for command in parts.decisions.decide(now_ms, can_send=self._link.connected):
                self._send(command, group)
            self._alarm(now_ms)
            await asyncio.sleep(THINK_PAUSE_S)

    def _alarm(self, now_ms: int) -> None:
        parts = self._parts
        faults = Faults(self._link.fault, parts.writer.fault)
        conditions = conditions_of(parts.picture, parts.decisions, parts.quarantine, faults, now_ms)
        for alarm in parts.alarms.update(conditions, now_ms):
            log.warning("alarm: %s: %s · %s", alarm.place, alarm.text_es, alarm.text_en)

    def _send(self, command: Command, group: asyncio.TaskGroup) -> None:
        """Publish beside everything else; while one publication hangs, no second is started."""
        known = self._sending.get(command.target)
        if known is not None and not known.done():
            return
        source = command.target.rpartition("/")[0]
        if self._settings.upstream == "gateway":
            source = f"{source.partition('/')[0]}/{GATEWAY_SITE}"
        publication = self._link.publish(topic_of(source, "cmd"), encode(command))
        self._sending[command.target] = group.create_task(publication)

    async def _acknowledge(self, ack: Ack) -> None:
        await self._link.publish(topic_of(ack.source, "ack"), encode(ack))

    def view(self) -> CenterView:
        """The view, at most half a second old."""
        now_ms = utc_ms()
        if self._view is None or not 0 <= now_ms - self._view.now_ms < VIEW_MS:
            run = Run(self._instance, self._started_ms)
            self._view = assemble(self._parts, run, now_ms)
        return self._view


def _nobody_hears(target: str, text: str, since_ms: int) -> None:
    """Without Grafana nobody is told of a sign's face."""


def _annotations_of(settings: GrafanaSettings | None) -> "Annotations | None":
    if settings is None:
        return None
    # An extra of its own: most centres, and every test, do without its library.
    from control_center.grafana.annotations import Annotations  # noqa: PLC0415

    return Annotations(settings)
