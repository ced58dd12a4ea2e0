"""Particles in a site's air: a background with its daily rhythm, and episodes."""

from collections.abc import Sequence
from dataclasses import dataclass

from firmware_sim.world.noise import smooth_noise


@dataclass(frozen=True, slots=True)
class Episode:
    """PM2.5 climbs steadily from start to peak, then decays."""

    start_s: float
    peak_s: float
    rise_ugm3: float
    half_life_h: float

    def at(self, time_s: float) -> float:
        if time_s <= self.start_s:
            return 0.0
        if time_s <= self.peak_s:
            return self.rise_ugm3 * (time_s - self.start_s) / (self.peak_s - self.start_s)
        # The exponent is bounded: after a hundred half-lives nothing is left anyway.
        halves = min(100.0, (time_s - self.peak_s) / 3600 / self.half_life_h)
        return float(self.rise_ugm3 * 0.5**halves)


@dataclass(frozen=True, slots=True)
class Particles:
    """Mass concentrations in µg/m³."""

    pm1: float
    pm25: float
    pm10: float


@dataclass(frozen=True, slots=True)
class Air:
    key: str
    background_ugm3: float
    episodes: Sequence[Episode]

    def particles(self, time_s: float) -> Particles:
        slow = 1 + 0.08 * smooth_noise(f"{self.key}/hourly", time_s, 3600)
        fast = 1 + 0.02 * smooth_noise(f"{self.key}/seconds", time_s, 4)
        pm25 = self.background_ugm3 * slow + sum(episode.at(time_s) for episode in self.episodes)
        pm25 *= fast
        coarse = pm25 * (0.45 + 0.1 * smooth_noise(f"{self.key}/coarse", time_s, 1800))
        return Particles(pm1=pm25 * 0.66, pm25=pm25, pm10=pm25 + coarse)
