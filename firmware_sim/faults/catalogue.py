"""The table of faults: `catalogue.toml`, read once."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Where = Literal["line", "device", "reading", "clock", "loops", "sign"]


@dataclass(frozen=True, slots=True)
class Amount:
    """What the number given with a fault means; both bounds are allowed values."""

    unit_es: str
    unit_en: str
    default: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class FaultKind:
    name: str
    where: Where
    es: str
    en: str
    amount: Amount | None = None
    has_rate: bool = True
    """Can it strike now and then? Else it is on or off."""


def _read() -> dict[str, FaultKind]:
    table = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    kinds = {}
    for name, row in table.items():
        amount = Amount(**row.pop("amount")) if "amount" in row else None
        kinds[name] = FaultKind(name=name, amount=amount, **row)
    return kinds


FAULTS = _read()
