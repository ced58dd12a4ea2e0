"""The live picture of all sites: what was last said of each, and what is missing. Pure."""

from collections import deque
from collections.abc import Iterable

from control_center.engines.station import StationBin
from control_center.live.device import Device, end_ms
from control_center.live.trends import TrendLine
from control_center.view import SiteView, State
from gateway.contract.kinds import KINDS
from gateway.contract.messages import Birth, Observation, Presence
from gateway.contract.topics import GATEWAY_SITE

_SITES_MAX = 1000
_DEVICES_MAX = 300
_RATE_MS = 10_000
_SITE_STALE_S = 30.0
OWN_HEALTH = ("edge_health", "gateway_health")
"""What an edge or a gateway says of itself: no device's."""


class Site:
    """One site, or one gateway, as it was last heard."""

    def __init__(self, source: str, title: str = "") -> None:
        self.source = source
        self.title = title
        self.presence: Presence | None = None
        self.birth: Birth | None = None
        self.devices: dict[str, Device] = {}
        self.health = Device("health")
        self.speeds: dict[str, TrendLine] = {}
        self.pm25: dict[str, TrendLine] = {}
        self.newest_ms: int | None = None

    def device(self, name: str) -> Device:
        """Known or new; beyond the bound a device that nobody keeps."""
        known = self.devices.get(name)
        if known is None:
            known = Device(name)
            if len(self.devices) < _DEVICES_MAX:
                self.devices[name] = known
        return known

    def forget(self, name: str) -> None:
        """A device that is gone, with its charts."""
        for of_device in (self.devices, self.speeds, self.pm25):
            of_device.pop(name, None)

    def age_s(self, now_ms: int) -> float | None:
        return None if self.newest_ms is None else max(0, now_ms - self.newest_ms) / 1000

    def waiting_s(self, now_ms: int) -> float | None:
        """Age of its oldest frame that waits for an acknowledgement; None when it didn't say."""
        said = [
            waiting_s
            for kind in OWN_HEALTH
            if (waiting_s := self.health.fresh_field(kind, "oldest_waiting_s", now_ms)) is not None
        ]
        return max(said, default=None)


class Picture:
    """Takes what the bus says, of sites expected or not. `upstream` as in the settings."""

    def __init__(
        self, sites: Iterable[tuple[str, str]], devices: Iterable[str], *, through_gateways: bool
    ) -> None:
        self.sites = {source: Site(source, title) for source, title in sites}
        self.gateways: dict[str, Site] = {}
        self._through_gateways = through_gateways
        self._arrivals: deque[tuple[int, int]] = deque()
        self._expected = frozenset(devices)
        for device in self._expected:
            source, _, name = device.rpartition("/")
            self.site(source).device(name)
        if through_gateways:
            for source in self.sites:
                self.site(f"{source.partition('/')[0]}/{GATEWAY_SITE}")

    def site(self, source: str) -> Site:
        """The site or gateway of that name, known or new."""
        group = self.gateways if source.endswith(f"/{GATEWAY_SITE}") else self.sites
        known = group.get(source)
        if known is None:
            known = Site(source)
            if len(group) < _SITES_MAX:
                group[source] = known
        return known

    def presence(self, presence: Presence) -> None:
        self.site(presence.source).presence = presence

    def birth(self, birth: Birth) -> None:
        """What a site has: a device of its last birth that this one does not name is gone, unless
        the centre expects it.
        """
        site = self.site(birth.source)
        before = {device.device for device in site.birth.devices} if site.birth else set()
        for name in before - {device.device for device in birth.devices}:
            if f"{birth.source}/{name}" not in self._expected:
                site.forget(name)
        site.birth = birth
        for device in birth.devices:
            site.device(device.device).birth = device

    def absorb(self, source: str, observations: Iterable[Observation], now_ms: int) -> None:
        site = self.site(source)
        count = 0
        for observation in observations:
            count += 1
            site.newest_ms = max(site.newest_ms or 0, min(end_ms(observation), now_ms))
            if observation.kind in OWN_HEALTH:
                site.health.absorb(observation, now_ms)
                continue
            site.device(observation.device).absorb(observation, now_ms)
            pm25_ugm3 = observation.fields.get("pm25_ugm3")
            if pm25_ugm3 is not None:
                line = _line(site.pm25, observation.device, "µg/m³")
                line.add(observation.time_ms, pm25_ugm3, KINDS[observation.kind].period_s)
        self._arrivals.append((now_ms, count))
        self._forget_arrivals(now_ms)

    def station_bin(self, finished: StationBin) -> None:
        source, _, device = finished.station.rpartition("/")
        line = _line(self.site(source).speeds, device, "km/h")
        line.add(finished.end_ms, finished.speed_kmh, finished.period_s)

    def observations_per_s(self, now_ms: int) -> float:
        """Mean of the last ten seconds."""
        self._forget_arrivals(now_ms)
        return sum(count for _, count in self._arrivals) * 1000 / _RATE_MS

    def _forget_arrivals(self, now_ms: int) -> None:
        while self._arrivals and self._arrivals[0][0] <= now_ms - _RATE_MS:
            self._arrivals.popleft()

    def oldest_waiting_s(self, now_ms: int) -> float | None:
        everyone = (*self.sites.values(), *self.gateways.values())
        said = [waiting for s in everyone if (waiting := s.waiting_s(now_ms)) is not None]
        return max(said, default=None)

    def gateway_is_down(self, source: str) -> bool:
        """Whether a site's gateway said goodbye, or its last will did."""
        gateway = self.gateways.get(f"{source.partition('/')[0]}/{GATEWAY_SITE}")
        return bool(
            self._through_gateways and gateway and gateway.presence and not gateway.presence.online
        )

    def state(self, site: Site, now_ms: int) -> State:
        """Behind a dead gateway a site is stale: nobody knows whether it still measures."""
        if site.presence is None:
            return "unknown"
        if not site.presence.online:
            return "offline"
        age_s = site.age_s(now_ms)
        if self.gateway_is_down(site.source) or age_s is None or age_s > _SITE_STALE_S:
            return "stale"
        return "ok"

    def can_hear(self, device: str, now_ms: int) -> bool:
        """Whether nothing says that a device, `municipality/site/device`, is out of reach."""
        source, _, name = device.rpartition("/")
        site = self.site(source)
        is_silent = site.device(name).fresh_field("device_health", "is_online", now_ms) == 0
        is_gone = site.presence is not None and not site.presence.online
        return not (is_silent or is_gone or self.gateway_is_down(source))

    def online_count(self, now_ms: int) -> int:
        """Devices that answer, of sites that are connected."""
        return sum(
            device.is_online(now_ms)
            for site in self.sites.values()
            if self.state(site, now_ms) == "ok"
            for device in site.devices.values()
        )

    def views(self, now_ms: int) -> tuple[SiteView, ...]:
        return tuple(self._view(site, now_ms) for site in self.sites.values())

    def _view(self, site: Site, now_ms: int) -> SiteView:
        state = self.state(site, now_ms)
        birth = site.birth
        return SiteView(
            source=site.source,
            title=site.title or (birth.title if birth else site.source),
            latitude_deg=birth.latitude_deg if birth else None,
            longitude_deg=birth.longitude_deg if birth else None,
            state=state,
            age_s=site.age_s(now_ms),
            waiting_s=site.waiting_s(now_ms),
            devices=tuple(site.devices[name].view(state, now_ms) for name in sorted(site.devices)),
            speeds=tuple(site.speeds[name].view(now_ms) for name in sorted(site.speeds)),
            pm25=tuple(site.pm25[name].view(now_ms) for name in sorted(site.pm25)),
        )


def _line(lines: dict[str, TrendLine], device: str, unit: str) -> TrendLine:
    if device not in lines and len(lines) < _DEVICES_MAX:
        lines[device] = TrendLine(device, unit)
    return lines.get(device) or TrendLine(device, unit)
