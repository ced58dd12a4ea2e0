"""The tables `[[lines]]` with `protocol = "canoga"`."""

from typing import Annotated, Literal

from pydantic import Field, field_validator

from edge.names import Baud, Name
from gateway.contract.settings import Settings

_BACKPLANE_LAST = 15
_EEPROM_FIRST, _EEPROM_LAST = 128, 255

Input = Annotated[int, Field(ge=1, le=4)]


class CanogaLane(Settings):
    """One lane and the card inputs of its two loops, in driving order."""

    lane: str = Field(pattern=r"^[A-Za-z0-9_-]{1,40}$")
    first_input: Input
    second_input: Input


class CanogaDevice(Settings):
    """One loop card. `loop_spacing_m` is leading edge to leading edge."""

    name: Name
    title: str = Field(default="", max_length=200)
    address: int
    poll_s: float = Field(default=0.2, ge=0.05, le=5)
    loop_length_m: float = Field(default=1.8, gt=0, le=10)
    loop_spacing_m: float = Field(default=4.5, gt=0, le=20)
    lanes: list[CanogaLane] = Field(min_length=1, max_length=2)

    @field_validator("address")
    @classmethod
    def _exists(cls, value: int) -> int:
        if not (0 <= value <= _BACKPLANE_LAST or _EEPROM_FIRST <= value <= _EEPROM_LAST):
            raise ValueError("must be 0 to 15 (backplane) or 128 to 255 (EEPROM)")
        return value


class CanogaLine(Settings):
    """A line with loop cards."""

    name: Name
    protocol: Literal["canoga"]
    port: str = Field(min_length=1)
    baud: Baud = 9600
    devices: list[CanogaDevice] = Field(min_length=1, max_length=16)
