"""The wall page on the centre's web server: a shell, its style, its script, and what changed.

A page asks once a second for what changed since the version that it has; the picture is drawn once
for all of them, and not at all while nobody looks. Nothing comes from anywhere but this server.
"""

import hashlib
import secrets
from collections.abc import Callable
from importlib.resources import files

import orjson
from fastapi import FastAPI, Response

from control_center.view import CenterView
from control_center.wall.changes import Changes
from control_center.wall.picture import draw

_SHELL = """<!doctype html>
<html lang="es">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="dark">
<title>Aburrá · Centro de control</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="wall/wall.css">
<script type="module" src="wall/wall.js"></script>
</head>
<body class="lost">
<p id="connection" role="alert">Conectando con el centro… · connecting</p>
<noscript>Esta página necesita JavaScript · this page needs JavaScript</noscript>
<div id="wall"></div>
</body>
</html>
"""

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_ASSETS = {"wall.css": "text/css", "wall.js": "text/javascript"}


def mount_wall(app: FastAPI, view: Callable[[], CenterView]) -> None:
    """Serve the wall page at `/` of the application; `view` must be cheap to call."""
    assets = {name: files(__package__).joinpath(name).read_bytes() for name in _ASSETS}
    look = hashlib.sha256(b"".join(assets.values())).hexdigest()[:12]
    changes = Changes(secrets.token_hex(4))
    drawn_ms = -1

    @app.get("/", include_in_schema=False)
    async def shell() -> Response:
        return Response(_SHELL, media_type="text/html", headers=_HEADERS)

    @app.get("/wall/changes", include_in_schema=False)
    async def changed(epoch: str = "", version: int = 0) -> Response:
        """`look` names script and style: a page of an older release loads itself anew."""
        nonlocal drawn_ms
        now = view()
        if now.now_ms != drawn_ms:
            changes.update(draw(now))
            drawn_ms = now.now_ms
        body = {"now_ms": now.now_ms, "look": look, **changes.since(epoch, version)}
        return Response(orjson.dumps(body), media_type="application/json", headers=_HEADERS)

    @app.get("/wall/{name}", include_in_schema=False)
    async def asset(name: str) -> Response:
        if name not in assets:
            return Response(status_code=404)
        return Response(assets[name], media_type=_ASSETS[name], headers=_HEADERS)
