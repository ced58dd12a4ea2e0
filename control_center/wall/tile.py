"""The frames inside a site's card: a tile with a title, and a list of named values."""

from collections.abc import Iterator, Sequence

from control_center.view import DeviceView, Reading
from control_center.wall.markup import Markup, tag
from control_center.wall.readings import Shown, find
from control_center.wall.words import NONE, both, number


def draw_tile(es: str, en: str, content: Sequence[str]) -> Markup:
    return tag("section", tag("h3", both(es, en)), *content, class_="tile")


def draw_facts(devices: Sequence[DeviceView], shown: Sequence[Shown]) -> Iterator[Markup]:
    """Those of the listed fields that any of the devices has."""
    for device in devices:
        for kind, field, es, en, decimals in shown:
            reading = find(device, kind, field)
            if reading is not None:
                yield tag(
                    "div",
                    tag("dt", both(es, en)),
                    tag("dd", _with_unit(reading, decimals)),
                    class_="stale" if reading.stale else None,
                )


def value_of(reading: Reading | None, decimals: int) -> str:
    return NONE if reading is None else number(reading.value, decimals)


def _with_unit(reading: Reading, decimals: int) -> str:
    if reading.field == "is_on":
        return "encendida" if reading.value else "apagada"
    return f"{number(reading.value, decimals)} {reading.unit}".rstrip()
