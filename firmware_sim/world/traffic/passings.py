"""Who passes which place at what time: exact, though vehicles are moved in steps."""

import math
from collections import deque
from collections.abc import Callable

import numpy as np

from firmware_sim.world.traffic.fleet import LENGTH_M, POSITION_M, Fleet
from firmware_sim.world.traffic.idm import STEP_S, Row
from firmware_sim.world.traffic.vehicles import Crossing

Listener = Callable[[Crossing], None]
NEAR_M = 1.5


class Passings:
    """Vehicles of a lane pass a place in order, so each place waits for one vehicle only."""

    def __init__(self, fleet: Fleet, lanes: int) -> None:
        self._fleet = fleet
        self._left = [0] * lanes
        self._listeners: list[Listener] = []
        # The rest of the places, all at once: there may be a thousand of them along a road.
        self._position_m: Row = np.empty(0)
        self._is_rear: Row = np.empty(0)
        self._lane = np.empty(0, dtype=np.intp)
        self._passed = np.empty(0, dtype=np.intp)
        """How many of the lane's vehicles have passed, counted from the first that ever entered."""
        self._pending: deque[tuple[float, Listener, Crossing]] = deque()

    def watch(self, position_m: float, lane: int, listener: Listener, *, is_rear: bool) -> None:
        state = self._fleet.state[:, self._fleet.lane(lane)]
        bumper = state[POSITION_M] - is_rear * state[LENGTH_M]
        passed = self._left[lane] + int(np.count_nonzero(bumper >= position_m))
        self._listeners.append(listener)
        self._position_m = np.append(self._position_m, position_m)
        self._is_rear = np.append(self._is_rear, float(is_rear))
        self._lane = np.append(self._lane, lane)
        self._passed = np.append(self._passed, passed)

    def left(self, lane: int) -> None:
        self._left[lane] += 1

    def is_watched(self, rear_m: float, front_m: float) -> bool:
        """Whether a vehicle there is on a watched place, or so near that two loops part."""
        place = self._position_m
        return bool(((place > rear_m - NEAR_M) & (place < front_m + NEAR_M)).any())

    def changed_lane(self, lane: int, to_lane: int, front_m: float, rear_m: float) -> None:
        """Somebody did, off all watched places: those behind him count as passed."""
        is_passed = np.where(self._is_rear > 0, rear_m, front_m) >= self._position_m
        self._passed += is_passed & (self._lane == to_lane)
        self._passed -= is_passed & (self._lane == lane)

    def moved(self, front: Row, speed: Row, next_front: Row, next_speed: Row, at_s: float) -> None:
        """All vehicles made a step that began at `at_s`, each at constant acceleration."""
        if not self._listeners:
            return
        found = []
        starts = np.array(self._fleet.starts)
        first = (starts[:-1] - self._left)[self._lane]
        end = starts[1:][self._lane]
        length = self._fleet.state[LENGTH_M]
        # The vehicle that each place waits for; then once more, for who follows it closely.
        while True:
            waited_for = first + self._passed
            column = np.minimum(waited_for, len(front) - 1)
            passing_m = self._position_m + self._is_rear * length[column]
            has_passed = (next_front[column] >= passing_m) & (waited_for < end)
            places = has_passed.nonzero()[0].tolist()
            if not places:
                break
            self._passed += has_passed
            for place in places:
                which = column.item(place)
                time_s, speed_ms = _when(
                    passing_m.item(place) - front.item(which),
                    speed.item(which),
                    next_speed.item(which),
                )
                crossing = Crossing(self._fleet.vehicles[which], at_s + time_s, speed_ms * 3.6)
                found.append((crossing.time_s, self._listeners[place], crossing))
        found.sort(key=lambda passing: passing[0])
        self._pending.extend(found)

    def tell(self, to_s: float) -> None:
        """What happened up to this time, in its order."""
        while self._pending and self._pending[0][0] <= to_s:
            _, listener, crossing = self._pending.popleft()
            listener(crossing)


def _when(to_go_m: float, speed_ms: float, next_speed_ms: float) -> tuple[float, float]:
    """Seconds into the step, and the speed then, at constant acceleration over the step."""
    acceleration_ms2 = (next_speed_ms - speed_ms) / STEP_S
    passing_ms = math.sqrt(max(0.0, speed_ms * speed_ms + 2 * acceleration_ms2 * to_go_m))
    if to_go_m <= 0:
        return 0.0, speed_ms
    return min(STEP_S, 2 * to_go_m / (speed_ms + passing_ms)), passing_ms
