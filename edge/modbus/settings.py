"""The tables `[[lines]]` with `protocol = "modbus_rtu"` or `"modbus_tcp"`."""

from typing import Literal

from pydantic import Field, field_validator

from edge.modbus.profile import profile_names
from edge.names import Baud, Name
from gateway.contract.settings import Settings

MODBUS_TCP_PORT = 502


class ModbusDevice(Settings):
    """One unit on the line; `profile` is its register table."""

    name: Name
    title: str = Field(default="", max_length=200)
    profile: str
    unit: int = Field(ge=1, le=247)
    poll_s: float = Field(default=2, ge=0.2, le=3600)

    @field_validator("profile")
    @classmethod
    def _is_known(cls, value: str) -> str:
        if value not in profile_names():
            raise ValueError(f"must be one of {', '.join(profile_names())}")
        return value


class ModbusLine(Settings):
    """An RS-485 line with Modbus RTU units, 8N1."""

    name: Name
    protocol: Literal["modbus_rtu"]
    port: str = Field(min_length=1)
    baud: Baud = 9600
    devices: list[ModbusDevice] = Field(min_length=1, max_length=64)


class ModbusTcpDevice(ModbusDevice):
    """One unit behind a gateway, or 255: a device that speaks TCP itself."""

    unit: int = Field(ge=1, le=255)


class ModbusTcpLine(Settings):
    """Modbus units behind one TCP address: an Ethernet gateway, or a device on the network."""

    name: Name
    protocol: Literal["modbus_tcp"]
    host: str = Field(min_length=1)
    port: int = Field(default=MODBUS_TCP_PORT, ge=1, le=65535)
    devices: list[ModbusTcpDevice] = Field(min_length=1, max_length=64)
