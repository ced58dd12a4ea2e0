"""Who may speak to the page: programs on this machine, and pages that came from it.

A page elsewhere in the world can make a technician's browser send requests to 127.0.0.1. A name of
its own that resolves to here gives itself away by the Host header, everything else by Origin or
by the content type, which a foreign page may not set without being asked first.
"""

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aiohttp import web

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    host = request.headers.get("Host", "")
    if _hostname(host) not in LOOPBACK:
        raise web.HTTPForbidden(text=f"Host must be {' or '.join(sorted(LOOPBACK))}")
    if request.method == "POST":
        if request.content_type != "application/json":
            raise web.HTTPUnsupportedMediaType(text="Content-Type must be application/json")
        # The port may be another than ours where it is forwarded, but never another page's.
        if request.headers.get("Origin", f"http://{host}") != f"http://{host}":
            raise web.HTTPForbidden(text="Origin must be this page's own")
    return await handler(request)


async def add_headers(_request: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(HEADERS)


def _hostname(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None
