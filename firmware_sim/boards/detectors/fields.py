"""Explains a frame field by field, from a table of what stands where."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from firmware_sim.boards.board import Part

CUT_SHORT = "cortado · cut short"
SURPLUS = "sobra · surplus"


@dataclass(frozen=True, slots=True)
class Field:
    size: int
    """In bytes."""
    name: str
    say: Callable[[bytes], str]
    """The bytes in words, with their unit."""


def explain_fields(frame: bytes, start: int, fields: Iterable[Field]) -> list[Part]:
    """The fields that follow each other from `start`; a frame may end anywhere among them."""
    parts = []
    for field in fields:
        end = start + field.size
        if start >= len(frame):
            break
        is_whole = end <= len(frame)
        text = field.say(frame[start:end]) if is_whole else CUT_SHORT
        parts.append(Part(start, min(end, len(frame)), field.name, text))
        start = end
    return parts


def surplus(frame: bytes, start: int) -> list[Part]:
    """Whatever follows the last field that is known."""
    return [Part(start, len(frame), SURPLUS, frame[start:].hex(" "))] if start < len(frame) else []


def verdict(received: int, expected: int, digits: int) -> str:
    """A checksum in words: right, or what it should have been."""
    if received == expected:
        return f"{received:0{digits}X} correcta · right"
    return f"{received:0{digits}X} errónea · wrong: {expected:0{digits}X}"


def number(unit: str = "", scale: float = 1) -> Callable[[bytes], str]:
    """A big-endian unsigned integer in its unit."""

    def say(data: bytes) -> str:
        return f"{int.from_bytes(data, 'big') * scale:.10g} {unit}".rstrip()

    return say


def one_of(names: dict[int, str]) -> Callable[[bytes], str]:
    """A code, and what it stands for if it is known."""

    def say(data: bytes) -> str:
        code = int.from_bytes(data, "big")
        meaning = names.get(code, "desconocido · unknown")
        return f"{code:0{2 * len(data)}X} {meaning}"

    return say


def hexadecimal(data: bytes) -> str:
    return data.hex(" ").upper()


def text(data: bytes) -> str:
    """ASCII, with what is not printable escaped."""
    return ascii(data.rstrip(b"\0").decode("latin-1"))[1:-1]
