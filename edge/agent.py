"""The agent of one cabinet: every line, sign and command, from the settings to the broker."""

import asyncio
from functools import partial
from random import Random

from edge.clock import Clock
from edge.commands import CommandDesk
from edge.equipment import equip
from edge.names import EDGE_DEVICE
from edge.settings import EdgeSettings
from gateway.contract.codec import encode
from gateway.contract.messages import Birth, Observation, Presence
from gateway.contract.topics import topic_of
from gateway.link.clock import clock_state
from gateway.link.link import Link
from gateway.spool.outbox import Outbox
from gateway.spool.spool import Spool
from gateway.spool.uplink import Uplink

_CLOCK_LOOK_S = 1.0
_DRAIN_S = 0.8


class Agent:
    """Runs a cabinet; `communities` holds the SNMP community of each sign by its name."""

    def __init__(
        self, settings: EdgeSettings, communities: dict[str, str], spool: Spool, clock: Clock
    ) -> None:
        self._settings = settings
        self._spool = spool
        self._clock = clock
        self._started_s = clock.monotonic_s()
        source = settings.source
        self._state_topic = topic_of(source, "state")
        self._cmd_topic = topic_of(source, "cmd")
        self._ack_topic = topic_of(source, "ack")
        self._link = Link(
            settings.broker,
            client_id=f"edge-{settings.municipality}-{settings.site}",
            will=(self._state_topic, self._presence(is_online=False)),
            subscriptions=(self._ack_topic, self._cmd_topic),
            on_message=self._message,
            on_connect=self._announce,
            random=Random(),  # noqa: S311 - jitter
        )
        self._uplink = Uplink(spool, self._link, source, clock_state, clock.now_ms)
        self._outbox = Outbox(spool, self._uplink.wake, settings.commit_interval_s)
        self._equipment = equip(settings, communities, clock, self._outbox.add)
        self._desk = CommandDesk(
            source,
            self._equipment.signs,
            spool,
            partial(self._link.publish, topic_of(source, "result")),
            clock.now_ms,
        )

    async def run(self, stop: asyncio.Event) -> None:
        """Measure and send; once `stop` is set, put everything away and return."""
        async with asyncio.TaskGroup() as group:
            crossing = [group.create_task(self._link.run()), group.create_task(self._uplink.run())]
            measuring = [
                group.create_task(job())
                for job in (*self._equipment.jobs, self._report_health, self._follow_clock)
            ]
            measuring += [
                group.create_task(self._outbox.run()),
                group.create_task(self._desk.run()),
            ]
            await stop.wait()
            await _end(measuring)
            await self._outbox.flush()
            await self._uplink.drain(_DRAIN_S)
            # The will is for accidents; a clean stop says so itself.
            await self._link.say_goodbye(self._state_topic, self._presence(is_online=False))
            await _end(crossing)

    async def _message(self, topic: str, payload: bytes) -> None:
        if topic == self._ack_topic:
            await self._uplink.acknowledge(payload)
        elif topic == self._cmd_topic:
            await self._desk.receive(payload)

    async def _announce(self) -> None:
        settings = self._settings
        birth = Birth(
            source=settings.source,
            title=settings.title,
            time_ms=self._clock.now_ms(),
            devices=tuple(self._equipment.births),
            latitude_deg=settings.latitude_deg,
            longitude_deg=settings.longitude_deg,
        )
        await self._link.publish(self._state_topic, self._presence(is_online=True), retain=True)
        await self._link.publish(topic_of(settings.source, "birth"), encode(birth), retain=True)

    def _presence(self, *, is_online: bool) -> bytes:
        return encode(
            Presence(
                source=self._settings.source,
                online=is_online,
                since_ms=self._clock.now_ms(),
                program="aburra edge",
            )
        )

    async def _follow_clock(self) -> None:
        while True:
            self._clock.follow()
            await asyncio.sleep(_CLOCK_LOOK_S)

    async def _report_health(self) -> None:
        while True:
            await asyncio.sleep(self._settings.health_interval_s)
            for health in self._equipment.healths:
                observation = health.observation(self._clock.now_ms(), self._clock.monotonic_s())
                self._outbox.add(observation)
            self._outbox.add(await self._edge_health())

    async def _edge_health(self) -> Observation:
        state = await asyncio.to_thread(self._spool.state)
        now_ms = self._clock.now_ms()
        oldest_ms = state.oldest_waiting_ms
        fields = {
            "uptime_s": round(self._clock.monotonic_s() - self._started_s, 1),
            "measured_count": float(state.measured_count),
            "waiting_count": float(state.waiting_frames),
            "oldest_waiting_s": max(0.0, (now_ms - oldest_ms) / 1000) if oldest_ms else 0.0,
            "dropped_count": float(state.dropped_count + self._outbox.dropped_count),
            "refused_count": float(state.refused_count),
            "spool_bytes": float(state.bytes),
        }
        return Observation(device=EDGE_DEVICE, kind="edge_health", time_ms=now_ms, fields=fields)


async def _end(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
