"""A scenario: which roads and cabinets there are, what happens to them, and what fails."""

from fnmatch import fnmatchcase
from typing import Annotated, Self

from pydantic import Field, model_validator

from firmware_sim.faults.catalogue import FAULTS
from firmware_sim.scenario.cabinet import AirPart, CabinetPart, RowPart, ShowerPart
from firmware_sim.scenario.devices import KitPart
from firmware_sim.scenario.parts import Name, Part, Second
from firmware_sim.scenario.road import RoadPart

Target = Annotated[str, Field(pattern=r"^[a-z0-9*-]{1,40}(/[a-z0-9*-]{1,40}){2}$")]


class FaultPart(Part):
    """A fault that a scenario switches on by itself."""

    at: Target
    """municipality/site/name of a device, line or sign; `*` stands for any part of a name."""
    fault: str
    rate: float = Field(default=1.0, gt=0, le=1)
    start_s: Second = 0
    end_s: Second | None = None
    """None: to the end."""
    amount: float | None = None
    """In the unit that `aburra sim faults` shows; None: its default."""
    reading: str | None = None
    """Of a device; None: all of them."""

    @model_validator(mode="after")
    def _is_known(self) -> Self:
        check_fault(self.fault, self.amount, self.rate, self.reading)
        if self.end_s is not None and self.end_s <= self.start_s:
            raise ValueError("end_s must be later than start_s")
        return self


def check_fault(name: str, amount: float | None, rate: float, reading: str | None) -> None:
    """Raises `ValueError` with what is allowed."""
    kind = FAULTS.get(name)
    if kind is None:
        raise ValueError(f"no fault {name!r}; there are {', '.join(FAULTS)}")
    if rate != 1 and not kind.has_rate:
        raise ValueError(f"fault {name} is on or off: it takes no rate")
    if reading is not None and kind.where != "reading":
        raise ValueError(f"fault {name} is not one of readings")
    if amount is None:
        return
    if kind.amount is None:
        raise ValueError(f"fault {name} takes no amount")
    if not kind.amount.low <= amount <= kind.amount.high:
        raise ValueError(
            f"amount of {name} must be {kind.amount.low:g} to {kind.amount.high:g} "
            f"({kind.amount.unit_en}), not {amount:g}"
        )


class Scenario(Part):
    title: str = Field(max_length=200)
    starts_at: str | None = Field(default=None, pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")
    """Local time of second 0; None: the present."""
    speed: float = Field(default=1.0, gt=0, le=3600)
    """Scenario's seconds in one of ours."""
    roads: list[RoadPart] = Field(min_length=1, max_length=100)
    kits: dict[Name, KitPart] = Field(min_length=1)
    cabinets: tuple[CabinetPart, ...] = ()
    rows: tuple[RowPart, ...] = ()
    air: AirPart = AirPart()
    showers: tuple[ShowerPart, ...] = ()
    faults: tuple[FaultPart, ...] = ()

    def used_roads(self) -> list[RoadPart]:
        """Those with a cabinet: the others nobody would see."""
        used = {part.road for part in self.all_cabinets()}
        return [road for road in self.roads if road.name in used]

    def all_cabinets(self) -> list[CabinetPart]:
        """The single ones, then the rows'."""
        return [*self.cabinets, *(part for row in self.rows for part in row.cabinets())]


def matches(pattern: str, name: str) -> bool:
    """Part by part; `*` stands for any characters within a part."""
    wanted, given = pattern.split("/"), name.split("/")
    return len(wanted) == len(given) and all(map(fnmatchcase, given, wanted))
