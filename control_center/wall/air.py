"""The air at one site: PM2.5 with the band it would have in Colombia's index, and its trend."""

from control_center.view import DeviceView, Trend
from control_center.wall.chart import band_of, draw_trend
from control_center.wall.markup import Markup, join, tag
from control_center.wall.parts import Parts
from control_center.wall.readings import PARTICULATE, PM25_BANDS, find, is_stale
from control_center.wall.tile import draw_facts, draw_tile
from control_center.wall.words import NONE, age, both, number

_TOP_UGM3 = 60


def draw_air(
    device: DeviceView, trend: Trend | None, parts: Parts, name: str, now_ms: int
) -> Markup:
    content = [parts.place(f"{name}-pm25", "div", _pm25(device))]
    if trend is not None:
        stale = is_stale(device, "air_particulate")
        chart = draw_trend(trend, PM25_BANDS, _TOP_UGM3, now_ms, stale=stale)
        content.append(parts.place(f"{name}-chart", "div", chart))
    if facts := join(draw_facts([device], PARTICULATE)):
        content.append(parts.place(f"{name}-facts", "dl", facts))
    return draw_tile("PM2.5 · aire", "indicativo, no oficial · indicative", content)


def _pm25(device: DeviceView) -> Markup:
    reading = find(device, "air_particulate", "pm25_ugm3")
    if reading is None:
        return tag("div", NONE, class_="big none")
    value = tag("span", number(reading.value, 1), class_="big")
    unit = tag("span", reading.unit, class_="quiet")
    if reading.stale:
        word = tag("span", both(f"hace {age(reading.age_s)}", "old"), class_="ica stale")
        return tag("div", value, unit, word, class_="line stale")
    # The index rounds the concentration before it looks for the band.
    band = band_of(round(reading.value), PM25_BANDS)
    word = tag("span", both(band.es, band.en), class_=f"ica {band.css}")
    return tag("div", value, unit, word, class_="line")
