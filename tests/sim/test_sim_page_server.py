"""The page's web server: what it answers, what it refuses, and to whom."""

import asyncio
import json
import re
import socket
import tomllib
from pathlib import Path

import aiohttp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from firmware_sim.page.bodies import FaultBody, mistakes
from firmware_sim.page.server import BODY_MAX, STATIC, open_page
from firmware_sim.rig.control import RequestError

ROOT = Path(__file__).parents[2]
SENSOR = "medellin/av-regional/air-1"
PNG = b"\x89PNG\r\n\x1a\n"
READ_ONLY = ("summary", "rows", "cabinet", "target", "face_png", "face_text", "road")


class Told:
    """A service that writes down what it was asked, and knows one of each thing."""

    def __init__(self):
        self.calls = []

    def __getattr__(self, method):
        def told(*names, **values):
            self.calls.append((method, names, values))
            if set(names[:1]) & {"medellin/no-such", "medellin/av-regional/none", "no-road"}:
                raise RequestError(f"nothing here is called {names[0]!r}")
            if method in {"clear", "lift"}:
                return 2
            if method == "face_png":
                return PNG
            if method == "rows":
                return [{"name": SENSOR}]
            return {"name": names[0]} if names and method in READ_ONLY else [SENSOR]

        return told

    def summary(self):
        return {"title": "<b>Una prueba</b>"}


@pytest.fixture
async def service():
    return Told()


@pytest.fixture
async def page(service):
    page = await open_page(service, "127.0.0.1", 0)
    yield page
    await page.close()


@pytest.fixture
async def ask(page):
    async with aiohttp.ClientSession(page.url) as session:

        async def ask(method, path, **options):
            async with session.request(method, path, **options) as answer:
                return answer.status, answer.headers, await answer.read()

        yield ask


async def post(ask, path, body, **headers):
    status, _, answer = await ask(
        "POST",
        path,
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json"} | headers,
    )
    return status, json.loads(answer)


@pytest.mark.parametrize(
    ("path", "call"),
    [
        ("/api/cabinets/medellin/av-regional", ("cabinet", "medellin/av-regional")),
        (f"/api/targets/{SENSOR}", ("target", SENSOR)),
        ("/api/roads/av-regional", ("road", "av-regional")),
        ("/api/rows", ("rows", None)),
        ("/api/rows?at=*/*/air-1", ("rows", "*/*/air-1")),
    ],
)
async def test_what_is_looked_at_is_asked_of_the_bench(ask, service, path, call):
    status, headers, _ = await ask("GET", path)
    assert (status, headers["Content-Type"]) == (200, "application/json")
    assert service.calls == [(call[0], call[1:], {})]


async def test_a_face_is_a_picture(ask):
    status, headers, body = await ask("GET", "/api/faces/medellin/av-regional/vms-1.png")
    assert (status, headers["Content-Type"], body) == (200, "image/png", PNG)


@pytest.mark.parametrize(
    ("path", "body", "call", "answer"),
    [
        (
            "faults",
            {"at": SENSOR, "name": "late", "rate": 0.5, "for_s": 60, "amount": 2},
            (
                "switch_on",
                (SENSOR, "late"),
                {"rate": 0.5, "for_s": 60.0, "amount": 2.0, "reading": None},
            ),
            {"targets": [SENSOR]},
        ),
        ("clear", {}, ("clear", (None, None), {}), {"count": 2}),
        ("clear", {"at": SENSOR, "name": "late"}, ("clear", (SENSOR, "late"), {}), {"count": 2}),
        (
            "hold",
            {"at": SENSOR, "reading": "pm25_ugm3", "value": 180},
            ("hold", (SENSOR, "pm25_ugm3", 180.0), {}),
            {"targets": [SENSOR]},
        ),
        (
            "hold",
            {"at": SENSOR, "reading": "pm25_ugm3", "value": None},
            ("hold", (SENSOR, "pm25_ugm3", None), {}),
            {"targets": [SENSOR]},
        ),
        ("time", {"speed": 60}, ("set_time", (), {"speed": 60.0, "is_paused": None}), {}),
        (
            "roads/av-regional/disturb",
            {"position_m": 500, "length_m": 30, "speed_kmh": 0, "for_s": 600, "lanes": ["1"]},
            (
                "disturb",
                ("av-regional",),
                {
                    "kind": "incident",
                    "position_m": 500.0,
                    "length_m": 30.0,
                    "speed_kmh": 0.0,
                    "for_s": 600.0,
                    "lanes": ("1",),
                },
            ),
            {},
        ),
        ("roads/av-regional/lift", {}, ("lift", ("av-regional",), {}), {"count": 2}),
    ],
)
async def test_what_is_done_reaches_the_bench(ask, service, path, body, call, answer):
    assert await post(ask, f"/api/{path}", body) == (200, answer)
    assert service.calls == [call]


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        ("faults", {"at": SENSOR}, "name: Field required"),
        ("faults", {"at": SENSOR, "name": "late", "rate": "1"}, "rate: "),
        ("faults", {"at": SENSOR, "name": "late", "rat": 1}, "rat: "),
        ("faults", {"at": "x" * 200, "name": "late"}, "at: "),
        ("faults", [], "body: "),
        ("hold", {"at": SENSOR, "reading": "pm25_ugm3", "value": float("nan")}, "value: "),
        ("time", {"is_paused": 1}, "is_paused: "),
        ("roads/av-regional/disturb", {"position_m": 1, "kind": "flood"}, "kind: "),
        ("roads/av-regional/lift", {"kind": "works"}, "kind: "),
        ("clear", {"at": "medellin/no-such"}, "nothing here is called"),
    ],
)
async def test_a_wrong_body_is_refused_with_its_reason(ask, path, body, said):
    status, answer = await post(ask, f"/api/{path}", body)
    assert status == 400
    assert said in answer["error"]


@settings(max_examples=200)
@given(st.binary(max_size=200) | st.text(max_size=100).map(lambda text: json.dumps(text).encode()))
def test_any_body_is_taken_or_refused_in_words(body):
    said = None
    try:
        FaultBody.model_validate_json(body)
    except ValidationError as error:
        said = mistakes(error)
    assert said != ""


async def test_a_long_body_is_refused(ask, service):
    status, answer = await post(ask, "/api/clear", {"at": "x" * BODY_MAX})
    assert status == 413
    assert answer["error"]
    assert service.calls == []


@pytest.mark.parametrize(
    "path",
    [
        "/api/cabinets/medellin/no-such",
        "/api/targets/medellin/av-regional/none",
        "/api/targets/medellin/av-regional/%2e%2e",
        "/api/targets/medellin/*/air-1",
        "/api/roads/no-road",
        "/api/none",
        "/static/../server.py",
        "/static/%2e%2e%2fserver.py",
        "/static/",
        "/favicon.ico",
    ],
)
async def test_what_is_not_there_is_not_found(ask, path):
    status, headers, body = await ask("GET", path)
    assert (status, headers["Content-Type"]) == (404, "application/json")
    assert json.loads(body)["error"]


async def raw(page, *lines: str) -> bytes:
    """For requests that no client would send."""
    host, port = re.match(r"http://([\d.]+):(\d+)/", page.url).groups()
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write("\r\n".join([*lines, "Connection: close", "", ""]).encode())
    answer = await reader.read()
    writer.close()
    return answer


@pytest.mark.parametrize(
    "host",
    [
        "Host: bench.example.org",
        "Host: 127.0.0.1.example.org:80",
        "Host: evil@127.0.0.1.org",
        "Host: [::1",
        "Host: 192.168.1.7:8095",
        "Host: ",
        "X-No-Host: 127.0.0.1",
    ],
)
@pytest.mark.parametrize("path", ["/", "/api/summary", "/static/main.js"])
async def test_another_name_for_this_machine_is_refused(page, host, path):
    answer = await raw(page, f"GET {path} HTTP/1.0", host)
    assert answer.split(b" ")[1] == b"403"
    assert b"Una prueba" not in answer


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:9", "LOCALHOST", "[::1]:8095"])
async def test_this_machine_may_go_by_its_own_names_and_any_port(page, host):
    assert b"200 OK" in await raw(page, "GET / HTTP/1.1", f"Host: {host}")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Content-Type": "application/json"}, 200),
        ({"Content-Type": "application/json; charset=utf-8"}, 200),
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
        ({"Content-Type": "application/json", "Origin": "https://example.org"}, 403),
        ({"Content-Type": "application/json", "Origin": "null"}, 403),
        ({"Content-Type": "application/json", "Origin": "http://127.0.0.1:1"}, 403),
    ],
)
async def test_another_page_in_the_same_browser_can_do_nothing(ask, service, headers, status):
    assert (await ask("POST", "/api/clear", data=b"{}", headers=headers))[0] == status
    assert len(service.calls) == (status == 200)


async def test_the_page_itself_may(ask, page):
    status, _ = await post(ask, "/api/clear", {}, Origin=page.url.rstrip("/"))
    assert status == 200


@pytest.mark.parametrize("path", ["/", "/static/page.css", "/api/summary", "/api/none"])
async def test_the_browser_is_told_to_run_and_load_nothing_foreign(ask, path):
    _, headers, _ = await ask("GET", path)
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "Access-Control-Allow-Origin" not in headers


def test_no_file_of_the_page_names_another_host_or_turns_data_into_markup():
    for path in STATIC.iterdir():
        text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?:|//[a-z]+\.[a-z]", text), path.name
        assert not re.search(r"innerHTML|outerHTML|insertAdjacent|document\.write", text), path.name
        assert not re.search(r"""\s(?:on\w+|style)=["']""", text), path.name


def test_all_files_of_the_page_are_packed():
    packed = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    patterns = packed["tool"]["setuptools"]["package-data"]["*"]
    assert {f"*{path.suffix}" for path in STATIC.iterdir()} <= set(patterns)


async def test_a_port_that_is_taken_is_said(service):
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        pytest.raises(OSError, match="address already in use"),
    ):
        await open_page(service, "127.0.0.1", taken.getsockname()[1])


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.7", ""])
async def test_it_is_served_to_this_machine_only(service, host):
    with pytest.raises(ValueError, match="host must be one of"):
        await open_page(service, host, 0)


async def test_a_closed_page_gives_its_port_back(service):
    page = await open_page(service, "127.0.0.1", 0)
    port = int(page.url.rstrip("/").rpartition(":")[2])
    await page.close()
    again = await open_page(service, "127.0.0.1", port)
    assert again.url == page.url
    await again.close()
