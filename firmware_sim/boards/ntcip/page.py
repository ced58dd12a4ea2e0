"""A laid-out page: which character of which font stands where, and in what colours."""

from dataclasses import dataclass

from firmware_sim.boards.ntcip.font import Font

Rgb = tuple[int, int, int]

AMBER: Rgb = (255, 208, 0)
BLACK: Rgb = (0, 0, 0)
CLASSIC: tuple[Rgb, ...] = (
    BLACK,
    (255, 0, 0),
    (255, 255, 0),
    (0, 255, 0),
    (0, 255, 255),
    (0, 0, 255),
    (255, 0, 255),
    (255, 255, 255),
    (255, 128, 0),
    AMBER,
)
"""The numbered colours: black red yellow green cyan blue magenta white orange amber."""
LEFT, CENTRE, RIGHT = 2, 3, 4
TOP, MIDDLE, BOTTOM = 2, 3, 4


@dataclass(frozen=True, slots=True)
class Defaults:
    """What holds where the message does not say. Times in tenths of a second."""

    font: int = 1
    line_justification: int = CENTRE
    page_justification: int = MIDDLE
    page_on_ds: int = 30
    page_off_ds: int = 0
    flash_on_ds: int = 5
    flash_off_ds: int = 5


@dataclass(frozen=True, slots=True)
class Flash:
    on_ds: int
    off_ds: int
    is_dark_first: bool = False


@dataclass(frozen=True, slots=True)
class Style:
    font: Font
    colour: Rgb
    background: Rgb | None
    flash: Flash | None
    line_justification: int
    page_justification: int


@dataclass(frozen=True, slots=True)
class Placed:
    """One character; `x_px` and `y_px` are its upper left dot, counted from 0."""

    x_px: int
    y_px: int
    code: int
    style: Style


@dataclass(frozen=True, slots=True)
class Page:
    characters: tuple[Placed, ...]
    background: Rgb
    on_ds: int
    off_ds: int
