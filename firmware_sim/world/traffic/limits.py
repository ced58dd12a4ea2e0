"""Where an incident or works slow the vehicles, and how they see it coming."""

import numpy as np

from firmware_sim.world.traffic.fleet import LENGTH_M, PERSONAL, POSITION_M, Fleet
from firmware_sim.world.traffic.idm import BRAKING_MAX_MS2, STEP_S, Row
from firmware_sim.world.traffic.plan import Disturbance

APPROACH_BRAKING_MS2 = 2.0
"""How drivers slow down for what they see ahead."""


def obey(speed: Row, wanted: Row, fleet: Fleet, lane: int, disturbance: Disturbance) -> Row:
    """Next speeds of a lane's vehicles, none above what the disturbance allows at its place.

    A vehicle before the stretch may have the speed from which it can still slow down comfortably;
    one that is surprised brakes as hard as it can.
    """
    state = fleet.state[:, fleet.lane(lane)]
    front = state[POSITION_M]
    allowed_ms = disturbance.speed_kmh / 3.6 * state[PERSONAL]
    ahead_m = np.maximum(disturbance.position_m - front, 0.0)
    allowed_ms = np.sqrt(allowed_ms * allowed_ms + 2 * APPROACH_BRAKING_MS2 * ahead_m)
    is_past = front - state[LENGTH_M] > disturbance.position_m + disturbance.length_m
    held = np.minimum(wanted, np.maximum(allowed_ms, speed - BRAKING_MAX_MS2 * STEP_S))
    return np.where(is_past, wanted, np.maximum(held, 0.0))
