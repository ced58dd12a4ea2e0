"""Frames told byte by byte to a technician: what all the air sensors' explanations share."""

from collections.abc import Callable, Mapping

from firmware_sim.boards.board import Part

UNKNOWN = "desconocido / unknown"


def explained(frame: bytes, one: Callable[[bytes, int], list[Part]]) -> list[Part]:
    """The parts of all messages in `frame`, and between them the bytes that make no sense.

    `one` gives the parts of the message that begins at a place; empty: none begins there.
    """
    parts: list[Part] = []
    at = told = 0
    while at < len(frame):
        message = one(frame, at)
        if not message:
            at += 1
            continue
        if told < at:
            parts.append(senseless(told, at))
        parts += message
        at = told = message[-1].end
    if told < at:
        parts.append(senseless(told, at))
    return parts


def coded(value: int, names: Mapping[int, str]) -> str:
    """A byte that stands for something: itself in hex, and what for."""
    return f"{value:02X}: {names.get(value, UNKNOWN)}"


def senseless(start: int, end: int) -> Part:
    count = end - start
    return Part(start, end, "sin sentido / no sense", f"{count} bytes sin formato / without form")


def cut_short(start: int, end: int, length: int) -> Part:
    count = end - start
    return Part(start, end, "trama cortada / cut short", f"{count} de / of {length} bytes")


def checksum(start: int, end: int, found: int, expected: int) -> Part:
    digits = 4 if end - start == 2 else 2  # noqa: PLR2004 - bytes of a word
    if found == expected:
        text = f"{found:0{digits}X} correcta / right"
    else:
        text = f"{found:0{digits}X} errónea / wrong: {expected:0{digits}X}"
    return Part(start, end, "suma / checksum", text)
