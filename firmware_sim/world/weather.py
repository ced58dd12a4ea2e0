"""Weather and daylight at a site in the valley (1 500 m above the sea, 6° north)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from firmware_sim.world.calendar import Calendar
from firmware_sim.world.noise import smooth_noise

SUNRISE_H, SUNSET_H = 6.0, 18.2
NOON_LUX = 95_000.0
LAMP_SWITCH_LUX = 20.0
"""Photocells of street lights switch near this."""


@dataclass(frozen=True, slots=True)
class Shower:
    start_s: float
    end_s: float
    rate_mm_h: float

    def fallen_mm(self, time_s: float) -> float:
        lasted_s = max(0.0, min(time_s, self.end_s) - self.start_s)
        return self.rate_mm_h * lasted_s / 3600


@dataclass(frozen=True, slots=True)
class Weather:
    key: str
    calendar: Calendar
    showers: Sequence[Shower]

    def daylight_lux(self, time_s: float) -> float:
        hour = self.calendar.local_hour(time_s)
        height = math.sin(math.pi * (hour - SUNRISE_H) / (SUNSET_H - SUNRISE_H))
        if not SUNRISE_H < hour < SUNSET_H or height <= 0:
            return 0.0
        clouds = 0.65 + 0.35 * smooth_noise(f"{self.key}/clouds", time_s, 900)
        return float(NOON_LUX * height**1.5 * clouds)

    def is_dark(self, time_s: float) -> bool:
        return self.daylight_lux(time_s) < LAMP_SWITCH_LUX

    def uv_index(self, time_s: float) -> float:
        return 11.0 * self.daylight_lux(time_s) / NOON_LUX

    def temperature_c(self, time_s: float) -> float:
        hour = self.calendar.local_hour(time_s)
        daily = math.cos(2 * math.pi * (hour - 14) / 24)
        return 22.0 + 4.5 * daily + 1.0 * smooth_noise(f"{self.key}/temperature", time_s, 3600)

    def humidity_pct(self, time_s: float) -> float:
        drier = 3.2 * (self.temperature_c(time_s) - 22.0)
        return max(25.0, min(98.0, 68.0 - drier + 10.0 * (self.rain_rate_mm_h(time_s) > 0)))

    def wind_ms(self, time_s: float) -> float:
        return 1.6 + 1.4 * smooth_noise(f"{self.key}/wind", time_s, 60)

    def gust_ms(self, time_s: float) -> float:
        return self.wind_ms(time_s) * (1.5 + 0.4 * smooth_noise(f"{self.key}/gust", time_s, 30))

    def wind_direction_deg(self, time_s: float) -> float:
        return (20.0 + 70.0 * smooth_noise(f"{self.key}/direction", time_s, 600)) % 360

    def pressure_hpa(self, time_s: float) -> float:
        # Two tides a day, highest near 10 and 22 h, as everywhere in the tropics.
        tide = math.cos(4 * math.pi * (self.calendar.local_hour(time_s) - 10) / 24)
        return 851.0 + 1.3 * tide

    def rain_rate_mm_h(self, time_s: float) -> float:
        falling = (s.rate_mm_h for s in self.showers if s.start_s <= time_s < s.end_s)
        return sum(falling)

    def rain_total_mm(self, time_s: float) -> float:
        """Since the scenario's second 0."""
        return sum(shower.fallen_mm(time_s) for shower in self.showers)
