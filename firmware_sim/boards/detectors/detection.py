"""What stands in the road tells a detector, and how a radar takes it."""

from dataclasses import dataclass
from typing import Protocol


class Head(Protocol):
    """The part of a detector that feels vehicles: it is one with its faults."""

    def advance(self, to_s: float) -> None:
        """Hands over all that happened up to now."""


@dataclass(frozen=True, slots=True)
class Pass:
    """A vehicle has left a lane's detection zone. A radar knows no class, only a length."""

    entered_s: float
    left_s: float
    speed_kmh: float
    length_m: float
    range_m: float = 0.0
    """From the sensor to the vehicle, across the road."""


class Radar(Protocol):
    """Lanes count from 0; in each, what is told comes in order of time."""

    heads: list[Head]

    def presence(self, lane: int, is_on: bool, time_s: float) -> None:
        """The zone begins to be occupied, or is free again."""

    def saw(self, lane: int, vehicle: Pass) -> None: ...
