"""All vehicles of a road, as one matrix: a row per quantity, a column per vehicle.

Lane after lane, each lane downstream first: a vehicle's leader is the column before it, but for the
head of a lane.
"""

from itertools import pairwise

import numpy as np

from firmware_sim.world.traffic.idm import Row, braking_scale_s2m
from firmware_sim.world.traffic.vehicles import CLASSES, HEAVY, Vehicle

(
    POSITION_M,
    SPEED_MS,
    LENGTH_M,
    DESIRED_MS,
    TIME_GAP_S,
    STANDING_GAP_M,
    ACCELERATION_MS2,
    BRAKING_SCALE_S2M,
    PERSONAL,
    IS_HEAVY,
    IS_MOTORCYCLE,
    IS_RECORDED,
) = range(12)


class Fleet:
    def __init__(self, lanes: int) -> None:
        self.state = np.empty((12, 0))
        self.vehicles: list[Vehicle] = []
        self.starts = [0] * (lanes + 1)
        """Of each lane its first column; and the number of columns."""
        self.heads: list[int] = []
        """First columns of the lanes that are not empty."""

    def lane(self, lane: int) -> slice:
        return slice(self.starts[lane], self.starts[lane + 1])

    def last(self, lane: int) -> int | None:
        """The column of the vehicle farthest upstream."""
        return self.starts[lane + 1] - 1 if self.starts[lane + 1] > self.starts[lane] else None

    def rear_m(self, column: int) -> float:
        return self.state.item(POSITION_M, column) - self.vehicles[column].length_m

    def enter(
        self, lane: int, vehicle: Vehicle, position_m: float, speed_ms: float, *, is_recorded: bool
    ) -> None:
        """Behind all others of its lane."""
        row = CLASSES[vehicle.class_name]
        column = np.array(
            (
                position_m,
                speed_ms,
                vehicle.length_m,
                vehicle.speed_kmh / 3.6,
                row.time_gap_s,
                row.standing_gap_m,
                row.acceleration_ms2,
                braking_scale_s2m(row),
                vehicle.personal,
                vehicle.class_name in HEAVY,
                vehicle.class_name == "motorcycle",
                is_recorded,
            )
        )[:, np.newaxis]
        at = self.starts[lane + 1]
        self.state = np.concatenate((self.state[:, :at], column, self.state[:, at:]), axis=1)
        self.vehicles.insert(at, vehicle)
        self._shift(lane, 1)

    def leave(self, lane: int) -> None:
        """The head of the lane goes."""
        at = self.starts[lane]
        self.state = np.concatenate((self.state[:, :at], self.state[:, at + 1 :]), axis=1)
        del self.vehicles[at]
        self._shift(lane, -1)

    def change_lane(self, lane: int, column: int, to_lane: int, to_column: int) -> None:
        """It takes the place of who is in `to_column` now, before that one."""
        state = self.state[:, column : column + 1]
        at = to_column - (to_column > column)
        rest = np.delete(self.state, column, axis=1)
        self.state = np.concatenate((rest[:, :at], state, rest[:, at:]), axis=1)
        self.vehicles.insert(at, self.vehicles.pop(column))
        self._shift(lane, -1)
        self._shift(to_lane, 1)

    def ahead_of(self, lane: int, position_m: float) -> int:
        """The column of the lane's first vehicle that is not ahead of the position; or its end."""
        start, end = self.starts[lane], self.starts[lane + 1]
        return start + int(np.count_nonzero(self.state[POSITION_M, start:end] > position_m))

    def _shift(self, lane: int, columns: int) -> None:
        for later in range(lane + 1, len(self.starts)):
            self.starts[later] += columns
        self.heads = [start for start, end in pairwise(self.starts) if end > start]

    def behind_leader(self, row: Row, at_heads: float) -> Row:
        """Each vehicle's leader's value; `at_heads` where there is no leader."""
        leaders = np.empty_like(row)
        leaders[1:] = row[:-1]
        for head in self.heads:
            leaders[head] = at_heads
        return leaders
