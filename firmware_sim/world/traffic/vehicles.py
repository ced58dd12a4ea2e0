"""What drives past: vehicle classes, single vehicles, and their passing of a place."""

import random
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

SPEED_SPREAD = 0.06
"""Standard deviation of drivers' desired speeds, relative to their class's."""
PERSONAL_LOW, PERSONAL_HIGH = 0.85, 1.15


@dataclass(frozen=True, slots=True)
class VehicleClass:
    length_m: float
    length_spread_m: float
    time_gap_s: float
    """T of the intelligent-driver model: time it keeps to its leader's rear, beyond the standing
    gap."""
    standing_gap_m: float
    acceleration_ms2: float
    comfortable_braking_ms2: float
    speed_factor: float


CLASSES: dict[str, VehicleClass] = {
    name: VehicleClass(**row)
    for name, row in tomllib.loads(
        Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
    ).items()
}
HEAVY = ("bus", "truck")


@dataclass(frozen=True, slots=True)
class Vehicle:
    key: int
    """Unique on its road, and the same for the same seed."""
    class_name: str
    length_m: float
    speed_kmh: float
    """The speed it would like, on a dry and empty road."""
    luck: float
    """0 to 1, drawn with the vehicle: whatever later is random about it follows from this."""

    @property
    def personal(self) -> float:
        """How its driver takes a speed limit: what it goes, relative to the limit.

        Taken from the lower digits of `luck`, so that who is missed by a detector, which follows
        from the upper ones, says nothing about who is slow.
        """
        return PERSONAL_LOW + (PERSONAL_HIGH - PERSONAL_LOW) * (self.luck * 1024 % 1.0)


@dataclass(frozen=True, slots=True)
class VehicleNow:
    """For a drawing of the road."""

    position_m: float
    """Of the front bumper."""
    speed_kmh: float
    class_name: str
    length_m: float


@dataclass(frozen=True, slots=True)
class Crossing:
    """A vehicle's bumper (the front one, unless the rear one was asked for) passes a place."""

    vehicle: Vehicle
    time_s: float
    speed_kmh: float

    @property
    def speed_ms(self) -> float:
        return self.speed_kmh / 3.6


def draw_vehicle(
    generator: random.Random, key: int, mix: Mapping[str, float], free_speed_kmh: float
) -> Vehicle:
    class_name = generator.choices(list(mix), weights=list(mix.values()))[0]
    return Vehicle(
        key,
        class_name,
        draw_length_m(generator, class_name),
        free_speed_kmh
        * CLASSES[class_name].speed_factor
        * (1 + SPEED_SPREAD * spread_around_zero(generator)),
        generator.random(),
    )


def draw_length_m(generator: random.Random, class_name: str) -> float:
    row = CLASSES[class_name]
    return row.length_m + row.length_spread_m * max(-2.0, min(2.0, spread_around_zero(generator)))


def spread_around_zero(generator: random.Random) -> float:
    """Mean 0, standard deviation 1, within ±3, nearly normal.

    A sum of three uniform numbers: unlike `gauss` it needs no logarithm or cosine, whose last bits
    differ from one machine's library to another's.
    """
    return sum(generator.uniform(-1.0, 1.0) for _ in range(3))
