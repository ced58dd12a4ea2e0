"""Roads of a scenario: lanes, demand over the day, what disturbs them."""

from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, Field, ValidationInfo, field_validator, model_validator

from firmware_sim.scenario.parts import Name, Part, Second, require_order, require_unique
from firmware_sim.world.traffic.recording import RecordingError, read_recording
from firmware_sim.world.traffic.vehicles import CLASSES

LENGTH_MAX_M = 50_000
SHARE_TOLERANCE = 1e-6


class LanePart(Part):
    name: Name
    flow_share: float = Field(default=1.0, ge=0, le=2)
    """Of the road's flow table, which is per lane."""
    replay: Path | None = None
    """A CSV of 30-second flow and speed, relative to the scenario file."""

    @field_validator("replay")
    @classmethod
    def _readable(cls, path: Path | None, info: ValidationInfo) -> Path | None:
        if path is None:
            return None
        folder: Path = (info.context or {}).get("folder", Path())
        try:
            read_recording(folder / path)
        except RecordingError as error:
            raise ValueError(str(error)) from error
        return folder / path


class DisturbancePart(Part):
    """A stretch where vehicles go at most `speed_kmh`; 0: nothing passes on those lanes."""

    position_m: float = Field(ge=0, le=LENGTH_MAX_M)
    length_m: float = Field(default=30, ge=1, le=5000)
    start_s: Second
    end_s: Second
    speed_kmh: float = Field(ge=0, le=100)
    lanes: tuple[Name, ...] = ()
    """None named: all of them."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        require_order(self.start_s, self.end_s, "end_s must be later than start_s")
        return self


class LoopsPart(Part):
    length_m: float = Field(default=1.8, ge=0.5, le=5)
    spacing_m: float = Field(default=4.5, ge=1, le=20)
    """From leading edge to leading edge."""
    motorcycles_detected: float = Field(default=0.9, ge=0, le=1)
    """Share of the motorcycles that loops, and radars, notice."""


def _mix_of_known_classes(mix: dict[str, float]) -> dict[str, float]:
    unknown = sorted(set(mix) - set(CLASSES))
    if unknown:
        raise ValueError(f"unknown classes {unknown}, allowed are {sorted(CLASSES)}")
    if any(share < 0 for share in mix.values()) or abs(sum(mix.values()) - 1) > SHARE_TOLERANCE:
        raise ValueError("the shares must not be negative and must add up to 1")
    return mix


class RoadPart(Part):
    name: Name
    title: str = Field(min_length=1, max_length=18)
    """As a sign would write it."""
    length_m: float = Field(ge=200, le=LENGTH_MAX_M)
    free_speed_kmh: float = Field(ge=10, le=160)
    flow_veh_per_h: list[Annotated[float, Field(ge=0, le=2500)]] = Field(
        min_length=24, max_length=24
    )
    """Per lane, at each full local hour; linear between."""
    mix: Annotated[dict[str, float], AfterValidator(_mix_of_known_classes)]
    lanes: list[LanePart] = Field(min_length=1, max_length=8)
    loops: LoopsPart = LoopsPart()
    incidents: tuple[DisturbancePart, ...] = ()
    works: tuple[DisturbancePart, ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        names = [lane.name for lane in self.lanes]
        require_unique("lane", names)
        for disturbance in (*self.incidents, *self.works):
            if disturbance.position_m >= self.length_m:
                raise ValueError(
                    f"position_m {disturbance.position_m:g} of an incident or works lies beyond "
                    f"the road's length_m {self.length_m:g}"
                )
            if unknown := sorted(set(disturbance.lanes) - set(names)):
                raise ValueError(f"unknown lanes {unknown}, the road has {names}")
        return self
