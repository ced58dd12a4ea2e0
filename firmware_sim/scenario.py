"""A scenario: which cabinets there are and what happens to them. Every mistake is told at once."""

import itertools
import os
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from firmware_sim.world.replay import ReplayError, read_recording
from firmware_sim.world.vehicles import CLASSES

SHIPPED = Path(__file__).parent / "scenarios"

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
Second = Annotated[float, Field(ge=0, le=366 * 86400)]
SpeedKmh = Annotated[float, Field(ge=1, le=160)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class StationPart(_Part):
    name: Name
    position_m: float = Field(ge=0, le=50_000)


class LanePart(_Part):
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
        except ReplayError as error:
            raise ValueError(str(error)) from error
        return folder / path


class IncidentPart(_Part):
    position_m: float = Field(ge=0, le=50_000)
    start_s: Second
    clear_s: Second
    queue_speed_kmh: float = Field(default=11, ge=3, le=60)
    queue_flow_veh_per_h: float = Field(default=1000, ge=100, le=2000)
    recovery_s: float = Field(default=2.5, ge=0.5, le=600)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.clear_s <= self.start_s:
            raise ValueError("clear_s must be later than start_s")
        return self


class LoopsPart(_Part):
    length_m: float = Field(default=1.8, ge=0.5, le=5)
    spacing_m: float = Field(default=4.5, ge=1, le=20)
    motorcycles_detected: float = Field(default=0.9, ge=0, le=1)


def _mix_of_known_classes(mix: dict[str, float]) -> dict[str, float]:
    unknown = sorted(set(mix) - set(CLASSES))
    if unknown:
        raise ValueError(f"unknown classes {unknown}, allowed are {sorted(CLASSES)}")
    if any(share < 0 for share in mix.values()) or abs(sum(mix.values()) - 1) > 1e-6:  # noqa: PLR2004
        raise ValueError("the shares must not be negative and must add up to 1")
    return mix


class RoadPart(_Part):
    name: str = Field(min_length=1, max_length=18)
    """As a sign would write it."""
    free_speed_kmh: SpeedKmh
    flow_veh_per_h: list[Annotated[float, Field(ge=0, le=2500)]] = Field(
        min_length=24, max_length=24
    )
    """Per lane, at each full local hour."""
    mix: Annotated[dict[str, float], AfterValidator(_mix_of_known_classes)]
    loops: LoopsPart = LoopsPart()
    stations: list[StationPart] = Field(min_length=1, max_length=16)
    lanes: list[LanePart] = Field(min_length=1, max_length=2)
    """A loop card has four inputs: two lanes of two loops."""
    incidents: list[IncidentPart] = []

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        places = [station.position_m for station in self.stations]
        if any(behind >= ahead for behind, ahead in itertools.pairwise(places)):
            raise ValueError("stations must stand in driving order: position_m grows")
        _unique("station", [station.name for station in self.stations])
        _unique("lane", [lane.name for lane in self.lanes])
        if any(incident.position_m <= places[0] for incident in self.incidents):
            raise ValueError("an incident must lie downstream of the first station")
        return self


class EpisodePart(_Part):
    start_s: Second
    peak_s: Second
    rise_ugm3: float = Field(ge=0, le=500)
    half_life_h: float = Field(default=6, gt=0, le=240)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.peak_s <= self.start_s:
            raise ValueError("peak_s must be later than start_s")
        return self


class AirPart(_Part):
    background_ugm3: float = Field(ge=0, le=500)
    episodes: list[EpisodePart] = []


class ShowerPart(_Part):
    start_s: Second
    end_s: Second
    rate_mm_h: float = Field(gt=0, le=200)


class WeatherPart(_Part):
    showers: list[ShowerPart] = []


class PolePart(_Part):
    lamp_w: float = Field(default=98, gt=0, le=2000)
    standby_w: float = Field(default=14, ge=0, le=500)
    """Controller, sensors and radio, day and night."""
    mains_v: float = Field(default=220, ge=100, le=260)
    tcp_port: int | None = Field(default=None, ge=0, le=65535)
    """Where a Modbus TCP gateway serves the pole's line too; 0: a free one, which the run directory
    remembers."""


class SignPart(_Part):
    name: Name
    udp_port: int = Field(default=0, ge=0, le=65535)
    """0: a free one, which the run directory remembers."""
    width_px: int = Field(default=108, ge=16, le=1024)
    height_px: int = Field(default=27, ge=7, le=512)
    changeable_messages: int = Field(default=8, ge=1, le=255)
    control: Literal["central", "local"] = "central"
    dead_pixels: list[tuple[int, int]] = []
    is_door_open: bool = False


class CabinetPart(_Part):
    municipality: Name
    site: Name
    title: str = Field(max_length=100)
    latitude_deg: float = Field(ge=-90, le=90)
    longitude_deg: float = Field(ge=-180, le=180)
    road: RoadPart
    air: AirPart
    weather: WeatherPart = WeatherPart()
    pole: PolePart = PolePart()
    signs: list[SignPart] = []

    @field_validator("signs")
    @classmethod
    def _names_differ(cls, signs: list[SignPart]) -> list[SignPart]:
        _unique("sign", [sign.name for sign in signs])
        return signs


class Scenario(_Part):
    title: str
    cabinets: list[CabinetPart] = Field(min_length=1, max_length=500)

    @model_validator(mode="after")
    def _addresses_differ(self) -> Self:
        _unique("cabinet", [f"{part.municipality}/{part.site}" for part in self.cabinets])
        ports = [sign.udp_port for part in self.cabinets for sign in part.signs if sign.udp_port]
        _unique("udp_port", ports)
        _unique("tcp_port", [p.pole.tcp_port for p in self.cabinets if p.pole.tcp_port])
        return self


class ScenarioError(Exception):
    """Every mistake in a scenario, one line each: file, key, value, what is allowed."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


def load_scenario(path: Path) -> Scenario:
    """A scenario file, or one of the shipped ones by its bare name; raises `ScenarioError`."""
    shipped = SHIPPED / f"{path.name}.toml"
    if path.parent == Path() and not path.exists() and shipped.is_file():
        path = shipped
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        reason = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else error
        raise ScenarioError([f"{path}: cannot be read as TOML: {reason}"]) from error
    try:
        return Scenario.model_validate(data, context={"folder": path.parent})
    except ValidationError as error:
        raise ScenarioError([_line(path, fault) for fault in error.errors()]) from error


def _unique(what: str, values: list[Any]) -> None:
    repeated = sorted({value for value in values if values.count(value) > 1})
    if repeated:
        raise ValueError(f"{what} appears more than once: {', '.join(map(str, repeated))}")


def _line(path: Path, fault: Any) -> str:
    key = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in fault["loc"])
    shown = "" if fault["type"] == "missing" else f" = {str(fault['input'])[:60]!r}"
    return f"{path}: {key.lstrip('.') or 'file'}{shown}: {fault['msg']}"
