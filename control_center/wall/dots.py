"""A sign's face in dots: rows of 5 x 7 modules, unlit dots grey, lit dots amber."""

import tomllib
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files

from control_center.wall.markup import Markup, tag

_CELL_WIDTH, _CELL_HEIGHT = 6, 9
_MARGIN = 2
_UNKNOWN = (0x7F, 0x41, 0x41, 0x41, 0x7F)


def _read_font() -> dict[str, tuple[int, ...]]:
    text = files(__package__).joinpath("dot_font.toml").read_text(encoding="utf-8")
    return {c: tuple(bytes.fromhex(columns)) for c, columns in tomllib.loads(text).items()}


FONT = _read_font()
"""Five columns for each character; bit 0 is the top dot."""

UNLIT = tag(
    "svg",
    tag(
        "defs",
        tag(
            "pattern",
            tag(
                "path",
                d="".join(f"M{x}.5 {y}.5h0" for x in range(5) for y in range(7)),
                class_="unlit",
            ),
            id="unlit",
            width=_CELL_WIDTH,
            height=_CELL_HEIGHT,
            x=_MARGIN,
            y=_MARGIN,
            patternUnits="userSpaceOnUse",
        ),
    ),
    width=0,
    height=0,
    class_="definitions",
    aria_hidden="true",
)
"""The pattern that every face refers to; it stands on the page once."""


@lru_cache(maxsize=256)
def draw_face(lines: tuple[str, ...], rows: int, columns: int, says: str) -> Markup:
    """One page of a sign of `rows` x `columns` characters, its lines centred; `says` is read out.

    A line too long for the sign widens the drawing: what the sign reports is never cut.
    """
    lines = tuple(line.upper() for line in lines)
    rows = max(rows, len(lines))
    columns = max([columns, *map(len, lines)])
    width = columns * _CELL_WIDTH - 1 + 2 * _MARGIN
    height = rows * _CELL_HEIGHT - 2 + 2 * _MARGIN
    lit = "".join(f"M{x}.5 {y}.5h0" for x, y in _lit_dots(lines, rows, columns))
    return tag(
        "svg",
        tag("rect", width=width, height=height, rx=1.5, class_="panel"),
        tag(
            "rect",
            x=_MARGIN,
            y=_MARGIN,
            width=width - 2 * _MARGIN,
            height=height - 2 * _MARGIN,
            fill="url(#unlit)",
        ),
        tag("path", d=lit, class_="glow"),
        tag("path", d=lit, class_="lit"),
        viewBox=f"0 0 {width} {height}",
        class_="face",
        role="img",
        aria_label=says,
    )


def _lit_dots(lines: tuple[str, ...], rows: int, columns: int) -> Iterator[tuple[int, int]]:
    first_row = (rows - len(lines)) // 2
    for row, line in enumerate(lines, start=first_row):
        first_column = (columns - len(line)) // 2
        for column, character in enumerate(line, start=first_column):
            for x, bits in enumerate(FONT.get(character, _UNKNOWN)):
                for y in range(7):
                    if bits >> y & 1:
                        yield (
                            _MARGIN + column * _CELL_WIDTH + x,
                            _MARGIN + row * _CELL_HEIGHT + y,
                        )
