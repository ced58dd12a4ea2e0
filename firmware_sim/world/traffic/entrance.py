"""Where a lane's vehicles come from: they enter when there is room, else they wait outside."""

from collections import deque

from firmware_sim.world.traffic.demand import BLOCK_S, Arrival, Demand
from firmware_sim.world.traffic.fleet import SPEED_MS, Fleet
from firmware_sim.world.traffic.idm import STEP_S, braking_scale_s2m
from firmware_sim.world.traffic.motion import TOUCH_M
from firmware_sim.world.traffic.vehicles import CLASSES, Vehicle

ENTRANCE_M = -150.0
"""Upstream of the road's beginning, so that its first metres are traffic already."""
WAITING_MAX = 100
"""Per lane; who finds as many waiting takes another road."""


class Entrance:
    def __init__(self, demand: Demand, *, is_recorded: bool, begin_s: float) -> None:
        self._demand = demand
        self._is_recorded = is_recorded
        self._block = int(begin_s // BLOCK_S)
        self._coming: deque[Arrival] = deque()
        self.waiting: deque[Arrival] = deque()
        self.arrived = 0
        self.turned_away = 0

    def admit(self, fleet: Fleet, lane: int, at_s: float, speed_factor: float) -> None:
        """Lets in who has arrived and has room."""
        self._arrive(at_s)
        while self.waiting:
            time_s, vehicle = self.waiting[0]
            place = (
                _recorded_place(fleet, lane, vehicle, at_s - time_s)
                if self._is_recorded
                else _place(fleet, lane, vehicle, at_s - time_s, speed_factor)
            )
            if place is None:
                break
            self.waiting.popleft()
            fleet.enter(lane, vehicle, *place, is_recorded=self._is_recorded)

    def _arrive(self, at_s: float) -> None:
        # A recorded vehicle is at the road's beginning at its time: it is let in a step before.
        until_s = at_s + STEP_S if self._is_recorded else at_s
        while self._block * BLOCK_S <= until_s:
            self._coming.extend(self._demand.block(self._block))
            self._block += 1
        while self._coming and self._coming[0][0] <= until_s:
            self.arrived += 1
            if len(self.waiting) < WAITING_MAX:
                self.waiting.append(self._coming.popleft())
            else:
                self._coming.popleft()
                self.turned_away += 1


def _place(
    fleet: Fleet, lane: int, vehicle: Vehicle, late_s: float, speed_factor: float
) -> tuple[float, float] | None:
    """Position and speed for a vehicle that came `late_s` ago, or None where it must wait.

    It enters where it would be had it kept its speed since it came; with its desired speed if its
    model would not brake hard then, else with its leader's.
    """
    desired_ms = vehicle.speed_kmh / 3.6 * speed_factor
    last = fleet.last(lane)
    if last is None:
        return ENTRANCE_M + desired_ms * min(late_s, STEP_S), desired_ms
    leader_ms = fleet.state.item(SPEED_MS, last)
    room_m = fleet.rear_m(last) - ENTRANCE_M
    row = CLASSES[vehicle.class_name]
    for speed_ms in (desired_ms, min(desired_ms, leader_ms)):
        closing_ms = max(0.0, speed_ms - leader_ms)
        needed_m = row.standing_gap_m + speed_ms * (
            row.time_gap_s + closing_ms * braking_scale_s2m(row)
        )
        if room_m >= needed_m:
            return ENTRANCE_M + min(speed_ms * min(late_s, STEP_S), room_m - needed_m), speed_ms
    return None


def _recorded_place(
    fleet: Fleet, lane: int, vehicle: Vehicle, late_s: float
) -> tuple[float, float] | None:
    """So that it passes position 0 at its time and at its speed."""
    speed_ms = vehicle.speed_kmh / 3.6
    position_m = speed_ms * min(late_s, 0.0)
    last = fleet.last(lane)
    if last is not None:
        position_m = min(position_m, fleet.rear_m(last) - TOUCH_M)
    return (position_m, speed_ms) if position_m >= ENTRANCE_M else None
