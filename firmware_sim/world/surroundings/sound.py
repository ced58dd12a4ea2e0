"""Noise beside a road, from the traffic on it."""

import math
from collections.abc import Callable

from firmware_sim.world.noise import SmoothNoise
from firmware_sim.world.surroundings.hours import at_hour
from firmware_sim.world.surroundings.nearby import Nearby

SLOWEST_KMH = 20.0
"""The method holds from here up."""
KERB_M, ABOVE_SOURCE_M = 4.0, 3.0
SOURCE_BEHIND_KERB_M, REFERENCE_M = 3.5, 13.5

# The rest of the city, dB(A): nights are never silent.
CITY = (46, 45, 44, 44, 45, 48, 51, 53, *[54] * 10, 53, 52, 51, 50, 48, 47)


def l10_dba(flow_veh_per_h: float, speed_kmh: float, heavy_share: float) -> float:
    """Level exceeded 10 % of the hour, 10 m from the kerb of a level road with free flow.

    "Calculation of Road Traffic Noise", UK Department of Transport, 1988: charts 2 (basic level)
    and 4 (speed and heavy vehicles). `flow_veh_per_h` must be above 0.
    """
    basic = 42.2 + 10 * math.log10(flow_veh_per_h)
    return basic + (
        33 * math.log10(speed_kmh + 40 + 500 / speed_kmh)
        + 10 * math.log10(1 + 5 * 100 * heavy_share / speed_kmh)
        - 68.8
    )


def distance_correction_db(kerb_m: float, above_source_m: float) -> float:
    """The same source, chart 7: a line source 3.5 m behind the kerb."""
    slant_m = math.hypot(kerb_m + SOURCE_BEHIND_KERB_M, above_source_m)
    return -10 * math.log10(slant_m / REFERENCE_M)


def leq_dba(l10: float) -> float:
    """P. Abbott and P. Nelson, TRL report PR/SE/451/02 (2002), for the hour."""
    return 0.94 * l10 + 0.77


class Sound:
    def __init__(
        self, key: str, local_hour: Callable[[float], float], traffic: Callable[[], Nearby]
    ) -> None:
        self._local_hour = local_hour
        self._traffic = traffic
        self._passing = SmoothNoise(f"{key}/passing", 6)
        self._near_db = distance_correction_db(KERB_M, ABOVE_SOURCE_M)

    def noise_dba(self, at_s: float) -> float:
        """A-weighted level, averaged over some seconds."""
        power = 10 ** (at_hour(CITY, self._local_hour(at_s)) / 10)
        nearby = self._traffic()
        # Motorcycles pass one by one and are what makes a level restless.
        restless_db = 0.6
        if nearby.flow_veh_per_h >= 1:
            speed_kmh = max(SLOWEST_KMH, nearby.speed_kmh)
            l10 = l10_dba(nearby.flow_veh_per_h, speed_kmh, nearby.heavy_share)
            power += 10 ** (leq_dba(l10 + self._near_db) / 10)
            restless_db += 1.5 * nearby.motorcycle_share
        return 10 * math.log10(power) + restless_db * self._passing(at_s)
