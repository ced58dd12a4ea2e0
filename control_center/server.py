"""The wall page and `/api/view`, served from the centre's own event loop."""

import contextlib
import socket
from collections.abc import Callable, Generator

import fastapi
import msgspec
import uvicorn

from control_center.view import CenterView
from control_center.wall.page import mount_wall

View = Callable[[], CenterView]


def make_app(view: View) -> fastapi.FastAPI:
    """`/` is the wall page, `/api/view` the view as JSON, `/healthz` answers while we live."""
    app = fastapi.FastAPI(title="Aburrá", docs_url=None, redoc_url=None, openapi_url=None)

    @app.get("/api/view")
    async def api_view() -> fastapi.Response:
        body = msgspec.json.encode(view())
        headers = {"Cache-Control": "no-store"}
        return fastapi.Response(body, media_type="application/json", headers=headers)

    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "ok", "instance": view().totals.instance}

    mount_wall(app, view)
    return app


def listen(host: str, port: int) -> socket.socket:
    """Take the port before anything else starts; raises `OSError`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=128)


class Server(uvicorn.Server):
    """Leaves the signals to the program that it is a part of."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


def make_server(app: fastapi.FastAPI) -> Server:
    config = uvicorn.Config(
        app, log_level="warning", access_log=False, lifespan="off", timeout_graceful_shutdown=1
    )
    return Server(config)
