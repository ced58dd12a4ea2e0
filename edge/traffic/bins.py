"""Aligned intervals of one lane. Pure: given the times, in UTC milliseconds.

Each interval comes out exactly once, in order, whatever the polls and the clock do. What was not
observed lowers the completeness; it is never filled in.
"""

from dataclasses import dataclass
from typing import NamedTuple

from edge.traffic.pairing import Pair

GRACE_MS = 300
"""A bin closes so long after its end: a poll on its way still counts."""
_SHORT_M = 5.5
_MEDIUM_M = 12.0


@dataclass
class _Bin:
    observed_ms: int = 0
    volume_count: int = 0
    on_time_ms: int = 0
    untimed_count: int = 0
    paired_count: int = 0
    slowness_sum: float = 0.0
    short_count: int = 0
    medium_count: int = 0
    long_count: int = 0


class Interval(NamedTuple):
    """One closed bin: the fields of a `vds_interval`, without those that are not known."""

    start_ms: int
    fields: dict[str, float]
    quality: tuple[str, ...]


class LaneBins:
    """Counts vehicles and observed time of one lane into bins of `period_ms`."""

    def __init__(self, period_ms: int, now_ms: int) -> None:
        self._period_ms = period_ms
        self._next_ms = self._start_of(now_ms)
        self._bins: dict[int, _Bin] = {}

    @property
    def closes_ms(self) -> int:
        """When the oldest open bin may be closed."""
        return self._next_ms + self._period_ms + GRACE_MS

    def close(self, now_ms: int) -> list[Interval]:
        """Every bin that has ended by now, also those in which nothing was observed."""
        closed = []
        while self.closes_ms <= now_ms:
            closed.append(self._close_next())
        return closed

    def step(self, now_ms: int) -> list[Interval]:
        """The clock was moved: what was open ends here as it is; never is a bin opened again.

        After a step forward the bins in between never were, so they are not reported. After a step
        back nothing is reported until the clock has passed the last closed bin.
        """
        closed = []
        while self._bins:
            closed.append(self._close_next())
        self._next_ms = max(self._next_ms, self._start_of(now_ms))
        return closed

    def observe(self, since_ms: int, now_ms: int, count: int, on_time_ms: int | None) -> bool:
        """`count` vehicles left the first loop between two good polls; True when they count.

        They belong to the bin that `now_ms` lies in or ends. When the gap reaches back into a
        closed bin nobody knows which of them are of this one: they are not counted, and the time
        is not observed.
        """
        open_ms = max(self._next_ms, self._start_of(now_ms - GRACE_MS))
        if now_ms <= open_ms or since_ms > now_ms or (since_ms < open_ms and count):
            return False
        for start_ms in range(self._start_of(max(since_ms, open_ms)), now_ms, self._period_ms):
            end_ms = min(start_ms + self._period_ms, now_ms)
            self._bin(start_ms).observed_ms += end_ms - max(start_ms, since_ms)
        if count:
            here = self._bin(self._seen_in(now_ms))
            here.volume_count += count
            timed_count = 0 if on_time_ms is None else 1
            here.on_time_ms += on_time_ms or 0
            here.untimed_count += count - timed_count
        return True

    def paired(self, now_ms: int, pair: Pair) -> None:
        """Both loops agree on a vehicle: speed and class belong where it was counted.

        When that bin has closed meanwhile, the speed goes to the bin of now rather than be lost:
        the tail of a queue is slow to leave the second loop.
        """
        counted = self._bins.get(self._seen_in(pair.crossing.seen_ms))
        if counted is None and now_ms <= self._next_ms:
            return
        here = counted or self._bin(self._seen_in(now_ms))
        here.paired_count += 1
        here.slowness_sum += 1 / pair.speed_kmh
        if counted is None:
            return
        if pair.length_m < _SHORT_M:
            counted.short_count += 1
        elif pair.length_m <= _MEDIUM_M:
            counted.medium_count += 1
        else:
            counted.long_count += 1

    def _start_of(self, time_ms: int) -> int:
        return time_ms // self._period_ms * self._period_ms

    def _seen_in(self, poll_ms: int) -> int:
        """The bin of what a poll was first to show: it happened before the poll."""
        return self._start_of(poll_ms - 1)

    def _bin(self, start_ms: int) -> _Bin:
        return self._bins.setdefault(start_ms, _Bin())

    def _close_next(self) -> Interval:
        start_ms = self._next_ms
        self._next_ms += self._period_ms
        return _interval(start_ms, self._period_ms, self._bins.pop(start_ms, _Bin()))


def _interval(start_ms: int, period_ms: int, b: _Bin) -> Interval:
    fields: dict[str, float] = {
        "period_s": period_ms / 1000,
        "completeness_pct": round(100 * b.observed_ms / period_ms, 2),
    }
    if b.observed_ms == 0:
        return Interval(start_ms, fields, ("not_observed",))
    classified = b.short_count + b.medium_count + b.long_count
    fields |= {
        "volume_count": b.volume_count,
        "paired_count": b.paired_count,
        "short_count": b.short_count,
        "medium_count": b.medium_count,
        "long_count": b.long_count,
        "unclassified_count": b.volume_count - classified,
    }
    if b.untimed_count == 0:  # else part of the time on the loop is not known
        fields["occupancy_pct"] = round(min(100.0, 100 * b.on_time_ms / b.observed_ms), 2)
    if b.paired_count:
        fields["speed_kmh"] = round(b.paired_count / b.slowness_sum, 2)
    return Interval(start_ms, fields, () if b.observed_ms >= period_ms else ("incomplete",))
