"""Leaving a lane that is blocked ahead: the only reason for which anybody changes lanes here.

A driver changes as soon as neither he nor who then follows him has to brake harder than
`SAFE_BRAKING_MS2`: the safety criterion of MOBIL (A. Kesting, M. Treiber, D. Helbing: General
lane-changing model MOBIL for car-following models. Transportation Research Record 1999, 86, 2007).
Its incentive is not asked: the lane ends. Beside the head of the blocked lane one driver at a time
lets it in, which makes the zip that is seen at the end of a lane.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from firmware_sim.world.traffic.fleet import (
    ACCELERATION_MS2,
    BRAKING_SCALE_S2M,
    DESIRED_MS,
    IS_RECORDED,
    POSITION_M,
    SPEED_MS,
    STANDING_GAP_M,
    TIME_GAP_S,
    Fleet,
)
from firmware_sim.world.traffic.idm import STEP_S, Row, next_speeds
from firmware_sim.world.traffic.passings import Passings
from firmware_sim.world.traffic.plan import Disturbance, DisturbanceKind, RoadPlan

NOTICED_M: dict[DisturbanceKind, float] = {"works": 500.0, "incident": 150.0}
"""How long before its end drivers begin to leave the lane: signs announce works."""
SAFE_BRAKING_MS2 = 2.0
COURTEOUS_BRAKING_MS2 = 2.0
LET_IN_M = 40.0
"""Before the lane's end: here others make room."""
SQUEEZE_M = 0.7
"""The least room to either bumper."""
ROOM_M = 0.9
"""Who is nearer than this behind cannot make room any more, and drives on."""


@dataclass(frozen=True, slots=True)
class Merge:
    """From one lane to its neighbour."""

    lane: int
    to_lane: int
    noticed_m: float
    blocked_m: float
    end_m: float


def merges(plan: RoadPlan, active: Sequence[Disturbance]) -> list[Merge]:
    """What the lanes that are blocked now ask for, each to the side where the next open lane is.

    `active` are the disturbances of this moment. A recorded lane neither lets go nor takes in.
    """
    blocks = [disturbance for disturbance in active if disturbance.speed_kmh == 0]
    found = []
    for block in blocks:
        open_lanes = [n for n in range(len(plan.lanes)) if not _is_shut(plan, n, block, blocks)]
        for lane, lane_plan in enumerate(plan.lanes):
            if not open_lanes or (block.lanes and lane_plan.name not in block.lanes):
                continue
            away = min((other - lane for other in open_lanes), key=abs)
            to_lane = lane + (1 if away > 0 else -1)
            if lane_plan.recording is None and plan.lanes[to_lane].recording is None:
                end_m = block.position_m + block.length_m
                noticed_m = block.position_m - NOTICED_M[block.kind]
                found.append(Merge(lane, to_lane, noticed_m, block.position_m, end_m))
    return found


def _is_shut(
    plan: RoadPlan, number: int, block: Disturbance, blocks: Sequence[Disturbance]
) -> bool:
    """Whether a lane is no way round this block: it is blocked beside it too, or recorded."""
    lane = plan.lanes[number]
    return lane.recording is not None or any(
        (not other.lanes or lane.name in other.lanes)
        and other.position_m < block.position_m + block.length_m
        and block.position_m < other.position_m + other.length_m
        for other in blocks
    )


def give_way(fleet: Fleet, passings: Passings, merge: Merge, next_speed: Row) -> None:
    """Slows down, in `next_speed`, the driver who lets in the first that waits to leave."""
    state = fleet.state
    for column in _leaving(fleet, merge):
        if state.item(POSITION_M, column) < merge.blocked_m - LET_IN_M:
            return
        if not _is_seen(fleet, passings, column):
            rear_m = fleet.rear_m(column)
            behind = fleet.ahead_of(merge.to_lane, rear_m - ROOM_M)
            if behind < fleet.starts[merge.to_lane + 1]:
                gap_m = rear_m - state.item(POSITION_M, behind)
                speed_ms = _followed_ms(fleet, behind, column, gap_m)
                slowest_ms = state.item(SPEED_MS, behind) - COURTEOUS_BRAKING_MS2 * STEP_S
                next_speed[behind] = min(next_speed[behind], max(speed_ms, slowest_ms, 0.0))
            return


def change_lanes(fleet: Fleet, passings: Passings, merge: Merge) -> None:
    """Everybody who can leave the lane does."""
    changed = 0
    for column in list(_leaving(fleet, merge)):
        # Who left before him has moved the columns, of his lane or of all.
        now = column - changed if merge.to_lane > merge.lane else column
        if not _is_seen(fleet, passings, now):
            at = fleet.ahead_of(merge.to_lane, fleet.state.item(POSITION_M, now))
            if _has_room(fleet, merge, now, at):
                front_m, rear_m = fleet.state.item(POSITION_M, now), fleet.rear_m(now)
                passings.changed_lane(merge.lane, merge.to_lane, front_m, rear_m)
                fleet.change_lane(merge.lane, now, merge.to_lane, at)
                changed += 1


def _leaving(fleet: Fleet, merge: Merge) -> Iterator[int]:
    """Columns of those who are where the block ahead is noticed, downstream first."""
    front = fleet.state[POSITION_M, fleet.lane(merge.lane)]
    is_there = (front >= merge.noticed_m) & (front < merge.end_m)
    start = fleet.starts[merge.lane]
    yield from (start + place for place in np.flatnonzero(is_there).tolist())


def _is_seen(fleet: Fleet, passings: Passings, column: int) -> bool:
    """Nobody changes lanes on a detector, which would see half a vehicle in each lane: who has to
    stop on one at the lane's very end stays there, and those behind leave before him.
    """
    return passings.is_watched(fleet.rear_m(column), fleet.state.item(POSITION_M, column))


def _has_room(fleet: Fleet, merge: Merge, column: int, at: int) -> bool:
    """`at` is the column of who would follow."""
    leader, follower = at - 1, at
    if leader >= fleet.starts[merge.to_lane]:
        gap_m = fleet.rear_m(leader) - fleet.state.item(POSITION_M, column)
        if not _is_safe(fleet, column, leader, gap_m):
            return False
    if follower < fleet.starts[merge.to_lane + 1]:
        gap_m = fleet.rear_m(column) - fleet.state.item(POSITION_M, follower)
        return _is_safe(fleet, follower, column, gap_m)
    return True


def _is_safe(fleet: Fleet, follower: int, leader: int, gap_m: float) -> bool:
    if gap_m < SQUEEZE_M or fleet.state.item(IS_RECORDED, follower):
        return False
    lost_ms = fleet.state.item(SPEED_MS, follower) - _followed_ms(fleet, follower, leader, gap_m)
    return lost_ms <= SAFE_BRAKING_MS2 * STEP_S


def _followed_ms(fleet: Fleet, follower: int, leader: int, gap_m: float) -> float:
    """The follower's next speed behind this leader."""
    own = fleet.state[:, follower : follower + 1]
    speed = next_speeds(
        own[SPEED_MS],
        fleet.state[SPEED_MS, leader : leader + 1],
        np.array([gap_m]),
        desired=own[DESIRED_MS],
        time_gap=own[TIME_GAP_S],
        standing_gap=own[STANDING_GAP_M],
        acceleration=own[ACCELERATION_MS2],
        braking_scale=own[BRAKING_SCALE_S2M],
    )
    return float(speed[0])
