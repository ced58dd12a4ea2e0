"""MULTI, the mark-up of sign messages: is it correct, and does it fit this sign?

The sign's font has 5 by 7 dots; with one dot between characters and one between lines, a character
takes 6 by 8 dots.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

FONT_WIDTH, FONT_HEIGHT = 5, 7
FONT = frozenset(b" ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,:;-+/*()!?'\"%&#=<>$@[]")
PAGES_MAX = 6
MULTI_LENGTH_MAX = 1500
SUPPORTED_TAGS = sum(1 << bit for bit in (0, 1, 2, 3, 6, 7, 10, 11, 12, 26, 28))
"""dmsSupportedMultiTags: cb cf fl fo jl jp nl np pt tr pb."""


class MultiError(IntEnum):
    NONE = 2
    UNSUPPORTED_TAG = 3
    TAG_VALUE = 4
    TEXT_TOO_BIG = 5
    FONT_NOT_DEFINED = 6
    CHARACTER_NOT_DEFINED = 7
    TOO_MANY_PAGES = 12


@dataclass(frozen=True, slots=True)
class Verdict:
    error: MultiError = MultiError.NONE
    position: int = 0
    """Offset of the first thing that is wrong."""


class _RefusedError(Exception):
    def __init__(self, error: MultiError) -> None:
        super().__init__(error.name)
        self.error = error


_TAG = re.compile(rb"\[([/a-z0-9,]*)\]", re.IGNORECASE)
_COLOUR = re.compile(r"\d{1,3}|\d{1,3},\d{1,3},\d{1,3}")


class _Layout:
    """Where the next character goes, and whether there is still room for it."""

    def __init__(self, width_px: int, height_px: int) -> None:
        self.sign_px = (width_px, height_px)
        self.pages = 1
        self.new_area(width_px, height_px)

    def new_area(self, width_px: int, height_px: int) -> None:
        self._columns = (width_px + 1) // (FONT_WIDTH + 1)
        self._rows = (height_px + 1) // (FONT_HEIGHT + 1)
        self._column, self._row = 0, 1

    def character(self) -> None:
        self._column += 1
        if self._column > self._columns or self._row > self._rows:
            raise _RefusedError(MultiError.TEXT_TOO_BIG)

    def new_line(self) -> None:
        self._column = 0
        self._row += 1
        if self._row > self._rows:
            raise _RefusedError(MultiError.TEXT_TOO_BIG)

    def new_page(self) -> None:
        self.pages += 1
        if self.pages > PAGES_MAX:
            raise _RefusedError(MultiError.TOO_MANY_PAGES)
        self.new_area(*self.sign_px)


def check(multi: bytes, *, width_px: int, height_px: int) -> Verdict:
    """Reads the message as the sign would draw it and stops at the first fault."""
    layout = _Layout(width_px, height_px)
    at = 0
    while at < len(multi):
        try:
            at = _step(multi, at, layout)
        except _RefusedError as refused:
            return Verdict(refused.error, at)
    return Verdict()


def _step(multi: bytes, at: int, layout: _Layout) -> int:
    """Takes the tag or character at `at`; returns where the next one begins."""
    if multi[at : at + 2] in (b"[[", b"]]"):
        layout.character()
        return at + 2
    if multi[at] == ord("["):
        tag = _TAG.match(multi, at)
        if tag is None:
            raise _RefusedError(MultiError.UNSUPPORTED_TAG)
        _tag(tag[1].decode().lower(), layout)
        return tag.end()
    if multi[at] not in FONT or multi[at] == ord("]"):
        raise _RefusedError(MultiError.CHARACTER_NOT_DEFINED)
    layout.character()
    return at + 1


def _tag(text: str, layout: _Layout) -> None:
    for name, pattern, action in _TAGS:
        if text.startswith(name):
            value = text.removeprefix(name)
            if not re.fullmatch(pattern, value):
                raise _RefusedError(MultiError.TAG_VALUE)
            action(layout, value)
            return
    raise _RefusedError(MultiError.UNSUPPORTED_TAG)


def _new_line(layout: _Layout, spacing: str) -> None:  # noqa: ARG001 - the lines keep their pitch
    layout.new_line()


def _new_page(layout: _Layout, _rest: str) -> None:
    layout.new_page()


def _font(_layout: _Layout, number: str) -> None:
    if number not in ("", "1"):
        raise _RefusedError(MultiError.FONT_NOT_DEFINED)


def _colour(_layout: _Layout, value: str) -> None:
    if any(int(part) > 255 for part in value.split(",") if part):  # noqa: PLR2004 - a byte
        raise _RefusedError(MultiError.TAG_VALUE)


def _rectangle(layout: _Layout, value: str) -> None:
    x, y, width, height = map(int, value.split(","))
    sign_width, sign_height = layout.sign_px
    inside = x >= 1 and y >= 1 and x - 1 + width <= sign_width and y - 1 + height <= sign_height
    if not inside or width == 0 or height == 0:
        raise _RefusedError(MultiError.TAG_VALUE)
    layout.new_area(width, height)


def _nothing_to_place(_layout: _Layout, _rest: str) -> None:
    return


_COLOUR_OR_DEFAULT = f"({_COLOUR.pattern})?"
_TAGS: tuple[tuple[str, str, Callable[[_Layout, str], None]], ...] = (
    ("nl", r"\d?", _new_line),
    ("np", r"", _new_page),
    ("pt", r"(\d{1,3})?o(\d{1,3})?", _nothing_to_place),
    ("jl", r"[2-5]?", _nothing_to_place),
    ("jp", r"[2-4]?", _nothing_to_place),
    ("fo", r"(\d{1,3}(,[0-9a-f]{1,4})?)?", lambda layout, rest: _font(layout, rest.split(",")[0])),
    ("fl", r"(t\d{1,2}o\d{1,2}|o\d{1,2}t\d{1,2}|\d{1,2}o\d{1,2})?", _nothing_to_place),
    ("/fl", r"", _nothing_to_place),
    ("cf", _COLOUR_OR_DEFAULT, _colour),
    ("cb", _COLOUR_OR_DEFAULT, _colour),
    ("pb", _COLOUR_OR_DEFAULT, _colour),
    ("tr", r"\d{1,5},\d{1,5},\d{1,5},\d{1,5}", _rectangle),
)
