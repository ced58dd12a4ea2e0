"""The pole itself: how it stands and leans, and what it counts."""

import math
import random

from firmware_sim.world.noise import SmoothNoise
from firmware_sim.world.surroundings.weather import Weather

SURGE_MM = 15.0
"""Rain of this much comes with a stroke near enough to fire the arrester."""


class Pole:
    def __init__(self, key: str, weather: Weather) -> None:
        self._weather = weather
        lean = random.Random(f"{key}/lean")  # noqa: S311 - not a secret
        self._lean_deg = lean.uniform(0.1, 0.9)
        self._sway = SmoothNoise(f"{key}/sway", 3)
        self._float_charge = SmoothNoise(f"{key}/battery", 1800)

    def tilt_deg(self, at_s: float) -> float:
        """It bends with the square of the wind."""
        bent_deg = 0.006 * self._weather.wind_gust_ms(at_s) ** 2
        return self._lean_deg + bent_deg * (1 + 0.5 * self._sway(at_s))

    def ups_charge_pct(self, at_s: float) -> float:
        return min(100.0, 99.4 + 0.8 * self._float_charge(at_s))

    def surge_total(self, at_s: float) -> float:
        return float(math.floor(self._weather.showers.total_mm(at_s) / SURGE_MM))
