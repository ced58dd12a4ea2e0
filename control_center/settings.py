"""The centre's settings file: what it expects, which rules decide, where it stores and shows.

Cross-checks stand beside the fields, so that a wrong name is reported with every other mistake.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationError, ValidationInfo, field_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from control_center.grafana.settings import GrafanaSettings
from control_center.signs.composer import DoesNotFitError, compose
from control_center.store.settings import StoreSettings
from gateway.contract.settings import Settings
from gateway.link.address import BrokerSettings

_NAME = r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?"
Name = Annotated[str, Field(pattern=rf"^{_NAME}$")]
SourceName = Annotated[str, Field(pattern=rf"^{_NAME}/{_NAME}$")]
DeviceName = Annotated[str, Field(pattern=rf"^{_NAME}/{_NAME}/{_NAME}$")]
Title = Annotated[str, Field(min_length=1, max_length=120)]


def _not_empty(names: tuple[str, ...]) -> tuple[str, ...]:
    """min_length would count only the good items, and so report a wrong one twice."""
    if not names:
        raise ValueError("must name at least one")
    return names


Message = Annotated[tuple[str, ...], AfterValidator(_not_empty)]


class WallSettings(Settings):
    """Where the wall page and `/api/view` are served."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8080


class SiteSettings(Settings):
    """A site the centre expects, so that a missing one is seen as missing."""

    source: SourceName
    title: Title


class SignSettings(Settings):
    """A sign and the size of its face in characters."""

    target: DeviceName
    title: Title
    rows: Annotated[int, Field(ge=1, le=8)]
    columns: Annotated[int, Field(ge=4, le=60)]
    minimum_hold_s: Annotated[float, Field(ge=0, le=600)] = 10


class CongestionSettings(Settings):
    """One stretch of road: slow at any of its stations proposes the message on its signs.

    Speeds are space-means of a station's bin. Below `queue_below_kmh` one bin is enough.
    """

    name: Name
    title: Title
    stations: Annotated[tuple[DeviceName, ...], AfterValidator(_not_empty)]
    signs: tuple[DeviceName, ...]
    enter_below_kmh: Annotated[float, Field(ge=2, le=120)] = 30
    leave_above_kmh: Annotated[float, Field(ge=2, le=120, validate_default=True)] = 40
    queue_below_kmh: Annotated[float, Field(ge=0, le=120)] = 15
    enter_bins: Annotated[int, Field(ge=1, le=20)] = 2
    leave_bins: Annotated[int, Field(ge=1, le=20)] = 2
    message: Message

    @field_validator("queue_below_kmh")
    @classmethod
    def _queue_is_slower(cls, value: float, info: ValidationInfo) -> float:
        enter = info.data.get("enter_below_kmh")
        if enter is not None and value > enter:
            raise ValueError(f"must be at most enter_below_kmh ({enter:g})")
        return value

    @field_validator("leave_above_kmh")
    @classmethod
    def _leaves_higher(cls, value: float, info: ValidationInfo) -> float:
        enter = info.data.get("enter_below_kmh")
        if enter is not None and value < enter:
            raise ValueError(f"must be at least enter_below_kmh ({enter:g})")
        return value


class AirSettings(Settings):
    """One air station: a high mean proposes the message and recommends an episode.

    The window is cut into at least 24 cells (hours, for a day) of at least 10 s; the mean needs
    `minimum_completeness_pct` of them (Resolución 2254 de 2017: 75 %).
    """

    name: Name
    title: Title
    station: DeviceName
    window_s: Annotated[int, Field(ge=10, le=86_400)] = 86_400
    minimum_completeness_pct: Annotated[float, Field(ge=1, le=100)] = 75
    enter_ugm3: Annotated[float, Field(ge=1, le=1000)] = 38
    leave_ugm3: Annotated[float, Field(ge=1, le=1000, validate_default=True)] = 34
    signs: tuple[DeviceName, ...]
    message: Message

    @field_validator("leave_ugm3")
    @classmethod
    def _leaves_lower(cls, value: float, info: ValidationInfo) -> float:
        enter = info.data.get("enter_ugm3")
        if enter is not None and value > enter:
            raise ValueError(f"must be at most enter_ugm3 ({enter:g})")
        return value


class CommandSettings(Settings):
    """A shown message lasts `duration_min` and is renewed every `renew_s`: a dead centre leaves
    blank signs. A command not carried out within `expiry_s` never is. For `settle_s` after the
    start nothing is blanked, so that a restart does not take down what the data still supports.
    """

    renew_s: Annotated[float, Field(ge=5, le=600)] = 30
    duration_min: Annotated[int, Field(ge=1, le=60, validate_default=True)] = 2
    expiry_s: Annotated[float, Field(ge=3, le=120)] = 20
    settle_s: Annotated[float, Field(ge=0, le=600)] = 90

    @field_validator("duration_min")
    @classmethod
    def _outlives_renewal(cls, value: int, info: ValidationInfo) -> int:
        renew_s = info.data.get("renew_s")
        if renew_s is not None and value * 60 < 2 * renew_s:
            raise ValueError(f"must be at least twice renew_s ({renew_s:g} s)")
        return value


class CenterSettings(Settings):
    """The whole file. `upstream` says whose frames the centre reads: gateways or edges."""

    data_dir: Path
    upstream: Literal["gateway", "edge"] = "gateway"
    broker: BrokerSettings = BrokerSettings()
    store: StoreSettings = StoreSettings()
    wall: WallSettings = WallSettings()
    grafana: GrafanaSettings | None = None
    sites: tuple[SiteSettings, ...] = ()
    signs: tuple[SignSettings, ...] = ()
    commands: CommandSettings = CommandSettings()
    congestion: tuple[CongestionSettings, ...] = ()
    air: tuple[AirSettings, ...] = ()

    @field_validator("sites")
    @classmethod
    def _sites_differ(cls, sites: tuple[SiteSettings, ...]) -> tuple[SiteSettings, ...]:
        _raise_together(_repeated([site.source for site in sites], "source"))
        return sites

    @field_validator("signs")
    @classmethod
    def _signs_differ(
        cls, signs: tuple[SignSettings, ...], info: ValidationInfo
    ) -> tuple[SignSettings, ...]:
        targets = [sign.target for sign in signs]
        faults = list(_repeated(targets, "target"))
        faults += [
            _fault((n, "target"), target, "is at no site of [[sites]]")
            for n, target in enumerate(targets)
            if _is_elsewhere(target, info)
        ]
        _raise_together(faults)
        return signs

    @field_validator("congestion")
    @classmethod
    def _congestion_fits(
        cls, rules: tuple[CongestionSettings, ...], info: ValidationInfo
    ) -> tuple[CongestionSettings, ...]:
        faults = list(_repeated([rule.name for rule in rules], "name"))
        for n, rule in enumerate(rules):
            faults += _message_faults(n, rule, info)
            faults += [
                _fault((n, "stations", m), station, "is at no site of [[sites]]")
                for m, station in enumerate(rule.stations)
                if _is_elsewhere(station, info)
            ]
        _raise_together(faults)
        return rules

    @field_validator("air")
    @classmethod
    def _air_fits(
        cls, rules: tuple[AirSettings, ...], info: ValidationInfo
    ) -> tuple[AirSettings, ...]:
        faults = list(_repeated([rule.name for rule in rules], "name"))
        for n, rule in enumerate(rules):
            faults += _message_faults(n, rule, info)
            if _is_elsewhere(rule.station, info):
                faults.append(_fault((n, "station"), rule.station, "is at no site of [[sites]]"))
        _raise_together(faults)
        return rules


def _fault(location: tuple[int | str, ...], value: object, text: str) -> InitErrorDetails:
    kind = PydanticCustomError("reference", "{text}", {"text": text})
    return InitErrorDetails(type=kind, loc=location, input=value)


def _raise_together(faults: Iterable[InitErrorDetails]) -> None:
    """Pydantic keeps the places of a `ValidationError` raised inside a validator."""
    details = list(faults)
    if details:
        raise ValidationError.from_exception_data("settings", details)


def _repeated(names: list[str], key: str) -> Iterable[InitErrorDetails]:
    for n, name in enumerate(names):
        if name in names[:n]:
            yield _fault((n, key), name, "stands twice; names must differ")


def _is_elsewhere(device: str, info: ValidationInfo) -> bool:
    """Whether a device is at no known site; unknowable while [[sites]] itself is wrong."""
    sites: tuple[SiteSettings, ...] | None = info.data.get("sites")
    return sites is not None and device.rpartition("/")[0] not in {s.source for s in sites}


def _message_faults(
    n: int, rule: CongestionSettings | AirSettings, info: ValidationInfo
) -> Iterable[InitErrorDetails]:
    """The rule's signs exist and each can hold its message."""
    known: tuple[SignSettings, ...] | None = info.data.get("signs")
    if known is None:
        return
    signs = {sign.target: sign for sign in known}
    for m, target in enumerate(rule.signs):
        if target not in signs:
            yield _fault((n, "signs", m), target, "is no target of [[signs]]")
            continue
        sign = signs[target]
        try:
            compose(rule.message, sign.rows, sign.columns)
        except DoesNotFitError as error:
            yield _fault((n, "message"), rule.message, f"does not fit {target}: {error}")
