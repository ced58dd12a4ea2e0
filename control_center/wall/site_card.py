"""One site: its state, its signs, its traffic, its air, its pole, and what ails it."""

from collections.abc import Iterator, Sequence

from control_center.view import DeviceView, Reading, SignView, SiteView, Trend
from control_center.wall.chart import band_of, draw_trend
from control_center.wall.markup import Markup, join, tag
from control_center.wall.parts import Parts
from control_center.wall.readings import (
    PARTICULATE,
    PM25_BANDS,
    POLE,
    SPEED_BANDS,
    WEATHER,
    Shown,
    find,
    has_kind,
    lanes_of,
)
from control_center.wall.sign_card import draw_sign
from control_center.wall.words import NONE, STATES, age, badge, both, number

_SPEED_TOP_KMH = 90
_PM25_TOP_UGM3 = 60


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
    facts = [f"dato hace {age(site.age_s)}" if site.age_s is not None else "sin datos"]
    if site.waiting_s is not None and site.waiting_s >= 1:
        facts.append(f"por enviar {age(site.waiting_s)}")
    return tag(
        "div",
        tag("h2", site.title),
        tag("span", " · ".join(facts), class_="age"),
        badge(STATES[site.state], f"state-{site.state}"),
        class_=f"line head state-{site.state}",
    )


def _tiles(site: SiteView, parts: Parts, name: str, now_ms: int) -> Iterator[Markup]:
    trends = {trend.name: trend for trend in site.speeds}
    for device in site.devices:
        if lanes_of(device):
            trend = trends.pop(device.device, None)
            yield _station(device, trend, parts, f"{name}-{device.device}", now_ms)
    for trend in trends.values():
        chart = draw_trend(trend, SPEED_BANDS, _SPEED_TOP_KMH, now_ms)
        yield _tile(trend.name, "speed", [parts.place(f"{name}-{trend.name}-speed", "div", chart)])
    pm25 = {trend.name: trend for trend in site.pm25}
    for device in site.devices:
        where = f"{name}-{device.device}"
        if has_kind(device, "air_particulate"):
            yield _air(device, pm25.get(device.device), parts, where, now_ms)
    measures = [
        (es, en, parts.place(f"{name}-{en}", "dl", facts))
        for es, en, shown in (("Tiempo", "weather", WEATHER), ("Poste", "pole", POLE))
        if (facts := join(_facts(site.devices, shown)))
    ]
    if measures:
        yield tag("div", *(_tile(es, en, [facts]) for es, en, facts in measures), class_="stack")
    devices = parts.place(f"{name}-devices", "ul", _devices(site.devices), class_="devices")
    yield tag("section", devices, class_="equipment", aria_label="Equipos · devices")


def _tile(es: str, en: str, content: Sequence[str]) -> Markup:
    return tag("section", tag("h3", both(es, en)), *content, class_="tile")


def _station(
    device: DeviceView, trend: Trend | None, parts: Parts, name: str, now_ms: int
) -> Markup:
    content = [parts.place(f"{name}-lanes", "table", _lanes(device), class_="lanes")]
    if trend is not None:
        chart = draw_trend(trend, SPEED_BANDS, _SPEED_TOP_KMH, now_ms)
        content.append(parts.place(f"{name}-chart", "div", chart))
    return _tile(device.title or device.device, "station", content)


def _lanes(device: DeviceView) -> Markup:
    first = lanes_of(device)[0]
    period = find(device, "vds_interval", "period_s", first)
    volume = f"veh/{number(period.value)} s" if period else "veh"
    head = ("Carril", "km/h", "", volume, "ocup. %")
    return join(
        [
            tag("thead", tag("tr", *(tag("th", title, scope="col") for title in head))),
            tag("tbody", *(_lane(device, lane) for lane in lanes_of(device))),
        ]
    )


def _lane(device: DeviceView, lane: str) -> Markup:
    speed = find(device, "vds_interval", "speed_kmh", lane)
    volume = find(device, "vds_interval", "volume_count", lane)
    occupancy = find(device, "vds_interval", "occupancy_pct", lane)
    stale = any(r is not None and r.stale for r in (speed, volume, occupancy))
    if speed is None:
        css, word = "none", Markup()
    elif stale:
        css, word = "stale", both(f"hace {age(speed.age_s)}", "old")
    else:
        band = band_of(speed.value, SPEED_BANDS)
        css, word = band.css, both(band.es, band.en)
    return tag(
        "tr",
        tag("th", lane, scope="row"),
        tag("td", _value(speed, 0), class_=f"speed {css}"),
        tag("td", word, class_=f"word {css}"),
        tag("td", _value(volume, 0)),
        tag("td", _value(occupancy, 1)),
        class_="stale" if stale else None,
    )


def _value(reading: Reading | None, decimals: int) -> str:
    return NONE if reading is None else number(reading.value, decimals)


def _air(device: DeviceView, trend: Trend | None, parts: Parts, name: str, now_ms: int) -> Markup:
    content = [parts.place(f"{name}-pm25", "div", _pm25(device))]
    if trend is not None:
        chart = draw_trend(trend, PM25_BANDS, _PM25_TOP_UGM3, now_ms)
        content.append(parts.place(f"{name}-chart", "div", chart))
    if facts := join(_facts([device], PARTICULATE)):
        content.append(parts.place(f"{name}-facts", "dl", facts))
    return _tile("PM2.5 · aire", "indicativo, no oficial · indicative", content)


def _pm25(device: DeviceView) -> Markup:
    reading = find(device, "air_particulate", "pm25_ugm3")
    if reading is None:
        return tag("div", NONE, class_="big none")
    value = tag("span", number(reading.value, 1), class_="big")
    unit = tag("span", reading.unit, class_="quiet")
    if reading.stale:
        word = tag("span", both(f"hace {age(reading.age_s)}", "old"), class_="ica stale")
        return tag("div", value, unit, word, class_="line stale")
    band = band_of(round(reading.value), PM25_BANDS)
    word = tag("span", both(band.es, band.en), class_=f"ica {band.css}")
    return tag("div", value, unit, word, class_="line")


def _facts(devices: Sequence[DeviceView], shown: Sequence[Shown]) -> Iterator[Markup]:
    for device in devices:
        for kind, field, es, en, decimals in shown:
            reading = find(device, kind, field)
            if reading is None:
                continue
            text = f"{number(reading.value, decimals)} {reading.unit}"
            if field == "is_on":
                text = "encendida" if reading.value else "apagada"
            yield tag(
                "div",
                tag("dt", both(es, en)),
                tag("dd", text),
                class_="stale" if reading.stale else None,
            )


def _devices(devices: Sequence[DeviceView]) -> Markup:
    """Every device as a mark and its name; those that are not well say why, and come first."""
    ranked = sorted(devices, key=lambda device: device.state == "ok")
    return join(_device(device) for device in ranked)


def _device(device: DeviceView) -> Markup:
    word = STATES[device.state]
    icon = tag("span", word.icon, class_="icon", aria_hidden="true")
    if device.state == "ok":
        return tag("li", icon, device.title or device.device, class_="state-ok")
    aged = f" · hace {age(device.age_s)}" if device.age_s is not None else ""
    return tag(
        "li",
        icon,
        tag("strong", device.title or device.device),
        " ",
        both(word.es, word.en),
        tag("span", f"{device.reason}{aged}", class_="why"),
        class_=f"state-{device.state} unwell",
    )
