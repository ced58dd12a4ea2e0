"""OIDs, values and refusals of the sign's SNMP objects, and the table of its scalars."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Oid = tuple[int, ...]
Value = int | bytes

DMS: Oid = (1, 3, 6, 1, 4, 1, 1206, 4, 2, 3)
"""Group dms of NTCIP 1203."""

Status = Literal["noAccess", "notWritable", "wrongType", "wrongLength", "wrongValue", "genErr"]
"""SNMPv2's names; the agent turns them into SNMPv1's where a manager speaks that."""


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


@dataclass(frozen=True, slots=True)
class ScalarObject:
    name: str
    oid: str
    type: Literal["integer", "octets"]
    value: int | str | None = None
    """Where it starts; None: it follows from the sign's state or its surroundings."""
    writable: bool = False
    low: int = 0
    high: int = 0
    length: int = 0

    def check(self, value: Value) -> None:
        """May a SET bring this value? Raises `PartError`."""
        if not self.writable:
            raise PartError("notWritable")
        if isinstance(value, int) != (self.type == "integer"):
            raise PartError("wrongType")
        if isinstance(value, bytes) and len(value) != self.length:
            raise PartError("wrongLength")
        if isinstance(value, int) and not self.low <= value <= self.high:
            raise PartError("wrongValue")


def scalar_objects() -> dict[Oid, ScalarObject]:
    table = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    objects = [ScalarObject(**entry) for entry in table["objects"]]
    return {(*DMS, *map(int, scalar.oid.split("."))): scalar for scalar in objects}
