"""How the wall writes numbers, ages and times, and the words for states: Spanish first."""

from datetime import datetime, timedelta, timezone
from typing import NamedTuple

from control_center.view import DeviceView
from control_center.wall.markup import Markup, join, tag

COLOMBIA = timezone(timedelta(hours=-5))
"""UTC-5 all year; no daylight saving since 1993."""

NONE = "\N{EN DASH}"


class Word(NamedTuple):
    """A state for people: an icon that tells it without colour, Spanish, English."""

    icon: str
    es: str
    en: str


STATES = {
    "ok": Word("●", "EN LÍNEA", "online"),
    "stale": Word("◔", "ATRASADO", "stale"),
    "offline": Word("✕", "FUERA DE LÍNEA", "offline"),
    "unknown": Word("?", "DESCONOCIDO", "unknown"),
}
FACES = {
    "confirmed": Word("✓", "CONFIRMADO", "confirmed"),
    "waiting": Word("…", "ESPERANDO", "waiting"),
    "differs": Word("≠", "DIFIERE", "differs"),
    "unknown": Word("?", "DESCONOCIDO", "unknown"),
}
REFUSALS = {
    "malformed": "malformado",
    "oversized": "demasiado grande",
    "foreign": "ajeno",
    "implausible": "inverosímil",
    "time": "hora imposible",
}
"""Why admission refuses, in Spanish; a reason that is not here stands alone, in English."""
SEVERITIES = {
    1: Word("▲", "URGENTE", "urgent"),
    2: Word("◆", "ATENCIÓN", "attention"),
    3: Word("■", "AVISO", "notice"),
}


def both(es: str, en: str) -> Markup:
    """Spanish, and the English beside it, smaller."""
    return join((es, " ", tag("span", en, class_="en", lang="en"))) if en else join([es])


def both_of(text: str) -> Markup:
    """The same for a text that comes as `Spanish · English`."""
    es, _, en = text.partition(" · ")
    return both(es, en)


def halves(device: DeviceView) -> tuple[str, str]:
    """A device's title, written `Spanish · English`; one without a title goes by its name."""
    spanish, _, english = (device.title or device.device).partition(" · ")
    return spanish, english


def badge(word: Word, css: str) -> Markup:
    """A state as icon, word and colour."""
    icon = tag("span", word.icon, class_="icon", aria_hidden="true")
    return tag("span", icon, both(word.es, word.en), class_=f"badge {css}")


def number(value: float | None, decimals: int = 0) -> str:
    """As Colombia writes it: comma for decimals, a thin space between thousands."""
    if value is None:
        return NONE
    text = f"{value:,.{decimals}f}".replace(",", "\u202f").replace(".", ",")
    return text.replace("-", "\N{MINUS SIGN}")


def age(seconds: float | None) -> str:
    """An age in the largest unit that says enough: `4 s`, `12 min`, `5 h`, `3 d`."""
    if seconds is None:
        return NONE
    whole = max(0, int(seconds))
    for limit, size, unit in ((120, 1, "s"), (7200, 60, "min"), (172_800, 3600, "h")):
        if whole < limit:
            return f"{whole // size} {unit}"
    return f"{whole // 86_400} d"


def clock(time_ms: int) -> str:
    """`14:03:27` in Colombia."""
    return _at(time_ms).strftime("%H:%M:%S")


def date(time_ms: int) -> str:
    """`2026-09-21` in Colombia."""
    return _at(time_ms).strftime("%Y-%m-%d")


def _at(time_ms: int) -> datetime:
    return datetime.fromtimestamp(time_ms / 1000, COLOMBIA)


def milliseconds(value: float | None) -> str:
    """`850 ms` below ten seconds, then `12,5 s`."""
    if value is None:
        return NONE
    return f"{number(value)} ms" if value < 10_000 else f"{number(value / 1000, 1)} s"  # noqa: PLR2004
