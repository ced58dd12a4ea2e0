"""One site: its state, its signs, its traffic, its air, its pole, and what ails it."""

from collections.abc import Iterator, Sequence

from control_center.view import SignView, SiteView
from control_center.wall.air import draw_air
from control_center.wall.device_list import draw_devices
from control_center.wall.markup import Markup, join, tag
from control_center.wall.parts import Parts
from control_center.wall.readings import POLE, WEATHER, has_kind, lanes_of
from control_center.wall.sign_card import draw_sign
from control_center.wall.station import draw_speed, draw_station
from control_center.wall.tile import draw_facts, draw_tile
from control_center.wall.words import STATES, age, badge, both


def draw_site(site: SiteView, signs: Sequence[SignView], parts: Parts, now_ms: int) -> Markup:
    """The site's place in the skeleton; everything that moves is a part."""
    name = f"site-{site.source}"
    return tag(
        "article",
        parts.place(f"{name}-head", "header", _head(site)),
        *(draw_sign(sign, parts) for sign in signs),
        tag("div", *_tiles(site, parts, name, now_ms), class_="tiles"),
        class_="site",
        data_testid=name.replace("/", "_"),
        aria_label=site.title,
    )


def _head(site: SiteView) -> Markup:
    newest = both("sin datos", "no data")
    if site.age_s is not None:
        newest = both(f"dato hace {age(site.age_s)}", "data age")
    facts = [tag("span", newest, class_="age")]
    if site.waiting_s is not None and site.waiting_s >= 1:
        waiting = both(f"por enviar {age(site.waiting_s)}", "to send")
        facts.append(tag("span", waiting, class_="age"))
    return tag(
        "div",
        tag("h2", site.title),
        *facts,
        badge(STATES[site.state], f"state-{site.state}"),
        class_=f"line head state-{site.state}",
    )


def _tiles(site: SiteView, parts: Parts, name: str, now_ms: int) -> Iterator[Markup]:
    speeds = {trend.name: trend for trend in site.speeds}
    for device in site.devices:
        if lanes_of(device):
            trend = speeds.pop(device.device, None)
            yield draw_station(device, trend, parts, f"{name}-{device.device}", now_ms)
    for trend in speeds.values():
        chart = draw_speed(trend, now_ms, stale=site.state != "ok")
        yield draw_tile(
            trend.name, "speed", [parts.place(f"{name}-{trend.name}-speed", "div", chart)]
        )
    pm25 = {trend.name: trend for trend in site.pm25}
    for device in site.devices:
        if has_kind(device, "air_particulate"):
            trend = pm25.get(device.device)
            yield draw_air(device, trend, parts, f"{name}-{device.device}", now_ms)
    measures = [
        draw_tile(es, en, [parts.place(f"{name}-{en}", "dl", facts)])
        for es, en, shown in (("Tiempo", "weather", WEATHER), ("Poste", "pole", POLE))
        if (facts := join(draw_facts(site.devices, shown)))
    ]
    if measures:
        yield tag("div", *measures, class_="stack")
    devices = parts.place(f"{name}-devices", "ul", draw_devices(site.devices), class_="devices")
    yield tag("section", devices, class_="equipment", aria_label="Equipos · devices")
