"""The bench page's web server, in the bench's own event loop, for this machine only."""

from pathlib import Path
from typing import Any, TypeVar

import orjson
from aiohttp import web
from pydantic import ValidationError

from firmware_sim.page.bodies import (
    Body,
    ClearBody,
    DisturbBody,
    FaultBody,
    HoldBody,
    LiftBody,
    TimeBody,
    mistakes,
)
from firmware_sim.page.guard import LOOPBACK, Handler, add_headers, guard
from firmware_sim.page.service import Service
from firmware_sim.rig.control import RequestError

BODY_MAX = 16 * 1024
CLOSE_TIMEOUT_S = 1.0
STATIC = Path(__file__).parent / "static"
CONTENT_TYPES = {".css": "text/css", ".html": "text/html", ".js": "text/javascript"}
NAME = "[a-z0-9-]{1,40}"
CABINET = f"{{municipality:{NAME}}}/{{site:{NAME}}}"
TARGET = f"{CABINET}/{{name:{NAME}}}"
ROAD = f"{{road:{NAME}}}"

AnyBody = TypeVar("AnyBody", bound=Body)


class Page:
    """A page that is being served."""

    def __init__(self, runner: web.AppRunner) -> None:
        self._runner = runner
        host, port = runner.addresses[0][:2]
        self.url = f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"

    async def close(self) -> None:
        await self._runner.cleanup()


async def open_page(service: Service, host: str, port: int) -> Page:
    """Serves until it is closed; port 0 takes any free one. Raises `OSError` when it is taken."""
    if host not in LOOPBACK:
        raise ValueError(f"host must be one of {', '.join(sorted(LOOPBACK))}, not {host!r}")
    app = web.Application(middlewares=[_as_json, guard], client_max_size=BODY_MAX)
    app.on_response_prepare.append(add_headers)
    app.add_routes(_Api(service).routes())
    app.add_routes(_static_routes())
    runner = web.AppRunner(
        app, handle_signals=False, access_log=None, shutdown_timeout=CLOSE_TIMEOUT_S
    )
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError:
        await runner.cleanup()
        raise
    return Page(runner)


class _Api:
    def __init__(self, service: Service) -> None:
        self._service = service

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/api/places", self._places),
            web.get("/api/summary", self._summary),
            web.get("/api/rows", self._rows),
            web.get(f"/api/cabinets/{CABINET}", self._cabinet),
            web.get(f"/api/targets/{TARGET}", self._target),
            web.get(f"/api/faces/{TARGET}.png", self._face),
            web.get(f"/api/faces/{TARGET}", self._face_text),
            web.get(f"/api/roads/{ROAD}", self._road),
            web.post("/api/faults", self._switch_on),
            web.post("/api/clear", self._clear),
            web.post("/api/hold", self._hold),
            web.post("/api/time", self._set_time),
            web.post(f"/api/roads/{ROAD}/disturb", self._disturb),
            web.post(f"/api/roads/{ROAD}/lift", self._lift),
        ]

    async def _places(self, _request: web.Request) -> web.Response:
        return _json(self._service.places())

    async def _summary(self, _request: web.Request) -> web.Response:
        return _json(self._service.summary())

    async def _rows(self, request: web.Request) -> web.Response:
        return _json(self._service.rows(request.query.get("at")))

    async def _cabinet(self, request: web.Request) -> web.Response:
        return _json(self._service.cabinet(_name(request)))

    async def _target(self, request: web.Request) -> web.Response:
        return _json(self._service.target(_name(request)))

    async def _face(self, request: web.Request) -> web.Response:
        return web.Response(body=self._service.face_png(_name(request)), content_type="image/png")

    async def _face_text(self, request: web.Request) -> web.Response:
        return _json({"text": self._service.face_text(_name(request))})

    async def _road(self, request: web.Request) -> web.Response:
        return _json(self._service.road(request.match_info["road"]))

    async def _switch_on(self, request: web.Request) -> web.Response:
        body = await _read(request, FaultBody)
        struck = self._service.switch_on(
            body.at,
            body.name,
            rate=body.rate,
            for_s=body.for_s,
            amount=body.amount,
            reading=body.reading,
        )
        return _json({"targets": struck})

    async def _clear(self, request: web.Request) -> web.Response:
        body = await _read(request, ClearBody)
        return _json({"count": self._service.clear(body.at, body.name)})

    async def _hold(self, request: web.Request) -> web.Response:
        body = await _read(request, HoldBody)
        return _json({"targets": self._service.hold(body.at, body.reading, body.value)})

    async def _set_time(self, request: web.Request) -> web.Response:
        body = await _read(request, TimeBody)
        self._service.set_time(speed=body.speed, is_paused=body.is_paused)
        return _json({})

    async def _disturb(self, request: web.Request) -> web.Response:
        body = await _read(request, DisturbBody)
        self._service.disturb(
            request.match_info["road"],
            kind=body.kind,
            position_m=body.position_m,
            length_m=body.length_m,
            speed_kmh=body.speed_kmh,
            for_s=body.for_s,
            lanes=body.lanes,
        )
        return _json({})

    async def _lift(self, request: web.Request) -> web.Response:
        await _read(request, LiftBody)
        return _json({"count": self._service.lift(request.match_info["road"])})


@web.middleware
async def _as_json(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Whatever is refused is answered with its reason."""
    try:
        return await handler(request)
    except RequestError as error:
        return _json({"error": str(error)}, status=404 if request.method == "GET" else 400)
    except ValidationError as error:
        return _json({"error": mistakes(error)}, status=400)
    except web.HTTPException as error:
        return _json({"error": error.text or error.reason}, status=error.status)


def _json(answer: dict[str, Any] | list[dict[str, Any]], *, status: int = 200) -> web.Response:
    return web.Response(body=orjson.dumps(answer), status=status, content_type="application/json")


def _name(request: web.Request) -> str:
    return "/".join(request.match_info.values())


async def _read(request: web.Request, body: type[AnyBody]) -> AnyBody:
    return body.model_validate_json(await request.read())


def _static_routes() -> list[web.RouteDef]:
    """The files as they were at the start: nothing else can be asked for."""
    files = {path.name: path for path in STATIC.iterdir() if path.suffix in CONTENT_TYPES}
    routes = [web.get(f"/static/{name}", _sender(path)) for name, path in files.items()]
    return [web.get("/", _sender(files["page.html"])), *routes]


def _sender(path: Path) -> Handler:
    content = path.read_bytes()

    async def send(_request: web.Request) -> web.Response:
        return web.Response(body=content, content_type=CONTENT_TYPES[path.suffix], charset="utf-8")

    return send
