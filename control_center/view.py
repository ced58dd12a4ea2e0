"""The view: everything that a person or a program may see of the centre at one moment.

The live picture makes it; the wall page draws it, `/api/view` serves it. Immutable, and complete:
who draws it asks for nothing else. Ages are seconds at `now_ms`; None means never seen.
"""

from typing import Literal

from msgspec import Struct

State = Literal["ok", "stale", "offline", "unknown"]


class Reading(Struct, frozen=True):
    """The last value of one field of one device, with what the table of kinds says of it."""

    kind: str
    field: str
    tags: dict[str, str]
    value: float
    unit: str
    age_s: float
    stale: bool


class DeviceView(Struct, frozen=True):
    """One device: `reason` says in words why it is not `ok`."""

    device: str
    model: str
    title: str
    state: State
    reason: str
    age_s: float | None
    readings: tuple[Reading, ...]


class Trend(Struct, frozen=True):
    """A small chart: (UTC ms, value) oldest first; a gap is a point whose value is None."""

    name: str
    unit: str
    points: tuple[tuple[int, float | None], ...]


class SiteView(Struct, frozen=True):
    """One site (cabinet) and its devices; `waiting_s` is the age of its oldest unsent frame."""

    source: str
    title: str
    latitude_deg: float | None
    longitude_deg: float | None
    state: State
    age_s: float | None
    waiting_s: float | None
    devices: tuple[DeviceView, ...]
    speeds: tuple[Trend, ...]
    pm25: tuple[Trend, ...]


class SignView(Struct, frozen=True):
    """One sign and its face.

    `pages` is what the sign said it shows when it was last read back (no pages = blank). `face` is
    `confirmed` when that is what the centre decided, `waiting` while a command is under way or
    nothing was decided yet, `differs` when the sign shows something else, `unknown` when it was not
    read back recently or is known to be out of reach.
    `reason` and `authority` belong to the decision in force. Of `commands` issued, `confirmed` were
    confirmed by read-back and `under_way` (0 or 1) has no result yet.
    """

    target: str
    title: str
    rows: int
    columns: int
    face: Literal["confirmed", "waiting", "differs", "unknown"]
    pages: tuple[tuple[str, ...], ...]
    wanted: tuple[tuple[str, ...], ...]
    reason: str
    authority: str
    since_ms: int | None
    age_s: float | None
    commands: int
    confirmed: int
    under_way: int = 0


class AlarmView(Struct, frozen=True):
    """One open alarm; `severity` 1 is the most urgent of 3."""

    id: str
    severity: Literal[1, 2, 3]
    since_ms: int
    place: str
    text_es: str
    text_en: str


class QuarantineView(Struct, frozen=True):
    """One refused message, newest first."""

    time_ms: int
    topic: str
    reason: str
    detail: str
    excerpt: str


class Latency(Struct, frozen=True):
    """A mergeable histogram of latencies; `control_center.histogram` explains the buckets."""

    counts: dict[int, int]


class Totals(Struct, frozen=True):
    """Counters since this centre process (`instance`) started, and what is under way now."""

    instance: str
    started_ms: int
    observations_per_s: float
    stored_count: int
    repeated_frames: int
    quarantined_count: int
    store_waiting_count: int
    store_fault: str
    devices_configured: int
    devices_online: int
    oldest_waiting_s: float | None
    measured_to_stored: Latency
    decided_to_shown: Latency


class CenterView(Struct, frozen=True):
    """Everything, at `now_ms`."""

    now_ms: int
    totals: Totals
    sites: tuple[SiteView, ...]
    signs: tuple[SignView, ...]
    alarms: tuple[AlarmView, ...]
    quarantine: tuple[QuarantineView, ...]
