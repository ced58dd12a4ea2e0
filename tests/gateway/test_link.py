"""The link and the uplink against real brokers: loss, return, order, watchdog."""

import asyncio
import contextlib
import time
from random import Random

import orjson
import pytest

from gateway.contract.codec import encode
from gateway.contract.messages import Ack, Observation
from gateway.contract.settings import SettingsError, load_settings
from gateway.link import link as link_module
from gateway.link.address import BrokerSettings, address_of
from gateway.link.backoff import Backoff
from gateway.link.link import Link
from gateway.link.seen import SeenFrames
from gateway.spool import uplink as uplink_module
from gateway.spool.spool import Spool, SpoolSettings
from gateway.spool.uplink import Uplink

NOW_MS = 1_795_000_000_000
SOURCE = "medellin/av-regional"


async def until(condition, timeout_s=15.0):
    deadline_s = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline_s, "condition not met in time"
        await asyncio.sleep(0.01)


class Peer:
    """A link that notes what arrives."""

    def __init__(self, url, client_id, *subscriptions, will=None):
        self.messages: list[tuple[str, bytes]] = []
        self.connected_count = 0
        self.link = Link(
            BrokerSettings(url=url),
            client_id=client_id,
            will=will,
            subscriptions=subscriptions or ("aburra/v1/nobody",),
            on_message=self._take,
            on_connect=self._connected,
            random=Random(7),
        )
        self.task = asyncio.create_task(self.link.run())

    async def _take(self, topic, payload):
        self.messages.append((topic, payload))

    async def _connected(self):
        self.connected_count += 1

    async def stop(self):
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)


async def test_messages_cross_and_a_broker_restart_is_survived(broker):
    there = Peer(broker.url, "there", "aburra/v1/#")
    here = Peer(broker.url, "here")
    await until(lambda: there.link.connected and here.link.connected)
    assert await here.link.publish("aburra/v1/a/b/up", b"one")
    await until(lambda: ("aburra/v1/a/b/up", b"one") in there.messages)
    broker.kill()
    await until(lambda: not here.link.connected and not there.link.connected)
    assert not await here.link.publish("aburra/v1/a/b/up", b"lost")
    assert here.link.fault
    broker.start()
    await until(lambda: here.link.connected and there.link.connected)
    assert await here.link.publish("aburra/v1/a/b/up", b"two")
    await until(lambda: ("aburra/v1/a/b/up", b"two") in there.messages)
    assert here.connected_count == 2
    await here.stop()
    await there.stop()


async def test_a_publish_does_not_wait_for_a_connection_that_is_gone(broker):
    here = Peer(broker.url, "here")
    await until(lambda: here.link.connected)
    broker.kill()
    began_s = time.monotonic()
    assert not await here.link.publish("aburra/v1/a/b/up", b"x" * 1000)
    assert time.monotonic() - began_s < 4.0, "waited for the whole timeout"
    await here.stop()


async def test_the_last_will_says_offline_and_a_clean_stop_does_not(broker):
    watcher = Peer(broker.url, "watcher", "aburra/v1/+/+/state")
    await until(lambda: watcher.link.connected)
    clean = Peer(broker.url, "clean", will=("aburra/v1/a/clean/state", b"gone"))
    await until(lambda: clean.link.connected)
    await clean.stop()
    code = (
        "import asyncio, os\n"
        "from random import Random\n"
        "from gateway.link.address import BrokerSettings\n"
        "from gateway.link.link import Link\n"
        "async def no(*a): pass\n"
        "async def die(): os._exit(9)\n"
        f"link = Link(BrokerSettings(url={broker.url!r}), client_id='dying',\n"
        "    will=('aburra/v1/a/dying/state', b'gone'), subscriptions=('aburra/v1/nobody',),\n"
        "    on_message=no, on_connect=die, random=Random(7))\n"
        "asyncio.run(link.run())\n"
    )
    import sys

    process = await asyncio.create_subprocess_exec(sys.executable, "-c", code)
    await process.wait()
    await until(lambda: watcher.messages)
    assert watcher.messages == [("aburra/v1/a/dying/state", b"gone")]
    await watcher.stop()


class DeafBroker:
    """Takes everything and acknowledges no PUBLISH; answers subscriptions with `granted`."""

    def __init__(self, granted=1):
        self.granted = granted
        self.connections = 0

    async def start(self):
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"mqtt://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def _serve(self, reader, writer):
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                kind = (await reader.readexactly(1))[0] >> 4
                length, shift, more = 0, 0, True
                while more:
                    digit = (await reader.readexactly(1))[0]
                    length |= (digit & 0x7F) << shift
                    shift, more = shift + 7, digit & 0x80
                body = await reader.readexactly(length)
                if kind == 1:
                    self.connections += 1
                    writer.write(bytes.fromhex("20 02 00 00"))
                elif kind == 8:
                    writer.write(bytes((0x90, 3, *body[:2], self.granted)))
        writer.close()

    async def stop(self):
        self._server.close()


async def test_a_broker_that_takes_nothing_loses_the_connection(monkeypatch):
    monkeypatch.setattr(link_module, "_TAKE_S", 0.2)
    broker = await DeafBroker().start()
    here = Peer(broker.url, "here", "aburra/v1/#")
    await until(lambda: here.link.connected)
    sent = [here.link.publish("aburra/v1/a/b/up", b"x") for _ in range(5)]
    assert await asyncio.gather(*sent) == [False] * 5
    await until(lambda: "took no message" in here.link.fault)
    await until(lambda: broker.connections == 2)
    await here.stop()
    await broker.stop()


async def test_a_refused_subscription_is_no_connection():
    broker = await DeafBroker(granted=0x80).start()
    here = Peer(broker.url, "here", "aburra/v1/a/b/ack")
    await until(lambda: "refuses the subscription to aburra/v1/a/b/ack" in here.link.fault)
    assert here.connected_count == 0
    await here.stop()
    await broker.stop()


async def test_two_programs_with_one_name_do_not_fight_at_full_speed(broker):
    twins = [Peer(broker.url, "twin", "aburra/v1/#") for _ in range(2)]
    await until(lambda: all(twin.connected_count for twin in twins))
    await until(lambda: all(twin.connected_count > 1 for twin in twins))
    assert all(twin.link._backoff.next_s() > 0.5 for twin in twins), "the back-off began anew"
    for twin in twins:
        await twin.stop()


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        ({"url": "mqtts://x", "ca_file": "missing"}, "missing"),
        ({"url": "mqtts://x", "ca_file": "rubbish"}, "rubbish"),
        ({"username": "a", "password_file": "missing"}, "missing"),
        ({"username": "a", "password_file": "rubbish"}, "rubbish"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(tmp_path, settings, name):
    (tmp_path / "rubbish").write_bytes(b"\xff\xfe")
    paths = {key: tmp_path / value for key, value in settings.items() if key.endswith("_file")}
    with pytest.raises(OSError, match=str(tmp_path / name)):
        address_of(BrokerSettings(**(settings | paths)))


class Field:
    """A spool with its uplink, and a peer that stands for the next place."""

    def __init__(self, broker, tmp_path):
        self.spool = Spool(tmp_path / "spool.sqlite", SpoolSettings(), lambda: NOW_MS)
        self.next = Peer(broker.url, "next", "aburra/v1/+/+/up")
        self.link = Link(
            BrokerSettings(url=broker.url),
            client_id="field",
            will=None,
            subscriptions=(f"aburra/v1/{SOURCE}/ack",),
            on_message=self._ack,
            on_connect=_nothing,
            random=Random(7),
        )
        self.uplink = Uplink(self.spool, self.link, SOURCE, lambda: "synchronised", lambda: NOW_MS)
        self.tasks: list[asyncio.Task] = []

    def start(self):
        self.tasks = [asyncio.create_task(part.run()) for part in (self.link, self.uplink)]

    async def _ack(self, _topic, payload):
        await self.uplink.acknowledge(payload)

    def commit(self, count=1):
        for _ in range(count):
            self.spool.commit([Observation(device="d", kind="weather", time_ms=NOW_MS)])
        self.uplink.wake()

    def received(self) -> list[int]:
        return [orjson.loads(payload)["sequence"] for _, payload in self.next.messages]

    async def acknowledge(self, *sequences):
        ack = Ack(source=SOURCE, epoch=self.spool.epoch, sequences=sequences)
        assert await self.next.link.publish(f"aburra/v1/{SOURCE}/ack", encode(ack))

    def waiting(self) -> int:
        return self.spool.state().waiting_frames

    async def stop(self):
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        await self.next.stop()
        self.spool.close()


async def _nothing():
    pass


@pytest.fixture
async def field(broker, tmp_path):
    field = Field(broker, tmp_path)
    await until(lambda: field.next.link.connected)
    yield field
    await field.stop()


async def test_a_frame_stays_until_it_is_acknowledged(field):
    field.start()
    field.commit()
    await until(lambda: field.received() == [1])
    assert field.waiting() == 1
    await field.acknowledge(1)
    await until(lambda: field.waiting() == 0)


async def test_a_frame_without_ack_is_sent_again(field, monkeypatch):
    monkeypatch.setattr(uplink_module, "ACK_TIMEOUT_S", 0.3)
    field.start()
    field.commit()
    await until(lambda: field.received()[:2] == [1, 1])
    assert field.uplink.resent_frames >= 1


async def test_while_nothing_is_acknowledged_one_frame_asks_for_all(field, monkeypatch):
    monkeypatch.setattr(uplink_module, "ACK_TIMEOUT_S", 0.3)
    field.start()
    await until(lambda: field.link.connected)
    field.commit(10)
    await until(lambda: len(field.received()) >= 10)
    field.next.messages.clear()
    await until(lambda: len(field.received()) == 4)
    assert len(set(field.received())) == 4, "a frame that nobody wants must not stand for all"
    answered = field.received()[0]
    field.next.messages.clear()
    await field.acknowledge(answered)
    rest = set(range(1, 11)) - {answered}
    await until(lambda: set(field.received()) == rest, timeout_s=1.5)


async def test_an_ack_that_a_full_disk_cannot_take_is_asked_for_again(field, monkeypatch, caplog):
    monkeypatch.setattr(uplink_module, "ACK_TIMEOUT_S", 0.3)
    field.start()
    field.commit()
    await until(lambda: field.received() == [1])
    # As full as a disk: SQLite may not write another page.
    field.spool._database.execute("PRAGMA query_only = ON")
    for _ in range(3):
        await field.acknowledge(1)
    await until(lambda: "can't be forgotten" in caplog.text)
    field.next.messages.clear()
    await until(field.received)
    assert caplog.text.count("can't be forgotten") == 1
    field.spool._database.execute("PRAGMA query_only = OFF")
    await field.acknowledge(1)
    await until(lambda: field.waiting() == 0)


async def test_the_newest_frame_goes_first_and_the_backlog_follows_in_order(field):
    field.commit(20)
    field.start()
    await until(lambda: len(field.received()) == 20)
    assert field.received() == [20, *range(1, 20)]


async def test_live_frames_overtake_a_backlog_that_is_limited_in_rate(field, monkeypatch):
    field.uplink._backlog_per_s = 8.0
    field.commit(30)
    field.start()
    await until(lambda: 30 in field.received())
    field.commit()
    await until(lambda: 31 in field.received())
    assert len(field.received()) < 31, "the live frame waited for the whole backlog"


async def test_no_more_than_the_window_is_in_flight(field):
    field.start()
    await until(lambda: field.link.connected)
    field.commit(uplink_module.WINDOW * 2)
    await until(lambda: len(field.received()) >= uplink_module.WINDOW)
    await asyncio.sleep(0)
    assert len(set(field.received())) == uplink_module.WINDOW
    await field.acknowledge(*field.received())
    await until(lambda: len(set(field.received())) == uplink_module.WINDOW * 2)


async def test_acks_that_are_none_are_counted_and_change_nothing(field):
    field.start()
    field.commit()
    await until(lambda: field.received() == [1])
    await field.next.link.publish(f"aburra/v1/{SOURCE}/ack", b"\xff\x00 not an ack")
    await until(lambda: field.uplink.malformed_acks == 1)
    assert field.waiting() == 1


async def test_a_broker_killed_with_frames_in_flight_loses_none(field, broker):
    field.start()
    field.commit(3)
    await until(lambda: len(field.received()) == 3)
    broker.kill()
    field.commit(3)
    broker.start()
    await until(lambda: set(field.received()) == {1, 2, 3, 4, 5, 6})
    await until(lambda: field.next.link.connected)
    await field.acknowledge(1, 2, 3, 4, 5, 6)
    await until(lambda: field.waiting() == 0)


def test_frames_are_new_once():
    seen = SeenFrames()
    order = [5, 1, 2, 4, 3, 6, 100, 7]
    assert all(seen.is_new(SOURCE, "e", sequence) for sequence in order)
    assert not any(seen.is_new(SOURCE, "e", sequence) for sequence in order)
    assert seen.is_new(SOURCE, "another epoch", 5)


def test_a_hostile_numbering_costs_bounded_memory():
    seen = SeenFrames()
    for sequence in range(1, 20_000, 2):
        seen.is_new(SOURCE, "e", sequence)
    assert len(seen._seen[SOURCE, "e"]._ranges) <= 1024


def test_reconnections_spread_and_are_capped():
    delays = [Backoff(Random(seed), 0.5, 30.0) for seed in range(50)]
    first = [backoff.next_s() for backoff in delays]
    assert all(0.25 <= delay <= 0.5 for delay in first)
    assert len({round(delay, 3) for delay in first}) > 30, "no jitter"
    for backoff in delays:
        for _ in range(60):
            last = backoff.next_s()
        assert last <= 30.0


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('url = "http://x"', "url"),
        ('url = "mqtt://user:secret@x"', "url"),
        ('url = "mqtt://x:99999"', "url"),
        ('url = "mqtt://x"\nusername = "a"', ""),
        ('url = "mqtt://x"\nca_file = "/ca"', ""),
        ('url = "mqtt://x"\ncolour = "red"', "colour"),
    ],
)
def test_wrong_broker_settings_are_named(tmp_path, text, key):
    path = tmp_path / "settings.toml"
    path.write_text(text)
    with pytest.raises(SettingsError) as caught:
        load_settings(path, BrokerSettings)
    (line,) = caught.value.lines
    assert str(path) in line
    assert key in line
