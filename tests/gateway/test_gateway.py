"""The gateway as a program of its own, between two real brokers, with hostile neighbours."""

import asyncio
import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
import time

import aiomqtt
import orjson
import pytest
from servers import embedded_broker

from gateway.contract.admission import Refusal
from gateway.contract.settings import SettingsError, load_settings
from gateway.municipal.quarantine import Quarantine
from gateway.municipal.refusals import Refusals
from gateway.municipal.settings import GatewaySettings

SITE = "aburra/v1/medellin/av-regional"
GATEWAY = "aburra/v1/medellin/gateway"


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def frame(sequence=1, source="medellin/av-regional", **fields) -> dict:
    return {
        "v": 1,
        "source": source,
        "epoch": "00112233445566ff",
        "sequence": sequence,
        "sent_ms": now_ms(),
        "clock": "synchronised",
        "observations": [
            {
                "device": "weather-1",
                "kind": "weather",
                "time_ms": now_ms(),
                "fields": {"temperature_c": 24.5} | fields,
            }
        ],
    }


class Ear:
    """A client of one broker that remembers everything under aburra/."""

    def __init__(self, url):
        self.messages: list[tuple[str, dict]] = []
        self._port = int(url.rsplit(":", 1)[1])

    async def run(self, ready: asyncio.Event):
        async with aiomqtt.Client("127.0.0.1", self._port) as client:
            self.client = client
            await client.subscribe("aburra/#", qos=1)
            ready.set()
            async for message in client.messages:
                with contextlib.suppress(orjson.JSONDecodeError):
                    self.messages.append((str(message.topic), orjson.loads(message.payload)))

    async def say(self, topic, message, retain=False):
        payload = message if isinstance(message, bytes) else orjson.dumps(message)
        await self.client.publish(topic, payload, qos=1, retain=retain)

    async def hear(self, topic, matches=lambda _: True, timeout_s=10.0) -> dict:
        deadline_s = time.monotonic() + timeout_s
        while time.monotonic() < deadline_s:
            for found_topic, message in self.messages:
                if found_topic == topic and matches(message):
                    return message
            await asyncio.sleep(0.01)
        raise AssertionError(f"{topic} not heard; heard {self.messages}")


class Border:
    """The gateway process between a field broker and a metropolitan one."""

    def __init__(self, tmp_path):
        self.data_dir = tmp_path / "gateway"
        self.brokers = [embedded_broker(), embedded_broker()]
        for broker in self.brokers:
            broker.start()
        self.settings = tmp_path / "gateway.toml"
        self.settings.write_text(
            f'municipality = "medellin"\ntitle = "Medellín"\ndata_dir = "{self.data_dir}"\n'
            'sites = ["av-regional"]\nhealth_interval_s = 1\n'
            f'[field_broker]\nurl = "{self.brokers[0].url}"\n'
            f'[metropolitan_broker]\nurl = "{self.brokers[1].url}"\n'
        )
        self.field, self.metropolis = (Ear(broker.url) for broker in self.brokers)
        self.tasks = []

    async def open(self):
        for ear in (self.field, self.metropolis):
            ready = asyncio.Event()
            self.tasks.append(asyncio.create_task(ear.run(ready)))
            await asyncio.wait_for(ready.wait(), 10)
        await self.start()

    async def start(self):
        command = [sys.executable, "-m", "aburra", "gateway", str(self.settings)]
        self.process = subprocess.Popen(command)
        self.metropolis.messages.clear()
        await self.metropolis.hear(f"{GATEWAY}/state", lambda m: m["online"])
        # The two links connect one after the other: ask until the field side answers too.
        for attempt in range(100):
            await self.field.say(f"{SITE}/up", frame(9_000 + attempt))
            with contextlib.suppress(AssertionError):
                await self.field.hear(f"{SITE}/ack", timeout_s=0.2)
                return
        raise AssertionError("the gateway never acknowledged")

    def kill(self):
        self.process.kill()
        self.process.wait()

    async def close(self):
        self.kill()
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        for broker in self.brokers:
            broker.kill()


@pytest.fixture
async def border(tmp_path):
    border = Border(tmp_path)
    await border.open()
    yield border
    await border.close()


async def test_a_frame_is_acknowledged_and_passed_on_with_its_origin(border):
    await border.field.say(f"{SITE}/up", frame(1))
    await border.field.hear(f"{SITE}/ack", lambda m: 1 in m["sequences"])
    onward = await border.metropolis.hear(
        f"{GATEWAY}/up", lambda m: m.get("origin", {}).get("sequence") == 1
    )
    assert onward["source"] == "medellin/gateway"
    assert onward["origin"]["source"] == "medellin/av-regional"
    assert onward["observations"][0]["fields"] == {"temperature_c": 24.5}


async def test_what_is_bad_goes_to_quarantine_and_what_is_good_passes(border):
    hostile = {
        "malformed": (f"{SITE}/up", b"{not json"),
        "oversized": (f"{SITE}/up", b" " * 140_000),
        "implausible": (f"{SITE}/up", frame(3, temperature_c=900)),
    }
    for topic, payload in hostile.values():
        await border.field.say(topic, payload)
    await border.field.say(f"{SITE}/up", frame(4, source="itagui/autopista-sur"))
    await border.field.say("aburra/v1/medellin/stranger/up", frame(5, source="medellin/stranger"))
    await border.field.say(f"{SITE}/up", frame(6))
    ack = await border.field.hear(f"{SITE}/ack", lambda m: 6 in m["sequences"])
    assert 4 not in ack["sequences"]
    refused = await border.field.hear(f"{SITE}/ack", lambda m: 3 in m["sequences"])
    assert refused["refused_count"] == 1
    for reason in (*hostile, "foreign"):
        await border.metropolis.hear(
            f"{GATEWAY}/quarantine", lambda m, reason=reason: m["reason"] == reason
        )
    await border.metropolis.hear(
        f"{GATEWAY}/up", lambda m: m.get("origin", {}).get("sequence") == 6
    )
    temperatures = [
        o["fields"].get("temperature_c")
        for topic, m in border.metropolis.messages
        if topic.endswith("/up")
        for o in m["observations"]
    ]
    assert 900 not in temperatures
    health = await border.metropolis.hear(
        f"{GATEWAY}/up",
        lambda m: m["observations"][0]["fields"].get("quarantined_count", 0) >= 5,
    )
    assert health["observations"][0]["kind"] == "gateway_health"
    rows = sqlite3.connect(border.data_dir / "quarantine.sqlite").execute(
        "SELECT reason FROM refused"
    )
    assert {reason for (reason,) in rows} >= {"malformed", "oversized", "implausible", "foreign"}


async def test_what_was_acknowledged_survives_a_kill_and_a_dead_metropolis(border):
    border.brokers[1].kill()
    await border.field.say(f"{SITE}/up", frame(1))
    await border.field.hear(f"{SITE}/ack", lambda m: 1 in m["sequences"])
    border.kill()
    border.tasks.pop().cancel()
    border.brokers[1].start()
    ready = asyncio.Event()
    border.metropolis = Ear(border.brokers[1].url)
    border.tasks.append(asyncio.create_task(border.metropolis.run(ready)))
    await asyncio.wait_for(ready.wait(), 10)
    await border.start()
    await border.metropolis.hear(
        f"{GATEWAY}/up", lambda m: m.get("origin", {}).get("sequence") == 1
    )


async def test_presence_and_birth_are_passed_on_under_the_gateways_name(border):
    presence = {"source": "medellin/av-regional", "online": True, "since_ms": now_ms()}
    await border.field.say(f"{SITE}/state", presence, retain=True)
    heard = await border.metropolis.hear(f"{GATEWAY}/state/av-regional")
    assert heard == presence
    forged = presence | {"source": "medellin/gateway"}
    await border.field.say(f"{SITE}/state", forged)
    await border.metropolis.hear(f"{GATEWAY}/quarantine", lambda m: m["reason"] == "foreign")


def command(**changes) -> dict:
    return {
        "id": "0123456789abcdef",
        "target": "medellin/av-regional/vms-1",
        "action": "show",
        "issued_ms": now_ms(),
        "expires_ms": now_ms() + 20_000,
        "authority": "engine:congestion",
        "reason": "vds-1: 12 km/h",
        "multi": "CONGESTION",
    } | changes


async def test_a_command_goes_down_and_its_result_comes_up(border):
    await border.metropolis.say(f"{GATEWAY}/cmd", command())
    heard = await border.field.hear(f"{SITE}/cmd")
    assert heard["multi"] == "CONGESTION"
    result = {
        "id": heard["id"],
        "target": heard["target"],
        "status": "confirmed",
        "done_ms": now_ms(),
        "shows_multi": "CONGESTION",
    }
    await border.field.say(f"{SITE}/result", result)
    assert await border.metropolis.hear(f"{GATEWAY}/result") == result


async def test_an_expired_command_never_reaches_the_field(border):
    await border.metropolis.say(f"{GATEWAY}/cmd", command(expires_ms=now_ms() - 1))
    result = await border.metropolis.hear(f"{GATEWAY}/result")
    assert result["status"] == "expired"
    assert not [topic for topic, _ in border.field.messages if topic.endswith("/cmd")]


async def test_a_command_for_a_stranger_is_refused(border):
    await border.metropolis.say(f"{GATEWAY}/cmd", command(target="itagui/autopista-sur/vms-1"))
    assert (await border.metropolis.hear(f"{GATEWAY}/result"))["status"] == "refused"


async def test_a_site_may_not_answer_for_another(border):
    result = {
        "id": "0123456789abcdef",
        "target": "medellin/other-site/vms-1",
        "status": "confirmed",
        "done_ms": now_ms(),
    }
    await border.field.say(f"{SITE}/result", result)
    await border.metropolis.hear(f"{GATEWAY}/quarantine", lambda m: m["reason"] == "foreign")


async def test_it_ends_cleanly_when_told(border):
    border.process.send_signal(signal.SIGTERM)
    assert await asyncio.to_thread(border.process.wait, 5) == 0
    await border.metropolis.hear(f"{GATEWAY}/state", lambda m: not m["online"])


async def test_it_ends_in_time_when_both_brokers_are_frozen(border):
    pids = [broker._process.pid for broker in border.brokers]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        began_s = time.monotonic()
        border.process.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(border.process.wait, 10) == 0
        assert time.monotonic() - began_s < 2.5
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


async def test_a_damaged_quarantine_file_stops_nothing(border):
    border.kill()
    path = border.data_dir / "quarantine.sqlite"
    path.write_bytes(os.urandom(8192))
    path.with_name("quarantine.sqlite-wal").unlink()  # it would heal the file
    await border.start()
    await border.field.say(f"{SITE}/up", b"{not json")
    await border.metropolis.hear(f"{GATEWAY}/quarantine", lambda m: m["reason"] == "malformed")
    assert list(border.data_dir.glob("quarantine.sqlite.damaged-*"))


async def test_refusals_go_on_when_the_quarantine_cannot_be_written(tmp_path, caplog):
    class Metropolis:
        told = 0

        async def publish(self, _topic, _payload):
            self.told += 1

    quarantine = Quarantine(tmp_path / "quarantine.sqlite", now_ms())
    metropolis = Metropolis()
    refusals = Refusals(quarantine, metropolis, "medellin/gateway", now_ms)
    # As full as a disk: SQLite may not write another page.
    quarantine._database.execute("PRAGMA query_only = ON")
    refusals.add("x", Refusal("malformed", "no JSON", "{"))
    await refusals.settle()
    assert "can't be kept" in caplog.text
    quarantine._database.execute("PRAGMA query_only = OFF")
    refusals.add("x", Refusal("malformed", "no JSON", "{"))
    await refusals.settle()
    assert (metropolis.told, quarantine.count()) == (2, 1)
    quarantine.close()


@pytest.mark.parametrize("sites", ['["gateway"]', '["av-regional", "av-regional"]'])
def test_sites_that_cannot_be_are_refused(tmp_path, sites):
    path = tmp_path / "gateway.toml"
    path.write_text(
        f'municipality = "medellin"\ntitle = "x"\ndata_dir = "d"\nsites = {sites}\n'
        "[field_broker]\n[metropolitan_broker]\n"
    )
    with pytest.raises(SettingsError, match="sites"):
        load_settings(path, GatewaySettings)


def test_wrong_settings_are_refused_all_at_once(tmp_path):
    path = tmp_path / "gateway.toml"
    path.write_text(
        'municipality = "Medellín"\ntitle = "x"\ndata_dir = "d"\nsites = []\ncolour = "red"\n'
        '[field_broker]\nurl = "http://x"\n'
    )
    ended = subprocess.run(
        [sys.executable, "-m", "aburra", "gateway", str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 2
    lines = ended.stderr.strip().splitlines()
    assert all(line.startswith(str(path)) for line in lines)
    for key in ("municipality", "sites", "colour", "field_broker.url", "metropolitan_broker"):
        assert any(f": {key}" in line for line in lines), (key, lines)
