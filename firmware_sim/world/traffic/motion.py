"""One step of a road's vehicles: what they want, what holds them back, what keeps them apart."""

import numpy as np
from numpy.typing import NDArray

from firmware_sim.world.traffic.fleet import (
    ACCELERATION_MS2,
    BRAKING_SCALE_S2M,
    DESIRED_MS,
    IS_RECORDED,
    LENGTH_M,
    PERSONAL,
    POSITION_M,
    SPEED_MS,
    STANDING_GAP_M,
    TIME_GAP_S,
    Fleet,
)
from firmware_sim.world.traffic.idm import BRAKING_MAX_MS2, STEP_S, Row, next_speeds
from firmware_sim.world.traffic.plan import Disturbance, DisturbanceKind

APPROACH_BRAKING_MS2: dict[DisturbanceKind, float] = {"works": 2.0, "incident": 4.5}
"""How drivers slow down for what is ahead: works are announced, a crash is seen late."""
TOUCH_M = 0.3
"""Bumpers come no closer."""
FAR_M = 1e6


def wanted_speed(fleet: Fleet, speed_factor: float, time_gap_factor: float) -> Row:
    """Next speeds by the car-following model; recorded vehicles keep theirs."""
    state = fleet.state
    rear = state[POSITION_M] - state[LENGTH_M]
    followed = next_speeds(
        state[SPEED_MS],
        fleet.behind_leader(state[SPEED_MS], 0.0),
        fleet.behind_leader(rear, FAR_M) - state[POSITION_M],
        desired=state[DESIRED_MS] * speed_factor,
        time_gap=state[TIME_GAP_S] * time_gap_factor,
        standing_gap=state[STANDING_GAP_M],
        acceleration=state[ACCELERATION_MS2],
        braking_scale=state[BRAKING_SCALE_S2M],
    )
    return np.where(state[IS_RECORDED] > 0, state[DESIRED_MS], followed)


def held_speed(state: NDArray[np.float64], wanted: Row, disturbance: Disturbance) -> Row:
    """Next speeds of a lane's vehicles, none above what the disturbance allows at its place.

    `state` are the lane's columns. A vehicle before the stretch may have the speed from which it
    can still slow down comfortably; one that is surprised brakes as hard as it can.
    """
    front = state[POSITION_M]
    allowed_ms = disturbance.speed_kmh / 3.6 * state[PERSONAL]
    braking_ms2 = APPROACH_BRAKING_MS2[disturbance.kind]
    reached_m = front + state[SPEED_MS] * STEP_S
    ahead_m = np.maximum(disturbance.position_m - reached_m, 0.0)
    allowed_ms = np.sqrt(allowed_ms * allowed_ms + 2 * braking_ms2 * ahead_m)
    is_past = front - state[LENGTH_M] > disturbance.position_m + disturbance.length_m
    hardest_ms = np.maximum(state[SPEED_MS] - BRAKING_MAX_MS2 * STEP_S, 0.0)
    return np.where(is_past, wanted, np.minimum(wanted, np.maximum(allowed_ms, hardest_ms)))


def keep_apart(fleet: Fleet, next_front: Row, next_speed: Row) -> None:
    """Where full braking was too late, the vehicle stops at the bumper before it.

    The model has not been seen to need it; it is how recorded vehicles, which know no braking,
    follow a slower one.
    """
    state = fleet.state
    rear = next_front - state[LENGTH_M]
    if (fleet.behind_leader(rear, FAR_M) - next_front).min() >= TOUCH_M:
        return
    heads = set(fleet.heads)
    for column in range(1, len(fleet.vehicles)):
        room_m = next_front[column - 1] - state[LENGTH_M, column - 1] - TOUCH_M
        if column not in heads and next_front[column] > room_m:
            next_front[column] = max(room_m, state[POSITION_M, column])
            moved_m = next_front[column] - state[POSITION_M, column]
            reached_ms = 2 * moved_m / STEP_S - state[SPEED_MS, column]
            next_speed[column] = max(0.0, min(next_speed[column - 1], reached_ms))
