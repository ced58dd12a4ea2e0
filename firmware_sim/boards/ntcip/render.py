"""A sign's face: the laid-out page as coloured dots."""

from dataclasses import dataclass

from firmware_sim.boards.ntcip.page import AMBER, BLACK, Flash, Page, Placed, Rgb
from firmware_sim.boards.ntcip.plan import SignPlan


@dataclass(frozen=True, slots=True)
class Face:
    """What is to be seen: `dots` are rows from the top, each from the left; black is dark."""

    dots: tuple[tuple[Rgb, ...], ...]
    module_px: tuple[int, int] = (0, 0)
    """Width and height after which a gap parts the modules; 0: there is none."""

    @property
    def size_px(self) -> tuple[int, int]:
        """Width and height."""
        return len(self.dots[0]), len(self.dots)


def dark(plan: SignPlan) -> Face:
    width_px, height_px = plan.size_px
    return Face(((BLACK,) * width_px,) * height_px, plan.module_px)


def all_lit(plan: SignPlan) -> Face:
    """As during a pixel test."""
    width_px, height_px = plan.size_px
    return Face(((AMBER,) * width_px,) * height_px, plan.module_px)


def page_at(pages: tuple[Page, ...], second_s: float) -> Page | None:
    """The page that is shown `second_s` after the message came on; None: between two of them."""
    cycle_s = sum(page.on_ds + page.off_ds for page in pages) / 10
    if not cycle_s:
        return pages[0] if pages else None
    second_s %= cycle_s
    for page in pages:
        if second_s < page.on_ds / 10:
            return page
        second_s -= page.on_ds / 10
        if second_s < page.off_ds / 10:
            return None
        second_s -= page.off_ds / 10
    return pages[0]


def drawn(page: Page, plan: SignPlan, second_s: float = 0.0) -> Face:
    """`second_s` counts from when the message came on: flashing text may be dark then."""
    width_px, height_px = plan.size_px
    rows = [[page.background] * width_px for _ in range(height_px)]
    for character in page.characters:
        _draw(rows, character, second_s)
    return Face(tuple(map(tuple, rows)), plan.module_px)


def _draw(rows: list[list[Rgb]], character: Placed, second_s: float) -> None:
    style, font = character.style, character.style.font
    is_lit = style.flash is None or _is_lit(style.flash, second_s)
    for y_px, bits in enumerate(font.glyphs[character.code], start=character.y_px):
        for x_px in range(font.width_px):
            if is_lit and bits >> (font.width_px - 1 - x_px) & 1:
                rows[y_px][character.x_px + x_px] = style.colour
            elif style.background is not None:
                rows[y_px][character.x_px + x_px] = style.background


def _is_lit(flash: Flash, second_s: float) -> bool:
    cycle_ds = flash.on_ds + flash.off_ds
    if not cycle_ds:
        return True
    phase_ds = second_s * 10 % cycle_ds
    if flash.is_dark_first:
        return phase_ds >= flash.off_ds
    return phase_ds < flash.on_ds


def seen(face: Face, dead: frozenset[tuple[int, int]], brightness: float) -> Face:
    """Without the dead pixels (column and row from 1), dimmed to 0 … 1."""

    def dimmed(colour: Rgb) -> Rgb:
        red, green, blue = colour
        return round(red * brightness), round(green * brightness), round(blue * brightness)

    shades = {colour: dimmed(colour) for row in face.dots for colour in set(row)}
    rows = [[shades[colour] for colour in row] for row in face.dots]
    for x, y in dead:
        rows[y - 1][x - 1] = BLACK
    return Face(tuple(map(tuple, rows)), face.module_px)
