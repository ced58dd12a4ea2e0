"""A traffic station: every lane's last interval, and the speed of the last minutes."""

from control_center.view import DeviceView, Trend
from control_center.wall.chart import band_of, draw_trend
from control_center.wall.markup import Markup, join, tag
from control_center.wall.parts import Parts
from control_center.wall.readings import SPEED_BANDS, find, is_stale, lanes_of
from control_center.wall.tile import draw_tile, value_of
from control_center.wall.words import age, both, halves, number

_TOP_KMH = 90


def draw_station(
    device: DeviceView, trend: Trend | None, parts: Parts, name: str, now_ms: int
) -> Markup:
    content = [parts.place(f"{name}-lanes", "table", _lanes(device), class_="lanes")]
    if trend is not None:
        stale = is_stale(device, "vds_interval")
        content.append(parts.place(f"{name}-chart", "div", draw_speed(trend, now_ms, stale=stale)))
    return draw_tile(*halves(device), content)


def draw_speed(trend: Trend, now_ms: int, *, stale: bool) -> Markup:
    return draw_trend(trend, SPEED_BANDS, _TOP_KMH, now_ms, stale=stale)


def _lanes(device: DeviceView) -> Markup:
    lanes = lanes_of(device)
    period = find(device, "vds_interval", "period_s", lanes[0])
    volume = f"veh/{number(period.value)} s" if period else "veh"
    head = ("Carril", "km/h", "", volume, "ocup. %")
    return join(
        [
            tag("thead", tag("tr", *(tag("th", title, scope="col") for title in head))),
            tag("tbody", *(_lane(device, lane) for lane in lanes)),
        ]
    )


def _lane(device: DeviceView, lane: str) -> Markup:
    speed = find(device, "vds_interval", "speed_kmh", lane)
    volume = find(device, "vds_interval", "volume_count", lane)
    occupancy = find(device, "vds_interval", "occupancy_pct", lane)
    stale = any(r is not None and r.stale for r in (speed, volume, occupancy))
    if speed is None:
        css, word = "none", Markup()
    elif speed.stale:
        css, word = "stale", both(f"hace {age(speed.age_s)}", "old")
    else:
        band = band_of(speed.value, SPEED_BANDS)
        css, word = band.css, both(band.es, band.en)
    return tag(
        "tr",
        tag("th", lane, scope="row"),
        tag("td", value_of(speed, 0), class_=f"speed {css}"),
        tag("td", word, class_=f"word {css}"),
        tag("td", value_of(volume, 0)),
        tag("td", value_of(occupancy, 1)),
        class_="stale" if stale else None,
    )
