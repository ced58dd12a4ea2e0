"""What the traffic around a place was like over the last minutes: what noise and air follow."""

from dataclasses import dataclass

import numpy as np

from firmware_sim.world.traffic.fleet import (
    IS_HEAVY,
    IS_MOTORCYCLE,
    POSITION_M,
    SPEED_MS,
    Fleet,
)

CELL_M = 50.0
REACH_M = 250.0
MEMORY_S = 120.0
SAMPLE_S = 5.0


@dataclass(frozen=True, slots=True)
class Nearby:
    """Means over all lanes within `REACH_M`, older minutes counting less and less.

    Flow is density times mean speed (Edie's definition); without vehicles the speed is the free one
    and the shares are 0.
    """

    flow_veh_per_h: float
    speed_kmh: float
    heavy_share: float
    motorcycle_share: float


class Surroundings:
    """Four sums by cells of the road, forgotten exponentially."""

    def __init__(self, begin_m: float, end_m: float, free_speed_kmh: float) -> None:
        self._begin_m = begin_m
        self._cells = int((end_m - begin_m) // CELL_M) + 1
        self._free_speed_kmh = free_speed_kmh
        self._sums = np.zeros((4, self._cells))
        self._weight = 0.0
        """Of all samples so far; towards 1. Early sums are divided by it, and so not too small."""

    def sample(self, fleet: Fleet) -> None:
        """To be called every `SAMPLE_S`."""
        state = fleet.state
        cell = ((state[POSITION_M] - self._begin_m) * (1 / CELL_M)).astype(np.intp)
        np.clip(cell, 0, self._cells - 1, out=cell)
        share = SAMPLE_S / MEMORY_S
        self._sums *= 1 - share
        self._weight += (1 - self._weight) * share
        for row, weights in enumerate(
            (None, state[SPEED_MS], state[IS_HEAVY], state[IS_MOTORCYCLE])
        ):
            self._sums[row] += share * np.bincount(cell, weights, self._cells)

    def at(self, position_m: float) -> Nearby:
        first = int(max(0.0, position_m - REACH_M - self._begin_m) // CELL_M)
        end = int(max(0.0, position_m + REACH_M - self._begin_m) // CELL_M)
        cells = slice(min(first, self._cells - 1), max(end, first + 1))
        near = self._sums[:, cells]
        # Sums in a loop: numpy's own add in an order that depends on the machine.
        count, speed, heavy, motorcycles = (sum(row) for row in near.tolist())
        if count <= 0:
            return Nearby(0.0, self._free_speed_kmh, 0.0, 0.0)
        stretch_m = near.shape[1] * CELL_M
        return Nearby(
            flow_veh_per_h=speed / self._weight / stretch_m * 3600,
            speed_kmh=speed / count * 3.6,
            heavy_share=heavy / count,
            motorcycle_share=motorcycles / count,
        )
