"""A radar's intervals: on multiples of their period by its own clock, the last ones remembered.

An interval in which the detector was switched on, or which its clock left by a jump, has no true
length and is not reported.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from firmware_sim.boards.detectors.bins import Bin, bin_of
from firmware_sim.boards.detectors.lane import Lane
from firmware_sim.boards.detectors.own_clock import OwnClock

KEPT = 200
JUMP_MIN_MS = 20
"""A clock further off than this from where it should be was set, or jumped."""


@dataclass(frozen=True, slots=True)
class Interval:
    number: int
    """Counts the intervals since power-up, from 1."""
    end_ms: int
    """UTC, by the detector's clock."""
    bins: tuple[Bin, ...]
    """In the order of the groups."""


class Intervals:
    def __init__(
        self,
        lanes: Sequence[Lane],
        groups: Sequence[Sequence[int]],
        clock: OwnClock,
        period_s: int,
    ) -> None:
        """`groups` are the lanes, by place from 0, that each bin of an interval sums up."""
        self._period_ms = period_s * 1000
        self._lanes = lanes
        self._groups = groups
        self._clock = clock
        self.past: deque[Interval] = deque(maxlen=KEPT)
        """The oldest first."""
        self._count = 0
        self._is_begun = False
        self._at_s, self._at_ms = 0.0, 0
        self._index = 0
        self._begin_s: float | None = None
        """Of the open interval, if it was watched from its beginning."""

    def begin(self, at_s: float) -> None:
        """Power came: nothing is remembered."""
        self.past.clear()
        self._count = 0
        self._is_begun = True
        for lane in self._lanes:
            lane.begin(at_s)
        self._open(at_s)

    def set_period(self, period_s: int) -> None:
        """Another one begins anew: what is remembered was counted in the old one."""
        if self._period_ms != period_s * 1000:
            self._period_ms = period_s * 1000
            self._is_begun = False

    def advance(self, at_s: float) -> None:
        """Closes the intervals that end by now; the first call is the detector's beginning."""
        if not self._is_begun:
            self.begin(at_s)
        now_ms = self._clock(at_s)
        is_jump = abs(now_ms - self._at_ms - (at_s - self._at_s) * 1000) > JUMP_MIN_MS
        if is_jump:
            self._move(at_s)
            if now_ms // self._period_ms != self._index:
                self._open(at_s)
        while (edge_ms := (self._index + 1) * self._period_ms) <= now_ms:
            self._close(self._at_s + (edge_ms - self._at_ms) / 1000, edge_ms)
        self._move(at_s)
        self._at_s, self._at_ms = at_s, now_ms

    def _move(self, to_s: float) -> None:
        for lane in self._lanes:
            lane.advance(to_s)

    def _open(self, at_s: float) -> None:
        self._at_s, self._at_ms = at_s, self._clock(at_s)
        self._index, late_ms = divmod(self._at_ms, self._period_ms)
        self._begin_s = at_s if late_ms == 0 else None
        for lane in self._lanes:
            lane.take()

    def _close(self, edge_s: float, edge_ms: int) -> None:
        self._move(edge_s)
        tallies = [lane.take() for lane in self._lanes]
        if self._begin_s is not None:
            duration_s = edge_s - self._begin_s
            bins = tuple(
                bin_of([tallies[lane] for lane in group], duration_s) for group in self._groups
            )
            self._count += 1
            self.past.append(Interval(self._count, edge_ms, bins))
        self._begin_s = edge_s
        self._index += 1
