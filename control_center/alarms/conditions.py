"""What is wrong right now, from the live picture, the rules and the signs. Pure."""

from collections.abc import Iterator
from typing import NamedTuple

from control_center.alarms.board import Condition
from control_center.decisions import Decisions
from control_center.ingest.quarantine import Quarantine
from control_center.live.picture import Picture, Site
from control_center.view import DeviceView

_SITE_HOLD_S = 5.0
_DEVICE_HOLD_S = 10.0
_SIGN_HOLD_S = 5.0
_STORE_HOLD_S = 3.0
_LINK_HOLD_S = 3.0
_QUARANTINE_MS = 300_000


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
    yield from _rules(decisions)
    for target, dispatcher in decisions.dispatchers.items():
        if dispatcher.face_state(now_ms) == "differs":
            yield Condition(
                f"sign-differs:{target}",
                2,
                target,
                "El panel muestra otra cosa que la decidida",
                "The sign shows something else than decided",
                _SIGN_HOLD_S,
            )
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
            "No connection to the MQTT broker",
            _LINK_HOLD_S,
        )
    if faults.store:
        yield Condition(
            "store",
            1,
            "centro",
            f"El almacén no responde: {faults.store}",
            "The store does not answer; data waits upstream",
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
    for device in site.devices.values():
        yield from _device(site, device.view(state, now_ms))


def _device(site: Site, device: DeviceView) -> Iterator[Condition]:
    if device.state != "ok":
        yield Condition(
            f"device-offline:{site.source}/{device.device}",
            3,
            f"{site.source}/{device.device}",
            f"Equipo sin datos: {device.reason}",
            "Device without data",
            _DEVICE_HOLD_S,
        )


def _rules(decisions: Decisions) -> Iterator[Condition]:
    for rule in decisions.congestion:
        opinion = decisions.opinions.get(rule.name)
        if opinion and opinion.active:
            yield Condition(
                rule.name,
                2,
                rule.settings.title,
                f"Congestión: {opinion.reason}",
                "Congestion",
            )
    for air in decisions.air:
        opinion = decisions.opinions.get(air.name)
        if opinion and opinion.active:
            level = f"se recomienda declarar {air.level}; decide la autoridad" if air.level else ""
            yield Condition(
                air.name,
                2,
                air.settings.title,
                "; ".join(filter(None, [f"Calidad del aire: {opinion.reason}", level])),
                "Air quality: the authority may declare an episode",
            )
