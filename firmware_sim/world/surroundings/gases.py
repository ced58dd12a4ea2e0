"""Gases beside a road: exhaust gathers in calm air, and ozone is made by the sun from elsewhere's.

Levels are chosen to lie in what roadside stations of the valley report; the signs of all influences
are right, the chemistry is not simulated.
"""

from collections.abc import Callable

from firmware_sim.world.noise import SmoothNoise
from firmware_sim.world.surroundings.nearby import Nearby, crowding
from firmware_sim.world.surroundings.weather import Weather

CO2_GLOBAL_PPM, CO2_MAX_PPM = 424.0, 520.0
HEAVY_EXHAUST = 4.0
"""What a bus or truck emits beyond a light vehicle, in light vehicles."""
FLOWING_KMH = 40.0
"""Below this, stop and go makes each vehicle emit more."""


class Gases:
    def __init__(self, key: str, weather: Weather, traffic: Callable[[], Nearby]) -> None:
        self._weather = weather
        self._traffic = traffic
        self._wafts = SmoothNoise(f"{key}/exhaust", 60)

    def co_ppm(self, at_s: float) -> float:
        return (0.3 + 0.6 * _exhaust(self._traffic())) * self._gathered(at_s)

    def no2_ugm3(self, at_s: float) -> float:
        return (12 + 17 * _exhaust(self._traffic())) * self._gathered(at_s)

    def so2_ugm3(self, at_s: float) -> float:
        nearby = self._traffic()
        diesel = min(1.0, 5 * nearby.heavy_share)
        return (3 + 4 * diesel * _exhaust(nearby)) * self._gathered(at_s)

    def o3_ugm3(self, at_s: float) -> float:
        """Fresh exhaust destroys it: less where there is more nitrogen dioxide."""
        formed = 30 + 85 * self._weather.sunshine(at_s)
        return max(4.0, formed - 0.4 * self.no2_ugm3(at_s))

    def co2_ppm(self, at_s: float) -> float:
        """Plants and soil breathe it out all night into air that does not move."""
        breathed = 28 * (1 - self._weather.breeze(at_s))
        above = breathed + 13 * _exhaust(self._traffic()) * self._gathered(at_s)
        return min(CO2_MAX_PPM, CO2_GLOBAL_PPM + above)

    def _gathered(self, at_s: float) -> float:
        """Above 1 in calm air, below 1 in a breeze."""
        calm = 2.4 / (1.0 + self._weather.wind_speed_ms(at_s))
        return calm * (1 + 0.06 * self._wafts(at_s)) * (1 + self._weather.lid(at_s))


def _exhaust(nearby: Nearby) -> float:
    """0 to 2; 1 from 1 500 light vehicles an hour that flow."""
    crawling = max(0.0, 1 - nearby.speed_kmh / FLOWING_KMH)
    each = (1 + HEAVY_EXHAUST * nearby.heavy_share) * (1 + crawling)
    return crowding(nearby.flow_veh_per_h * each)
