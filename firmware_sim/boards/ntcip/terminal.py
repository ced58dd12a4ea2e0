"""A face as text for a terminal: two rows of dots a line, in half blocks."""

from firmware_sim.boards.ntcip.page import BLACK, Rgb
from firmware_sim.boards.ntcip.render import Face

UPPER, LOWER, BOTH, NEITHER = "▀", "▄", "█", " "
RESET = "\x1b[0m"


def half_blocks(face: Face, *, is_coloured: bool = True) -> str:
    """With 24-bit colours (ECMA-48, SGR 38;2 and 48;2), or without any for a log or a test."""
    rows = list(face.dots)
    if len(rows) % 2:
        rows.append((BLACK,) * len(rows[0]))
    pairs = zip(rows[::2], rows[1::2], strict=True)
    draw = _coloured if is_coloured else _plain
    return "\n".join(draw(upper, lower) for upper, lower in pairs)


def _plain(upper: tuple[Rgb, ...], lower: tuple[Rgb, ...]) -> str:
    blocks = {
        (False, False): NEITHER,
        (True, False): UPPER,
        (False, True): LOWER,
        (True, True): BOTH,
    }
    return "".join(
        blocks[above != BLACK, below != BLACK] for above, below in zip(upper, lower, strict=True)
    ).rstrip()


def _coloured(upper: tuple[Rgb, ...], lower: tuple[Rgb, ...]) -> str:
    line, last = "", None
    for above, below in zip(upper, lower, strict=True):
        if (above, below) != last:
            line += "\x1b[38;2;{};{};{};48;2;{};{};{}m".format(*above, *below)
            last = (above, below)
        line += UPPER
    return line + RESET
