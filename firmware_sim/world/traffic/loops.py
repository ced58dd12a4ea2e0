"""Two inductive loops in a lane: what a detector card feels of the vehicles that cross them."""

from collections.abc import Callable
from dataclasses import dataclass

from firmware_sim.world.traffic.road import Road
from firmware_sim.world.traffic.vehicles import Crossing, Vehicle

LoopListener = Callable[[int, bool, float, Vehicle], None]
"""Loop (0: A, 1: B), whether it is on now, since which scenario second, and who changed it."""


@dataclass(frozen=True, slots=True)
class DualLoop:
    """Loops A and B of one lane; the spacing is from leading edge to leading edge."""

    length_m: float = 1.8
    spacing_m: float = 4.5
    motorcycles_detected: float = 0.9
    """Share of motorcycles that disturb the loops enough to be seen."""

    def feels(self, vehicle: Vehicle) -> bool:
        return vehicle.class_name != "motorcycle" or vehicle.luck < self.motorcycles_detected

    def attach(self, road: Road, lane: int, position_m: float, on_change: LoopListener) -> None:
        """Loop A begins at `position_m`. Changes are told when they happen, in order of time.

        A loop is on from the first front bumper over its leading edge to the last rear bumper over
        its trailing edge: vehicles that stand bumper to bumper are one to it, as they are in the
        street. At a steady speed v a vehicle keeps it on for (vehicle + loop length) / v, and its
        onsets at A and B are spacing / v apart.
        """
        for loop in (0, 1):
            edge_m = position_m + loop * self.spacing_m
            presence = _Presence(self, loop, on_change)
            road.watch(edge_m, lane, presence.front)
            road.watch(edge_m + self.length_m, lane, presence.rear, rear=True)


class _Presence:
    def __init__(self, loops: DualLoop, loop: int, on_change: LoopListener) -> None:
        self._loops = loops
        self._loop = loop
        self._on_change = on_change
        self._over: set[int] = set()

    def front(self, crossing: Crossing) -> None:
        if self._loops.feels(crossing.vehicle):
            self._over.add(crossing.vehicle.key)
            if len(self._over) == 1:
                self._on_change(self._loop, True, crossing.time_s, crossing.vehicle)

    def rear(self, crossing: Crossing) -> None:
        # Who stood over the loop when it was attached leaves without having come.
        if crossing.vehicle.key in self._over:
            self._over.remove(crossing.vehicle.key)
            if not self._over:
                self._on_change(self._loop, False, crossing.time_s, crossing.vehicle)
