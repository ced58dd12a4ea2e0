"""One device as it was last heard: its newest observation of each kind and tags, and its health."""

from control_center.view import DeviceView, Reading, State
from gateway.contract.kinds import KINDS
from gateway.contract.messages import BirthDevice, Observation

Series = tuple[str, tuple[tuple[str, str], ...]]
_HEALTH = "device_health"
SERIES_MAX = 64
"""Kinds times tags that one device may have: a hostile source must not grow our memory."""


def end_ms(observation: Observation) -> int:
    """When the measurement ended: the end of an interval, or the instant itself."""
    if KINDS[observation.kind].time == "interval":
        return observation.time_ms + round(observation.fields["period_s"] * 1000)
    return observation.time_ms


class Device:
    """Takes observations in any order: an older one never replaces a newer.

    Ages are ours: a clock that runs ahead makes nothing younger than its arrival here.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.birth: BirthDevice | None = None
        self._newest: dict[Series, Observation] = {}
        self._heard_ms: dict[Series, int] = {}

    def absorb(self, observation: Observation, now_ms: int) -> bool:
        """Whether it was news."""
        series = (observation.kind, tuple(sorted(observation.tags.items())))
        known = self._newest.get(series)
        if known is None and len(self._newest) >= SERIES_MAX:
            return False
        if known is not None and observation.time_ms <= known.time_ms:
            return False
        self._newest[series] = observation
        self._heard_ms[series] = min(end_ms(observation), now_ms)
        return True

    def newest(self, kind: str) -> Observation | None:
        """The newest observation of a kind without tags."""
        return self._newest.get((kind, ()))

    def fresh_field(self, kind: str, field: str, now_ms: int) -> float | None:
        """A field of that observation, None when it is absent or stale."""
        observation = self.newest(kind)
        if observation is None or self._age_s((kind, ()), now_ms) > KINDS[kind].stale_after_s:
            return None
        return observation.fields.get(field)

    def _age_s(self, series: Series, now_ms: int) -> float:
        return max(0, now_ms - self._heard_ms[series]) / 1000

    def is_online(self, now_ms: int) -> bool:
        return self.fresh_field(_HEALTH, "is_online", now_ms) == 1

    def view(self, site: State, now_ms: int) -> DeviceView:
        """`age_s` is that of its values: that it is reported silent makes them no younger."""
        state, reason = self.state(site, now_ms)
        values = [series for series in sorted(self._newest) if series[0] != _HEALTH]
        ages = [self._age_s(series, now_ms) for series in values]
        in_doubt = site != "ok" or state == "offline"
        return DeviceView(
            device=self.name,
            model=self.birth.model if self.birth else "",
            title=self.birth.title if self.birth else "",
            state=state,
            reason=reason,
            age_s=min(ages, default=None),
            readings=tuple(
                reading
                for series in values
                for reading in self._readings(series, now_ms, in_doubt=in_doubt)
            ),
        )

    def state(self, site: State, now_ms: int) -> tuple[State, str]:
        """Its state at a site in that state, and why it is not `ok`."""
        if site in ("offline", "unknown"):
            return "unknown", "gabinete sin conexión · cabinet not connected"
        health = self.newest(_HEALTH)
        if health is None:
            return "unknown", "aún sin noticias · not heard of yet"
        age_s = self._age_s((_HEALTH, ()), now_ms)
        if age_s > KINDS[_HEALTH].stale_after_s:
            return "stale", f"sin noticias hace {age_s:.0f} s · not heard of for {age_s:.0f} s"
        if health.fields["is_online"] == 1:
            return "ok", ""
        return "offline", health.texts.get("reason", "no responde · does not answer")

    def _readings(self, series: Series, now_ms: int, *, in_doubt: bool) -> list[Reading]:
        observation = self._newest[series]
        kind = KINDS[observation.kind]
        age_s = self._age_s(series, now_ms)
        return [
            Reading(
                kind=observation.kind,
                field=field,
                tags=observation.tags,
                value=value,
                unit=kind.fields[field].unit,
                age_s=age_s,
                stale=in_doubt or age_s > kind.stale_after_s,
            )
            for field, value in observation.fields.items()
        ]
