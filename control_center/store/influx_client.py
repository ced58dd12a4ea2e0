"""The two HTTP calls that InfluxDB 1.x, 2.x and 3 all answer: `/write` and `/query` (InfluxQL).

What an answer means is decided here, once: taken, refused for the lines' own fault, or try later.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import aiohttp
import orjson

from control_center.store.protocol import StoreFault, StoreUnavailable
from control_center.store.settings import StoreSettings

TIMEOUT_S = 20.0
"""InfluxDB 1.x itself gives a write up after 10 s (coordinator write-timeout)."""

TAKEN = {200, 204}
TOO_LONG = 413
REFUSED = {400, 422, TOO_LONG}
LINE_FAULTS = re.compile(r"partial write|pars|field type conflict|line protocol", re.IGNORECASE)
"""How the servers speak of lines: partial write (400 on 1.x and 3, 422 on 2.x) or unreadable (400).

Any other 400 is about the request or the server, and lines must not be given up for it.
"""


class InfluxClient:
    """One session to one database. Raises `StoreUnavailable` whenever trying again may help."""

    def __init__(self, settings: StoreSettings) -> None:
        self._settings = settings
        self._session: aiohttp.ClientSession | None = None

    async def version(self) -> str:
        """The server's version, such as `1.6.7` or `v2.7.10`."""
        _, headers, _ = await self._call("GET", "/ping", {}, b"")
        return headers.get("X-Influxdb-Version", "unknown")

    async def write(self, lines: list[str]) -> str:
        """Write lines: "" when all are durable, else why the server refused some or all of them."""
        parameters = {"db": self._settings.database, "precision": "ms"}
        body = "\n".join(lines).encode()
        status, _, answer = await self._call("POST", "/write", parameters, body)
        if status in TAKEN:
            return ""
        if status in REFUSED:
            reason = _reason(answer) or f"HTTP {status}"
            if status == TOO_LONG or LINE_FAULTS.search(reason):
                return reason
        raise StoreUnavailable(f"{self._settings.url}: HTTP {status} {_reason(answer)}")

    async def query(self, statement: str) -> list[dict[str, Any]]:
        """The series of one InfluxQL statement; times are UTC milliseconds."""
        parameters = {"db": self._settings.database, "epoch": "ms", "q": statement}
        status, _, answer = await self._call("POST", "/query", parameters, b"")
        if status not in TAKEN:
            raise StoreUnavailable(f"{self._settings.url}: HTTP {status} {_reason(answer)}")
        try:
            result = orjson.loads(answer)["results"][0]
        except (orjson.JSONDecodeError, KeyError, IndexError, TypeError) as error:
            text = f"{self._settings.url}: not an answer of InfluxDB: {answer[:80]!r}"
            raise StoreUnavailable(text) from error
        if "error" in result:
            raise StoreUnavailable(f"{self._settings.url}: {result['error']}")
        series: list[dict[str, Any]] = result.get("series", [])
        return series

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _call(
        self, method: str, path: str, parameters: dict[str, str], body: bytes
    ) -> tuple[int, Mapping[str, str], bytes]:
        if self._session is None:
            self._session = self._new_session()
        url = self._settings.url + path
        try:
            # A redirect could carry the token to another host.
            async with self._session.request(
                method, url, params=parameters, data=body, allow_redirects=False
            ) as response:
                return response.status, response.headers, await response.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise StoreUnavailable(f"{self._settings.url}: {_cause(error)}") from error

    def _new_session(self) -> aiohttp.ClientSession:
        settings = self._settings
        headers = {}
        auth = None
        if settings.token_file is not None:
            headers["Authorization"] = f"Token {_secret(settings.token_file)}"
        elif settings.username is not None and settings.password_file is not None:
            auth = aiohttp.BasicAuth(settings.username, _secret(settings.password_file))
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_S)
        return aiohttp.ClientSession(headers=headers, auth=auth, timeout=timeout)


def _cause(error: aiohttp.ClientError | TimeoutError) -> str:
    """In few words: aiohttp's own name host and port a second time."""
    if isinstance(error, aiohttp.ClientConnectorError) and error.os_error.errno:
        return os.strerror(error.os_error.errno)
    return str(error) or type(error).__name__


def _secret(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        text = f"{path}: el secreto no se puede leer · the secret cannot be read: {error}"
        raise StoreFault(
            text, "Revise la ruta y los permisos · Check path and permissions"
        ) from error


def _reason(answer: bytes) -> str:
    """What the server says: `error` on 1.x and 3, `message` on 2.x, or the bare text."""
    try:
        document = orjson.loads(answer)
    except orjson.JSONDecodeError:
        document = None
    if isinstance(document, dict):
        text = str(document.get("error") or document.get("message") or document)
    else:
        text = answer.decode("utf-8", errors="replace")
    return text.strip()[:300]
