"""One lane of a road: every vehicle passes its stations in order, and no two at once."""

from collections import deque
from collections.abc import Callable, Sequence

from firmware_sim.world.demand import BLOCK_S, Demand
from firmware_sim.world.incident import Incident, road_state
from firmware_sim.world.loops import DualLoop
from firmware_sim.world.vehicles import Crossing, Vehicle

ACCELERATION_MS2 = 1.5

Listener = Callable[[Crossing], None]


class LanePoint:
    """A lane at one station: a first-in, first-out server with the road's present headway."""

    def __init__(
        self,
        position_m: float,
        loops: DualLoop,
        incidents: Sequence[Incident],
        free_speed_kmh: float,
    ) -> None:
        self.position_m = position_m
        self.listeners: list[Listener] = []
        self._loops = loops
        self._incidents = incidents
        self._free_speed_kmh = free_speed_kmh
        self._waiting: deque[tuple[float, Vehicle]] = deque()
        self._last: Crossing | None = None
        self._next: Crossing | None = None

    def arrive(self, time_s: float, vehicle: Vehicle) -> None:
        self._waiting.append((time_s, vehicle))

    def advance(self, to_s: float) -> list[Crossing]:
        """The crossings up to this time that were not given before, told to the listeners."""
        crossings = []
        while (crossing := self._upcoming()) is not None and crossing.time_s <= to_s:
            self._waiting.popleft()
            self._last, self._next = crossing, None
            crossings.append(crossing)
            for listener in self.listeners:
                listener(crossing)
        return crossings

    def _upcoming(self) -> Crossing | None:
        if self._next is None and self._waiting:
            self._next = self._cross(*self._waiting[0])
        return self._next

    def _cross(self, time_s: float, vehicle: Vehicle) -> Crossing:
        # The state is looked at twice: a vehicle held back by the queue's headway may meet a road
        # that has cleared meanwhile.
        speed_kmh, headway_s = self._allowed(time_s, vehicle)
        if self._last is not None:
            time_s = max(time_s, self._loops.earliest_s(self._last, speed_kmh, vehicle.gap_s))
            speed_kmh, headway_s = self._allowed(time_s, vehicle)
            time_s = max(time_s, self._last.time_s + headway_s)
            speed_kmh, _ = self._allowed(time_s, vehicle)
            time_s = max(time_s, self._loops.earliest_s(self._last, speed_kmh, vehicle.gap_s))
        return Crossing(vehicle, time_s, speed_kmh)

    def _allowed(self, time_s: float, vehicle: Vehicle) -> tuple[float, float]:
        """The vehicle's speed in km/h here and now, and the headway in s that the road imposes."""
        state = road_state(self._incidents, self.position_m, time_s, self._free_speed_kmh)
        personal = 0.85 + 0.3 * vehicle.luck
        return (
            min(vehicle.speed_kmh, state.speed_limit_kmh * personal),
            state.headway_s * (2 - personal),
        )


class Lane:
    """Demand that enters at the first point and passes the others; all times in scenario s."""

    def __init__(self, demand: Demand, points: Sequence[LanePoint], begin_s: float) -> None:
        self.points = points
        self._demand = demand
        self._block = int(begin_s // BLOCK_S)

    def advance(self, to_s: float) -> None:
        while self._block * BLOCK_S <= to_s:
            for time_s, vehicle in self._demand.block(self._block):
                self.points[0].arrive(time_s, vehicle)
            self._block += 1
        for point, downstream in zip(self.points, [*self.points[1:], None], strict=True):
            for crossing in point.advance(to_s):
                if downstream is not None:
                    distance_m = downstream.position_m - point.position_m
                    downstream.arrive(
                        crossing.time_s + travel_s(crossing, distance_m), crossing.vehicle
                    )


def travel_s(crossing: Crossing, distance_m: float) -> float:
    """Time to the next point for a vehicle that first accelerates to the speed it would like."""
    desired_ms = crossing.vehicle.speed_kmh / 3.6
    lost_ms = max(0.0, desired_ms - crossing.speed_ms)
    return distance_m / desired_ms + lost_ms**2 / (2 * ACCELERATION_MS2 * desired_ms)
