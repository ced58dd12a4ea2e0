"""A Modbus device as a table of values, and what is read to get them. Pure.

Profiles are the TOML files in `edge/profiles`: a new device is one more file there.
"""

import struct
import tomllib
from importlib.resources import files
from typing import Literal, NamedTuple

import msgspec

from edge.modbus.codec import REGISTERS_MAX

_FOLDER = files("edge.profiles")
_FORMATS = {"u16": ">H", "i16": ">h", "u32": ">I", "i32": ">i", "f32": ">f"}
"""Registers and the words of a pair are big-endian, high word first."""


class Value(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One field of the profile's kind = raw · scale + offset; absent when raw is in `missing`."""

    field: str
    register: int
    type: Literal["u16", "i16", "u32", "i32", "f32"] = "u16"
    scale: float = 1.0
    offset: float = 0.0
    missing: tuple[int, ...] = ()

    @property
    def length(self) -> int:
        """In registers."""
        return struct.calcsize(_FORMATS[self.type]) // 2


class Profile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One model of device; `gap_max` registers between values may be read along with them."""

    model: str
    kind: str
    function: Literal[3, 4]
    values: tuple[Value, ...]
    gap_max: int = 0


class Block(NamedTuple):
    """One read request: `length` registers from `register` on, and the values in them."""

    register: int
    length: int
    values: tuple[Value, ...]


def profile_names() -> list[str]:
    """The names of all profiles that come with the edge."""
    return sorted(f.name.removesuffix(".toml") for f in _FOLDER.iterdir() if ".toml" in f.name)


def load_profile(name: str) -> Profile:
    """The profile; `name` is one of `profile_names()`."""
    text = _FOLDER.joinpath(f"{name}.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), type=Profile)


def plan_reads(profile: Profile) -> list[Block]:
    """The fewest requests that read every value."""
    blocks: list[Block] = []
    for value in sorted(profile.values, key=lambda v: v.register):
        end = value.register + value.length
        last = blocks[-1] if blocks else None
        if (
            last is not None
            and value.register - (last.register + last.length) <= profile.gap_max
            and end - last.register <= REGISTERS_MAX
        ):
            length = max(last.length, end - last.register)
            blocks[-1] = Block(last.register, length, (*last.values, value))
        else:
            blocks.append(Block(value.register, value.length, (value,)))
    return blocks


def decode_block(block: Block, data: bytes) -> dict[str, float]:
    """The values in the bytes of a block, by field; without those the device says are missing."""
    fields = {}
    for value in block.values:
        start = 2 * (value.register - block.register)
        (raw,) = struct.unpack_from(_FORMATS[value.type], data, start)
        if raw not in value.missing:
            fields[value.field] = round(raw * value.scale + value.offset, 6)
    return fields
