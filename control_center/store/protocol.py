"""What the centre asks of a store, whichever it is.

A point is named for ever by (kind, municipality, site, device, tags, time) and never changes, so
writing it again changes nothing: whoever is unsure whether a write arrived simply writes again.
"""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from gateway.contract.kinds import KINDS, Kind

MINUTE_MS = 60_000

Counts = dict[tuple[str, str, str], dict[int, int]]
"""{(municipality/site, device, kind): {start of the minute, UTC ms: points}}."""


class Point(NamedTuple):
    """One admitted observation with its place. `quality` is empty when it is good."""

    municipality: str
    site: str
    device: str
    kind: str
    tags: dict[str, str]
    time_ms: int
    fields: dict[str, float]
    texts: dict[str, str]
    quality: tuple[str, ...]


class SeriesName(NamedTuple):
    """One field of one device; `source` is municipality/site, `tags` those that must match."""

    kind: str
    field: str
    source: str
    device: str
    tags: Mapping[str, str]


class Rejected(NamedTuple):
    """A point the store will never take, and why. Writing it again is useless."""

    point: Point
    reason: str


class StoreUnavailable(Exception):  # noqa: N818 - a state that passes, not an error of anybody's
    """The store can't answer now (busy, disk full, connection refused, 429, 503): try again later.

    Nothing is lost: the caller still has the points.
    """


class StoreFault(Exception):  # noqa: N818 - pairs with StoreUnavailable
    """The store can't be used until a person acts; `remedy` says what to do."""

    def __init__(self, text: str, remedy: str) -> None:
        super().__init__(f"{text}. {remedy}")
        self.text = text
        self.remedy = remedy


class Store(Protocol):
    """Where points are kept. Every method but `open` may raise `StoreUnavailable`."""

    async def open(self) -> None:
        """Create or extend what the store needs; raises `StoreFault` or `StoreUnavailable`.

        After `StoreUnavailable` the store may be used all the same: it prepares itself at the
        first call that finds it there.
        """

    async def write(self, points: Sequence[Point]) -> list[Rejected]:
        """Keep the points: all but the rejected ones, named by the objects that were given, are
        durable when this returns.
        """

    async def counts(self, since_ms: int, until_ms: int) -> Counts:
        """How many points there are with since_ms ≤ time < until_ms, per device, kind, minute."""

    async def series(
        self, name: SeriesName, since_ms: int, until_ms: int
    ) -> list[tuple[int, float]]:
        """(time_ms, value), oldest first, of the points that have the field."""

    async def close(self) -> None:
        """Let go of files and connections; what was written stays."""


def fault_of(point: Point) -> str:
    """Why no store takes this point, "" when each does.

    Both adapters ask, so that a point means the same on each of them. Admission has checked more
    than this; a tag is stricter here because the line protocol has no form for an empty one, for
    control characters or for a backslash at its end.
    """
    kind = KINDS.get(point.kind)
    if kind is None:
        return f"unknown kind {point.kind}"
    return _fault_of_tags(point, kind) or _fault_of_values(point, kind)


def _fault_of_tags(point: Point, kind: Kind) -> str:
    if point.tags.keys() != set(kind.tags):
        return f"tags must be exactly {sorted(kind.tags)}"
    for name, value in point.tags.items():
        if not value or not value.isprintable() or "\\" in value:
            return f"tag {name} is empty or has a character no store keeps"
    return ""


def _fault_of_values(point: Point, kind: Kind) -> str:
    unknown = (point.fields.keys() - kind.fields) | (point.texts.keys() - kind.texts)
    if unknown:
        return f"unknown fields {sorted(unknown)}"
    for name, number in point.fields.items():
        if not math.isfinite(number):
            return f"field {name} is not a finite number"
    for name, text in point.texts.items():
        if any("\ud800" <= c <= "\udfff" for c in text):
            return f"text {name} is not Unicode"
    return ""
