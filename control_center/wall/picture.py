"""The whole page from the view: header, sites with their signs, alarms, quarantine, footer."""

from collections.abc import Iterator

from control_center.histogram import Histogram
from control_center.view import AlarmView, CenterView, Latency, QuarantineView, SignView
from control_center.wall.dots import UNLIT
from control_center.wall.markup import Markup, join, tag
from control_center.wall.parts import Parts, Picture
from control_center.wall.sign_card import draw_sign
from control_center.wall.site_card import draw_site
from control_center.wall.words import (
    REFUSALS,
    SEVERITIES,
    age,
    both,
    clock,
    date,
    milliseconds,
    number,
)
from gateway.contract.messages import VERSION

_LISTED = 12
_ALARMS_LISTED = 8
"""The most urgent; more would push each other off the wall."""


def draw(view: CenterView) -> Picture:
    """Pure: the same view gives the same picture."""
    parts = Parts()
    skeleton = join(
        [
            UNLIT,
            parts.place("header", "header", _header(view), class_="top"),
            tag("main", *_main(view, parts)),
            tag("aside", *_aside(view, parts)),
            parts.place("footer", "footer", _footer(view)),
        ]
    )
    return Picture(skeleton, parts.contents)


def _main(view: CenterView, parts: Parts) -> Iterator[Markup]:
    by_source: dict[str, list[SignView]] = {site.source: [] for site in view.sites}
    homeless: list[SignView] = []
    for sign in view.signs:
        by_source.get(sign.target.rpartition("/")[0], homeless).append(sign)
    for site in view.sites:
        yield draw_site(site, by_source[site.source], parts, view.now_ms)
    if homeless:
        drawn = (draw_sign(sign, parts) for sign in homeless)
        yield tag("article", tag("h2", both("Otros paneles", "other signs")), *drawn, class_="site")


def _header(view: CenterView) -> Markup:
    totals = view.totals
    missing = totals.devices_online < totals.devices_configured
    figures = [
        _figure(
            "Equipos",
            "devices online",
            f"{number(totals.devices_online)} / {number(totals.devices_configured)}",
            "warn" if missing else "",
        ),
        _figure("Obs./s", "observations", number(totals.observations_per_s, 1)),
        _figure(
            "Guardadas",
            "stored",
            number(totals.stored_count),
            "warn" if totals.store_fault else "",
        ),
        _figure("Mayor espera", "oldest waiting", age(totals.oldest_waiting_s)),
        _figure("Alarmas", "alarms", number(len(view.alarms)), "warn" if view.alarms else ""),
        _figure("Cuarentena", "quarantined", number(totals.quarantined_count)),
    ]
    brand = tag("h1", "Aburrá", tag("span", "Centro de control", class_="quiet"))
    time = tag(
        "div",
        tag("time", clock(view.now_ms)),
        tag("span", f"{date(view.now_ms)} · Colombia"),
        class_="clock",
    )
    return join([brand, tag("dl", *figures, class_="figures"), time])


def _figure(es: str, en: str, value: str, css: str = "") -> Markup:
    return tag("div", tag("dt", both(es, en)), tag("dd", value), class_=css or None)


def _aside(view: CenterView, parts: Parts) -> Iterator[Markup]:
    ranked = sorted(view.alarms, key=lambda alarm: (alarm.severity, -alarm.since_ms))
    alarms = join(_alarm(alarm, view.now_ms) for alarm in ranked[:_ALARMS_LISTED])
    if (more := len(ranked) - _ALARMS_LISTED) > 0:
        alarms = join([alarms, tag("li", both(f"y {more} más", "more"), class_="calm")])
    calm = tag("li", both("Sin alarmas", "no alarms"), class_="calm")
    yield tag("h2", both("Alarmas", "alarms"))
    yield parts.place("alarms", "ul", alarms or calm, class_="alarms")
    refused = join(_refused(message, view.now_ms) for message in view.quarantine[:_LISTED])
    empty = tag("li", both("Ningún mensaje rechazado", "nothing refused"), class_="calm")
    yield tag("h2", both("Cuarentena", "quarantine"))
    yield parts.place("quarantine", "ul", refused or empty, class_="quarantine")


def _alarm(alarm: AlarmView, now_ms: int) -> Markup:
    word = SEVERITIES[alarm.severity]
    return tag(
        "li",
        tag(
            "div",
            tag("span", word.icon, class_="icon", aria_hidden="true"),
            tag("strong", word.es),
            tag("span", word.en, class_="en", lang="en"),
            tag("span", age((now_ms - alarm.since_ms) / 1000), class_="age"),
            class_="line",
        ),
        tag("p", alarm.place, class_="place"),
        tag("p", alarm.text_es),
        tag("p", alarm.text_en, class_="en", lang="en"),
        class_=f"severity-{alarm.severity}",
        data_testid="alarm",
    )


def _refused(message: QuarantineView, now_ms: int) -> Markup:
    return tag(
        "li",
        tag(
            "div",
            tag("strong", REFUSALS.get(message.reason, "")),
            tag("span", message.reason, class_="en", lang="en"),
            tag("span", f"hace {age((now_ms - message.time_ms) / 1000)}", class_="age"),
            class_="line",
        ),
        tag("p", message.topic, class_="topic"),
        tag("p", message.detail),
        tag("code", message.excerpt),
        data_testid="quarantine",
    )


def _footer(view: CenterView) -> Markup:
    totals = view.totals
    return join(
        [
            tag("span", f"Contrato · contract v{VERSION}"),
            tag("span", "medido→guardado · measured→stored ", _latency(totals.measured_to_stored)),
            tag("span", "decidido→visible · decided→shown ", _latency(totals.decided_to_shown)),
            tag("span", f"repetidas · repeated frames {number(totals.repeated_frames)}"),
            tag("span", f"por guardar · to store {number(totals.store_waiting_count)}"),
            tag("span", f"centro · centre {totals.instance}"),
        ]
    )


def _latency(latency: Latency) -> Markup:
    histogram = Histogram(latency.counts)
    p50, p99 = histogram.percentile_ms(0.5), histogram.percentile_ms(0.99)
    return tag("b", f"p50 {milliseconds(p50)} · p99 {milliseconds(p99)}")
