"""One loop, or one radar zone: what happens to it waits until its detector asks."""

import heapq
from collections.abc import Callable, Hashable
from itertools import count

from firmware_sim.boards.detectors.detection import Pass
from firmware_sim.boards.detectors.head_faults import FalseDetection, HeadFaults

PENDING_MAX = 4096
LOCK = "lock"

Invent = Callable[[FalseDetection], tuple[float, Pass | None]]
"""Until when a false detection lasts, and what vehicle it seems to be."""


class Feeler:
    """It is on while anything holds it on: a vehicle, one of the next lane's, or a fault."""

    def __init__(
        self,
        faults: HeadFaults,
        on_change: Callable[[bool, float], None],
        on_pass: Callable[[Pass], None],
        invent: Invent,
    ) -> None:
        self._faults = faults
        self._on_change = on_change
        self._on_pass = on_pass
        self._invent = invent
        self._holders: set[Hashable] = set()
        self._pending: list[tuple[float, int, Hashable, bool, Pass | None]] = []
        self._number = count()
        self._at_s: float | None = None

    def hold(self, holder: Hashable, is_on: bool, time_s: float, seen: Pass | None = None) -> None:
        """`holder` begins to hold it on, or ceases: then perhaps it was a vehicle."""
        heapq.heappush(self._pending, (time_s, next(self._number), holder, is_on, seen))
        if len(self._pending) > PENDING_MAX:
            self._happen()

    def advance(self, to_s: float) -> None:
        if not self._faults.are_off or LOCK in self._holders:
            self._fail(to_s if self._at_s is None else self._at_s, to_s)
        while self._pending and self._pending[0][0] <= to_s:
            self._happen()
        self._at_s = to_s

    def _fail(self, from_s: float, to_s: float) -> None:
        self._lock(from_s, to_s)
        for false in self._faults.chatter(from_s, to_s):
            until_s, seen = self._invent(false)
            self.hold(false, True, false.time_s)
            self.hold(false, False, until_s, seen)

    def _lock(self, from_s: float, to_s: float) -> None:
        if from_s == to_s:
            return  # no time has passed in which it could have been let go
        locked = self._faults.locked(from_s, to_s)
        if locked is not None:
            self.hold(LOCK, True, locked[0])
        elif LOCK in self._holders:
            self.hold(LOCK, False, from_s)
        if locked is not None and locked[1] < to_s:
            self.hold(LOCK, False, locked[1])

    def _happen(self) -> None:
        """The earliest of what waits. What comes late, after others, counts as coming now."""
        time_s, _, holder, is_on, seen = heapq.heappop(self._pending)
        if self._at_s is not None:
            time_s = max(time_s, self._at_s)
        was_on = bool(self._holders)
        (self._holders.add if is_on else self._holders.discard)(holder)
        if bool(self._holders) != was_on:
            self._on_change(not was_on, time_s)
        if seen is not None and LOCK not in self._holders:
            self._on_pass(seen)
