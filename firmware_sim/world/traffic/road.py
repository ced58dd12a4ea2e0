"""A road: lanes of vehicles that follow each other, and whoever watches them pass.

Nobody changes lanes but to leave one that is blocked ahead (see merging.py): else each lane is a
world of its own, but for the disturbances that they share.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from firmware_sim.world.traffic.demand import BLOCK_S, Demand, ProfileDemand, RecordedDemand
from firmware_sim.world.traffic.entrance import ENTRANCE_M, Entrance
from firmware_sim.world.traffic.fleet import POSITION_M, SPEED_MS, Fleet
from firmware_sim.world.traffic.idm import STEP_S, Row
from firmware_sim.world.traffic.merging import change_lanes, give_way, merges
from firmware_sim.world.traffic.motion import held_speed, keep_apart, wanted_speed
from firmware_sim.world.traffic.nearby import MEMORY_S, SAMPLE_S, Nearby, Surroundings
from firmware_sim.world.traffic.passings import Listener, Passings
from firmware_sim.world.traffic.plan import Disturbance, DisturbanceKind, RoadPlan
from firmware_sim.world.traffic.rain import speed_factor, time_gap_factor
from firmware_sim.world.traffic.vehicles import VehicleNow

EXIT_M = 50.0
"""Beyond the road's end, so that the rear of what passes its last metre is seen too."""
SAMPLE_STEPS = round(SAMPLE_S / STEP_S)
RAIN_STEPS = round(BLOCK_S / STEP_S)
SAME_STORY_S = 3600.0
FELT_S = 1800.0
FELT_MAX_S = 7200.0


@dataclass(frozen=True, slots=True)
class Tally:
    """Vehicles since the road was begun: arrived = inside + left + waiting + turned_away."""

    arrived: int
    inside: int
    left: int
    waiting: int
    """Outside, for room to enter."""
    turned_away: int
    """Found too many waiting."""


class Road:
    def __init__(
        self,
        key: str,
        plan: RoadPlan,
        *,
        local_hour: Callable[[float], float],
        rain_mm_h: Callable[[float], float],
        begin_s: float,
    ) -> None:
        """`begin_s` is a whole number of blocks of 30 s, as `begin_for` gives it."""
        if begin_s % BLOCK_S:
            raise ValueError(f"begin_s must be a multiple of {BLOCK_S}, not {begin_s}")
        self.plan = plan
        self._rain_mm_h = rain_mm_h
        self._begin_s = begin_s
        self._steps = 0
        self._told_s = begin_s
        self._disturbances = list(plan.disturbances)
        self._fleet = Fleet(len(plan.lanes))
        self._passings = Passings(self._fleet, len(plan.lanes))
        self._surroundings = Surroundings(ENTRANCE_M, plan.length_m + EXIT_M, plan.free_speed_kmh)
        self._left = 0
        self._speed_factor = self._time_gap_factor = 1.0
        self._entrances = [
            Entrance(
                _demand(key, plan, number, local_hour),
                is_recorded=lane.recording is not None,
                begin_s=begin_s,
            )
            for number, lane in enumerate(plan.lanes)
        ]
        self._transit_steps = round(_transit_s(plan) / STEP_S)

    def watch(
        self, position_m: float, lane: int, listener: Listener, *, rear: bool = False
    ) -> None:
        """Tells the listener of every front (or rear) bumper that passes, in order of time.

        `position_m` from 0 to the road's length, and a few metres more for a second loop.
        """
        if not 0 <= position_m <= self.plan.length_m + EXIT_M / 2:
            raise ValueError(f"position_m must be on the road, not {position_m}")
        self._passings.watch(position_m, lane, listener, is_rear=rear)

    def advance(self, to_s: float) -> None:
        """Vehicles move up to this time, and who watches is told.

        They are moved in whole steps, so the road may be a step ahead: what happens after `to_s` is
        held back, and the story does not depend on how the time is cut.
        """
        while (at_s := self._begin_s + self._steps * STEP_S) < to_s:
            self._step(at_s)
            self._steps += 1
        self._passings.tell(to_s)
        self._told_s = max(self._told_s, to_s)

    def vehicles(self) -> list[list[VehicleNow]]:
        """Per lane, downstream first; also those a little before and beyond the road."""
        ahead_s = self._begin_s + self._steps * STEP_S - self._told_s
        position = (self._fleet.state[POSITION_M] - ahead_s * self._fleet.state[SPEED_MS]).tolist()
        speed = (self._fleet.state[SPEED_MS] * 3.6).tolist()
        vehicles = [
            VehicleNow(position[column], speed[column], vehicle.class_name, vehicle.length_m)
            for column, vehicle in enumerate(self._fleet.vehicles)
        ]
        return [vehicles[self._fleet.lane(lane)] for lane in range(len(self.plan.lanes))]

    def nearby(self, position_m: float) -> Nearby:
        return self._surroundings.at(position_m)

    def tally(self) -> Tally:
        return Tally(
            arrived=sum(entrance.arrived for entrance in self._entrances),
            inside=len(self._fleet.vehicles),
            left=self._left,
            waiting=sum(len(entrance.waiting) for entrance in self._entrances),
            turned_away=sum(entrance.turned_away for entrance in self._entrances),
        )

    @property
    def disturbances(self) -> Sequence[Disturbance]:
        """Past, present and to come, but for those that were lifted."""
        return tuple(self._disturbances)

    def disturb(self, disturbance: Disturbance) -> None:
        """From the next step on; raises `ValueError` for a lane that is not there."""
        self.plan.check_lanes(disturbance)
        self._disturbances = [
            *(other for other in self._disturbances if other.end_s > self._told_s),
            disturbance,
        ]

    def lift(self, kind: DisturbanceKind | None = None) -> int:
        """Ends what disturbs now (of this kind, if one is given); returns how many that were."""
        ended = [
            disturbance
            for disturbance in self._disturbances
            if disturbance.start_s <= self._told_s < disturbance.end_s
            and kind in {None, disturbance.kind}
        ]
        self._disturbances = [other for other in self._disturbances if other not in ended]
        return len(ended)

    def _step(self, at_s: float) -> None:
        if self._steps % RAIN_STEPS == 0:
            rain_mm_h = self._rain_mm_h(at_s)
            self._speed_factor = speed_factor(rain_mm_h)
            self._time_gap_factor = time_gap_factor(rain_mm_h)
        for lane, entrance in enumerate(self._entrances):
            entrance.admit(self._fleet, lane, at_s, self._speed_factor)
        if self._fleet.vehicles:
            self._move(at_s)
        if self._steps % SAMPLE_STEPS == 0 and self._steps >= self._transit_steps:
            self._surroundings.sample(self._fleet)

    def _move(self, at_s: float) -> None:
        front, speed = self._fleet.state[POSITION_M], self._fleet.state[SPEED_MS]
        active = [one for one in self._disturbances if one.start_s <= at_s < one.end_s]
        leaving = merges(self.plan, active)
        next_speed = self._next_speed(active)
        for merge in leaving:
            give_way(self._fleet, self._passings, merge, next_speed)
        next_front = front + (speed + next_speed) * (STEP_S / 2)
        keep_apart(self._fleet, next_front, next_speed)
        self._passings.moved(front, speed, next_front, next_speed, at_s)
        self._fleet.state[POSITION_M] = next_front
        self._fleet.state[SPEED_MS] = next_speed
        self._let_go()
        for merge in leaving:
            change_lanes(self._fleet, self._passings, merge)

    def _next_speed(self, active: Sequence[Disturbance]) -> Row:
        fleet = self._fleet
        next_speed = wanted_speed(fleet, self._speed_factor, self._time_gap_factor)
        for disturbance in active:
            for lane in self._lanes_touched(disturbance):
                columns = fleet.lane(lane)
                next_speed[columns] = held_speed(
                    fleet.state[:, columns], next_speed[columns], disturbance
                )
        return next_speed

    def _lanes_touched(self, disturbance: Disturbance) -> list[int]:
        return [
            number
            for number, lane in enumerate(self.plan.lanes)
            if lane.recording is None and (not disturbance.lanes or lane.name in disturbance.lanes)
        ]

    def _let_go(self) -> None:
        fleet, end_m = self._fleet, self.plan.length_m + EXIT_M
        for lane in range(len(self.plan.lanes)):
            while fleet.last(lane) is not None:
                if fleet.state.item(POSITION_M, fleet.starts[lane]) < end_m:
                    break
                fleet.leave(lane)
                self._passings.left(lane)
                self._left += 1


def begin_for(now_s: float, plan: RoadPlan) -> float:
    """Where a road must be begun so that at `now_s` it has forgotten how.

    In a scenario's first hour that is always the same moment, so that a bench that is started again
    tells exactly the same story. Later a road must know its last minutes, and the disturbances that
    may still be felt; then the same vehicles pass at nearly the same times.
    """
    run_up_s = BLOCK_S * math.ceil((_transit_s(plan) + MEMORY_S) / BLOCK_S)
    if now_s < SAME_STORY_S:
        return -run_up_s
    felt_s = [
        disturbance.start_s
        for disturbance in plan.disturbances
        if disturbance.start_s <= now_s < disturbance.end_s + FELT_S
    ]
    since_s = max(min([now_s, *felt_s]), now_s - FELT_MAX_S)
    return BLOCK_S * math.floor(since_s / BLOCK_S) - run_up_s


def _transit_s(plan: RoadPlan) -> float:
    """Time in which the first vehicles have filled the road, generously."""
    return 2 * (plan.length_m + EXIT_M - ENTRANCE_M) / (plan.free_speed_kmh / 3.6)


def _demand(key: str, plan: RoadPlan, number: int, local_hour: Callable[[float], float]) -> Demand:
    lane = plan.lanes[number]
    lane_key = f"{key}/{lane.name}"
    if lane.recording is not None:
        return RecordedDemand(lane_key, lane.recording, plan.mix, lane=number)
    return ProfileDemand(
        lane_key,
        lane=number,
        flow_veh_per_h=[flow * lane.flow_share for flow in plan.flow_veh_per_h],
        free_speed_kmh=plan.free_speed_kmh,
        mix=plan.mix,
        local_hour=local_hour,
    )
