"""Cabinets of a scenario, single ones and whole rows of them, and the air around them."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from firmware_sim.scenario.parts import Name, Part, Second, require_order

Latitude = Annotated[float, Field(ge=-90, le=90)]
Longitude = Annotated[float, Field(ge=-180, le=180)]


class EpisodePart(Part):
    """PM2.5 climbs steadily from start to peak, then decays; an inversion keeps all that is
    emitted near the ground.
    """

    kind: Literal["particles", "inversion"] = "particles"
    start_s: Second
    peak_s: Second
    rise_ugm3: float = Field(ge=0, le=500)
    half_life_h: float = Field(default=6, gt=0, le=240)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        require_order(self.start_s, self.peak_s, "peak_s must be later than start_s")
        return self


class AirPart(Part):
    background_ugm3: float = Field(default=18, ge=0, le=500)
    """PM2.5 of a calm day, before what the traffic nearby adds."""
    episodes: tuple[EpisodePart, ...] = ()


class ShowerPart(Part):
    start_s: Second
    end_s: Second
    rate_mm_h: float = Field(gt=0, le=200)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        require_order(self.start_s, self.end_s, "end_s must be later than start_s")
        return self


class PolePart(Part):
    lamp_w: float = Field(default=98, gt=0, le=2000)
    standby_w: float = Field(default=14, ge=0, le=500)
    """Controller, sensors and radio, day and night."""
    mains_v: float = Field(default=220, ge=100, le=260)
    """Between the two wires of the meter; each phase of three to neutral."""


class CabinetPart(Part):
    municipality: Name
    site: Name
    title: str = Field(max_length=100)
    latitude_deg: Latitude
    longitude_deg: Longitude
    road: Name
    position_m: float = Field(ge=0, le=50_000)
    kit: Name
    air: AirPart | None = None
    """None: the scenario's."""
    pole: PolePart = PolePart()

    @property
    def name(self) -> str:
        return f"{self.municipality}/{self.site}"


class RowPart(Part):
    """Equal cabinets along a road: `site` and `title` get a number behind them, from 1."""

    municipality: Name
    site: Annotated[Name, Field(max_length=36)]
    """With its number still a name."""
    title: str = Field(max_length=90)
    count: int = Field(ge=1, le=500)
    latitude_deg: tuple[Latitude, Latitude]
    """Of the first and the last."""
    longitude_deg: tuple[Longitude, Longitude]
    road: Name
    first_m: float = Field(ge=0, le=50_000)
    spacing_m: float = Field(gt=0, le=50_000)
    kit: Name
    air: AirPart | None = None
    pole: PolePart = PolePart()

    def cabinets(self) -> list[CabinetPart]:
        return [self._cabinet(place) for place in range(self.count)]

    def _cabinet(self, place: int) -> CabinetPart:
        along = place / max(1, self.count - 1)

        def between(ends: tuple[float, float]) -> float:
            return round(ends[0] + (ends[1] - ends[0]) * along, 5)

        return CabinetPart(
            municipality=self.municipality,
            site=f"{self.site}-{place + 1:02}",
            title=f"{self.title} {place + 1}",
            latitude_deg=between(self.latitude_deg),
            longitude_deg=between(self.longitude_deg),
            road=self.road,
            position_m=self.first_m + place * self.spacing_m,
            kit=self.kit,
            air=self.air,
            pole=self.pole,
        )
