"""A face as a PNG picture: round LEDs on a black panel (ISO/IEC 15948)."""

import struct
import zlib
from collections.abc import Iterator

from firmware_sim.boards.ntcip.page import BLACK, Rgb
from firmware_sim.boards.ntcip.render import Face

PANEL: Rgb = (10, 10, 11)
UNLIT: Rgb = (34, 34, 36)
"""An LED that is off can still be made out."""
DIAMETER = 0.82
"""Of a LED, in pitches."""
MODULE_GAP = 1
"""In pitches."""
SIGNATURE = b"\x89PNG\r\n\x1a\n"
TRUE_COLOUR = 2


def png_of(face: Face, scale: int = 6) -> bytes:
    """`scale`: picture dots a LED."""
    lines = list(_lines(face, scale))
    head = struct.pack(">IIBBBBB", len(lines[0]) // 3, len(lines), 8, TRUE_COLOUR, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\x00" + line for line in lines), 6)
    return SIGNATURE + _chunk(b"IHDR", head) + _chunk(b"IDAT", pixels) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, content: bytes) -> bytes:
    check = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)


def _lines(face: Face, scale: int) -> Iterator[bytes]:
    """The picture's lines, 3 bytes a dot, with a margin of one LED around."""
    width_px, _ = face.size_px
    module_width_px, module_height_px = face.module_px
    gap = _flat(scale * MODULE_GAP)
    margin = _flat(scale)
    stamps: dict[Rgb, list[bytes]] = {}
    for colour in {colour for row in face.dots for colour in row}:
        stamps[colour] = _led(colour, scale)
    breaks = {
        x_px for x_px in range(1, width_px) if module_width_px and x_px % module_width_px == 0
    }
    line_length = 2 * scale + width_px * scale + len(breaks) * scale * MODULE_GAP
    empty = _flat(line_length)
    yield from [empty] * scale
    for y_px, row in enumerate(face.dots):
        if module_height_px and y_px and y_px % module_height_px == 0:
            yield from [empty] * scale * MODULE_GAP
        for line in range(scale):
            dots = (
                (gap if x_px in breaks else b"") + stamps[colour][line]
                for x_px, colour in enumerate(row)
            )
            yield margin + b"".join(dots) + margin
    yield from [empty] * scale


def _flat(length: int) -> bytes:
    return bytes(PANEL) * length


def _led(colour: Rgb, scale: int) -> list[bytes]:
    """One LED, line by line."""
    lit = UNLIT if colour == BLACK else colour
    return [
        b"".join(bytes(_mixed(lit, _cover(x, y, scale))) for x in range(scale))
        for y in range(scale)
    ]


def _cover(x: int, y: int, scale: int, samples: int = 4) -> float:
    """How much of a picture dot the LED covers."""
    radius, inside = scale * DIAMETER / 2, 0
    for at in range(samples * samples):
        dx = x + (at % samples + 0.5) / samples - scale / 2
        dy = y + (at // samples + 0.5) / samples - scale / 2
        inside += dx * dx + dy * dy <= radius * radius
    return inside / (samples * samples)


def _mixed(colour: Rgb, share: float) -> tuple[int, ...]:
    return tuple(
        round(ground + (light - ground) * share)
        for light, ground in zip(colour, PANEL, strict=True)
    )
