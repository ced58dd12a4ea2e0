"""Is this stretch of road slow? One rule over station bins, with hysteresis. Pure.

A station turns slow after `enter_bins` slow bins in a row and free after `leave_bins` bins above
the higher threshold; the rule holds while any of its stations is slow. One bin is enough when two
or more vehicles crawled through it (`queue_below_kmh`): the end of a queue is where people are
hurt, and the next bin may come too late. A bin without vehicles says nothing; a bin without speeds
but with a loop that is mostly covered is a standing queue.
"""

from collections import deque
from collections.abc import Sequence

from control_center.bilingual import Words
from control_center.engines.station import StationBin
from control_center.settings import CongestionSettings
from control_center.signs.proposal import Opinion, Priority

STANDING_OCCUPANCY_PCT = 60.0
QUEUE_VEHICLES = 2
"""One slow vehicle may be a broken-down one."""
MAX_AGE_BINS = 3
MAX_AGE_MS = 45_000
"""Evidence is too old after three bins, or 45 s when bins are short."""
SPEEDS_NAMED = 3


class Congestion:
    """The state of one rule; bins go in as they finish, opinions come out at any time."""

    priority = Priority.CONGESTION
    authority = "engine:congestion"

    def __init__(self, settings: CongestionSettings) -> None:
        self.settings = settings
        self.name = f"congestion:{settings.name}"
        self._stations = {name: _Station(name, settings) for name in settings.stations}

    def add(self, finished: StationBin) -> None:
        if finished.station in self._stations:
            self._stations[finished.station].add(finished)

    def opinion(self, now_ms: int) -> Opinion:
        fresh = [s for s in self._stations.values() if now_ms < s.valid_until_ms]
        slow = [s for s in fresh if s.slow]
        if slow:
            first = min(slow, key=lambda s: s.since_ms)
            until_ms = max(s.valid_until_ms for s in slow)
            return Opinion(True, first.since_ms, first.reason, until_ms)
        if not fresh:
            newest_ms = max(s.valid_until_ms for s in self._stations.values())
            reason = Words("sin datos recientes de tránsito", "no recent traffic data")
            return Opinion(False, newest_ms, reason, now_ms)
        last = max(fresh, key=lambda s: s.since_ms)
        until_ms = max(s.valid_until_ms for s in fresh)
        return Opinion(False, last.since_ms, last.reason, until_ms)


class _Station:
    def __init__(self, name: str, settings: CongestionSettings) -> None:
        self.device = name.rpartition("/")[2]
        self.settings = settings
        self.slow = False
        self.since_ms = 0
        self.reason = self._words("sin congestión", "no congestion")
        self.newest_ms = -1
        self.valid_until_ms = 0
        self._below: deque[float | None] = deque(maxlen=settings.enter_bins)
        self._above: deque[float | None] = deque(maxlen=settings.leave_bins)

    def add(self, finished: StationBin) -> None:
        """Take one bin; bins that come late, out of their order, are history and decide nothing."""
        if finished.start_ms <= self.newest_ms:
            return
        self.newest_ms = finished.start_ms
        speed_kmh = finished.speed_kmh
        standing = speed_kmh is None and (finished.occupancy_pct or 0) >= STANDING_OCCUPANCY_PCT
        if speed_kmh is None and not standing:
            return
        if finished.start_ms >= self.valid_until_ms:
            self._forget(finished.start_ms)
        age_ms = max(MAX_AGE_BINS * finished.period_s * 1000, MAX_AGE_MS)
        self.valid_until_ms = finished.end_ms + round(age_ms)
        is_below = standing or _is_below(speed_kmh, self.settings)
        is_above = speed_kmh is not None and speed_kmh > self.settings.leave_above_kmh
        _append_or_clear(self._below, speed_kmh, belongs=is_below)
        _append_or_clear(self._above, speed_kmh, belongs=is_above)
        self._turn(finished.end_ms, crawls=_crawls(finished, self.settings))

    def _forget(self, now_ms: int) -> None:
        self._below.clear()
        self._above.clear()
        if self.slow:
            self.slow, self.since_ms = False, now_ms
            self.reason = self._words("sin datos recientes", "no recent data")

    def _turn(self, now_ms: int, *, crawls: bool) -> None:
        if not self.slow and (crawls or len(self._below) == self.settings.enter_bins):
            self.slow, self.since_ms = True, now_ms
            limit_kmh = self.settings.enter_below_kmh
            if len(self._below) < self.settings.enter_bins:
                limit_kmh = self.settings.queue_below_kmh
            self.reason = self._evidence(self._below, ("entra", "enters"), f"< {limit_kmh:g}")
        elif self.slow and len(self._above) == self.settings.leave_bins:
            self.slow, self.since_ms = False, now_ms
            limit = f"> {self.settings.leave_above_kmh:g}"
            self.reason = self._evidence(self._above, ("sale", "leaves"), limit)

    def _words(self, es: str, en: str) -> Words:
        return Words(f"{self.device}: {es}", f"{self.device}: {en}")

    def _evidence(
        self, speeds: Sequence[float | None], verbs: tuple[str, str], limit: str
    ) -> Words:
        """`vds-1: 12 km/h y 11 km/h en 2 intervalos (entra < 30)`, and the same in English."""
        count = len(speeds)
        intervals = ("intervalo", "interval") if count == 1 else ("intervalos", "intervals")
        return self._words(
            f"{_listed(speeds, 'detenido', 'y')} en {count} {intervals[0]} ({verbs[0]} {limit})",
            f"{_listed(speeds, 'standing', 'and')} in {count} {intervals[1]} ({verbs[1]} {limit})",
        )


def _is_below(speed_kmh: float | None, settings: CongestionSettings) -> bool:
    return speed_kmh is not None and speed_kmh < settings.enter_below_kmh


def _crawls(finished: StationBin, settings: CongestionSettings) -> bool:
    return (
        finished.speed_kmh is not None
        and finished.speed_kmh < settings.queue_below_kmh
        and finished.volume_count >= QUEUE_VEHICLES
    )


def _append_or_clear(run: deque[float | None], speed_kmh: float | None, *, belongs: bool) -> None:
    if belongs:
        run.append(speed_kmh)
    else:
        run.clear()


def _listed(speeds: Sequence[float | None], standing: str, last: str) -> str:
    """The newest few; a command's reason has room for no more."""
    newest = list(speeds)[-SPEEDS_NAMED:]
    shown = [standing if speed is None else f"{speed:.0f} km/h" for speed in newest]
    return f"{', '.join(shown[:-1])} {last} {shown[-1]}" if len(shown) > 1 else shown[0]
