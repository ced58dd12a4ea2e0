"""The gateway program: two links, one spool, and what passes between them."""

import asyncio
import time
from contextlib import suppress
from random import Random

from gateway.contract.admission import Refusal, excerpt_of
from gateway.contract.codec import encode
from gateway.contract.messages import Birth, Observation, Presence
from gateway.contract.topics import GATEWAY_SITE, parse_topic, topic_of
from gateway.link.clock import clock_state, utc_ms
from gateway.link.link import Link
from gateway.municipal.commands import Commands
from gateway.municipal.intake import Intake
from gateway.municipal.quarantine import Quarantine
from gateway.municipal.refusals import Refusals
from gateway.municipal.settings import GatewaySettings
from gateway.municipal.sites import Sites
from gateway.spool.outbox import Outbox
from gateway.spool.spool import Spool
from gateway.spool.uplink import Uplink

PROGRAM = "aburra-gateway"
_COMMIT_INTERVAL_S = 0.5
_DRAIN_S = 0.8
_BACKLOG_PER_S = 400.0
"""A gateway catches up for all of its sites."""


class Gateway:
    """One municipality's border. `run` ends when `stopping` is set; raises `OSError` or
    `sqlite3.OperationalError` when `data_dir` can't be used.
    """

    def __init__(self, settings: GatewaySettings, random: Random) -> None:
        self._settings = settings
        self._source = source = f"{settings.municipality}/{GATEWAY_SITE}"
        self._started_ms = utc_ms()
        self._started_s = time.monotonic()
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        self._quarantine = Quarantine(settings.data_dir / "quarantine.sqlite", self._started_ms)
        self._spool = Spool(settings.data_dir / "spool.sqlite", settings.spool, utc_ms)
        name = f"{PROGRAM}-{settings.municipality}"
        every_site = f"aburra/v1/{settings.municipality}/+"
        self._field = Link(
            settings.field_broker,
            client_id=f"{name}-field",
            will=None,
            subscriptions=tuple(f"{every_site}/{c}" for c in ("up", "state", "birth", "result")),
            on_message=self._from_field,
            on_connect=_nothing,
            random=random,
        )
        self._metropolitan = Link(
            settings.metropolitan_broker,
            client_id=f"{name}-metropolitan",
            will=(topic_of(source, "state"), self._presence(online=False)),
            subscriptions=(topic_of(source, "ack"), topic_of(source, "cmd")),
            on_message=self._from_metropolis,
            on_connect=self._introduce,
            random=random,
        )
        self._uplink = Uplink(
            self._spool, self._metropolitan, source, clock_state, utc_ms, _BACKLOG_PER_S
        )
        self._outbox = Outbox(self._spool, self._uplink.wake, _COMMIT_INTERVAL_S)
        self._refusals = Refusals(self._quarantine, self._metropolitan, source, utc_ms)
        self._intake = Intake(self._spool, self._field, self._refusals, self._uplink.wake, utc_ms)
        self._sites = Sites(source, self._metropolitan, self._refusals)
        self._commands = Commands(
            source,
            frozenset(settings.sites),
            (self._field, self._metropolitan),
            self._refusals,
            utc_ms,
        )

    async def run(self, stopping: asyncio.Event) -> None:
        parts = [
            self._field.run(),
            self._metropolitan.run(),
            self._intake.run(),
            self._uplink.run(),
            self._outbox.run(),
            self._refusals.run(),
            self._tell_health(),
        ]
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(part) for part in parts]
            await stopping.wait()
            await self._outbox.flush()
            with suppress(TimeoutError):
                async with asyncio.timeout(_DRAIN_S):
                    await self._refusals.settle()
                    await self._uplink.drain(_DRAIN_S)
            state_topic = topic_of(self._source, "state")
            await self._metropolitan.say_goodbye(state_topic, self._presence(online=False))
            for task in tasks:
                task.cancel()
        self._spool.close()
        self._quarantine.close()

    async def _from_field(self, topic_text: str, payload: bytes) -> None:
        topic = parse_topic(topic_text)
        if topic is not None and topic.site == GATEWAY_SITE:
            return  # our own words, when both sides share a broker
        if topic is None or topic.site not in self._settings.sites:
            detail = f"not one of the sites of {self._settings.municipality}"
            self._refusals.add(topic_text, Refusal("foreign", detail, excerpt_of(payload)))
        elif topic.channel == "up":
            self._intake.take(topic, payload)
        elif topic.channel == "result":
            await self._commands.up(topic, payload)
        else:
            await self._sites.take(topic, payload)

    async def _from_metropolis(self, topic_text: str, payload: bytes) -> None:
        if topic_text.endswith("/ack"):
            await self._uplink.acknowledge(payload)
        else:
            await self._commands.down(topic_text, payload)

    async def _introduce(self) -> None:
        birth = Birth(
            source=self._source, title=self._settings.title, time_ms=self._started_ms, devices=()
        )
        publish = self._metropolitan.publish
        await publish(topic_of(self._source, "state"), self._presence(online=True), retain=True)
        await publish(topic_of(self._source, "birth"), encode(birth), retain=True)
        await self._sites.say_again()

    def _presence(self, *, online: bool) -> bytes:
        return encode(
            Presence(source=self._source, online=online, since_ms=utc_ms(), program=PROGRAM)
        )

    async def _tell_health(self) -> None:
        while True:
            await asyncio.sleep(self._settings.health_interval_s)
            state = await asyncio.to_thread(self._spool.state)
            now_ms = utc_ms()
            oldest_ms = now_ms if state.oldest_waiting_ms is None else state.oldest_waiting_ms
            fields = {
                "uptime_s": time.monotonic() - self._started_s,
                "forwarded_count": self._intake.forwarded_count,
                "waiting_count": state.waiting_frames,
                "oldest_waiting_s": max(0, now_ms - oldest_ms) / 1000,
                "dropped_count": state.dropped_count,
                "quarantined_count": sum(self._refusals.counts.values()),
                "spool_bytes": state.bytes,
            }
            self._outbox.add(
                Observation(device="gateway", kind="gateway_health", time_ms=now_ms, fields=fields)
            )


async def _nothing() -> None:
    """Nothing to say on the field side: its sites speak first."""
