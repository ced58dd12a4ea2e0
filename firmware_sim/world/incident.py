"""What an incident does to the road upstream of it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

WAVE_MS = 5.0
"""How fast the tail of a queue, and later its dissolution, travel upstream: 18 km/h."""


@dataclass(frozen=True, slots=True)
class Incident:
    position_m: float
    start_s: float
    clear_s: float
    queue_speed_kmh: float
    queue_flow_veh_per_h: float
    """What still passes, per lane."""
    recovery_s: float
    """Time constant with which the speed comes back after clearance."""


@dataclass(frozen=True, slots=True)
class RoadState:
    speed_limit_kmh: float = math.inf
    headway_s: float = 0.0
    """Mean time between vehicles that the road lets through; 0: no restriction."""


FREE = RoadState()


def road_state(
    incidents: Sequence[Incident], position_m: float, time_s: float, free_speed_kmh: float
) -> RoadState:
    """The worst of what the incidents downstream do at this place and time."""
    states = [_state(incident, position_m, time_s, free_speed_kmh) for incident in incidents]
    return min(states, key=lambda state: state.speed_limit_kmh, default=FREE)


def _state(
    incident: Incident, position_m: float, time_s: float, free_speed_kmh: float
) -> RoadState:
    if position_m > incident.position_m:
        return FREE
    here_s = time_s - (incident.position_m - position_m) / WAVE_MS
    if here_s < incident.start_s:
        return FREE
    if here_s < incident.clear_s:
        return RoadState(incident.queue_speed_kmh, 3600 / incident.queue_flow_veh_per_h)
    recovered = -math.expm1(-(here_s - incident.clear_s) / incident.recovery_s)
    if recovered > 0.99:  # noqa: PLR2004 - no longer to be told from free
        return FREE
    gain_kmh = (free_speed_kmh - incident.queue_speed_kmh) * recovered
    return RoadState(incident.queue_speed_kmh + gain_kmh)
