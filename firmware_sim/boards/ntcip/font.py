"""The fonts that a sign has: `font.toml` as it is, and twice as large where there is room."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from firmware_sim.boards.ntcip.message import crc_x25
from firmware_sim.boards.ntcip.plan import SignPlan, SignType

Glyph = tuple[int, ...]
"""Rows from the top; in each, the leftmost dot is the highest bit."""

LARGE_FROM_PX = 2 * 14
"""A full matrix of at least two large lines has the large font."""


@dataclass(frozen=True, slots=True, eq=False)
class Font:
    """Spacings are those of the standard: dots between characters, and between lines."""

    number: int
    name: str
    width_px: int
    height_px: int
    character_spacing_px: int
    line_spacing_px: int
    glyphs: Mapping[int, Glyph]
    """By the character's code in MULTI (Latin-1)."""

    def bitmap(self, character: int) -> bytes:
        """characterBitmap: the dots row by row, packed, the rest of the last byte 0."""
        bits = "".join(f"{row:0{self.width_px}b}" for row in self.glyphs[character])
        bits += "0" * (-len(bits) % 8)
        return int(bits, 2).to_bytes(len(bits) // 8, "big")

    @property
    def version_id(self) -> int:
        """fontVersionID: changes when any dot does."""
        head = bytes((self.number, self.height_px, self.character_spacing_px, self.line_spacing_px))
        body = b"".join(
            character.to_bytes(2, "big") + bytes((self.width_px,)) + self.bitmap(character)
            for character in self.glyphs
        )
        return crc_x25(head + body)


@cache
def _glyphs() -> dict[int, Glyph]:
    text = Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
    return {
        ord(character): tuple(
            int(row.replace("#", "1").replace(".", "0"), 2) for row in rows.split()
        )
        for character, rows in sorted(tomllib.loads(text)["glyphs"].items())
    }


def _doubled(glyph: Glyph) -> Glyph:
    wide = [int("".join(2 * bit for bit in f"{row:05b}"), 2) for row in glyph]
    return tuple(row for row in wide for _ in range(2))


def fonts_of(plan: SignPlan) -> Mapping[int, Font]:
    """By number. Modules stand apart by themselves: no spacing between them."""
    module_width_px, module_height_px = plan.module_px
    has_large = plan.type is SignType.FULL_MATRIX and plan.size_px[1] >= LARGE_FROM_PX
    return _fonts(0 if module_width_px else 1, 0 if module_height_px else 1, has_large)


@cache
def _fonts(character_spacing_px: int, line_spacing_px: int, has_large: bool) -> dict[int, Font]:
    fonts = {1: Font(1, "5x7", 5, 7, character_spacing_px, line_spacing_px, _glyphs())}
    if has_large:
        large = {character: _doubled(glyph) for character, glyph in _glyphs().items()}
        fonts[2] = Font(2, "10x14", 10, 14, 2, 2, large)
    return fonts
