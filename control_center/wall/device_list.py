"""The devices of a site: what is well in short, what is not with its reason."""

from collections.abc import Sequence

from control_center.view import DeviceView, State
from control_center.wall.markup import Markup, join, tag
from control_center.wall.words import STATES, Word, age, both, both_of, halves


def draw_devices(devices: Sequence[DeviceView]) -> Markup:
    """Devices that are well are a mark and a name. The others come first and say why, those with
    the same reason together: a cabinet without power is one line, not one for each device.
    """
    unwell: dict[tuple[State, str], list[DeviceView]] = {}
    for device in devices:
        if device.state != "ok":
            unwell.setdefault((device.state, device.reason), []).append(device)
    mark = _icon(STATES["ok"])
    well = (
        tag("li", mark, halves(device)[0], class_="state-ok")
        for device in devices
        if device.state == "ok"
    )
    return join([*(_unwell(*why, group) for why, group in unwell.items()), *well])


def _unwell(state: State, reason: str, devices: Sequence[DeviceView]) -> Markup:
    word = STATES[state]
    ages = [device.age_s for device in devices if device.age_s is not None]
    aged = both(f", hace {age(max(ages))}", "ago") if ages else ""
    return tag(
        "li",
        _icon(word),
        tag("strong", ", ".join(halves(device)[0] for device in devices)),
        " ",
        both(word.es, word.en),
        tag("span", both_of(reason), aged, class_="why"),
        class_=f"state-{state} unwell",
    )


def _icon(word: Word) -> Markup:
    return tag("span", word.icon, class_="icon", aria_hidden="true")
