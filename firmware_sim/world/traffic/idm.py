"""The intelligent-driver model of car following.

M. Treiber, A. Hennecke, D. Helbing: Congested traffic states in empirical observations and
microscopic simulations. Physical Review E 62, 1805 (2000). Integrated by the ballistic update
(M. Treiber, V. Kanagaraj: Comparing numerical integration schemes for time-continuous car-following
models. Physica A 419, 183 (2015)): each vehicle's acceleration holds for a step.

Only + - x / sqrt min max are used, which IEEE 754 defines to the last bit: every machine tells the
same story.
"""

import math

import numpy as np
from numpy.typing import NDArray

from firmware_sim.world.traffic.vehicles import VehicleClass

STEP_S = 0.5
BRAKING_MAX_MS2 = 7.0
"""What tyres give on a dry road."""

Row = NDArray[np.float64]


def next_speeds(
    speed: Row,
    leader_speed: Row,
    gap: Row,
    *,
    desired: Row,
    time_gap: Row,
    standing_gap: Row,
    acceleration: Row,
    braking_scale: Row,
) -> Row:
    """Speeds one step later, in m/s; `gap` in m is above 0, from front bumper to leader's rear.

    `braking_scale` is 1 / (2 sqrt(a b)) in s²/m.
    """
    interaction = speed * (time_gap + (speed - leader_speed) * braking_scale)
    ratio = (standing_gap + np.maximum(interaction, 0.0)) / gap
    share = speed / desired
    share *= share
    change = STEP_S * acceleration * (1.0 - share * share - ratio * ratio)
    return np.maximum(speed + np.maximum(change, -BRAKING_MAX_MS2 * STEP_S), 0.0)


def braking_scale_s2m(row: VehicleClass) -> float:
    return 0.5 / math.sqrt(row.acceleration_ms2 * row.comfortable_braking_ms2)
