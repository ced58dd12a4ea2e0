"""The tables `[[lines]]` with `protocol = "pms5003"`."""

from typing import Literal

from pydantic import Field

from edge.names import Name
from gateway.contract.settings import Settings


class Pms5003Device(Settings):
    """One sensor; its last good frame in every `sample_s` is reported."""

    name: Name
    title: str = Field(default="", max_length=200)
    sample_s: float = Field(default=5, ge=1, le=3600)


class Pms5003Line(Settings):
    """A point-to-point line: one sensor, 9600 baud."""

    name: Name
    protocol: Literal["pms5003"]
    port: str = Field(min_length=1)
    baud: Literal[9600] = 9600
    devices: list[Pms5003Device] = Field(min_length=1, max_length=1)
