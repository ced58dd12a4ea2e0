"""The settings of one cabinet, as they stand in its TOML file."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any, LiteralString

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from edge.canoga.settings import CanogaLine
from edge.modbus.settings import MODBUS_TCP_PORT, ModbusLine, ModbusTcpLine
from edge.names import EDGE_DEVICE, Name
from edge.pms5003.settings import Pms5003Line
from edge.signs.settings import SignSettings
from gateway.contract.messages import BIRTH_DEVICES_MAX
from gateway.contract.settings import Settings
from gateway.contract.topics import GATEWAY_SITE
from gateway.link.address import BrokerSettings
from gateway.spool.spool import SpoolSettings

Line = Annotated[
    CanogaLine | Pms5003Line | ModbusLine | ModbusTcpLine, Field(discriminator="protocol")
]
Place = tuple[str | int, ...]

_HOUR_S = 3600
_LINE_DEPTH = 2


class EdgeSettings(Settings):
    """One cabinet: where it is, which lines and signs it has, where its data goes."""

    municipality: Name
    site: Name
    title: str = Field(min_length=1, max_length=200)
    latitude_deg: float | None = Field(default=None, ge=-90, le=90)
    longitude_deg: float | None = Field(default=None, ge=-180, le=180)
    data_dir: Path
    bin_s: int = Field(default=30, ge=1, le=_HOUR_S)
    commit_interval_s: float = Field(default=0.5, ge=0.05, le=1)
    health_interval_s: float = Field(default=10, ge=1, le=300)
    broker: BrokerSettings = BrokerSettings()
    spool: SpoolSettings = SpoolSettings()
    lines: list[Line] = Field(default=[], max_length=32)
    signs: list[SignSettings] = Field(default=[], max_length=16)

    @property
    def source(self) -> str:
        """As messages name this cabinet."""
        return f"{self.municipality}/{self.site}"

    @field_validator("site")
    @classmethod
    def _is_no_gateway(cls, value: str) -> str:
        if value == GATEWAY_SITE:
            raise ValueError(f"{GATEWAY_SITE!r} is the municipal gateway's own name")
        return value

    @field_validator("bin_s")
    @classmethod
    def _divides_the_hour(cls, value: int) -> int:
        if _HOUR_S % value:
            raise ValueError("must divide 3600, so that intervals begin with the hour")
        return value

    @model_validator(mode="wrap")
    @classmethod
    def _with_cross_checks(cls, data: Any, handler: Callable[[Any], Any]) -> Any:
        """What fields must not have in common is told along with what is wrong in them."""
        faults = [
            InitErrorDetails(type=_fault_type("conflict", why), loc=place, input=value)
            for place, value, why in conflicts(data)
        ]
        settings = None
        try:
            settings = handler(data)
        except ValidationError as error:
            faults[:0] = [
                InitErrorDetails(
                    type="missing" if f["type"] == "missing" else _fault_type("invalid", f["msg"]),
                    loc=_without_protocol(f["loc"]),
                    input=f["input"],
                )
                for f in error.errors()
            ]
        if faults:
            raise ValidationError.from_exception_data(cls.__name__, faults)
        return settings


def _fault_type(name: LiteralString, why: str) -> PydanticCustomError:
    return PydanticCustomError(name, "{why}", {"why": why.removeprefix("Value error, ")})


def _without_protocol(place: Place) -> Place:
    """Pydantic names the chosen kind of line after its index; in the file there is no such key."""
    is_in_line = place[:1] == ("lines",) and len(place) > _LINE_DEPTH
    return (*place[:2], *place[3:]) if is_in_line else place


def conflicts(data: Any) -> Iterator[tuple[Place, Any, str]]:
    """(place, value, why) of everything that is used twice but must not be.

    Works on the raw table, which may be wrong in any other way as well.
    """
    names: set[Any] = {EDGE_DEVICE}
    line_names: set[Any] = set()
    ports: set[Any] = set()
    for at, line in _tables(data, "lines"):
        yield from _repeated(line_names, line, "name", at, "each line needs its own name")
        for key in ("port", "host"):
            yield from _repeated(ports, _address(line), key, at, f"another line has this {key}")
        units: set[Any] = set()
        for device_at, device in _tables(line, "devices", at):
            yield from _repeated(names, device, "name", device_at, _NAME_TAKEN)
            for key in ("address", "unit"):
                why = "another device of this line has it"
                yield from _repeated(units, device, key, device_at, why)
            lanes: set[Any] = set()
            inputs: set[Any] = set()
            for lane_at, lane in _tables(device, "lanes", device_at):
                why = "another lane of this card has it"
                yield from _repeated(lanes, lane, "lane", lane_at, why)
                for key in ("first_input", "second_input"):
                    yield from _repeated(inputs, lane, key, lane_at, "this input is used already")
    for at, sign in _tables(data, "signs"):
        yield from _repeated(names, sign, "name", at, _NAME_TAKEN)
    if len(names) > BIRTH_DEVICES_MAX + 1:  # the agent's own name is no device
        why = f"one edge announces at most {BIRTH_DEVICES_MAX} devices and signs"
        yield ("lines",), len(names) - 1, why


def _address(line: dict[str, Any]) -> dict[str, Any]:
    """A TCP port is another one on each host."""
    if "host" not in line:
        return line
    return {"host": f"{line['host']}:{line.get('port', MODBUS_TCP_PORT)}"}


_NAME_TAKEN = f"each device and sign needs its own name, and {EDGE_DEVICE!r} is the agent's"


def _tables(table: Any, key: str, at: Place = ()) -> Iterator[tuple[Place, dict[str, Any]]]:
    rows = table.get(key) if isinstance(table, dict) else None
    for index, row in enumerate(rows if isinstance(rows, list) else []):
        if isinstance(row, dict):
            yield (*at, key, index), row


def _repeated(
    seen: set[Any], table: dict[str, Any], key: str, at: Place, why: str
) -> Iterator[tuple[Place, Any, str]]:
    value = table.get(key)
    if not isinstance(value, str | int):
        return
    if value in seen:
        yield (*at, key), value, why
    seen.add(value)
