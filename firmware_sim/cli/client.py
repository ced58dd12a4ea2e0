"""Asks a running bench, over its page's own interface."""

import json
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import urlencode

import typer

TIMEOUT_S = 10.0


_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""The bench is on this machine, whatever proxy the user has for others."""


class BenchClient:
    def __init__(self, url: str) -> None:
        """`url` is the page's: `http://127.0.0.1:8095/`."""
        self._url = url.rstrip("/")

    def get(self, path: str, **query: str | None) -> Any:
        """What is None is left out."""
        given = urlencode({name: value for name, value in query.items() if value is not None})
        return self._ask(f"{path}?{given}" if given else path, None)

    def post(self, path: str, **body: Any) -> Any:
        """What is None is left out."""
        content = {name: value for name, value in body.items() if value is not None}
        return self._ask(path, json.dumps(content).encode())

    def _ask(self, path: str, body: bytes | None) -> Any:
        """Ends the program with the bench's own words when it refuses."""
        request = urllib.request.Request(  # noqa: S310 - http to the loopback, from bench.json
            f"{self._url}/api/{path}", data=body, headers={"Content-Type": "application/json"}
        )
        try:
            with _opener.open(request, timeout=TIMEOUT_S) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            typer.echo(_words(error), err=True)
            raise typer.Exit(2) from error
        except OSError as error:
            typer.echo(f"{self._url}: the bench does not answer: {error}", err=True)
            raise typer.Exit(1) from error


def _words(error: urllib.error.HTTPError) -> str:
    try:
        return str(json.load(error)["error"])
    except (json.JSONDecodeError, KeyError, TypeError):
        return str(error)
