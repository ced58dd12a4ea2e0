"""What drives past: vehicle classes, single vehicles, and their crossing of a station."""

import random
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class VehicleClass:
    length_m: float
    length_spread_m: float
    gap_s: float
    """Time a driver of this class leaves between the leader's tail and itself at free speed."""
    speed_factor: float
    """Its free speed relative to the lane's."""


CLASSES = {
    "motorcycle": VehicleClass(2.1, 0.15, 0.5, 1.03),
    "car": VehicleClass(4.4, 0.4, 0.9, 1.0),
    "bus": VehicleClass(10.5, 1.0, 1.3, 0.92),
    "truck": VehicleClass(14.0, 2.5, 1.4, 0.88),
}


@dataclass(frozen=True, slots=True)
class Vehicle:
    key: int
    """Unique in its lane, and the same for the same seed."""
    class_name: str
    length_m: float
    speed_kmh: float
    """The speed it would like."""
    gap_s: float
    luck: float
    """0 to 1, drawn with the vehicle: whatever later is random about it follows from this."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """A vehicle's front bumper passes the leading edge of a station's first loop."""

    vehicle: Vehicle
    time_s: float
    speed_kmh: float

    @property
    def speed_ms(self) -> float:
        return self.speed_kmh / 3.6


def draw_class(generator: random.Random, mix: dict[str, float]) -> str:
    return generator.choices(list(mix), weights=list(mix.values()))[0]


def draw_length_m(generator: random.Random, class_name: str) -> float:
    vehicle_class = CLASSES[class_name]
    spread = max(-2.0, min(2.0, generator.gauss(0.0, 1.0))) * vehicle_class.length_spread_m
    return vehicle_class.length_m + spread
