"""Which broker, as whom: the [broker] table of every program's settings."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from pydantic import field_validator, model_validator

from gateway.contract.settings import Settings

_PORTS = {"mqtt": 1883, "mqtts": 8883}


class BrokerSettings(Settings):
    """`mqtt://host[:port]`, or `mqtts://` for TLS; the password stands in a file of its own."""

    url: str = "mqtt://127.0.0.1:1883"
    username: str | None = None
    password_file: Path | None = None
    ca_file: Path | None = None

    @field_validator("url")
    @classmethod
    def _url(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in _PORTS or not parts.hostname or parts.path.strip("/"):
            raise ValueError("must be mqtt://host[:port] or mqtts://host[:port]")
        if parts.username or parts.password:
            raise ValueError("no user or password in the URL: use username and password_file")
        if parts.port == 0:
            raise ValueError("port must be 1 to 65535")
        return value

    @model_validator(mode="after")
    def _together(self) -> "BrokerSettings":
        if (self.username is None) != (self.password_file is None):
            raise ValueError("username and password_file go together")
        if self.ca_file is not None and not self.url.startswith("mqtts:"):
            raise ValueError("ca_file is for an mqtts:// url")
        return self


class Address(NamedTuple):
    """A broker's address and credentials, ready to connect."""

    host: str
    port: int
    username: str | None
    password: str | None
    tls: ssl.SSLContext | None


def address_of(settings: BrokerSettings) -> Address:
    """Read the password and the certificates; raises `OSError` naming the file."""
    parts = urlsplit(settings.url)
    password = None
    if settings.password_file is not None:
        with _naming(settings.password_file):
            password = settings.password_file.read_text(encoding="utf-8").strip()
    tls = None
    if parts.scheme == "mqtts":
        with _naming(settings.ca_file):
            tls = ssl.create_default_context(cafile=settings.ca_file)
    return Address(
        parts.hostname or "", parts.port or _PORTS[parts.scheme], settings.username, password, tls
    )


@contextmanager
def _naming(path: Path | None) -> Iterator[None]:
    """`ssl` does not say which file it could not read."""
    try:
        yield
    except (OSError, UnicodeDecodeError) as error:
        raise OSError(f"{path}: {error}") from error
