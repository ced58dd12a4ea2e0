"""The JSON bodies that the page's addresses take. What else stands in one is a mistake."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from firmware_sim.world.traffic.plan import DisturbanceKind

Text = Annotated[str, Field(min_length=1, max_length=130)]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False, frozen=True)


class FaultBody(Body):
    at: Text
    name: Text
    rate: float = 1.0
    for_s: float | None = None
    amount: float | None = None
    reading: Text | None = None


class ClearBody(Body):
    at: Text | None = None
    """None: everywhere."""
    name: Text | None = None
    """None: every fault."""


class HoldBody(Body):
    at: Text
    reading: Text
    value: float | None = None
    """None gives the reading back to the world."""


class TimeBody(Body):
    speed: float | None = None
    is_paused: bool | None = None


class DisturbBody(Body):
    kind: DisturbanceKind = "incident"
    position_m: float
    length_m: float
    speed_kmh: float
    for_s: float
    lanes: tuple[Text, ...] = ()


class LiftBody(Body):
    pass


def mistakes(error: ValidationError) -> str:
    """All of them in one line: which key, and what is wrong with it."""
    return "; ".join(
        f"{'.'.join(map(str, one['loc'])) or 'body'}: {one['msg']}" for one in error.errors()
    )
