"""A centre process, a real broker, and a gateway's side played by the test."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
import urllib.request
import uuid

import aiomqtt
import msgspec
import orjson
from servers import free_port

from control_center.view import CenterView
from gateway.contract.codec import decode, encode
from gateway.contract.messages import Command, Frame, Observation, Origin, Presence
from gateway.contract.topics import topic_of

SETTINGS = """
data_dir = "{data_dir}"
upstream = "{upstream}"
[broker]
url = "mqtt://127.0.0.1:{broker}"
[wall]
port = {wall}
[commands]
settle_s = {settle_s}
[[sites]]
source = "medellin/av-regional"
title = "Avenida Regional"
[[signs]]
target = "medellin/av-regional/vms-1"
title = "Avenida Regional"
rows = 3
columns = 18
minimum_hold_s = 1
[[congestion]]
name = "av-regional-norte"
title = "Avenida Regional"
stations = ["medellin/av-regional/vds-1"]
signs = ["medellin/av-regional/vms-1"]
message = ["CONGESTIÓN", "AV REGIONAL", "USE VIA ALTERNA"]
"""
SITE = "medellin/av-regional"
TARGET = f"{SITE}/vms-1"
SHOWN = "[jl3]CONGESTION[nl]AV REGIONAL[nl]USE VIA ALTERNA"


def utc_ms() -> int:
    return time.time_ns() // 1_000_000


class CenterProcess:
    def __init__(self, tmp_path, broker_port, *, upstream="gateway", settle_s=0.5) -> None:
        self.wall = free_port()
        self.data_dir = tmp_path / "center"
        self.settings = tmp_path / "center.toml"
        self.settings.write_text(
            SETTINGS.format(
                data_dir=self.data_dir,
                upstream=upstream,
                broker=broker_port,
                wall=self.wall,
                settle_s=settle_s,
            )
        )
        self.log = tmp_path / "center.log"

    def start(self) -> None:
        with self.log.open("ab") as log:
            arguments = [sys.executable, "-m", "aburra", "center", str(self.settings)]
            self.process = subprocess.Popen(arguments, stdout=log, stderr=log)

    def view(self) -> CenterView | None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.wall}/api/view", timeout=2) as got:
                return msgspec.json.decode(got.read(), type=CenterView)
        except OSError:
            assert self.process.poll() is None, self.log.read_text()[-3000:]
            return None

    async def until(self, what, condition, timeout_s=15.0) -> CenterView:
        """The first view of which the condition holds."""
        deadline = time.monotonic() + timeout_s
        while True:
            view = await asyncio.to_thread(self.view)
            if view is not None and condition(view):
                return view
            assert time.monotonic() < deadline, f"not within {timeout_s} s: {what}; last: {view}"
            await asyncio.sleep(0.1)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def stop(self) -> tuple[int, float]:
        """SIGTERM; gives the exit status and how long it took in s."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(timeout=10)
        return status, time.monotonic() - began


class GatewaySide:
    """Publishes frames as a gateway (or an edge) would, and carries out commands if told to."""

    def __init__(self, client, source) -> None:
        self.client = client
        self.source = source
        self.epoch = os.urandom(8).hex()
        self.sequence = 0
        self.acked: set[int] = set()
        self.commands: list[Command] = []
        self.face = ""
        self.carries_out = True

    async def present(self) -> None:
        await self.presence(self.source, topic_of(self.source, "state"))
        if self.source.endswith("/gateway"):
            await self.presence(SITE, topic_of(self.source, "state", "av-regional"))

    async def presence(self, source, topic, *, online=True) -> None:
        payload = encode(Presence(source=source, online=online, since_ms=utc_ms()))
        await self.client.publish(topic, payload, qos=1, retain=True)

    def frame(self, *observations, origin=SITE) -> Frame:
        self.sequence += 1
        named = None
        if self.source.endswith("/gateway"):
            named = Origin(source=origin, epoch="0" * 16, sequence=self.sequence)
        return Frame(
            v=1,
            source=self.source,
            epoch=self.epoch,
            sequence=self.sequence,
            sent_ms=utc_ms(),
            clock="synchronised",
            observations=observations,
            origin=named,
        )

    async def send(self, *observations) -> int:
        """Publish until acknowledged, as a spool does."""
        frame = self.frame(*observations)
        deadline = time.monotonic() + 15
        while frame.sequence not in self.acked:
            assert time.monotonic() < deadline, f"frame {frame.sequence} not acked: {self.acked}"
            await self.client.publish(topic_of(self.source, "up"), encode(frame), qos=1)
            again = time.monotonic() + 2
            while frame.sequence not in self.acked and time.monotonic() < again:
                await asyncio.sleep(0.02)
        return frame.sequence

    async def listen(self) -> None:
        async for message in self.client.messages:
            body = orjson.loads(message.payload)
            if str(message.topic).endswith("/ack"):
                assert body["source"] == self.source
                self.acked.update(body["sequences"])
            elif str(message.topic).endswith("/cmd"):
                await self._carry_out(decode(message.payload, Command))

    async def _carry_out(self, command) -> None:
        repeated = any(known.id == command.id for known in self.commands)
        if not repeated:
            self.commands.append(command)
        if not self.carries_out:
            return
        self.face = command.multi
        result = {
            "id": command.id,
            "target": command.target,
            "status": "confirmed",
            "done_ms": utc_ms(),
            "shows_multi": self.face,
        }
        await self.client.publish(topic_of(self.source, "result"), orjson.dumps(result), qos=1)

    async def until_acked(self, sequence, timeout_s=10.0) -> None:
        deadline = time.monotonic() + timeout_s
        while sequence not in self.acked:
            assert time.monotonic() < deadline, f"frame {sequence} not acked; acked {self.acked}"
            await asyncio.sleep(0.05)


@contextlib.asynccontextmanager
async def gateway_side(port, source="medellin/gateway"):
    async with aiomqtt.Client("127.0.0.1", port, identifier=f"test-{uuid.uuid4().hex}") as client:
        await client.subscribe([(topic_of(source, "ack"), 1), (topic_of(source, "cmd"), 1)])
        side = GatewaySide(client, source)
        await side.present()
        listening = asyncio.create_task(side.listen())
        try:
            yield side
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)


def lane(lane, start_ms, *, speed_kmh, volume=6, period_s=5, occupancy_pct=40, device="vds-1"):
    fields = {"period_s": period_s, "completeness_pct": 100, "volume_count": volume}
    fields["occupancy_pct"] = occupancy_pct
    if speed_kmh is not None:
        fields["speed_kmh"] = speed_kmh
    return Observation(
        device=device, kind="vds_interval", time_ms=start_ms, tags={"lane": lane}, fields=fields
    )


def health(device, time_ms, *, online=True, reason=""):
    texts = {"reason": reason} if reason else {}
    return Observation(
        device=device,
        kind="device_health",
        time_ms=time_ms,
        fields={"is_online": float(online)},
        texts=texts,
    )
