"""The whole centre as a process of its own, on a real broker."""

import socket
import sqlite3
import subprocess
import sys
import time

import orjson
from aiohttp import web
from center_bench import (
    SHOWN,
    SITE,
    TARGET,
    CenterProcess,
    gateway_side,
    health,
    lane,
    utc_ms,
)
from servers import free_port

from gateway.contract.codec import encode
from gateway.contract.topics import topic_of


def aligned_ms(bins_ago: int) -> int:
    return utc_ms() // 5_000 * 5_000 - bins_ago * 5_000


def sign(view):
    return view.signs[0]


def rows_of(center) -> int:
    database = sqlite3.connect(f"file:{center.data_dir}/store.sqlite?mode=ro", uri=True)
    with database:
        return database.execute("select count(*) from vds_interval").fetchone()[0]


async def test_stored_acked_decided_shown_and_cleared(center, broker):
    await center.until("up", lambda v: True)
    async with gateway_side(broker.port) as side:
        await center.until("blank confirmed", lambda v: sign(v).face == "confirmed")
        assert side.commands[-1].action == "blank"
        start_ms = aligned_ms(bins_ago=2)
        for n, speed in enumerate((12, 11)):
            at_ms = start_ms + n * 5_000
            await side.send(lane("1", at_ms, speed_kmh=speed), lane("2", at_ms, speed_kmh=9))
        assert rows_of(center) == 4
        view = await center.until("shown", lambda v: sign(v).pages and sign(v).face == "confirmed")
        assert sign(view).pages == (("CONGESTION", "AV REGIONAL", "USE VIA ALTERNA"),)
        assert sign(view).authority == "engine:congestion"
        assert sign(view).reason.startswith("vds-1: 10 km/h en 1 intervalo")
        assert side.commands[-1].multi == SHOWN
        assert [a.id for a in view.alarms if a.id.startswith("congestion")] == [
            "congestion:av-regional-norte"
        ]
        speeds = dict(view.sites[0].speeds[0].points)
        assert speeds[start_ms + 5_000] == 10.3

        for n in (2, 3):
            at_ms = start_ms + n * 5_000
            await side.send(lane("1", at_ms, speed_kmh=60), lane("2", at_ms, speed_kmh=62))
        view = await center.until("blank", lambda v: not sign(v).pages)
        assert "sale > 40" in sign(view).reason
        assert sign(view).commands == sign(view).confirmed == 3
        await center.until("stored", lambda v: v.totals.stored_count == 8)

    status, seconds = center.stop()
    assert (status, seconds < 1.5) == (0, True), center.log.read_text()[-2000:]
    events = [
        orjson.loads(li) for li in (center.data_dir / "audit.jsonl").read_bytes().splitlines()
    ]
    assert [e["event"] for e in events] == ["decided", "confirmed"] * 3
    assert [e.get("multi", e.get("shows")) for e in events] == ["", "", SHOWN, SHOWN, "", ""]


async def test_forged_and_malformed_go_to_quarantine_and_cost_no_other_data(center, broker):
    await center.until("up", lambda v: True)
    async with gateway_side(broker.port) as side:
        await center.until("connected", lambda v: sign(v).face == "confirmed")
        at_ms = aligned_ms(bins_ago=1)
        foreign = encode(side.frame(lane("1", at_ms, speed_kmh=50), origin="itagui/autopista-sur"))
        up = topic_of(side.source, "up")
        for payload in (b"\xff\x00", b"[" * 5000, b'{"v":1}', b"x" * 150_000, foreign):
            await side.client.publish(up, payload, qos=1)
        await side.client.publish("aburra/v1/Medellín/gateway/up", b"{}", qos=1)
        await side.client.publish(topic_of(side.source, "state"), b"{}", qos=1)
        result = {"id": "12345678", "target": "itagui/x/vms-1", "status": "failed", "done_ms": 1}
        await side.client.publish(topic_of(side.source, "result"), orjson.dumps(result), qos=1)
        await side.send(lane("1", at_ms, speed_kmh=50), lane("2", at_ms, speed_kmh=900))
        view = await center.until("quarantined", lambda v: v.totals.quarantined_count == 9)
        reasons = sorted(entry.reason for entry in view.quarantine)
        assert reasons == sorted(
            ["malformed"] * 5 + ["oversized"] + ["foreign"] * 2 + ["implausible"]
        )
        assert rows_of(center) == 1
        assert any(alarm.id == "quarantine" for alarm in view.alarms)


async def test_a_repeated_frame_is_acked_again_and_stored_once(center, broker):
    await center.until("up", lambda v: True)
    async with gateway_side(broker.port) as side:
        await center.until("connected", lambda v: sign(v).face == "confirmed")
        frame = side.frame(lane("1", aligned_ms(1), speed_kmh=50))
        for _ in range(2):
            await side.client.publish(topic_of(side.source, "up"), encode(frame), qos=1)
            await side.until_acked(frame.sequence)
            side.acked.clear()
        view = await center.until("counted", lambda v: v.totals.repeated_frames == 1)
        assert view.totals.stored_count == rows_of(center) == 1


async def test_a_killed_centre_keeps_a_supported_message_up(tmp_path, broker):
    center = CenterProcess(tmp_path, broker.port, settle_s=6)
    center.start()
    async with gateway_side(broker.port) as side:
        try:
            await center.until("up", lambda v: True)
            start_ms = aligned_ms(bins_ago=4)
            for n in range(2):
                await side.send(lane("1", start_ms + n * 5_000, speed_kmh=10))
            await center.until("shown", lambda v: sign(v).pages)
            center.kill()
            side.commands.clear()
            center.start()
            await center.until("up again", lambda v: True)
            for n in (2, 3):
                await side.send(lane("1", start_ms + n * 5_000, speed_kmh=10))
            await center.until("shown again", lambda v: sign(v).face == "confirmed")
            assert [command.action for command in side.commands] == ["show"]
        finally:
            center.kill()


async def test_without_gateways_the_edges_are_read_and_commanded(tmp_path, broker):
    center = CenterProcess(tmp_path, broker.port, upstream="edge")
    center.start()
    try:
        async with gateway_side(broker.port, SITE) as side:
            await center.until("up", lambda v: True)
            await side.send(
                health("vms-1", utc_ms()), health("vds-1", utc_ms(), online=False, reason="mudo")
            )
            view = await center.until("blank", lambda v: sign(v).face == "confirmed")
            states = {d.device: (d.state, d.reason) for d in view.sites[0].devices}
            assert states == {"vms-1": ("ok", ""), "vds-1": ("offline", "mudo")}
            assert (view.totals.devices_online, view.totals.devices_configured) == (1, 2)
    finally:
        center.kill()


async def test_a_lost_broker_comes_back_and_the_sign_is_asked_again(center, broker):
    await center.until("up", lambda v: True)
    broker.kill()
    await center.until("alarm", lambda v: any(a.id == "link" for a in v.alarms))
    broker.start()
    async with gateway_side(broker.port):
        view = await center.until("blank", lambda v: sign(v).face == "confirmed", 30)
        assert sign(view).target == TARGET


def test_a_port_in_use_is_named_before_anything_starts(center, tmp_path):
    other = tmp_path / "other.toml"
    text = center.settings.read_text().replace(str(center.data_dir), str(tmp_path / "other"))
    while center.view() is None:
        time.sleep(0.1)
    other.write_text(text)
    ran = run_center(other)
    assert ran.returncode == 1
    assert ran.stderr == (
        f"127.0.0.1:{center.wall}: cannot serve the wall page there: Address already in use; "
        "end the program that uses it or set another [wall] port\n"
    )


def run_center(settings):
    return subprocess.run(
        [sys.executable, "-m", "aburra", "center", str(settings)],
        capture_output=True,
        timeout=30,
        check=False,
        text=True,
    )


def test_a_data_dir_that_cannot_be_is_named(tmp_path):
    center = CenterProcess(tmp_path, broker_port=1)
    center.data_dir.write_text("a file")
    ran = run_center(center.settings)
    assert ran.returncode == 1
    assert ran.stderr == (
        f"{center.data_dir}: cannot be created: File exists; set another data_dir\n"
    )


def test_a_store_that_cannot_be_used_is_named(tmp_path):
    center = CenterProcess(tmp_path, broker_port=1)
    (center.data_dir / "store.sqlite").mkdir(parents=True)
    ran = run_center(center.settings)
    assert ran.returncode == 1
    assert str(center.data_dir / "store.sqlite") in ran.stderr.splitlines()[-1]
    assert "Traceback" not in ran.stderr


async def test_grafana_is_told_of_faces(tmp_path, broker):
    told = []

    async def annotate(request):
        told.append(await request.json())
        return web.json_response({"id": 1, "message": "Annotation added"})

    async def find(request):
        return web.json_response([])

    app = web.Application()
    app.router.add_post("/api/annotations", annotate)
    app.router.add_get("/api/annotations", find)
    runner = web.AppRunner(app)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    token = tmp_path / "token"
    token.write_text("secret")
    center = CenterProcess(tmp_path, broker.port)
    grafana = f'[grafana]\nurl = "http://127.0.0.1:{port}"\ntoken_file = "{token}"\n[broker]'
    center.settings.write_text(center.settings.read_text().replace("[broker]", grafana))
    center.start()
    try:
        async with gateway_side(broker.port) as side:
            await center.until("connected", lambda v: sign(v).face == "confirmed")
            start_ms = aligned_ms(bins_ago=2)
            for n in range(2):
                await side.send(lane("1", start_ms + n * 5_000, speed_kmh=10))
            await center.until("told", lambda v: told)
        assert told[0]["text"] == "CONGESTION / AV REGIONAL / USE VIA ALTERNA"
        status, seconds = center.stop()
        assert (status, seconds < 1.5) == (0, True), center.log.read_text()[-2000:]
        assert "secret" not in center.log.read_text()
    finally:
        center.kill()
        await runner.cleanup()


def test_a_grafana_token_that_cannot_be_read_is_named(tmp_path):
    center = CenterProcess(tmp_path, broker_port=1)
    grafana = '[grafana]\ntoken_file = "/nowhere/token"\n[broker]'
    center.settings.write_text(center.settings.read_text().replace("[broker]", grafana))
    ran = run_center(center.settings)
    assert (ran.returncode, ran.stderr) == (
        1,
        "/nowhere/token: cannot be read: No such file or directory; see [grafana]\n",
    )


async def test_without_its_store_the_centre_acks_nothing_and_decides_all_the_same(tmp_path, broker):
    center = CenterProcess(tmp_path, broker.port)
    text = center.settings.read_text()
    absent = f'[store]\ntype = "influx"\nurl = "http://127.0.0.1:{free_port()}"\n[broker]'
    center.settings.write_text(text.replace("[broker]", absent))
    center.start()
    try:
        async with gateway_side(broker.port) as side:
            await center.until("connected", lambda v: sign(v).face == "confirmed")
            start_ms = aligned_ms(bins_ago=2)
            for n in range(2):
                frame = side.frame(lane("1", start_ms + n * 5_000, speed_kmh=10))
                await side.client.publish(topic_of(side.source, "up"), encode(frame), qos=1)
            view = await center.until(
                "shown and told",
                lambda v: sign(v).pages and any(a.id == "store" for a in v.alarms),
            )
            assert view.totals.store_waiting_count == 2
            assert view.totals.store_fault
            assert (side.acked, view.totals.stored_count) == (set(), 0)
        status, seconds = center.stop()
        assert (status, seconds < 1.5) == (0, True), center.log.read_text()[-2000:]
    finally:
        center.kill()


async def test_a_store_that_hangs_holds_up_neither_wall_nor_stop(tmp_path, broker):
    center = CenterProcess(tmp_path, broker.port)
    with socket.create_server(("127.0.0.1", 0)) as hanging:  # takes connections, never answers
        url = f"http://127.0.0.1:{hanging.getsockname()[1]}"
        store = f'[store]\ntype = "influx"\nurl = "{url}"\n[broker]'
        center.settings.write_text(center.settings.read_text().replace("[broker]", store))
        center.start()
        try:
            async with gateway_side(broker.port):
                await center.until("decided", lambda v: sign(v).face == "confirmed", 8)
            status, seconds = center.stop()
            assert (status, seconds < 1.5) == (0, True), center.log.read_text()[-2000:]
        finally:
            center.kill()
