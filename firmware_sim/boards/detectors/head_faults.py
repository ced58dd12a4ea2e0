"""The faults of detecting heads: which vehicles they strike, and what they make up."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from firmware_sim.faults.switches import Fault, Switches

SECONDS_PER_MINUTE = 60.0


class Vehicle(Protocol):
    """What a head takes from a vehicle of the world."""

    @property
    def key(self) -> int: ...
    @property
    def class_name(self) -> str: ...
    @property
    def length_m(self) -> float: ...
    @property
    def luck(self) -> float: ...


class HeadFaults:
    """Dice of its own: what happens depends on the scenario's time and on no reader."""

    def __init__(self, key: str, switches: Switches) -> None:
        self._key = key
        self._switches = switches
        self._chatter: Chatter | None = None

    @property
    def are_off(self) -> bool:
        """None is on, was, or will be: there is nothing to ask here."""
        return self._switches.are_off

    def misses(self, vehicle: Vehicle, time_s: float) -> bool:
        is_motorcycle = vehicle.class_name == "motorcycle"
        return is_motorcycle and self.strikes("missed-motorcycles", vehicle, time_s)

    def strikes(self, name: str, vehicle: Vehicle, time_s: float) -> bool:
        """The same answer for the same vehicle, however often it is asked for."""
        fault = self._switches.active(name, time_s)
        if fault is None:
            return False
        dice = random.Random(f"{self._key}/{name}/{vehicle.luck}")  # noqa: S311 - not a secret
        return dice.random() < fault.rate

    def locked(self, from_s: float, to_s: float) -> tuple[float, float] | None:
        """When in this time the head is locked on: from, and until."""
        fault = self._switched_on("locked-on")
        if fault is None:
            return None
        start_s, end_s = max(from_s, fault.start_s), min(to_s, fault.end_s)
        return (start_s, end_s) if start_s < end_s else None

    def chatter(self, from_s: float, to_s: float) -> Iterator["FalseDetection"]:
        """False detections that begin in this time."""
        fault = self._switched_on("chatter")
        if fault is None or fault.rate <= 0:
            self._chatter = None
            return
        if self._chatter is None or self._chatter.fault is not fault:
            self._chatter = Chatter(self._key, fault, max(from_s, fault.start_s))
        yield from self._chatter.until(min(to_s, fault.end_s))

    def _switched_on(self, name: str) -> Fault | None:
        """Whenever its time is: a step may leap over its beginning or its end."""
        return next((fault for fault in self._switches.all() if fault.name == name), None)


@dataclass(frozen=True, slots=True)
class FalseDetection:
    time_s: float
    room_s: float
    """It may last this long without touching the next."""
    luck: float
    """0 to 1: whatever is random about it follows from this."""


class Chatter:
    """False detections at irregular moments, on average as many as the fault says."""

    def __init__(self, key: str, fault: Fault, from_s: float) -> None:
        self.fault = fault
        self._dice = random.Random(f"{key}/chatter")  # noqa: S311 - not a secret
        self._mean_s = SECONDS_PER_MINUTE / (fault.size * fault.rate)
        self._next_s = from_s + self._wait_s()

    def until(self, to_s: float) -> Iterator[FalseDetection]:
        while self._next_s < to_s:
            time_s, self._next_s = self._next_s, self._next_s + self._wait_s()
            yield FalseDetection(time_s, self._next_s - time_s, self._dice.random())

    def _wait_s(self) -> float:
        return self._mean_s * self._dice.uniform(0.5, 1.5)
