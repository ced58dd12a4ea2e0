"""What is wrong right now, from the live picture, the rules and the signs. Pure."""

from collections.abc import Iterator
from typing import NamedTuple

from control_center.alarms.board import Condition
from control_center.bilingual import words_of
from control_center.decisions import Decisions
from control_center.ingest.quarantine import Quarantine
from control_center.live.face import face_state
from control_center.live.picture import Picture, Site
from control_center.signs.dispatcher import SignDispatcher

_SITE_HOLD_S = 5.0
_DEVICE_HOLD_S = 10.0
_SIGN_HOLD_S = 5.0
_STORE_HOLD_S = 3.0
_LINK_HOLD_S = 3.0
_QUARANTINE_MS = 300_000
_TOGETHER = 3
"""From so many devices of one site on, they are one alarm: it is their cabinet that ails."""
_NAMED = 6


class Faults(NamedTuple):
    """The centre's own: in words, "" when there is none."""

    link: str
    store: str


def conditions_of(
    picture: Picture,
    decisions: Decisions,
    quarantine: Quarantine,
    faults: Faults,
    now_ms: int,
) -> Iterator[Condition]:
    yield from _own(faults)
    if not faults.link:
        yield from _field(picture, now_ms)
        for dispatcher in decisions.dispatchers.values():
            yield from _sign(picture, dispatcher, now_ms)
    yield from _rules(decisions)
    if quarantine.newest_ms is not None and now_ms < quarantine.newest_ms + _QUARANTINE_MS:
        yield Condition(
            "quarantine",
            3,
            "centro",
            f"Mensajes en cuarentena: {quarantine.count}",
            f"Messages in quarantine: {quarantine.count}",
        )


def _own(faults: Faults) -> Iterator[Condition]:
    if faults.link:
        yield Condition(
            "link",
            1,
            "centro",
            f"Sin conexión con el broker MQTT: {faults.link}",
            f"No connection to the MQTT broker: {faults.link}",
            _LINK_HOLD_S,
        )
    if faults.store:
        yield Condition(
            "store",
            1,
            "centro",
            f"El almacén no responde, los datos esperan: {faults.store}",
            f"The store does not answer, data waits: {faults.store}",
            _STORE_HOLD_S,
        )


def _field(picture: Picture, now_ms: int) -> Iterator[Condition]:
    """A gateway that is down silences its sites, a site that is down its devices."""
    for source, gateway in picture.gateways.items():
        if gateway.presence is None or not gateway.presence.online:
            yield Condition(
                f"gateway-offline:{source}",
                1,
                source,
                "Pasarela sin conexión",
                "Gateway offline",
                _SITE_HOLD_S,
            )
    for site in picture.sites.values():
        if not picture.gateway_is_down(site.source):
            yield from _site(picture, site, now_ms)


def _site(picture: Picture, site: Site, now_ms: int) -> Iterator[Condition]:
    state = picture.state(site, now_ms)
    if state != "ok":
        words = {
            "offline": ("Gabinete sin conexión", "Cabinet offline"),
            "stale": ("Gabinete sin datos recientes", "Cabinet without recent data"),
            "unknown": ("Gabinete esperado, nunca visto", "Expected cabinet, never seen"),
        }[state]
        yield Condition(f"site-{state}:{site.source}", 2, site.source, *words, _SITE_HOLD_S)
        return
    states = {name: site.devices[name].state(state, now_ms) for name in sorted(site.devices)}
    unwell = {name: reason for name, (state, reason) in states.items() if state != "ok"}
    if len(unwell) >= _TOGETHER:
        names = ", ".join(list(unwell)[:_NAMED])
        more = ", …" if len(unwell) > _NAMED else ""
        yield Condition(
            f"devices-offline:{site.source}",
            2,
            site.source,
            f"{len(unwell)} de {len(states)} equipos sin datos: {names}{more}",
            f"{len(unwell)} of {len(states)} devices without data: {names}{more}",
            _DEVICE_HOLD_S,
        )
        return
    for name, reason in unwell.items():
        why = words_of(reason)
        yield Condition(
            f"device-offline:{site.source}/{name}",
            3,
            f"{site.source}/{name}",
            f"Equipo sin datos: {why.es}",
            f"Device without data: {why.en}",
            _DEVICE_HOLD_S,
        )


def _sign(picture: Picture, dispatcher: SignDispatcher, now_ms: int) -> Iterator[Condition]:
    """Not of a sign behind a site that has an alarm of its own."""
    target, failure = dispatcher.target, dispatcher.failure
    source = target.rpartition("/")[0]
    if picture.gateway_is_down(source) or picture.state(picture.site(source), now_ms) == "offline":
        return
    why_es, why_en = (f" ({failure.es})", f" ({failure.en})") if failure else ("", "")
    face = face_state(picture, dispatcher, now_ms)
    if face == "differs":
        yield Condition(
            f"sign-differs:{target}",
            2,
            target,
            f"El panel muestra otra cosa que la decidida{why_es}",
            f"The sign shows something else than decided{why_en}",
            _SIGN_HOLD_S,
        )
    elif face != "confirmed" and failure:
        yield Condition(
            f"sign-unconfirmed:{target}",
            2,
            target,
            f"Nadie sabe si el panel muestra lo decidido{why_es}",
            f"Nobody knows whether the sign shows what was decided{why_en}",
            _SIGN_HOLD_S,
        )


def _rules(decisions: Decisions) -> Iterator[Condition]:
    for rule in decisions.congestion:
        opinion = decisions.opinions.get(rule.name)
        if opinion and opinion.active:
            yield Condition(
                rule.name,
                2,
                rule.settings.title,
                f"Congestión: {opinion.reason.es}",
                f"Congestion: {opinion.reason.en}",
            )
    for air in decisions.air:
        opinion = decisions.opinions.get(air.name)
        if opinion and opinion.active:
            level_es = level_en = ""
            if air.level:
                level_es = f"; se recomienda declarar {air.level}, decide la autoridad"
                level_en = f"; declaring {air.level} is recommended, the authority decides"
            yield Condition(
                air.name,
                2,
                air.settings.title,
                f"Calidad del aire: {opinion.reason.es}{level_es}",
                f"Air quality: {opinion.reason.en}{level_en}",
            )
