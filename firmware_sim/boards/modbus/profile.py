"""A Modbus device described as a table: `profiles/<device>.toml`."""

import tomllib
from functools import cache, cached_property
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from firmware_sim.boards.modbus.functions import SPACES, WRITES, Function, Space
from firmware_sim.boards.modbus.lamp import Lamp
from firmware_sim.boards.modbus.values import WORDS, ValueType

SHIPPED = Path(__file__).parent / "profiles"

Address = Annotated[int, Field(ge=0, le=0xFFFF)]
Unit = Annotated[int, Field(ge=1, le=254)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Ascii = Annotated[str, Field(pattern=r"^[ -~]*$", max_length=60)]
ADDRESSES = 0x10000


class ProfileError(ValueError):
    """A profile that cannot be: all its mistakes, a line each."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Row(_Part):
    """One value at one address. On the wire: value · scale + offset, rounded where it is whole."""

    at: Address
    name: Name
    """The quantity, unit last."""
    unit: str = ""
    """As people write it."""
    type: ValueType = "u16"
    bit: int | None = Field(default=None, ge=0, le=15)
    """Which bit of its register, if it is only that; 0 is the lowest."""
    length: int = Field(default=0, ge=0, le=125)
    """Registers of a string."""
    scale: float = 1.0
    offset: int = 0
    quantity: str | None = None
    """Where the value comes from: a total of the profile, the lamp, or what the board senses."""
    constant: float | str | None = None
    setting: float | None = None
    """What a master may write begins with this value."""
    low: float | None = None
    high: float | None = None
    """What may be written, in `unit`. Without them nothing may."""
    since_power_up: bool = False
    """The quantity counts from 0 again whenever power comes back."""
    meanings: dict[str, str] = {}
    """What single values mean, in Spanish · English."""

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if sum(source is not None for source in (self.quantity, self.constant, self.setting)) != 1:
            raise ValueError(f"{self.name}: one of quantity, constant, setting must be given")
        if (self.low is None) != (self.high is None):
            raise ValueError(f"{self.name}: low and high belong together")
        if self.setting is not None and not self.allows(self.setting):
            raise ValueError(f"{self.name}: a setting needs low and high, and to be between them")
        if self.is_writable and (self.setting is None and self.quantity not in Lamp.controls):
            raise ValueError(f"{self.name}: only settings and the lamp can be written")
        if self.bit is not None and (self.type != "bit" or self.is_writable):
            raise ValueError(f"{self.name}: bit is for a row of type bit that is only read")
        if (self.type == "string") != (self.length > 0):
            raise ValueError(f"{self.name}: a string, and only a string, has a length")
        if isinstance(self.constant, str) and self.type != "string":
            raise ValueError(f"{self.name}: a text needs a row of type string")
        if self.scale == 0:
            raise ValueError(f"{self.name}: scale must not be 0")
        if self.end > ADDRESSES:
            raise ValueError(f"{self.name}: reaches beyond the last address")
        return self

    @property
    def is_writable(self) -> bool:
        return self.low is not None

    def allows(self, value: float) -> bool:
        """May a master write this?"""
        return self.low is not None and self.high is not None and self.low <= value <= self.high

    @cached_property
    def words(self) -> int:
        """How many addresses it takes."""
        return self.length or WORDS[self.type]

    @property
    def end(self) -> int:
        return self.at + self.words


class Table(_Part):
    """One of the four address spaces."""

    reserved_first: Address | None = None
    reserved_last: Address | None = None
    """Between these, both included, an address without a row reads 0; elsewhere it is illegal."""
    rows: list[Row]

    @model_validator(mode="before")
    @classmethod
    def _with_defaults(cls, given: Any) -> Any:
        """A table's `type` is that of its rows that name none."""
        if not isinstance(given, dict) or "type" not in given:
            return given
        given = dict(given)
        kind = given.pop("type")
        rows = given.get("rows", [])
        return given | {"rows": [{"type": kind} | row for row in rows]}

    @model_validator(mode="after")
    def _no_overlap(self) -> Self:
        self.rows.sort(key=lambda row: (row.at, row.bit or 0))
        for row, after in zip(self.rows, self.rows[1:], strict=False):
            shared = (
                row.at == after.at and None not in (row.bit, after.bit) and row.bit != after.bit
            )
            if row.end > after.at and not shared:
                raise ValueError(f"{row.name} and {after.name} overlap")
        return self

    @cached_property
    def addresses(self) -> frozenset[int]:
        """Those that may be read."""
        rows = {place for row in self.rows for place in range(row.at, row.end)}
        if self.reserved_first is None or self.reserved_last is None:
            return frozenset(rows)
        return frozenset(rows | set(range(self.reserved_first, self.reserved_last + 1)))

    @cached_property
    def by_address(self) -> dict[int, list[Row]]:
        """The rows that stand at an address or reach over it; several where bits share one."""
        places: dict[int, list[Row]] = {}
        for row in self.rows:
            for place in range(row.at, row.end):
                places.setdefault(place, []).append(row)
        return places

    def between(self, first: int, end: int) -> list[Row]:
        """The rows that have something between two addresses (`end` exclusive), in order."""
        places = self.by_address
        rows = {row.name: row for place in range(first, end) for row in places.get(place, ())}
        return list(rows.values())


class Total(_Part):
    """What a device adds up, hour by hour; it only ever grows."""

    of: str
    """The quantity that is added up."""
    per_hour: float = Field(gt=0)
    """How much of the total one unit of `of` gives in an hour."""
    step: float = Field(gt=0)
    """The register grows by this, and each step outlives a power failure."""
    start: tuple[float, float]
    """A device already had something between these when the scenario began."""


class Profile(_Part):
    es: str
    en: str
    source: str
    """Where the table is from."""
    unit: Unit
    """The address it comes with."""
    also: tuple[Unit, ...] = ()
    """Further addresses that it answers."""
    baud: int = 9600
    functions: frozenset[Function]
    read_max: int = Field(default=125, ge=1, le=125)
    """Registers in one read."""
    align: int = Field(default=1, ge=1, le=2)
    """Address and count of a read of registers must be multiples of this."""
    low_word_first: bool = False
    """In values of two registers."""
    busy_after_power_up_s: float = 0.0
    """For so long it answers with exception 6."""
    server_id: Ascii = ""
    identification: tuple[()] | tuple[Ascii, Ascii, Ascii] = ()
    """Vendor, product code and revision, for function 43."""
    totals: dict[Name, Total] = {}
    coil: Table | None = None
    discrete: Table | None = None
    holding: Table | None = None
    input: Table | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        names = [row.name for row in self.rows]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"names given twice: {', '.join(twice)}")
        for function in self.functions & set(SPACES):
            if self.table(SPACES[function]) is None:
                raise ValueError(f"function {function} has no table {SPACES[function].value!r}")
        written = {SPACES[function] for function in self.functions & WRITES}
        for space in Space:
            for row in self._rows_of(space):
                if row.is_writable and space not in written:
                    raise ValueError(f"{row.name}: no function of the device can write it")
                if space.has_bits != (row.type == "bit" and row.bit is None):
                    raise ValueError(f"{row.name}: coils and discrete inputs are single bits")
        return self

    def table(self, space: Space) -> Table | None:
        table: Table | None = getattr(self, space.value)
        return table

    @property
    def rows(self) -> list[Row]:
        return [row for space in Space for row in self._rows_of(space)]

    @property
    def has_lamp(self) -> bool:
        """Is it a lamp that a master can command?"""
        return any(row.quantity in Lamp.controls for row in self.rows)

    def _rows_of(self, space: Space) -> list[Row]:
        table = self.table(space)
        return [] if table is None else table.rows


def read_profile(path: Path) -> Profile:
    """Raises `ProfileError` that names every mistake, or `OSError`."""
    try:
        return Profile.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except tomllib.TOMLDecodeError as error:
        raise ProfileError(f"{path}: {error}") from error
    except ValidationError as error:
        mistakes = [
            f"{path}: {'.'.join(str(place) for place in mistake['loc'])}: {mistake['msg']}"
            for mistake in error.errors()
        ]
        raise ProfileError("\n".join(mistakes)) from error


@cache
def shipped_profile(name: str) -> Profile:
    """One that comes with the bench: `sdm120`, `smart_pole`, …"""
    return read_profile(SHIPPED / f"{name}.toml")


def shipped_profiles() -> list[str]:
    return sorted(path.stem for path in SHIPPED.glob("*.toml"))
