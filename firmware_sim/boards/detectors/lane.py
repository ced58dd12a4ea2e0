"""One lane's detection zone: who passed it, and for how long it was occupied."""

from bisect import bisect_right
from collections import deque
from collections.abc import Sequence

from firmware_sim.boards.detectors.bins import SPEED_STEPS_PER_KMH, Tally
from firmware_sim.boards.detectors.detection import Pass

PENDING_MAX = 4096
"""What may wait while nobody moves the detector on: it has no power."""


class Lane:
    """A vehicle counts when it leaves the zone."""

    def __init__(self, bounds_m: Sequence[float]) -> None:
        self.bounds_m = bounds_m
        """Lengths at which one class ends and the next begins."""
        self._pending: deque[tuple[float, Pass | bool]] = deque(maxlen=PENDING_MAX)
        self._at_s = 0.0
        self._is_occupied = False
        self._leader: Pass | None = None
        self._tally = self._zero()

    def saw(self, vehicle: Pass) -> None:
        self._pending.append((vehicle.left_s, vehicle))

    def presence(self, is_on: bool, time_s: float) -> None:
        self._pending.append((time_s, is_on))

    def begin(self, at_s: float) -> None:
        """Power came: what passed is forgotten, but the zone is as occupied as it is."""
        self.advance(at_s)
        self._leader = None
        self.take()

    def take(self) -> Tally:
        """The sums so far; they begin again at zero."""
        done, self._tally = self._tally, self._zero()
        return done

    def advance(self, to_s: float) -> None:
        while self._pending and self._pending[0][0] <= to_s:
            time_s, happened = self._pending.popleft()
            self._pass_time(time_s)
            if isinstance(happened, Pass):
                self._count(happened)
            else:
                self._is_occupied = happened
        self._pass_time(to_s)

    def _zero(self) -> Tally:
        return Tally([0] * (len(self.bounds_m) + 1))

    def _pass_time(self, to_s: float) -> None:
        if to_s > self._at_s:
            if self._is_occupied:
                self._tally.occupied_s += to_s - self._at_s
            self._at_s = to_s

    def _count(self, vehicle: Pass) -> None:
        tally = self._tally
        tally.classes[bisect_right(self.bounds_m, vehicle.length_m)] += 1
        tally.speeds[round(vehicle.speed_kmh * SPEED_STEPS_PER_KMH)] += 1
        tally.speed_sum_kmh += vehicle.speed_kmh
        if self._leader is not None:
            tally.followers += 1
            tally.headway_sum_s += vehicle.entered_s - self._leader.entered_s
            tally.gap_sum_s += max(0.0, vehicle.entered_s - self._leader.left_s)
        self._leader = vehicle
