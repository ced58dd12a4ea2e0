"""Who passes which place at what time: exact, though vehicles are moved in steps."""

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

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
        self._pending: deque[tuple[float, Listener, Crossing]] = deque()

    def watch(self, position_m: float, lane: int, listener: Listener, *, is_rear: bool) -> None:
        state = self._fleet.state[:, self._fleet.lane(lane)]
        bumper = state[POSITION_M] - is_rear * state[LENGTH_M]
        passed = self._left[lane] + int(np.count_nonzero(bumper >= position_m))
        self._places.append(_Place(position_m, lane, is_rear, listener, passed))

    def left(self, lane: int) -> None:
        self._left[lane] += 1

    def moved(self, front: Row, speed: Row, next_front: Row, next_speed: Row, at_s: float) -> None:
        """All vehicles made a step that began at `at_s`, each at constant acceleration."""
        found = []
        starts = self._fleet.starts
        for place in self._places:
            first = starts[place.lane] + place.passed - self._left[place.lane]
            for column in range(first, starts[place.lane + 1]):
                vehicle = self._fleet.vehicles[column]
                passing_m = place.position_m + place.is_rear * vehicle.length_m
                if next_front.item(column) < passing_m:
                    break
                time_s, speed_ms = _when(
                    passing_m - front.item(column), speed.item(column), next_speed.item(column)
                )
                crossing = Crossing(vehicle, at_s + time_s, speed_ms * 3.6)
                found.append((crossing.time_s, place.listener, crossing))
                place.passed += 1
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
