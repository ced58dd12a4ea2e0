"""Particles in a place's air: its background, the road's share, episodes, and what rain washes."""

import math
from collections.abc import Callable

from firmware_sim.world.noise import SmoothNoise
from firmware_sim.world.surroundings.episodes import Episodes
from firmware_sim.world.surroundings.hours import at_hour
from firmware_sim.world.surroundings.nearby import Nearby, crowding
from firmware_sim.world.surroundings.plan import PlacePlan
from firmware_sim.world.surroundings.weather import Weather

# Relative to the day's mean: a peak under the morning's shallow mixing layer, a dip when the
# afternoon's breeze opens it, a lower peak in the evening.
DAILY = (
    0.00, -0.01, -0.02, -0.02, 0.00, 0.03, 0.07, 0.11, 0.12, 0.09, 0.04, -0.01,
    -0.05, -0.08, -0.09, -0.10, -0.07, -0.03, 0.01, 0.04, 0.05, 0.04, 0.02, 0.01,
)  # fmt: skip
USUAL_WIND_MS = 1.6
THINNED_PER_MS = 0.03
FARTHEST = 0.17
"""Hour, wind and traffic together move the background no farther: what a scenario says of it, and
builds on it, holds at any hour."""
FROM_TRAFFIC = 0.4
"""Of what an inversion gathers, with the usual traffic nearby: more where more of it drives."""
COARSE_WASHABLE = 3.0
"""Rain catches particles above 2.5 µm so much better than finer ones."""


class Particles:
    """Mass concentrations in µg/m³."""

    def __init__(
        self,
        key: str,
        plan: PlacePlan,
        local_hour: Callable[[float], float],
        weather: Weather,
        episodes: Episodes,
        traffic: Callable[[], Nearby],
    ) -> None:
        self._background_ugm3 = plan.background_pm25_ugm3
        self._roads_share = plan.traffic_pm25_ugm3 / max(1.0, plan.background_pm25_ugm3)
        self._local_hour = local_hour
        self._wind_speed_ms = weather.wind_speed_ms
        self._washed = weather.showers.left_in_air
        self._episodes = episodes
        self._traffic = traffic
        self._slow = SmoothNoise(f"{key}/particles", 3600)
        self._fast = SmoothNoise(f"{key}/wafts", 10)
        self._coarse = SmoothNoise(f"{key}/coarse", 1800)

    def pm1_ugm3(self, at_s: float) -> float:
        return self.pm25_ugm3(at_s) * (0.7 + 0.03 * self._coarse(at_s))

    def pm25_ugm3(self, at_s: float) -> float:
        return self._unwashed_ugm3(at_s) * self._washed(at_s, 1.0)

    def pm4_ugm3(self, at_s: float) -> float:
        return self._with_coarse_ugm3(at_s, 0.3)

    def pm10_ugm3(self, at_s: float) -> float:
        return self._with_coarse_ugm3(at_s, 1.0)

    def _with_coarse_ugm3(self, at_s: float, share: float) -> float:
        """Fine ones, and a share of those between 2.5 and 10 µm: mostly dust from the roads."""
        coarse = (0.65 + 0.1 * self._coarse(at_s)) * self._washed(at_s, COARSE_WASHABLE)
        return self._unwashed_ugm3(at_s) * (self._washed(at_s, 1.0) + share * coarse)

    def _unwashed_ugm3(self, at_s: float) -> float:
        more_traffic = crowding(self._traffic().flow_veh_per_h) - 1
        moved = (
            at_hour(DAILY, self._local_hour(at_s))
            + THINNED_PER_MS * (USUAL_WIND_MS - self._wind_speed_ms(at_s))
            + self._roads_share * more_traffic
            + 0.03 * self._slow(at_s)
        )
        background_ugm3 = self._background_ugm3 * (1 + FARTHEST * math.tanh(moved / FARTHEST))
        gathered_ugm3 = self._episodes.gathered_ugm3(at_s) * (1 + FROM_TRAFFIC * more_traffic)
        pm25_ugm3 = background_ugm3 + self._episodes.brought_ugm3(at_s) + gathered_ugm3
        return pm25_ugm3 * (1 + 0.02 * self._fast(at_s))
