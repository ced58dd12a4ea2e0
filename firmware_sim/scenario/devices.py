"""Devices of a scenario, each type with what it can be told, and the lines that they share."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Discriminator, Field, Tag, ValidationInfo, field_validator, model_validator

from firmware_sim.boards.modbus.profile import (
    Profile,
    read_profile,
    shipped_profile,
    shipped_profiles,
)
from firmware_sim.boards.ntcip.plan import SignPlan
from firmware_sim.scenario.parts import Name, Part, Port, require_unique

OWN_PROFILE = "modbus"
Dots = Annotated[int, Field(ge=1, le=32)]


class DevicePart(Part):
    name: Name


class CanogaPart(DevicePart):
    """A loop card: inputs 1 and 2 are the loops of the first of its two lanes."""

    type: Literal["canoga"]
    address: int = Field(ge=0, le=255)
    at_m: float = 0
    """From the cabinet, along the road."""
    first_lane: int = Field(default=1, ge=1, le=7)

    @model_validator(mode="after")
    def _address_exists(self) -> Self:
        if 16 <= self.address < 128:  # noqa: PLR2004 - the two ranges are said in the text
            raise ValueError("address must be 0 to 15 (backplane) or 128 to 255 (EEPROM)")
        return self


class Ss125Part(DevicePart):
    type: Literal["ss125"]
    sub_net: int = Field(default=0, ge=0, le=255)
    device_id: int = Field(ge=1, le=65534)
    at_m: float = 0
    period_s: int = Field(default=30, ge=1, le=3600)


class RtmsG4Part(DevicePart):
    type: Literal["rtms-g4"]
    sensor_id: int = Field(ge=1, le=65534)
    at_m: float = 0
    period_s: int = Field(default=30, ge=10, le=3600)


class Sds011Part(DevicePart):
    type: Literal["sds011"]
    device_id: int = Field(default=0x58D9, ge=0, le=0xFFFE)


class AirSensorPart(DevicePart):
    type: Literal["pms5003", "pms5003t", "sps30", "mhz19b"]


class ModbusPart(DevicePart):
    """Any Modbus device that a profile describes: one of the bench's by its name, or `modbus` with
    a file of one's own.
    """

    type: str
    profile: Path | None = None
    """A register table, relative to the scenario file."""
    unit: int = Field(ge=1, le=247)

    @model_validator(mode="after")
    def _has_a_profile(self) -> Self:
        if (self.profile is not None) != (self.type == OWN_PROFILE):
            raise ValueError(f"type {OWN_PROFILE!r}, and only that, comes with a profile")
        return self

    @field_validator("profile")
    @classmethod
    def _readable(cls, path: Path | None, info: ValidationInfo) -> Path | None:
        if path is None:
            return None
        folder: Path = (info.context or {}).get("folder", Path())
        try:
            read_profile(folder / path)
        except OSError as error:
            raise ValueError(f"{folder / path}: {error.strerror}") from error
        return folder / path

    def registers(self) -> Profile:
        if self.profile is not None:
            return read_profile(self.profile)
        return shipped_profile(self.type.replace("-", "_"))


def device_types() -> list[str]:
    """All that there are."""
    return [*PROTOCOLS, *(name.replace("_", "-") for name in shipped_profiles()), OWN_PROFILE]


def _kind_of(device: Any) -> str | None:
    """Which of the parts below it is: a type that none of the others has is a Modbus device's."""
    name = device.get("type") if isinstance(device, dict) else getattr(device, "type", None)
    if not isinstance(name, str):
        return None
    return "modbus" if name in device_types() and name not in PROTOCOLS else name


AnyDevice = Annotated[
    Annotated[CanogaPart, Tag("canoga")]
    | Annotated[Ss125Part, Tag("ss125")]
    | Annotated[RtmsG4Part, Tag("rtms-g4")]
    | Annotated[Sds011Part, Tag("sds011")]
    | Annotated[AirSensorPart, Tag("pms5003")]
    | Annotated[AirSensorPart, Tag("pms5003t")]
    | Annotated[AirSensorPart, Tag("sps30")]
    | Annotated[AirSensorPart, Tag("mhz19b")]
    | Annotated[ModbusPart, Tag("modbus")],
    Discriminator(_kind_of),
]

PROTOCOLS = {
    "canoga": ("canoga", 9600),
    "ss125": ("ss125", 9600),
    "rtms-g4": ("rtms-g4", 9600),
    "pms5003": ("plantower", 9600),
    "pms5003t": ("plantower", 9600),
    "sds011": ("sds011", 9600),
    "sps30": ("shdlc", 115_200),
    "mhz19b": ("winsen", 9600),
}
"""What devices speak, and how fast as they leave the factory."""


def protocol_of(device: AnyDevice) -> tuple[str, int]:
    """What it speaks, and how fast as it leaves the factory."""
    if isinstance(device, ModbusPart):
        return "modbus", device.registers().baud
    return PROTOCOLS[device.type]


def _address_of(device: AnyDevice) -> str:
    match device:
        case ModbusPart():
            return f"unit {device.unit}"
        case CanogaPart():
            return f"address {device.address}"
        case Ss125Part():
            return f"device_id {device.sub_net}/{device.device_id}"
        case RtmsG4Part():
            return f"sensor_id {device.sensor_id}"
        case Sds011Part():
            return f"device_id {device.device_id}"
    return "a sensor without an address"


class LinePart(Part):
    """Devices on one pair of wires, reached through a pseudo-terminal."""

    name: Name
    devices: list[AnyDevice] = Field(min_length=1, max_length=32)
    baud: Literal[1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200] | None = None
    """None: as its devices leave the factory."""
    tcp_port: Port | None = None
    """Where the line is reached too: Modbus TCP for Modbus, the bare bytes for all others."""

    @model_validator(mode="after")
    def _can_share_a_line(self) -> Self:
        protocols = sorted({protocol_of(device)[0] for device in self.devices})
        if len(protocols) > 1:
            raise ValueError(f"devices on one line speak one protocol, not {protocols}")
        bauds = sorted({protocol_of(device)[1] for device in self.devices})
        if self.baud is None and len(bauds) > 1:
            raise ValueError(f"its devices come with {bauds} baud: say which one all are set to")
        require_unique("on one line", [_address_of(device) for device in self.devices])
        return self

    @property
    def protocol(self) -> str:
        return protocol_of(self.devices[0])[0]

    @property
    def speed_baud(self) -> int:
        return self.baud or protocol_of(self.devices[0])[1]


class SignPart(Part):
    """An NTCIP 1203 sign on UDP. A character matrix has `columns` and `lines`, a line matrix
    `width_px` and `lines`, a full matrix `width_px` and `height_px`.
    """

    name: Name
    udp_port: Port = 0
    width_px: int | None = Field(default=None, ge=5, le=1024)
    height_px: int | None = Field(default=None, ge=7, le=512)
    columns: int | None = Field(default=None, ge=1, le=100)
    lines: int | None = Field(default=None, ge=1, le=16)
    character_px: tuple[Dots, Dots] = (5, 7)
    """Width and height of one character's module."""
    colours: Literal["amber", "full"] = "amber"
    changeable_messages: int = Field(default=8, ge=1, le=255)
    validation_s: float = Field(default=0.3, ge=0, le=60)
    backup_s: float = Field(default=0, ge=0, le=3600)
    """How long a battery carries it when the mains fail."""
    has_blank_memory: bool = True
    refuses_second_modify_request: bool = False
    is_silent_on_unknown_objects: bool = False
    answers_wrong_community: bool = False

    @model_validator(mode="after")
    def _can_be_built(self) -> Self:
        self.plan("", "")
        return self

    def plan(self, key: str, title: str) -> SignPlan:
        built = self.model_dump(exclude={"name", "udp_port"})
        return SignPlan(key=key, title=title, **built)


class KitPart(Part):
    """What stands in a cabinet: described once, used by many."""

    lines: tuple[LinePart, ...] = ()
    signs: tuple[SignPart, ...] = ()

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        require_unique("name", list(names_in(self.lines, self.signs)))
        return self


def names_in(lines: Iterable[LinePart], signs: Iterable[SignPart]) -> Iterable[str]:
    """Of lines, devices and signs: a fault or a command finds each by its name."""
    for line in lines:
        yield line.name
        yield from (device.name for device in line.devices)
    yield from (sign.name for sign in signs)
