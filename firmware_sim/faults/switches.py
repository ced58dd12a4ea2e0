"""The fault switches of one device or line: what is on, and whether it strikes this time."""

import math
import random
from dataclasses import dataclass

from firmware_sim.faults.catalogue import FAULTS


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault, switched on. Seconds are the scenario's; the end is exclusive."""

    name: str
    rate: float = 1.0
    """Share of the occasions (frames, readings, vehicles) at which it strikes."""
    start_s: float = 0.0
    end_s: float = math.inf
    amount: float | None = None
    """In the unit that the catalogue says; None: its default."""
    reading: str | None = None
    """Which of a device's readings; None: all."""

    @property
    def size(self) -> float:
        """The amount, or the catalogue's default."""
        kind = FAULTS[self.name]
        if self.amount is not None or kind.amount is None:
            return self.amount or 0.0
        return kind.amount.default


class Switches:
    """A fault switched on again replaces its former self (per reading)."""

    def __init__(self, key: str) -> None:
        """The key seeds the dice: the same key throws the same."""
        self._dice = random.Random(f"{key}/faults")  # noqa: S311 - not a secret
        self._on: dict[tuple[str, str | None], Fault] = {}

    def switch_on(self, fault: Fault) -> None:
        self._on[fault.name, fault.reading] = fault

    def clear(self, name: str | None = None) -> int:
        """Switches one fault off, or all; returns how many were on or to come."""
        gone = [place for place in self._on if name in (None, place[0])]
        for place in gone:
            del self._on[place]
        return len(gone)

    @property
    def are_off(self) -> bool:
        """Whether `all` has none."""
        return not self._on

    def all(self) -> list[Fault]:
        """Those that are on, and those whose time is still to come or over."""
        return list(self._on.values())

    def active(self, name: str, at_s: float, reading: str | None = None) -> Fault | None:
        """The fault of this name that is on now, whatever its rate."""
        if not self._on:
            return None
        for place in ((name, reading), (name, None)):
            fault = self._on.get(place)
            if fault is not None and fault.start_s <= at_s < fault.end_s:
                return fault
        return None

    def strikes(self, name: str, at_s: float) -> Fault | None:
        """The fault that is on now, if the dice say that it strikes this time."""
        fault = self.active(name, at_s)
        if fault is None or (fault.rate < 1 and self._dice.random() >= fault.rate):
            return None
        return fault

    @property
    def dice(self) -> random.Random:
        return self._dice
