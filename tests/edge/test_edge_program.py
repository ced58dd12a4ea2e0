"""The whole agent as a process: simulated boards on real wires, a real broker, a gateway's ear."""

import asyncio
import json
import signal
import subprocess
import sys
import time
from contextlib import suppress
from random import Random

import pytest
from edge_bench import until

from gateway.contract.admission import admit_frame
from gateway.contract.codec import decode, encode
from gateway.contract.messages import Ack, Birth, Command, CommandResult, Presence
from gateway.contract.topics import parse_topic
from gateway.link.address import BrokerSettings
from gateway.link.link import Link

SOURCE = "medellin/av-regional"
PREFIX = f"aburra/v1/{SOURCE}"
DEVICES = {"vds-1", "vds-2", "air-1", "lamp-1", "meter-1", "weather-1", "vms-1"}

SETTINGS = """
municipality = "medellin"
site = "av-regional"
title = "Avenida Regional, Medellín"
data_dir = "{data_dir}"
bin_s = 2
commit_interval_s = 0.1
health_interval_s = 1
[broker]
url = "{url}"
[[lines]]
name = "loops"
protocol = "canoga"
port = "{loops}"
[[lines.devices]]
name = "vds-1"
address = 0
lanes = [
  {{ lane = "1", first_input = 1, second_input = 2 }},
  {{ lane = "2", first_input = 3, second_input = 4 }},
]
[[lines.devices]]
name = "vds-2"
address = 1
lanes = [{{ lane = "1", first_input = 1, second_input = 2 }}]
[[lines]]
name = "air"
protocol = "pms5003"
port = "{air}"
[[lines.devices]]
name = "air-1"
sample_s = 1
[[lines]]
name = "pole"
protocol = "modbus_rtu"
port = "{pole}"
[[lines.devices]]
name = "lamp-1"
profile = "luminaire_dali"
unit = 1
poll_s = 1
[[lines.devices]]
name = "meter-1"
profile = "sdm120"
unit = 2
poll_s = 1
[[lines.devices]]
name = "weather-1"
profile = "wn90lp"
unit = 0x90
poll_s = 1
[[signs]]
name = "vms-1"
host = "{host}"
port = {sign_port}
community_file = "{community_file}"
poll_s = 1
"""


class Ear:
    """What a gateway hears of one edge; acks every frame it could decode."""

    def __init__(self, url):
        self.points, self.refusals, self.results, self.presences, self.births = [], [], [], [], []
        self.link = Link(
            BrokerSettings(url=url),
            client_id="ear",
            will=None,
            subscriptions=tuple(f"{PREFIX}/{c}" for c in ("up", "state", "birth", "result")),
            on_message=self.hear,
            on_connect=self.connected,
            random=Random(7),
        )
        self.frames = set()

    async def connected(self):
        pass

    async def hear(self, topic, payload):
        channel = parse_topic(topic).channel
        if channel == "state":
            self.presences.append(decode(payload, Presence).online)
        elif channel == "birth":
            self.births.append(decode(payload, Birth))
        elif channel == "result":
            self.results.append(decode(payload, CommandResult))
        else:
            await self.hear_frame(topic, payload)

    async def hear_frame(self, topic, payload):
        admission = admit_frame(parse_topic(topic), payload, round(time.time() * 1000))
        frame = admission.frame
        self.refusals += admission.refusals
        if (frame.epoch, frame.sequence) not in self.frames:
            self.frames.add((frame.epoch, frame.sequence))
            self.points += admission.observations
        ack = Ack(source=SOURCE, epoch=frame.epoch, sequences=(frame.sequence,))
        await self.link.publish(f"{PREFIX}/ack", encode(ack))

    def online(self):
        return {
            o.device for o in self.points if o.kind == "device_health" and o.fields["is_online"]
        }

    def speeds(self):
        return [o.fields["speed_kmh"] for o in self.points if "speed_kmh" in o.fields]


def program(*arguments, log):
    return subprocess.Popen(
        [sys.executable, "-m", "aburra", *arguments], stdout=log, stderr=subprocess.STDOUT
    )


@pytest.fixture
async def bench(broker, tmp_path):
    """(ear, start an edge): boards run, an edge's settings are written."""
    log = (tmp_path / "log").open("wb")
    boards = program("sim", "--run-dir", str(tmp_path / "bench"), log=log)
    started = [boards]
    listing = tmp_path / "bench" / "bench.json"
    ear = Ear(broker.url)
    hearing = asyncio.create_task(ear.link.run())
    await until(listing.exists, 30)
    cabinet = json.loads(listing.read_text())["cabinets"][0]
    sign = cabinet["signs"]["vms-1"]
    settings = tmp_path / "edge.toml"
    settings.write_text(
        SETTINGS.format(
            data_dir=tmp_path / "data",
            url=broker.url,
            **cabinet["lines"],
            host=sign["host"],
            sign_port=sign["port"],
            community_file=sign["community_file"],
        )
    )

    def start():
        started.append(program("edge", str(settings), log=log))
        return started[-1]

    await until(lambda: ear.link.connected, 30)
    yield ear, start
    hearing.cancel()
    for process in started:
        process.kill()
        process.wait()
    log.close()
    with suppress(asyncio.CancelledError):
        await hearing


async def exit_status(process, timeout_s):
    await until(lambda: process.poll() is not None, timeout_s)
    return process.returncode


def show(number, multi):
    now_ms = round(time.time() * 1000)
    return encode(
        Command(
            id=f"command-{number}",
            target=f"{SOURCE}/vms-1",
            action="show",
            issued_ms=now_ms,
            expires_ms=now_ms + 20_000,
            authority="operator:ana",
            reason="prueba",
            multi=multi,
        )
    )


async def test_from_the_wires_to_the_broker_and_back_to_the_sign(bench):
    ear, start = bench
    first = start()
    await until(lambda: ear.online() == DEVICES, 30)
    assert {d.device for d in ear.births[-1].devices} == DEVICES
    assert ear.presences[-1] is True

    await until(lambda: max(ear.speeds(), default=0) > 30, 30)

    await ear.link.publish(f"{PREFIX}/cmd", b"\xff rubbish")
    await ear.link.publish(f"{PREFIX}/cmd", show(1, "ACCIDENTE[nl]A 2 KM"))
    await until(lambda: ear.results)
    assert ear.results[0].status == "confirmed"
    assert ear.results[0].shows_multi == "ACCIDENTE[nl]A 2 KM"

    first.send_signal(signal.SIGKILL)  # a power cut
    await until(lambda: ear.presences[-1] is False, 30)  # the broker sends the will
    second = start()
    await until(lambda: ear.presences[-1] is True, 30)
    await ear.link.publish(f"{PREFIX}/cmd", show(1, "ACCIDENTE[nl]A 2 KM"))
    await until(lambda: len(ear.results) > 1)
    assert ear.results[1] == ear.results[0]
    heard = len(ear.points)
    await until(lambda: any(o.kind == "vds_interval" for o in ear.points[heard:]), 15)

    second.send_signal(signal.SIGTERM)
    assert await exit_status(second, 2.0) == 0
    await until(lambda: ear.presences[-1] is False)

    assert ear.refusals == []
    keys = [(o.device, o.kind, tuple(o.tags.items()), o.time_ms) for o in ear.points]
    assert len(keys) == len(set(keys))
    assert {o.kind for o in ear.points} == {
        "vds_interval",
        "air_particulate",
        "pole_lamp",
        "pole_power",
        "weather",
        "sign_state",
        "device_health",
        "edge_health",
    }
    intervals = [o for o in ear.points if o.kind == "vds_interval"]
    lanes = [o.time_ms for o in intervals if (o.device, o.tags["lane"]) == ("vds-1", "2")]
    assert lanes == sorted(lanes)
    assert all(time_ms % 2000 == 0 for time_ms in lanes)


async def test_stops_in_time_without_a_broker(tmp_path):
    settings = tmp_path / "edge.toml"
    settings.write_text(
        'municipality = "medellin"\nsite = "x"\ntitle = "x"\n'
        f'data_dir = "{tmp_path}"\n[broker]\nurl = "mqtt://127.0.0.1:1"\n'
    )
    with (tmp_path / "log").open("wb") as log:
        process = program("edge", str(settings), log=log)
    await until((tmp_path / "spool.sqlite").exists, 20)
    process.send_signal(signal.SIGTERM)
    assert await exit_status(process, 2.0) == 0


async def test_data_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").touch()
    settings = tmp_path / "edge.toml"
    settings.write_text(
        f'municipality = "medellin"\nsite = "x"\ntitle = "x"\ndata_dir = "{tmp_path}/file/data"\n'
    )
    with (tmp_path / "log").open("wb") as log:
        process = program("edge", str(settings), log=log)
    assert await exit_status(process, 20.0) == 1
    told = (tmp_path / "log").read_text()
    assert f"{tmp_path}/file/data" in told
    assert "Traceback" not in told
