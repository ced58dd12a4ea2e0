import shutil
import socket
import threading
import time
import urllib.error
import urllib.request
from urllib.parse import urlsplit

import fastapi
import msgspec
import orjson
import pytest
import uvicorn
from sample_view import CONGESTION, HOSTILE, sample_view

from control_center.view import CenterView
from control_center.wall.page import mount_wall

DEADLINE_MS = 15_000
CHROMIUM = shutil.which("chromium")
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="Debian's chromium is not installed")
SIGN_TEXT = "sign-text-medellin_av-regional_vms-1"


class Centre:
    """The wall on a real web server, with a view that a test may set."""

    def __init__(self) -> None:
        self.congested = False
        self.frozen_ms: int | None = None
        self.reason = ""
        app = fastapi.FastAPI()
        mount_wall(app, self.view)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}/"
        config = uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run)

    def view(self) -> CenterView:
        now_ms = self.frozen_ms or int(time.time() * 10) * 100
        view = sample_view(now_ms, congested=self.congested)
        sign = msgspec.structs.replace(view.signs[0], reason=self.reason)
        return msgspec.structs.replace(view, signs=(sign, *view.signs[1:]))

    def start(self) -> None:
        self._thread.start()
        deadline = time.monotonic() + 10
        while not self._server.started:
            assert time.monotonic() < deadline
            time.sleep(0.01)

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(10)
        assert not self._thread.is_alive()

    def get(self, path: str):
        with urllib.request.urlopen(self.url + path, timeout=5) as answer:
            return answer.headers, answer.read()


@pytest.fixture
def centre():
    centre = Centre()
    centre.start()
    yield centre
    centre.stop()


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
            ],
        )
        yield browser
        browser.close()


@pytest.fixture
def page(browser, centre):
    page = browser.new_page(viewport={"width": 1920, "height": 1080})
    page.set_default_timeout(DEADLINE_MS)
    page.requested = []
    page.faults = []
    page.on("request", lambda request: page.requested.append(request.url))
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.goto(centre.url)
    page.wait_for_selector("body:not(.lost) [data-testid^='site-']")
    yield page
    assert page.faults == []
    page.close()


def test_only_what_changed_is_sent(centre):
    centre.frozen_ms = 1_790_000_000_000
    first = orjson.loads(centre.get("wall/changes")[1])
    assert first["skeleton"] is not None
    centre.frozen_ms += 100
    centre.reason = "air-1: PM2.5 alto"
    query = f"wall/changes?epoch={first['epoch']}&version={first['version']}"
    second = orjson.loads(centre.get(query)[1])
    assert "sign-medellin/av-regional/vms-1-caption" in second["parts"]
    assert "site-itagui/autopista-sur-weather" not in second["parts"]


def test_the_browser_is_told_to_run_and_load_nothing_foreign(centre):
    headers, _ = centre.get("")
    assert "default-src 'none'; script-src 'self'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["wall/page.py", "wall/..%2fview.py", "wall/dot_font.toml"])
def test_no_other_file_is_served(centre, path):
    with pytest.raises(urllib.error.HTTPError) as refused:
        centre.get(path)
    assert refused.value.code == 404


def test_a_version_that_is_no_number_is_refused(centre):
    with pytest.raises(urllib.error.HTTPError) as refused:
        centre.get("wall/changes?version=x")
    assert refused.value.code == 422


@needs_chromium
def test_a_sign_changes_without_a_reload(page, centre):
    assert page.get_by_test_id(SIGN_TEXT).text_content() == ""
    page.evaluate("window.notReloaded = true")
    centre.congested = True
    text = " / ".join(CONGESTION[0])
    page.wait_for_function(
        "([id, text]) => document.querySelector(`[data-testid='${id}']`).textContent === text",
        arg=[SIGN_TEXT, text],
    )
    assert page.get_by_role("img", name=text).is_visible()
    assert page.get_by_test_id("alarm").count() == 3
    assert page.evaluate("window.notReloaded") is True


@needs_chromium
def test_hostile_text_stays_text(page, centre):
    centre.congested = True
    page.get_by_test_id("quarantine").first.wait_for()
    assert HOSTILE in page.get_by_test_id("quarantine").first.inner_text()
    assert page.title() == "Aburrá · Centro de control"
    assert page.locator("#wall script, #wall img").count() == 0


@needs_chromium
def test_nothing_is_asked_of_any_other_host(page, centre):
    for _ in range(3):
        page.wait_for_event("requestfinished", lambda request: "changes" in request.url)
    hosts = {urlsplit(url).netloc for url in page.requested if not url.startswith("data:")}
    assert hosts == {urlsplit(centre.url).netloc}
    assert len(page.requested) > 4


@needs_chromium
def test_without_the_centre_old_data_is_not_shown_as_live(page, centre):
    assert not page.locator("#connection").is_visible()
    centre.stop()
    page.wait_for_selector("body.lost")
    assert "SIN CONEXIÓN CON EL CENTRO · no connection" in page.inner_text("#connection")
    assert "datos de hace" in page.inner_text("#connection")
    assert page.locator(".badge:visible").count() == 0
    assert page.get_by_text("ahora").first.is_hidden()
    assert "grayscale" in page.eval_on_selector("#wall", "e => getComputedStyle(e).filter")


@needs_chromium
def test_a_centre_that_answers_but_stands_still_is_not_live_either(page, centre):
    centre.frozen_ms = int(time.time() * 1000)
    page.wait_for_selector("body.lost")
    assert "EL CENTRO NO DA DATOS NUEVOS" in page.inner_text("#connection")
    centre.frozen_ms = None
    page.wait_for_selector("body:not(.lost)")


@needs_chromium
@pytest.mark.parametrize("width", [1920, 1280, 390])
def test_nothing_runs_over_the_side_and_the_wall_needs_no_scrolling(browser, centre, width):
    centre.congested = True
    height = {1920: 1080, 1280: 800, 390: 844}[width]
    page = browser.new_page(viewport={"width": width, "height": height})
    page.goto(centre.url)
    page.wait_for_selector("[data-testid='alarm']")
    size = page.evaluate(
        "(({scrollWidth, scrollHeight}) => [scrollWidth, scrollHeight])(document.documentElement)"
    )
    outside = page.evaluate(
        "[...document.querySelectorAll('.tile')].filter(e => e.scrollWidth > e.clientWidth).length"
    )
    page.close()
    assert size[0] == width
    assert outside == 0
    assert width != 1920 or size[1] == height
