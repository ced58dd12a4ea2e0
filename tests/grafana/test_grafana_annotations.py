"""Annotations, against a strict fake of Grafana's HTTP API: the real one is not to be had here."""

import asyncio
import itertools
from contextlib import asynccontextmanager, suppress

import pytest
from aiohttp import web

from control_center.grafana.annotations import WAITING_MAX, Annotations
from control_center.grafana.settings import GrafanaSettings

SIGN = "medellin/av-regional/vms-1"
TAGS = ["aburra", "sign", SIGN]


class FakeGrafana:
    """Keeps annotations as Grafana does: end = begin until closed, PATCH replaces what it names."""

    def __init__(self):
        self.kept: dict[int, dict] = {}
        self.answers: list[web.Response] = []
        self.faults: list[str] = []
        self.calls = 0
        self._ids = itertools.count(7)

    def app(self):
        app = web.Application(middlewares=[self._guard])
        app.router.add_get("/api/annotations", self._find)
        app.router.add_post("/api/annotations", self._add)
        app.router.add_patch("/api/annotations/{id:[0-9]+}", self._patch)
        return app

    @web.middleware
    async def _guard(self, request, handler):
        self.calls += 1
        if request.headers.get("Authorization") != "Bearer s3cret":
            return web.json_response({"message": "Unauthorized"}, status=401)
        if self.answers:
            return self.answers.pop(0)
        try:
            if request.method != "GET":
                assert request.content_type == "application/json"
            return await handler(request)
        except (AssertionError, web.HTTPException) as fault:
            self.faults.append(f"{request.method} {request.path}: {fault!r}")
            return web.json_response({"message": str(fault)}, status=400)

    async def _find(self, request):
        tags = set(request.query.getall("tags"))
        found = [a for a in self.kept.values() if tags <= set(a["tags"])]
        found.sort(key=lambda a: (-a["timeEnd"], -a["time"]))
        return web.json_response(found[: int(request.query["limit"])])

    async def _add(self, request):
        body = await request.json()
        assert set(body) <= {"dashboardUID", "panelId", "time", "timeEnd", "tags", "text"}
        assert isinstance(body["time"], int)
        assert isinstance(body["text"], str)
        assert body["text"]
        new = {"time": body["time"], "timeEnd": body["timeEnd"] or body["time"]}
        new |= {"id": next(self._ids), "tags": body["tags"], "text": body["text"]}
        self.kept[new["id"]] = new
        return web.json_response({"message": "Annotation added", "id": new["id"]})

    async def _patch(self, request):
        body = await request.json()
        assert set(body) <= {"time", "timeEnd", "tags", "text"}
        kept = self.kept[int(request.match_info["id"])]
        kept |= {name: value for name, value in body.items() if value is not None}
        return web.json_response({"message": "Annotation patched"})


@pytest.fixture
async def grafana():
    fake = FakeGrafana()
    runner = web.AppRunner(fake.app())
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    fake.url = f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}"
    yield fake
    await runner.cleanup()
    assert fake.faults == []


@asynccontextmanager
async def running(url, folder, token="s3cret"):
    (folder / "token").write_text(token + "\n")
    settings = GrafanaSettings(url=url, token_file=folder / "token")
    annotations = Annotations(settings, retry_s=0.01)
    task = asyncio.create_task(annotations.run())
    try:
        yield annotations
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def until(condition):
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.01)


def spans(grafana):
    return [(a["text"], a["time"], a["timeEnd"], a["tags"]) for a in grafana.kept.values()]


async def test_a_message_is_annotated_from_its_beginning_to_its_end(grafana, tmp_path):
    async with running(grafana.url, tmp_path) as annotations:
        annotations.on_face(SIGN, "CONGESTION / USE VIA ALTERNA", 1000)
        await until(lambda: grafana.kept)
        assert spans(grafana) == [("CONGESTION / USE VIA ALTERNA", 1000, 1000, TAGS)]
        annotations.on_face(SIGN, "", 5000)
        await until(lambda: spans(grafana)[0][2] == 5000)
    assert spans(grafana) == [("CONGESTION / USE VIA ALTERNA", 1000, 5000, TAGS)]


async def test_another_message_ends_the_first_and_begins_the_next(grafana, tmp_path):
    async with running(grafana.url, tmp_path) as annotations:
        annotations.on_face(SIGN, "UNO", 1000)
        annotations.on_face(SIGN, "DOS", 2000)
        annotations.on_face("itagui/autopista-sur/vms-1", "TRES", 2500)
        await until(lambda: len(grafana.kept) == 3)
    assert spans(grafana)[:2] == [("UNO", 1000, 2000, TAGS), ("DOS", 2000, 2000, TAGS)]
    assert spans(grafana)[2][3] == ["aburra", "sign", "itagui/autopista-sur/vms-1"]


@pytest.mark.parametrize(("text", "expected"), [("UNO", [(1000, 1000)]), ("", [(1000, 9000)])])
async def test_a_restart_takes_up_what_was_left_open(grafana, tmp_path, text, expected):
    async with running(grafana.url, tmp_path) as annotations:
        annotations.on_face(SIGN, "UNO", 1000)
        await until(lambda: grafana.kept)
    async with running(grafana.url, tmp_path) as annotations:
        annotations.on_face(SIGN, text, 9000)
        annotations.on_face("medellin/av-regional/vms-2", "FIN", 9001)
        await until(lambda: len(grafana.kept) == 2)
    assert [(a["time"], a["timeEnd"]) for a in list(grafana.kept.values())[:1]] == expected


async def test_grafana_that_is_gone_for_a_while_costs_nothing(grafana, tmp_path, caplog):
    grafana.answers = [web.json_response({"message": "busy"}, status=503) for _ in range(3)]
    async with running(grafana.url, tmp_path) as annotations:
        annotations.on_face(SIGN, "UNO", 1000)
        await until(lambda: grafana.kept and not annotations.fault)
        assert annotations.lost_count == 0
    said = [r.message for r in caplog.records if r.name == "aburra.grafana"]
    assert len(said) == 2
    assert "503" in said[0]
    assert "answers again" in said[1]


async def test_nobody_there_is_said_once(tmp_path, caplog, unused_tcp_port):
    async with running(f"http://127.0.0.1:{unused_tcp_port}", tmp_path) as annotations:
        annotations.on_face(SIGN, "UNO", 1000)
        await until(lambda: annotations.fault)
        await asyncio.sleep(0.1)
    assert caplog.text.count(f"127.0.0.1:{unused_tcp_port}: ") == 1


@pytest.mark.parametrize(
    "answer",
    [
        web.json_response({"message": "Forbidden"}, status=403),
        web.Response(text="<html>otro programa</html>", content_type="text/html"),
        web.json_response({"message": "no id"}),
    ],
    ids=["forbidden", "another program", "no id"],
)
async def test_what_grafana_refuses_is_lost_counted_and_the_rest_goes_on(
    grafana, tmp_path, caplog, answer
):
    grafana.answers = [web.json_response([]), answer]
    async with running(grafana.url, tmp_path) as annotations:
        annotations.on_face(SIGN, "UNO", 1000)
        await until(lambda: annotations.lost_count == 1)
        annotations.on_face(SIGN, "DOS", 2000)
        await until(lambda: grafana.kept)
    assert [a["text"] for a in grafana.kept.values()] == ["DOS"]
    assert "lost (1 so far)" in caplog.text


async def test_a_wrong_token_is_said_and_kept_secret(grafana, tmp_path, caplog):
    async with running(grafana.url, tmp_path, token="wrong-secret") as annotations:
        annotations.on_face(SIGN, "UNO", 1000)
        await until(lambda: annotations.lost_count == 1)
    assert "401" in caplog.text
    assert "wrong-secret" not in caplog.text


async def test_the_queue_is_bounded_and_the_oldest_go_first(grafana, tmp_path):
    async with running(grafana.url, tmp_path) as annotations:
        for number in range(WAITING_MAX + 3):
            annotations.on_face(SIGN, f"MENSAJE {number}", 1000 + number)
        assert annotations.lost_count == 3
        await until(lambda: len(grafana.kept) == WAITING_MAX)
    assert grafana.kept[7]["text"] == "MENSAJE 3"
