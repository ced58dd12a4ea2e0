"""The page in Chromium, before a bench that runs: what a technician does, and what comes of it."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from firmware_sim.cli.check import scenario_or_exit
from firmware_sim.rig.recording import record
from firmware_sim.rig.rig import Rig

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
START_MS = 1_791_000_000_000
FIRST_INTERVALS_S = 61.0
"""Radars have counted for a whole interval."""


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
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
    yield json.loads((run_dir / "bench.json").read_text())
    process.send_signal(signal.SIGTERM)
    assert process.wait(DEADLINE_S) == 0


@pytest.fixture(scope="module")
def bench_url(bench):
    return bench["page"]


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
        page.wait_for_selector("body:not(.lost) main :is(article, .overview)")
        pages.append(page)
        return page

    yield open_at
    for page in pages:
        assert page.faults == []
        page.close()


def summary(bench_url):
    with urllib.request.urlopen(f"{bench_url}api/summary", timeout=5) as answer:
        return json.load(answer)


def post(bench_url, path, body):
    request = urllib.request.Request(
        f"{bench_url}api/{path}", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=5) as answer:
        return json.load(answer)


@pytest.fixture
def ask_pole(bench):
    """Asks the unit on the pole's line for two input registers, and returns how much came back."""
    cabinet = next(one for one in bench["cabinets"] if one["municipality"] == "medellin")
    address = cabinet["tcp"]["pole"]["host"], cabinet["tcp"]["pole"]["port"]
    with socket.create_connection(address, timeout=5) as master:

        def ask(unit):
            master.sendall(bytes.fromhex("0001 0000 0006") + bytes((unit, 4, 0, 0, 0, 2)))
            master.settimeout(5)
            return len(master.recv(260))

        yield ask


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


def test_a_frame_that_was_chosen_stays_while_the_line_goes_on(open_at):
    page = open_at(f"gabinete/{SENSOR}")
    page.wait_for_function("() => document.querySelectorAll('[data-testid=frame]').length > 2")
    page.get_by_test_id("frame").nth(2).click()
    number = page.locator(".frame.chosen").get_attribute("data-number")
    caption = page.locator("[data-testid=decoded] caption").inner_text()
    assert f"n.º {number} " in caption
    page.mouse.move(0, 0)
    before = page.locator(".talk h3 .quiet").inner_text()
    page.wait_for_function(
        "before => document.querySelector('.talk h3 .quiet').innerText !== before", arg=before
    )
    assert page.locator("[data-testid=decoded] caption").inner_text() == caption
    assert page.locator(".frame.chosen").get_attribute("data-number") == number


def test_a_request_stands_with_its_answer_and_a_neighbour_s_can_be_hidden(open_at, ask_pole):
    page = open_at(f"gabinete/{CABINET}/lamp-1")
    ask_pole(2)
    ask_pole(9)
    answered = page.locator(".exchange", has=page.locator(".frame.answer"))
    answered.wait_for()
    kinds = answered.locator(".frame").evaluate_all("all => all.map(e => e.classList[1])")
    assert kinds == ["request", "answer"]
    assert "← meter-1" in answered.inner_text()
    alone = page.locator(".exchange", has_text="sin respuesta")
    alone.wait_for()
    assert alone.locator(".bytes").inner_text().startswith("09 04 00 00 00 02")
    page.get_by_test_id("only-mine").click()
    answered.wait_for(state="detached")
    assert alone.count() == 1


def test_a_line_s_faults_are_seen_at_its_devices(open_at, bench_url):
    page = open_at(f"gabinete/{CABINET}/meter-1")
    line = page.get_by_test_id("line-faults")
    assert not line.is_visible()
    post(bench_url, "faults", {"at": f"{CABINET}/pole", "name": "echo"})
    line.locator(".pill", has_text="El adaptador repite lo que se le envía").wait_for()
    page.locator("[aria-current] .pill.lines", has_text="línea: El adaptador").wait_for()
    post(bench_url, "clear", {"at": f"{CABINET}/pole"})
    line.wait_for(state="hidden")


def test_a_whole_cabinet_is_seen_at_a_glance(open_at, bench_url):
    page = open_at(f"gabinete/{CABINET}")
    cards = page.locator(".overview .card")
    shown = {card.split("\n")[0].split()[0] for card in cards.all_inner_texts()}
    assert shown == {"vds-1", "vds-2", "air-1", "lamp-1", "meter-1", "weather-1", "vms-1"}
    page.wait_for_function("() => document.querySelector('.card .dots img')?.naturalWidth > 100")
    post(bench_url, "faults", {"at": SENSOR, "name": "silent"})
    cards.filter(has_text="No contesta").filter(has_text="air-1").wait_for()
    assert cards.filter(has_text="No contesta").count() == 1
    post(bench_url, "clear", {"at": SENSOR})
    cards.filter(has_text="PM2.5").click()
    page.wait_for_function(f"() => location.hash === '#gabinete/{SENSOR}'")


def test_every_name_of_every_board_has_words_and_a_unit(open_at):
    scenario = scenario_or_exit(Path("one-cabinet"))
    rig = Rig(scenario, seed=7, start_ms=START_MS, now_s=0.0, kept={})
    for _ in record(rig, until_s=FIRST_INTERVALS_S):
        pass
    names = set()
    for target in rig.control.targets.values():
        shows = target.shows(FIRST_INTERVALS_S)
        assert shows, target.name
        names |= {*shows, *target.measures}
    page = open_at(f"gabinete/{SENSOR}")
    told = page.evaluate(
        "async (names) => { const { quantity } = await import('/static/quantities.js');"
        " return names.map(quantity); }",
        sorted(names),
    )
    assert [one["name"] for one in told if not one["isKnown"]] == []
    unit_less = {one["name"] for one in told if not one["unit"]}
    ends_with_a_unit = re.compile(r"_(?:ugm3|ppm|pct|c|v|a|w|va|var|hz|k?wh|hpa|ms|s|h|min|mm|um)$")
    assert {name for name in unit_less if ends_with_a_unit.search(name)} == set()


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
