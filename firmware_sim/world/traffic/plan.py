"""What a scenario says of a road. Plain data; impossible roads are refused with `ValueError`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from firmware_sim.world.traffic.recording import Recorded
from firmware_sim.world.traffic.vehicles import CLASSES

HOURS = 24

DisturbanceKind = Literal["incident", "works"]


@dataclass(frozen=True, slots=True)
class LanePlan:
    name: str
    flow_share: float = 1.0
    """Its demand relative to the road's flow per lane."""
    recording: tuple[Recorded, ...] | None = None
    """It relives a recorded day instead of following the demand; disturbances do not touch it."""


@dataclass(frozen=True, slots=True)
class Disturbance:
    """From `position_m` on, for `length_m`, vehicles go at most about `speed_kmh`; 0: blocked."""

    kind: DisturbanceKind
    position_m: float
    length_m: float
    start_s: float
    end_s: float
    speed_kmh: float
    lanes: tuple[str, ...] = ()
    """Names of the lanes it touches; none named: all."""

    def __post_init__(self) -> None:
        if self.length_m <= 0:
            raise ValueError(f"length_m must be above 0, not {self.length_m}")
        if self.end_s <= self.start_s:
            raise ValueError(f"end_s must be after start_s {self.start_s}, not {self.end_s}")
        if self.speed_kmh < 0:
            raise ValueError(f"speed_kmh must not be negative, as {self.speed_kmh} is")


@dataclass(frozen=True, slots=True)
class RoadPlan:
    length_m: float
    free_speed_kmh: float
    flow_veh_per_h: tuple[float, ...]
    """Demand per lane at each full local hour, 0 to 23; linear between them."""
    mix: Mapping[str, float]
    """Class name → share; the shares are weights and need not sum to 1."""
    lanes: tuple[LanePlan, ...]
    disturbances: tuple[Disturbance, ...] = ()

    def __post_init__(self) -> None:
        if self.length_m <= 0 or self.free_speed_kmh <= 0:
            raise ValueError("length_m and free_speed_kmh must be above 0")
        if len(self.flow_veh_per_h) != HOURS or min(self.flow_veh_per_h) < 0:
            raise ValueError(f"flow_veh_per_h needs {HOURS} numbers, none negative")
        if unknown := set(self.mix) - set(CLASSES):
            raise ValueError(f"mix has {sorted(unknown)}, but the classes are {list(CLASSES)}")
        if min(self.mix.values(), default=0) < 0 or sum(self.mix.values()) <= 0:
            raise ValueError("mix needs shares that are not negative, and one above 0")
        names = [lane.name for lane in self.lanes]
        if not names or len(set(names)) < len(names):
            raise ValueError(f"lanes need names of their own, not {names}")
        for disturbance in self.disturbances:
            self.check_lanes(disturbance)

    def check_lanes(self, disturbance: Disturbance) -> None:
        names = [lane.name for lane in self.lanes]
        if unknown := set(disturbance.lanes) - set(names):
            raise ValueError(f"lanes has {sorted(unknown)}, but the road's lanes are {names}")
