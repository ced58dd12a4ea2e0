"""The table of kinds, read from kinds.toml: what may be measured, its units and bounds."""

import tomllib
from importlib.resources import files
from typing import Literal

import msgspec


class FieldRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One numeric field: plausible from `low` to `high`, both included, in `unit`."""

    low: float
    high: float
    unit: str
    title: str
    always: bool = False


class TextRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One short text of at most `max_length` characters."""

    max_length: int
    title: str


class Kind(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One kind of observation; the head of kinds.toml explains every entry."""

    title: str
    time: Literal["instant", "interval"]
    period_s: float
    stale_after_s: float
    keep: Literal["telemetry", "counts"]
    retention_d: int
    fields: dict[str, FieldRule]
    tags: tuple[str, ...] = ()
    texts: dict[str, TextRule] = {}


def _read() -> dict[str, Kind]:
    text = files(__package__).joinpath("kinds.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), type=dict[str, Kind])


KINDS: dict[str, Kind] = _read()
