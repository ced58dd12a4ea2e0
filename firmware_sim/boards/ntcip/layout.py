"""A message laid out on its sign: which character of which font stands where, on which page.

What cannot be laid out is what the sign refuses when it validates: there is no second opinion.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from firmware_sim.boards.ntcip.font import Font, fonts_of
from firmware_sim.boards.ntcip.multi import (
    PAGES_MAX,
    Character,
    MultiError,
    MultiRefusedError,
    Tag,
    Verdict,
    tokens,
)
from firmware_sim.boards.ntcip.page import (
    AMBER,
    BLACK,
    BOTTOM,
    CENTRE,
    CLASSIC,
    LEFT,
    MIDDLE,
    RIGHT,
    TOP,
    Defaults,
    Flash,
    Page,
    Placed,
    Rgb,
    Style,
)
from firmware_sim.boards.ntcip.plan import SignPlan


@dataclass(slots=True)
class _Line:
    """Characters in the order of writing, and the height that they need."""

    spacing_px: int
    height_px: int
    page_justification: int
    characters: list[tuple[int, Style]] = field(default_factory=list)


@dataclass(slots=True)
class _Area:
    """A page, or the rectangle of a [tr] tag, with its lines."""

    x_px: int
    y_px: int
    width_px: int
    height_px: int
    lines: list[_Line] = field(default_factory=list)


class _Composer:
    def __init__(self, plan: SignPlan, defaults: Defaults) -> None:
        self._plan = plan
        self._fonts: Mapping[int, Font] = fonts_of(plan)
        self._defaults = defaults
        self._style = Style(
            font=self._fonts[defaults.font],
            colour=AMBER,
            background=None,
            flash=None,
            line_justification=defaults.line_justification,
            page_justification=defaults.page_justification,
        )
        self._on_ds, self._off_ds = defaults.page_on_ds, defaults.page_off_ds
        self._background = BLACK
        self._areas: list[_Area] = []
        self._pages: list[Page] = []

    def compose(self, multi: bytes) -> tuple[Page, ...]:
        self._new_area(0, 0, *self._plan.size_px, position=0)
        for token in tokens(multi):
            if isinstance(token, Character):
                self._write(token)
            else:
                self._obey(token)
        self._end_page()
        return tuple(self._pages)

    def _write(self, character: Character) -> None:
        font = self._style.font
        if character.code not in font.glyphs:
            raise MultiRefusedError(MultiError.CHARACTER_NOT_DEFINED, character.position)
        area = self._areas[-1]
        line = area.lines[-1]
        line.characters.append((character.code, self._style))
        line.height_px = max(line.height_px, self._line_height_px(font))
        line.page_justification = self._style.page_justification
        if self._width_px(line.characters) > area.width_px or _height_px(area) > area.height_px:
            raise MultiRefusedError(MultiError.TEXT_TOO_BIG, character.position)

    def _obey(self, tag: Tag) -> None:
        if tag.name in _STYLES:
            name, value_of = _STYLES[tag.name]
            self._style = replace(self._style, **{name: value_of(self, tag)})
        else:
            _MOVES[tag.name](self, tag)

    def line_feed(self, tag: Tag) -> None:
        self._new_line(tag.position, int(tag.value) if tag.value else None)

    def page_feed(self, tag: Tag) -> None:
        self._end_page()
        if len(self._pages) == PAGES_MAX:
            raise MultiRefusedError(MultiError.TOO_MANY_PAGES, tag.position)
        self._new_area(0, 0, *self._plan.size_px, position=tag.position)

    def page_time(self, tag: Tag) -> None:
        on, off = tag.value.split("o")
        self._on_ds = int(on) if on else self._defaults.page_on_ds
        self._off_ds = int(off) if off else self._defaults.page_off_ds

    def page_background(self, tag: Tag) -> None:
        self._background = self._colour(tag, BLACK)

    def line_justification(self, tag: Tag) -> int:
        return int(tag.value or self._defaults.line_justification)

    def page_justification(self, tag: Tag) -> int:
        return int(tag.value or self._defaults.page_justification)

    def foreground(self, tag: Tag) -> Rgb:
        return self._colour(tag, AMBER)

    def background_of_text(self, tag: Tag) -> Rgb:
        return self._colour(tag, BLACK)

    def font(self, tag: Tag) -> Font:
        number, _, version = tag.value.partition(",")
        font = self._fonts.get(int(number) if number else self._defaults.font)
        if font is None:
            raise MultiRefusedError(MultiError.FONT_NOT_DEFINED, tag.position)
        if version and int(version, 16) != font.version_id:
            raise MultiRefusedError(MultiError.FONT_VERSION_ID, tag.position)
        return font

    def flash(self, tag: Tag) -> Flash:
        value = tag.value
        if not value:
            return Flash(self._defaults.flash_on_ds, self._defaults.flash_off_ds)
        if value.startswith("o"):
            off, on = value[1:].split("t")
            return Flash(int(on), int(off), is_dark_first=True)
        on, off = value.removeprefix("t").split("o")
        return Flash(int(on), int(off))

    def _colour(self, tag: Tag, default: Rgb) -> Rgb:
        """A sign of one colour has that, which is also its number 1, and black."""
        if not tag.value:
            return default
        numbers = tuple(map(int, tag.value.split(",")))
        if len(numbers) == 1 and numbers[0] < len(CLASSIC):
            is_amber_one = self._plan.colours == "amber" and numbers == (1,)
            colour = AMBER if is_amber_one else CLASSIC[numbers[0]]
        elif len(numbers) == len(AMBER) and max(numbers) <= 255:  # noqa: PLR2004 - a byte
            colour = (numbers[0], numbers[1], numbers[2])
        else:
            raise MultiRefusedError(MultiError.TAG_VALUE, tag.position)
        if self._plan.colours == "amber" and colour not in (AMBER, BLACK):
            raise MultiRefusedError(MultiError.TAG_VALUE, tag.position)
        return colour

    def rectangle(self, tag: Tag) -> None:
        """Its corner is counted from 1; a width or height of 0 reaches to the sign's edge."""
        x, y, width_px, height_px = map(int, tag.value.split(","))
        sign_width_px, sign_height_px = self._plan.size_px
        width_px = width_px or sign_width_px - x + 1
        height_px = height_px or sign_height_px - y + 1
        is_inside = x - 1 + width_px <= sign_width_px and y - 1 + height_px <= sign_height_px
        if min(x, y, width_px, height_px) < 1 or not is_inside or not self._on_modules(x, y):
            raise MultiRefusedError(MultiError.TAG_VALUE, tag.position)
        self._new_area(x - 1, y - 1, width_px, height_px, position=tag.position)

    def _on_modules(self, x: int, y: int) -> bool:
        width_px, height_px = self._plan.module_px
        return (x - 1) % (width_px or 1) == 0 and (y - 1) % (height_px or 1) == 0

    def _new_area(
        self, x_px: int, y_px: int, width_px: int, height_px: int, *, position: int
    ) -> None:
        self._areas.append(_Area(x_px, y_px, width_px, height_px))
        self._new_line(position, spacing_px=0)

    def _new_line(self, position: int, spacing_px: int | None) -> None:
        style, area = self._style, self._areas[-1]
        if spacing_px is None or self._plan.module_px[1]:
            spacing_px = style.font.line_spacing_px if area.lines else 0
        height_px = self._line_height_px(style.font)
        area.lines.append(_Line(spacing_px, height_px, style.page_justification))
        if _height_px(area) > area.height_px:
            raise MultiRefusedError(MultiError.TEXT_TOO_BIG, position)

    def _line_height_px(self, font: Font) -> int:
        return max(font.height_px, self._plan.module_px[1])

    def _advance_px(self, font: Font) -> int:
        return max(font.width_px, self._plan.module_px[0])

    def _width_px(self, characters: list[tuple[int, Style]]) -> int:
        """Without the spacing after the last."""
        if not characters:
            return 0
        steps = (self._advance_px(s.font) + s.font.character_spacing_px for _, s in characters)
        return sum(steps) - characters[-1][1].font.character_spacing_px

    def _end_page(self) -> None:
        placed = [character for area in self._areas for character in self._placed(area)]
        self._pages.append(Page(tuple(placed), self._background, self._on_ds, self._off_ds))
        self._areas = []

    def _placed(self, area: _Area) -> list[Placed]:
        """Top, middle and bottom lines are each a block of their own."""
        placed = []
        for justification in (TOP, MIDDLE, BOTTOM):
            block = [line for line in area.lines if line.page_justification == justification]
            height_px = _height_px(replace(area, lines=block))
            room_px = area.height_px - height_px
            y_px = {TOP: 0, MIDDLE: room_px // 2, BOTTOM: room_px}[justification]
            y_px = area.y_px + _down_to(y_px, self._plan.module_px[1])
            for number, line in enumerate(block):
                y_px += line.spacing_px if number else 0
                placed += self._placed_in_line(area, line, y_px)
                y_px += line.height_px
        return placed

    def _placed_in_line(self, area: _Area, line: _Line, y_px: int) -> list[Placed]:
        placed = []
        for justification in (LEFT, CENTRE, RIGHT):
            part = [pair for pair in line.characters if pair[1].line_justification == justification]
            room_px = area.width_px - self._width_px(part)
            x_px = {LEFT: 0, CENTRE: room_px // 2, RIGHT: room_px}[justification]
            x_px = area.x_px + _down_to(x_px, self._plan.module_px[0])
            for code, style in part:
                font = style.font
                lower_px = line.height_px - self._line_height_px(font)
                placed.append(Placed(x_px, y_px + lower_px, code, style))
                x_px += self._advance_px(font) + font.character_spacing_px
        return placed


_STYLES: Mapping[str, tuple[str, Callable[[_Composer, Tag], Any]]] = {
    "jl": ("line_justification", _Composer.line_justification),
    "jp": ("page_justification", _Composer.page_justification),
    "fo": ("font", _Composer.font),
    "cf": ("colour", _Composer.foreground),
    "cb": ("background", _Composer.background_of_text),
    "fl": ("flash", _Composer.flash),
    "/fl": ("flash", lambda *_: None),
}
"""Tags that change how the text after them looks: which part of the style, and to what."""
_MOVES: Mapping[str, Callable[[_Composer, Tag], None]] = {
    "nl": _Composer.line_feed,
    "np": _Composer.page_feed,
    "tr": _Composer.rectangle,
    "pt": _Composer.page_time,
    "pb": _Composer.page_background,
}


def _height_px(area: _Area) -> int:
    return sum(
        line.height_px + (line.spacing_px if number else 0)
        for number, line in enumerate(area.lines)
    )


def _down_to(number: int, step: int) -> int:
    return number - number % step if step else number


def compose(multi: bytes, plan: SignPlan, defaults: Defaults) -> tuple[Page, ...]:
    """The message's pages; raises `MultiRefusedError`. The default font must be one of the sign."""
    return _Composer(plan, defaults).compose(multi)


def check(multi: bytes, plan: SignPlan, defaults: Defaults) -> Verdict:
    try:
        compose(multi, plan, defaults)
    except MultiRefusedError as refused:
        return refused.verdict
    return Verdict()
