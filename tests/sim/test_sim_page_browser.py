"""The page in Chromium, before a bench that runs: what a technician does, and what comes of it."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

import pytest

CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Debian's chromium is not installed")

ROOT = Path(__file__).parents[2]
PROGRAM = "import typer; from firmware_sim.cli.run import run; typer.run(run)"
SCENARIOS = ROOT / "firmware_sim" / "scenarios"
HOSTILE = "<img src=x onerror=alert(1)> y <script>alert(1)</script>"
DEADLINE_S = 20.0
SPEED = 5
CABINET = "medellin/av-regional"
SENSOR = f"{CABINET}/air-1"


@pytest.fixture(scope="module")
def bench_url(tmp_path_factory):
    folder = tmp_path_factory.mktemp("page")
    text = (
        (SCENARIOS / "demo.toml")
        .read_text(encoding="utf-8")
        .replace('"parts/', f'"{SCENARIOS}/parts/')
    )
    scenario = folder / "hostile.toml"
    head = f'title = "{HOSTILE}"\nspeed = {SPEED}'
    scenario.write_text(re.sub(r"(?m)^title = .*$", head, text, count=1))
    run_dir = folder / "run"
    process = subprocess.Popen(
        [
            *(sys.executable, "-c", PROGRAM, str(scenario)),
            *("--run-dir", str(run_dir), "--page-port", "0"),
        ],
        cwd=ROOT,
        env=os.environ | {"XDG_STATE_HOME": str(folder)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    end_s = time.monotonic() + DEADLINE_S
    while not (run_dir / "bench.json").exists():
        assert process.poll() is None, "the bench ended before it listened"
        assert time.monotonic() < end_s, "the bench does not listen"
        time.sleep(0.02)
    yield json.loads((run_dir / "bench.json").read_text())["page"]
    process.send_signal(signal.SIGTERM)
    assert process.wait(DEADLINE_S) == 0


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield browser
        browser.close()


@pytest.fixture
def open_at(browser, bench_url):
    pages = []

    def open_at(place):
        page = browser.new_page(viewport={"width": 1600, "height": 1000})
        page.set_default_timeout(DEADLINE_S * 1000)
        page.requested, page.faults = [], []
        page.on("request", lambda request: page.requested.append(request.url))
        page.on("pageerror", lambda error: page.faults.append(str(error)))
        page.goto(f"{bench_url}#{place}")
        page.wait_for_selector("body:not(.lost) main article")
        pages.append(page)
        return page

    yield open_at
    for page in pages:
        assert page.faults == []
        page.close()


def summary(bench_url):
    with urllib.request.urlopen(f"{bench_url}api/summary", timeout=5) as answer:
        return json.load(answer)


def wait_for_checksum(page, words):
    """Of the newest frame, told byte by byte."""
    page.wait_for_function(
        "words => document.querySelector('[data-testid=decoded] tbody tr:last-child')"
        "?.textContent.includes(words)",
        arg=words,
    )


def test_a_fault_is_seen_in_the_frames_and_goes_when_it_is_cleared(open_at):
    page = open_at(f"gabinete/{SENSOR}")
    wait_for_checksum(page, "right")
    switch = page.get_by_test_id("fault-wrong-checksum")
    assert switch.get_attribute("aria-checked") == "false"
    switch.click()
    wait_for_checksum(page, "wrong")
    newest = page.get_by_test_id("frame").first
    assert "Suma de verificación errónea" in newest.inner_text()
    assert "suma errónea" in newest.inner_text()
    assert switch.get_attribute("aria-checked") == "true"
    page.wait_for_function(
        "() => document.querySelector('[data-testid=fault-count]').textContent.includes('1 falla')"
    )
    page.get_by_test_id("clear").click()
    wait_for_checksum(page, "right")
    page.wait_for_selector("[data-testid=fault-wrong-checksum][aria-checked=false]")


def test_bytes_are_those_of_the_parts(open_at):
    page = open_at(f"gabinete/{SENSOR}")
    wait_for_checksum(page, "right")
    page.get_by_test_id("hold-frames").click()
    frame = page.locator(".frame.chosen .bytes").inner_text().split()
    told = " ".join(page.locator("[data-testid=decoded] td code").all_inner_texts()).split()
    assert len(frame) == 32
    assert told == frame
    assert frame[:2] == ["42", "4d"]
    page.locator("[data-testid=decoded] tbody tr").nth(1).hover()
    assert page.locator(".tip").inner_text() == "longitud / length: 28 bytes"
    assert page.locator(".frame.chosen .run.pointed").inner_text() == "00 1c"


def test_a_held_list_stands_still_while_the_line_goes_on(open_at):
    page = open_at(f"gabinete/{SENSOR}")
    wait_for_checksum(page, "right")
    page.get_by_test_id("hold-frames").click()
    newest = page.get_by_test_id("frame").first.get_attribute("data-number")
    counts = page.locator(".talk h3 .quiet")
    before = counts.inner_text()
    page.wait_for_function(
        "before => document.querySelector('.talk h3 .quiet').innerText !== before", arg=before
    )
    assert page.get_by_test_id("frame").first.get_attribute("data-number") == newest


def test_a_value_held_by_hand_is_said_by_the_board(open_at):
    page = open_at(f"gabinete/{SENSOR}")
    row = page.locator("[data-testid=readings] tbody tr").nth(1)
    row.locator("input").fill("180")
    row.locator("input").press("Enter")
    page.wait_for_function(
        "() => document.querySelector('[data-quantity=pm25_ugm3]').textContent === '180 µg/m³'"
    )
    row.get_by_role("button", name="Soltar").click()
    page.wait_for_function(
        "() => document.querySelector('[data-quantity=pm25_ugm3]').textContent !== '180 µg/m³'"
    )


def test_a_refusal_is_shown_in_the_bench_s_words(open_at):
    page = open_at(f"gabinete/{SENSOR}")
    row = page.locator(".fault", has=page.get_by_test_id("fault-late"))
    row.get_by_label("s: 0.01…60").fill("1000")
    page.get_by_test_id("fault-late").click()
    page.wait_for_selector("#said.bad")
    assert "amount of late must be 0.01 to 60 (s), not 1000" in page.locator("#said").inner_text()


def test_an_incident_is_put_where_somebody_points_and_lifted(open_at, bench_url):
    page = open_at("via/av-regional")
    near = page.locator(".drawings canvas").nth(1)
    box = near.bounding_box()
    pointed_m = []
    for share in (0.25, 0.75):
        near.click(position={"x": box["width"] * share, "y": box["height"] / 2})
        pointed_m.append(int(page.locator("input[name=position_m]").input_value()))
    assert pointed_m[1] - pointed_m[0] == pytest.approx(200, abs=2)  # of the 400 m that are drawn
    page.locator("input[name=speed_kmh]").fill("0")
    page.get_by_test_id("disturb").click()
    row = page.locator(".disturbances .on", has_text=f"m {pointed_m[1]} + 30 · ≤ 0 km/h")
    row.wait_for()
    page.get_by_test_id("lift").click()
    row.wait_for(state="detached")


def test_time_stands_while_it_is_paused_and_goes_on(open_at, bench_url):
    page = open_at(f"gabinete/{SENSOR}")
    page.get_by_test_id("pause").click()
    page.wait_for_selector("[data-testid=pause][aria-pressed=true]")
    assert summary(bench_url)["at_s"] == summary(bench_url)["at_s"]
    shown = summary(bench_url)["local_time"]
    page.wait_for_function(
        "shown => document.querySelector('[data-testid=clock]').textContent === shown", arg=shown
    )
    page.get_by_test_id("speed-20").click()
    page.wait_for_selector("[data-testid=pause][aria-pressed=false]")
    assert summary(bench_url)["speed"] == 20
    page.get_by_test_id(f"speed-{SPEED}").click()
    page.wait_for_selector(f"[data-testid=speed-{SPEED}][aria-pressed=true]")


def test_only_what_is_looked_at_is_asked_for(open_at, bench_url):
    page = open_at(f"gabinete/{SENSOR}")
    page.requested.clear()
    for _ in range(6):
        page.wait_for_event("requestfinished")
    own = f"{CABINET}/air-1"
    allowed = {"/api/summary", f"/api/cabinets/{CABINET}", f"/api/targets/{own}"}
    assert {urlsplit(url).path for url in page.requested} <= allowed
    assert {urlsplit(url).netloc for url in page.requested} == {urlsplit(bench_url).netloc}


def test_a_sign_shows_its_face(open_at):
    page = open_at(f"gabinete/{CABINET}/vms-1")
    page.wait_for_function("() => document.querySelector('.face img')?.naturalWidth > 100")


def test_places_are_found_by_name(open_at):
    page = open_at(f"gabinete/{SENSOR}")
    page.get_by_test_id("search").fill("itag")
    page.wait_for_function(
        "() => document.querySelectorAll(\"#places a[href^='#gabinete']\").length === 1"
    )
    page.locator("#places a[href^='#gabinete']").click()
    page.wait_for_function("() => location.hash === '#gabinete/itagui/autopista-sur'")
    page.locator(".devices h2", has_text="Itagüí").wait_for()


def test_hostile_text_stays_text(open_at):
    page = open_at(f"gabinete/{SENSOR}")
    assert page.locator(".scenario").inner_text() == HOSTILE
    assert page.locator("#top img, #top script").count() == 0


def test_a_place_that_is_not_there_is_said(open_at, bench_url):
    page = open_at(f"gabinete/{SENSOR}")
    page.goto(f"{bench_url}#gabinete/medellin/nowhere")
    page.locator(".empty", has_text="No existe").wait_for()


def test_without_the_bench_old_data_is_not_shown_as_live(open_at):
    page = open_at(f"gabinete/{SENSOR}")
    assert not page.locator("#connection").is_visible()
    page.context.set_offline(True)
    page.wait_for_selector("body.lost")
    page.locator("#connection", has_text="SIN CONEXIÓN CON EL BANCO").wait_for()
    assert "grayscale" in page.eval_on_selector("#view", "e => getComputedStyle(e).filter")
    page.context.set_offline(False)
    page.wait_for_selector("body:not(.lost)")


@pytest.mark.parametrize(
    "place", [f"gabinete/{SENSOR}", f"gabinete/{CABINET}/vms-1", "via/av-regional"]
)
def test_nothing_runs_over_the_side(open_at, place):
    page = open_at(place)
    is_wider = "e => e.scrollWidth > e.clientWidth + 1"
    outside = f"() => [...document.querySelectorAll('.card, .fault')].filter({is_wider}).length"
    for width in (1600, 1100, 390):
        page.set_viewport_size({"width": width, "height": 860})
        assert page.evaluate("() => document.documentElement.scrollWidth") == width
        assert page.evaluate(outside) == 0
