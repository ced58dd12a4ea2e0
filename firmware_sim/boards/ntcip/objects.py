"""OIDs, values and refusals of the sign's SNMP objects, and the table of its scalars."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal

Oid = tuple[int, ...]

SYSTEM: Oid = (1, 3, 6, 1, 2, 1, 1)
"""Group system of RFC 1213."""
DMS: Oid = (1, 3, 6, 1, 4, 1, 1206, 4, 2, 3)
"""Group dms of NTCIP 1203."""


class TimeTicks(int):
    """Hundredths of a second, modulo 2^32."""


class IpAddress(bytes):
    """IPv4, 4 bytes."""


Value = int | bytes | Oid

Status = Literal["noAccess", "notWritable", "wrongType", "wrongLength", "wrongValue", "genErr"]
"""SNMPv2's names; they become SNMPv1's where a manager speaks that."""


class PartError(Exception):
    """One part of a SET cannot be."""

    def __init__(self, status: Status) -> None:
        super().__init__(status)
        self.status = status


class SetError(Exception):
    """A SET is refused as a whole. `index` counts its parts from 1."""

    def __init__(self, status: Status, index: int) -> None:
        super().__init__(f"{status} at {index}")
        self.status = status
        self.index = index


class NoAnswerError(Exception):
    """It is a habit of the sign to say nothing to such a request."""


@dataclass(frozen=True, slots=True)
class ScalarObject:
    name: str
    oid: str
    type: Literal["integer", "octets", "ticks", "address", "oid"]
    value: int | str | None = None
    """Where it starts; None: it follows from the sign's state or its surroundings."""
    writable: bool = False
    low: int = 0
    high: int = 0
    length: int = 0
    length_max: int = 0
    """Of octet strings that may be of any length up to this."""
    words: Mapping[str, str] = field(default_factory=dict)
    unit: str = ""

    def check(self, value: Value) -> None:
        """May a SET bring this value? Raises `PartError`."""
        if not self.writable:
            raise PartError("notWritable")
        if isinstance(value, int) != (self.type == "integer") or isinstance(value, tuple):
            raise PartError("wrongType")
        if isinstance(value, bytes) and not self.length <= len(value) <= self._longest:
            raise PartError("wrongLength")
        if isinstance(value, int) and not self.low <= value <= self.high:
            raise PartError("wrongValue")

    @property
    def _longest(self) -> int:
        return self.length_max or self.length


@cache
def scalar_objects() -> Mapping[Oid, ScalarObject]:
    table = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    return {
        (*root, *map(int, entry["oid"].split("."))): ScalarObject(**entry)
        for root, entries in ((SYSTEM, table["system"]), (DMS, table["dms"]))
        for entry in entries
    }


def starting_settings() -> dict[str, Value]:
    """The objects that only hold a value, as a new sign has them."""
    return {
        scalar.name: scalar.value.encode() if isinstance(scalar.value, str) else scalar.value
        for scalar in scalar_objects().values()
        if scalar.value is not None
    }
