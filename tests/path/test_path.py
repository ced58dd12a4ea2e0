"""The whole path, from the sensor's wire to the sign and the panel, as `aburra run` starts it."""

import asyncio
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from dashboard_queries import dashboard_queries
from demo_run import text_of
from servers import free_port, mosquitto

from control_center.store.influx_client import InfluxClient
from control_center.store.settings import StoreSettings

SIGN = "medellin/av-regional/vms-1"
CONGESTION = "CONGESTION / AV REGIONAL / USE VIA ALTERNA"
INCIDENT_S, CLEARED_S = 15.0, 30.0


def assert_nothing_lost(report):
    observations = report["observations"]
    assert observations["measured"] > 100
    assert observations["stored"] == observations["measured"]
    assert (observations["lost"], observations["duplicated"]) == (0, 0)


def assert_story(report):
    """The congestion message within 15 s of the incident, and gone after it cleared."""
    faces = [e for e in report["story"] if e["sign"] == SIGN]
    shown = next(e["at_s"] for e in faces if "CONGESTION" in e["shows"])
    gone = next(e["at_s"] for e in faces if e["at_s"] > shown and "CONGESTION" not in e["shows"])
    assert INCIDENT_S < shown < INCIDENT_S + 15, report["story"]
    assert gone > CLEARED_S, report["story"]


def assert_all_well(report):
    assert_nothing_lost(report)
    assert report["devices"] == {"configured": 14, "online": 14}
    for sign in report["signs"]:
        assert sign["commands"] > 0
        assert sign["confirmed"] == sign["commands"], report["signs"]
    for latency in report["latency_ms"].values():
        assert 0 < latency["p50"] <= latency["p99"]
    assert report["restarts"] == {}


def test_the_default_demo_and_a_wall_that_changes_by_itself(start):
    run = start("--for", "70s", by_make=True)
    run.until_output("centre")
    browser = shutil.which("chromium")
    if browser is not None:
        _watch_the_wall(run, browser)
    report = run.report()
    assert_all_well(report)
    assert_story(report)
    assert report["seed"] == 7
    assert report["observations"]["quarantined"] == 0


def _watch_the_wall(run, browser):
    from playwright.sync_api import expect, sync_playwright

    with sync_playwright() as playwright:
        page = playwright.chromium.launch(
            executable_path=browser, args=["--no-sandbox", "--disable-gpu"]
        ).new_page()
        page.goto(run.wall_url)
        text = page.get_by_test_id(f"sign-text-{SIGN.replace('/', '_')}")
        expect(text).to_have_text(CONGESTION, timeout=80_000)
        assert text_of(run.view(), SIGN) == CONGESTION
        expect(text).not_to_have_text(CONGESTION, timeout=80_000)


def test_on_debians_mosquitto_and_influxdb(start, tmp_path, influxd_url):
    broker = mosquitto(tmp_path)
    broker.start()
    began_ms = time.time_ns() // 1_000_000
    run = start(
        *("--for", "70s", "--broker", broker.url),
        *("--store", "influx", "--influx-url", influxd_url),
    )
    run.until_output("devices")
    frames = subprocess.run(
        ["mosquitto_sub", "-p", str(broker.port), "-t", "aburra/#", "-v", "-W", "3"],
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    assert re.search(r'^aburra/v1/medellin/av-regional/up \{"v":1,"source":', frames, re.MULTILINE)
    assert re.search(r"^aburra/v1/itagui/gateway/up .*\"origin\":", frames, re.MULTILINE)
    _disturb(broker.port)
    view = run.until_view(
        lambda v: {"malformed", "foreign"} <= {q["reason"] for q in v["quarantine"]}
    )
    assert any("quarantine" in alarm["id"] for alarm in view["alarms"])
    report = run.report()
    assert_all_well(report)
    assert_story(report)
    assert report["observations"]["quarantined"] == 2, "the malformed frame and the stranger's"
    asyncio.run(_ask_every_panel(influxd_url, began_ms))
    broker.kill()


async def _ask_every_panel(url, since_ms):
    client = InfluxClient(StoreSettings(type="influx", url=url))
    until_ms = time.time_ns() // 1_000_000
    try:
        for query in dashboard_queries(since_ms, until_ms):
            series = await client.query(query)
            values = [value for s in series for row in s["values"] for value in row[1:]]
            assert [value for value in values if value is not None], query
    finally:
        await client.close()


def _disturb(port):
    """What anybody with access to the broker could send."""
    for topic, message in (
        ("aburra/v1/medellin/av-regional/up", "{this is not JSON"),
        ("aburra/v1/medellin/stranger/up", "{}"),
        ("aburra/v1/medellin/av-regional/cmd", "\x00\x01"),
        ("aburra/v1/medellin/av-regional/ack", '{"sequences": "all"}'),
        ("aburra/v1/medellin/gateway/result", "[]"),
    ):
        subprocess.run(
            ["mosquitto_pub", "-p", str(port), "-t", topic, "-s"],
            input=message.encode(),
            check=True,
            timeout=10,
        )


@pytest.mark.parametrize("victim", ["edge-medellin-av-regional.toml", "aburra broker"])
def test_ctrl_c_ends_a_disturbed_run_within_three_seconds(start, victim):
    run = start()
    run.until_output("devices")
    run.kill(victim)
    time.sleep(0.2)  # the moment in which the victim is missing is the hard one
    assert run.interrupt() < 3.0
    assert run.process.returncode == 0, run.output
    assert "perdidas · lost" in run.output


def test_killing_each_program_once_loses_nothing(start):
    run = start("--for", "75s")
    run.until_output("devices")
    victims = ("edge-medellin", "gateway-medellin", "center.toml", "aburra broker", "edge-itagui")
    for count, victim in enumerate(victims, start=1):
        run.kill(victim)
        run.until_view(lambda _: run.output.count("restarted") >= count)  # noqa: B023 - used at once
        run.until_view(_all_online)
    report = run.report()
    assert_nothing_lost(report)
    assert sum(report["restarts"].values()) == len(victims)
    assert report["devices"] == {"configured": 14, "online": 14}


def _all_online(view):
    return view["totals"]["devices_online"] == 14


def test_a_killed_run_leaves_no_programs_behind(start):
    run = start()
    run.until_output("devices")
    pids = list(run.programs())
    assert len(pids) == 7
    run.process.send_signal(signal.SIGKILL)
    run.process.wait()
    deadline_s = time.monotonic() + 10
    while any(_is_alive(pid) for pid in pids):
        assert time.monotonic() < deadline_s, "programs outlived their parent"
        time.sleep(0.1)


def _is_alive(pid):
    stat = Path(f"/proc/{pid}/stat")
    try:
        return stat.read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_wrong_options_are_refused_all_at_once(tmp_path):
    ended = subprocess.run(
        [
            *(sys.executable, "-m", "aburra", "run", "--store", "paper", "--for", "soon"),
            *("--broker", "http://x", "--scenario", str(tmp_path / "none.toml")),
            *("--influx-url", "x"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 2
    lines = ended.stderr.strip().splitlines()
    assert len(lines) == 5, lines
    for option in ("--store", "--for", "--broker", "--scenario", "--influx-url"):
        assert any(line.startswith(option) for line in lines), lines


def test_a_port_in_use_is_named(start):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ended = subprocess.run(
            [sys.executable, "-m", "aburra", "run", "--wall-port", str(port)],
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )
    assert ended.returncode == 1
    assert f"port {port}" in ended.stderr
    assert "--wall-port" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_wrong_scenario_is_refused_in_its_own_words(tmp_path):
    scenario = tmp_path / "scenario.toml"
    scenario.write_text('title = "x"\n[[cabinets]]\nmunicipality = "NO"\n')
    ended = subprocess.run(
        [
            *(sys.executable, "-m", "aburra", "run", "--scenario", str(scenario)),
            *("--wall-port", str(free_port())),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ended.returncode != 0
    assert "cabinets[0].municipality" in ended.stderr
    assert "Traceback" not in ended.stderr
