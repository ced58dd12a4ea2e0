"""Frames to the store: batches, acknowledgements, an absent store, refusals, hostile topics."""

import asyncio
import random

import pytest
from center_bench import lane, utc_ms
from hypothesis import given
from hypothesis import strategies as st

from control_center.histogram import Histogram
from control_center.ingest import writer as writer_module
from control_center.ingest.intake import Intake, subscriptions_of
from control_center.ingest.ledger import Ledger
from control_center.ingest.quarantine import KEPT, Quarantine
from control_center.ingest.writer import FrameName, StoreWriter, Waiting
from control_center.store.protocol import Point, Rejected, StoreUnavailable
from control_center.view import QuarantineView
from gateway.contract.codec import encode
from gateway.contract.messages import Frame, Origin, Presence
from gateway.link.backoff import Backoff

EPOCH = "0123456789abcdef"


class MemoryStore:
    """Keeps points; can be away, and refuses devices by name."""

    def __init__(self) -> None:
        self.points: list[Point] = []
        self.is_away = False
        self.refused_devices: set[str] = set()
        self.batches: list[int] = []

    async def write(self, points):
        if self.is_away:
            raise StoreUnavailable("connection refused")
        refused = [point for point in points if point.device in self.refused_devices]
        self.points += [point for point in points if point not in refused]
        self.batches.append(len(points))
        return [Rejected(point, "field type conflict") for point in refused]


class Bench:
    def __init__(self) -> None:
        self.store = MemoryStore()
        self.acks = []
        self.stored = []
        self.rejected = []
        self.writer = StoreWriter(
            self.store,
            Backoff(random.Random(1), first_s=0.01, longest_s=0.02),
            acknowledge=self._acknowledge,
            on_stored=self._on_stored,
        )

    async def _acknowledge(self, ack):
        self.acks.append(ack)

    def _on_stored(self, frames, rejected):
        self.stored += frames
        self.rejected += rejected

    async def until(self, condition):
        async with asyncio.timeout(5):
            while not condition():
                await asyncio.sleep(0.005)


@pytest.fixture
async def bench():
    one = Bench()
    running = asyncio.create_task(one.writer.run())
    yield one
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


def point(device="vds-1", time_ms=0):
    return Point("medellin", "av-regional", device, "vds_interval", {}, time_ms, {}, {}, ())


def waiting(sequence, *points, source="medellin/gateway", refused_count=0):
    return Waiting(FrameName(source, EPOCH, sequence), points, refused_count)


async def test_frames_that_arrive_together_are_one_write_and_one_ack(bench):
    for sequence in (1, 2, 3):
        bench.writer.offer(waiting(sequence, point(time_ms=sequence), refused_count=sequence))
    bench.writer.offer(waiting(1, point("x"), source="itagui/gateway"))
    await bench.until(lambda: len(bench.acks) == 2)
    assert bench.store.batches == [4]
    first, second = bench.acks
    assert (first.source, first.epoch, first.sequences) == ("medellin/gateway", EPOCH, (1, 2, 3))
    assert (first.refused_count, second.refused_count) == (6, 0)


async def test_nothing_is_acked_while_the_store_is_away_and_everything_after(bench):
    bench.store.is_away = True
    for sequence in range(1, 4):
        assert bench.writer.offer(waiting(sequence, point(time_ms=sequence)))
        assert bench.writer.offer(waiting(sequence, point(time_ms=sequence)))
    await bench.until(lambda: bench.writer.fault == "connection refused")
    assert (bench.writer.waiting_count, bench.acks) == (3, [])
    bench.store.is_away = False
    await bench.until(lambda: bench.acks)
    assert bench.acks[0].sequences == (1, 2, 3)
    assert (bench.writer.fault, bench.writer.waiting_count, len(bench.store.points)) == ("", 0, 3)


async def test_beyond_the_bound_frames_are_left_upstream(bench, monkeypatch):
    monkeypatch.setattr(writer_module, "WAITING_FRAMES_MAX", 2)
    bench.store.is_away = True
    taken = [bench.writer.offer(waiting(n, point(time_ms=n))) for n in (1, 2, 3)]
    assert taken == [True, True, False]
    bench.store.is_away = False
    await bench.until(lambda: bench.acks)
    assert bench.acks[0].sequences == (1, 2)
    assert bench.writer.offer(waiting(3, point(time_ms=3)))


async def test_points_are_bounded_too_and_a_repeat_counts_once(bench, monkeypatch):
    monkeypatch.setattr(writer_module, "WAITING_POINTS_MAX", 3)
    for _ in range(3):
        assert bench.writer.offer(waiting(1, point(), point(time_ms=1)))
    assert not bench.writer.offer(waiting(2, point(), point(time_ms=1)))
    assert bench.writer.offer(waiting(3, point()))


async def test_a_point_the_store_refuses_costs_only_itself(bench):
    bench.store.refused_devices = {"bad"}
    bench.writer.offer(waiting(1, point(), point("bad")))
    bench.writer.offer(waiting(2, point(time_ms=2)))
    await bench.until(lambda: bench.acks)
    assert (bench.acks[0].sequences, bench.acks[0].refused_count) == ((1, 2), 1)
    assert [refusal.point.device for refusal in bench.rejected] == ["bad"]


async def test_a_write_holds_at_most_5000_points(bench):
    for sequence in range(1, 7):
        bench.writer.offer(waiting(sequence, *[point(time_ms=n) for n in range(2000)]))
    await bench.until(lambda: len(bench.stored) == 6)
    assert bench.store.batches == [4000, 4000, 4000]


async def test_a_frame_without_points_is_acked_without_a_write(bench):
    bench.writer.offer(waiting(1, refused_count=2))
    await bench.until(lambda: bench.acks)
    assert (bench.acks[0].refused_count, bench.store.batches) == (2, [])


async def test_finish_writes_what_waits():
    bench = Bench()
    bench.writer.offer(waiting(1, point()))
    bench.writer.finish()
    async with asyncio.timeout(1):
        await bench.writer.run()
    assert bench.acks[0].sequences == (1,)


async def test_finish_gives_up_on_an_absent_store():
    bench = Bench()
    bench.store.is_away = True
    bench.writer.offer(waiting(1, point()))
    bench.writer.finish()
    async with asyncio.timeout(1):
        await bench.writer.run()
    assert bench.acks == []


class Heard:
    def __init__(self) -> None:
        self.observations = []
        self.messages = []
        self.offered = []
        self.quarantine = Quarantine()
        self.intake = Intake(self, self.quarantine, self._offer, utc_ms)

    def _offer(self, frame):
        self.offered.append(frame)
        return True

    def observed(self, source, observations):
        self.observations += [(source, one) for one in observations]

    def present(self, presence):
        self.messages.append(presence)

    born = answered = present


def frame_of(*observations, source="medellin/gateway", sequence=1, origin=1):
    named = Origin(source="medellin/av-regional", epoch=EPOCH, sequence=origin) if origin else None
    return Frame(
        v=1,
        source=source,
        epoch=EPOCH,
        sequence=sequence,
        sent_ms=utc_ms(),
        clock="synchronised",
        observations=observations,
        origin=named,
    )


UP = "aburra/v1/medellin/gateway/up"


def test_points_belong_to_the_origin_and_the_ack_to_the_sender():
    heard = Heard()
    now_ms = utc_ms()
    heard.intake.receive(UP, encode(frame_of(lane("1", now_ms, speed_kmh=50), sequence=7)))
    (offered,) = heard.offered
    assert offered.name == ("medellin/gateway", EPOCH, 7)
    assert offered.points[0][:3] == ("medellin", "av-regional", "vds-1")
    assert heard.observations[0][0] == "medellin/av-regional"


def test_a_frame_forwarded_twice_under_two_numbers_is_news_once():
    heard = Heard()
    one = lane("1", utc_ms(), speed_kmh=50)
    for sequence in (1, 2):
        heard.intake.receive(UP, encode(frame_of(one, sequence=sequence)))
    assert len(heard.observations) == 1
    assert (len(heard.offered), heard.intake.repeated_frames) == (2, 1)


def test_a_bad_observation_costs_only_itself():
    heard = Heard()
    now_ms = utc_ms()
    good, bad = lane("1", now_ms, speed_kmh=50), lane("2", now_ms, speed_kmh=500)
    for _ in range(2):
        heard.intake.receive(UP, encode(frame_of(good, bad)))
    assert [one.tags["lane"] for _, one in heard.observations] == ["1"]
    assert heard.offered[0].refused_count == 1
    assert [entry.reason for entry in heard.quarantine.latest()] == ["implausible"]


@pytest.mark.parametrize(
    ("topic", "source", "is_taken"),
    [
        ("aburra/v1/medellin/gateway/state", "medellin/gateway", True),
        ("aburra/v1/medellin/gateway/state/av-regional", "medellin/av-regional", True),
        ("aburra/v1/medellin/gateway/state/av-regional", "medellin/otra", False),
        ("aburra/v1/medellin/gateway/state", "itagui/gateway", False),
        ("aburra/v1/medellin/av-regional/state", "medellin/av-regional", True),
        ("aburra/v1/medellin/av-regional/state", "medellin/gateway", False),
    ],
)
def test_who_may_speak_for_whom(topic, source, is_taken):
    heard = Heard()
    heard.intake.receive(topic, encode(Presence(source=source, online=True, since_ms=1)))
    assert len(heard.messages) == int(is_taken)
    assert [entry.reason for entry in heard.quarantine.latest()] == ["foreign"] * (not is_taken)


TOPICS = [f"aburra/v1/medellin/gateway/{c}" for c in ("up", "state", "birth", "result", "cmd")]


@given(st.sampled_from([*TOPICS, "aburra/v1/\x00", ""]), st.binary(max_size=200))
def test_no_bytes_on_any_topic_get_through_or_stop_it(topic, payload):
    heard = Heard()
    heard.intake.receive(topic, payload)
    assert (heard.observations, heard.messages, heard.quarantine.count) == ([], [], 1)


def test_quarantine_is_bounded_and_newest_first():
    quarantine = Quarantine()
    for n in range(1000):
        quarantine.add(QuarantineView(n, "t", "malformed", "", ""))
    assert (quarantine.count, len(quarantine.latest())) == (1000, KEPT)
    assert quarantine.latest()[0].time_ms == quarantine.newest_ms == 999


def test_the_ledger_counts_a_frame_once_and_from_the_end_of_its_interval():
    quarantine = Quarantine()
    ledger = Ledger(quarantine, lambda: 10_000)
    one = point(time_ms=1_000)._replace(fields={"period_s": 5.0})
    refused = one._replace(device="bad", time_ms=2_000)
    ledger.stored([waiting(1, one, refused)], [Rejected(refused, "field type conflict")])
    ledger.stored([waiting(1, one)], [])
    assert ledger.stored_count == 1
    expected = Histogram()
    expected.add(4_000)
    assert ledger.measured_to_stored.counts == expected.counts
    (entry,) = quarantine.latest()
    assert (entry.reason, entry.detail) == ("store", "field type conflict")


def test_topics_read():
    assert "aburra/v1/+/gateway/up" in subscriptions_of("gateway")
    assert "aburra/v1/+/gateway/state/+" in subscriptions_of("gateway")
    assert subscriptions_of("edge")[0] == "aburra/v1/+/+/up"
