"""Who passes which place at what time: exact, though vehicles are moved in steps."""

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firmware_sim.world.traffic.fleet import LENGTH_M, POSITION_M, Fleet
from firmware_sim.world.traffic.idm import STEP_S, Row
from firmware_sim.world.traffic.vehicles import Crossing

Listener = Callable[[Crossing], None]


@dataclass(slots=True)
class _Place:
    position_m: float
    lane: int
    is_rear: bool
    listener: Listener
    passed: int
    """How many of the lane's vehicles have passed, counted from the first that ever entered."""


class Passings:
    """Vehicles of a lane pass a place in order, so each place waits for one vehicle only."""

    def __init__(self, fleet: Fleet, lanes: int) -> None:
        self._fleet = fleet
        self._left = [0] * lanes
        self._places: list[_Place] = []
        self._position = self._is_rear = np.empty(0)
        self._next: NDArray[np.intp] | None = None
        """Each place's next vehicle, as a column; None: to be worked out."""
        self._pending: deque[tuple[float, Listener, Crossing]] = deque()

    def watch(self, position_m: float, lane: int, listener: Listener, *, is_rear: bool) -> None:
        state = self._fleet.state[:, self._fleet.lane(lane)]
        bumper = state[POSITION_M] - is_rear * state[LENGTH_M]
        passed = self._left[lane] + int(np.count_nonzero(bumper >= position_m))
        self._places.append(_Place(position_m, lane, is_rear, listener, passed))
        self._position = np.array([place.position_m for place in self._places])
        self._is_rear = np.array([float(place.is_rear) for place in self._places])
        self._next = None

    def entered(self) -> None:
        self._next = None

    def left(self, lane: int) -> None:
        self._left[lane] += 1
        self._next = None

    def moved(self, front: Row, speed: Row, next_front: Row, next_speed: Row, at_s: float) -> None:
        """All vehicles made a step that began at `at_s`, each at constant acceleration."""
        if not self._places or not self._fleet.vehicles:
            return
        if self._next is None:
            self._next = self._upcoming()
        length = self._fleet.state[LENGTH_M]
        # Without anybody upstream, the last column stands in; `_passing` knows better.
        bumper = next_front[self._next] - self._is_rear * length[self._next]
        found = []
        for number in np.flatnonzero(bumper >= self._position).tolist():
            place = self._places[number]
            while (column := self._column(place)) is not None:
                to_go_m = place.position_m - float(front[column])
                if place.is_rear:
                    to_go_m += float(length[column])
                if float(next_front[column] - front[column]) < to_go_m:
                    break
                time_s, speed_ms = _when(to_go_m, float(speed[column]), float(next_speed[column]))
                vehicle = self._fleet.vehicles[column]
                crossing = Crossing(vehicle, at_s + time_s, speed_ms * 3.6)
                found.append((crossing.time_s, place.listener, crossing))
                place.passed += 1
                self._next = None
        found.sort(key=lambda passing: passing[0])
        self._pending.extend(found)

    def tell(self, to_s: float) -> None:
        """What happened up to this time, in its order."""
        while self._pending and self._pending[0][0] <= to_s:
            _, listener, crossing = self._pending.popleft()
            listener(crossing)

    def _column(self, place: _Place) -> int | None:
        starts = self._fleet.starts
        column = starts[place.lane] + place.passed - self._left[place.lane]
        return column if column < starts[place.lane + 1] else None

    def _upcoming(self) -> NDArray[np.intp]:
        last = len(self._fleet.vehicles) - 1
        columns = (self._column(place) for place in self._places)
        return np.array([last if column is None else column for column in columns])


def _when(to_go_m: float, speed_ms: float, next_speed_ms: float) -> tuple[float, float]:
    """Seconds into the step, and the speed then, at constant acceleration over the step."""
    acceleration_ms2 = (next_speed_ms - speed_ms) / STEP_S
    passing_ms = math.sqrt(max(0.0, speed_ms * speed_ms + 2 * acceleration_ms2 * to_go_m))
    if to_go_m <= 0:
        return 0.0, speed_ms
    return min(STEP_S, 2 * to_go_m / (speed_ms + passing_ms)), passing_ms
