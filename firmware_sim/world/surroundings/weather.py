"""Weather of a tropical mountain valley: it changes with the hour far more than with the season."""

import math

from firmware_sim.world.calendar import Calendar
from firmware_sim.world.noise import SmoothNoise
from firmware_sim.world.surroundings.episodes import Episodes
from firmware_sim.world.surroundings.hours import at_hour
from firmware_sim.world.surroundings.plan import PlacePlan
from firmware_sim.world.surroundings.showers import Showers
from firmware_sim.world.surroundings.sun import Sun, clear_sky_lux, clear_sky_uv_index

MEAN_C, MEAN_ALTITUDE_M, LAPSE_C_PER_M = 22.2, 1500.0, 0.0065
WARMEST_H = 14.2
DRY_DEW_POINT_BELOW_C = 6.4
RAIN_COOLS = 0.6
"""Of the way from the dry air's temperature to its dew point: near the wet-bulb temperature, down
to which rain that evaporates cools the air."""
SEA_LEVEL_HPA, SCALE_HEIGHT_M = 1012.0, 8700.0
"""Warm tropical air: it thins out more slowly with height than the standard atmosphere."""

# Share of the full daytime breeze. By day the air is drawn up the valley, which in Aburrá means
# from the north; at night it drains back from the south, and slower.
BREEZE = (
    0.08, 0.06, 0.05, 0.04, 0.03, 0.02, 0.02, 0.05, 0.15, 0.30, 0.48, 0.66,
    0.82, 0.93, 1.00, 0.98, 0.90, 0.74, 0.52, 0.35, 0.24, 0.17, 0.13, 0.10,
)  # fmt: skip
CALM_MS, FULL_BREEZE_MS = 0.8, 2.4
NIGHT_FROM_DEG, DAY_FROM_DEG = 195.0, 15.0
# How far the wind has turned from its night direction to its day direction.
TURNED = (0,) * 8 + (0.5,) + (1,) * 10 + (0.5,) + (0,) * 4


class Weather:
    def __init__(
        self, key: str, plan: PlacePlan, calendar: Calendar, episodes: Episodes, region: str
    ) -> None:
        """`region` is the key of what all places of the valley share."""
        self.showers = Showers(plan.showers)
        self._local_hour = calendar.local_hour
        self.lid = episodes.lid
        self._sun = Sun(plan.latitude_deg, plan.longitude_deg, calendar.start_ms)
        self._mean_c = MEAN_C - LAPSE_C_PER_M * (plan.altitude_m - MEAN_ALTITUDE_M)
        self._mean_hpa = SEA_LEVEL_HPA * math.exp(-plan.altitude_m / SCALE_HEIGHT_M)
        self._tide_hpa = (
            math.cos(math.radians(plan.latitude_deg)) ** 3 * self._mean_hpa / SEA_LEVEL_HPA
        )
        self._air_mass = SmoothNoise(f"{region}/air-mass", 6 * 3600)
        self._depression = SmoothNoise(f"{region}/depression", 12 * 3600)
        self._fair_clouds = SmoothNoise(f"{region}/clouds", 2700)
        self._passing_clouds = SmoothNoise(f"{key}/clouds", 240)
        self._warm_spots = SmoothNoise(f"{key}/temperature", 600)
        self._moisture = SmoothNoise(f"{key}/moisture", 3 * 3600)
        self._spells = SmoothNoise(f"{key}/wind", 600)
        self._puffs = SmoothNoise(f"{key}/puffs", 12)
        self._gusts = SmoothNoise(f"{key}/gusts", 30)
        self._veering = SmoothNoise(f"{key}/veering", 420)
        self._vane = SmoothNoise(f"{key}/vane", 15)

    def cloud_cover(self, at_s: float) -> float:
        fair = 0.5 + 0.35 * self._fair_clouds(at_s) + 0.15 * self._passing_clouds(at_s)
        return max(fair, self.showers.overcast(at_s))

    def light_lux(self, at_s: float) -> float:
        """Global light falls to 1 - 0.75·N^3.4 of a clear sky's under a cloud cover N (F. Kasten
        and G. Czeplak, Solar Energy 24, 1980).
        """
        clear_lux = clear_sky_lux(self._sun.elevation_deg(at_s))
        return float(clear_lux * (1 - 0.75 * self.cloud_cover(at_s) ** 3.4))

    def sunshine(self, at_s: float) -> float:
        """0 to 1: what drives photochemistry."""
        height = self._sun.sine_of_elevation(at_s)
        if height <= 0:
            return 0.0
        return float(height * (1 - 0.75 * self.cloud_cover(at_s) ** 3.4))

    def uv_index(self, at_s: float) -> float:
        """Clouds take less of the ultraviolet than of the light (W. Josefsson and T. Landelius,
        J. Geophys. Res. 105, 2000).
        """
        height = self._sun.sine_of_elevation(at_s)
        if height <= 0:
            return 0.0
        return float(clear_sky_uv_index(height) * (1 - 0.7 * self.cloud_cover(at_s) ** 2.5))

    def temperature_c(self, at_s: float) -> float:
        # The second harmonic makes the morning's warming faster than the evening's cooling.
        angle = 2 * math.pi * (self._local_hour(at_s) - WARMEST_H) / 24
        daily = 4.2 * math.cos(angle) + 0.7 * math.cos(2 * angle + 0.6)
        passing = 0.8 * self._air_mass(at_s) + 0.3 * self._warm_spots(at_s)
        dry_c = self._mean_c + daily + passing
        spread_c = max(0.0, dry_c - self._dry_dew_point_c(at_s))
        return dry_c - RAIN_COOLS * spread_c * self.showers.dampness(at_s)

    def humidity_pct(self, at_s: float) -> float:
        """From a dew point that hardly moves in dry air, and rises to meet the temperature in rain.

        Vapour pressures after O. Alduchov and R. Eskridge, J. Appl. Meteorol. 35, 1996.
        """
        air_c = self.temperature_c(at_s)
        dew_c = self._dry_dew_point_c(at_s)
        dew_c += self.showers.dampness(at_s) * max(0.0, air_c - dew_c)
        dew_c = min(dew_c, air_c - 0.4)
        return 100 * math.exp(_vapour(dew_c) - _vapour(air_c))

    def _dry_dew_point_c(self, at_s: float) -> float:
        return self._mean_c - DRY_DEW_POINT_BELOW_C + 0.8 * self._moisture(at_s)

    def pressure_hpa(self, at_s: float) -> float:
        """Height, slow changes, and the tides: 1.16·cos³φ·sin(2t + 158°) twice a day and
        0.59·cos³φ·sin(t + 12°) once (B. Haurwitz and A. Cowley, Pure Appl. Geophys. 102, 1973).
        """
        local = math.radians(15 * self._local_hour(at_s))
        tide = 1.16 * math.sin(2 * local + 2.758) + 0.59 * math.sin(local + 0.209)
        return self._mean_hpa + self._tide_hpa * tide + 0.7 * self._depression(at_s)

    def breeze(self, at_s: float) -> float:
        """0 at the end of the night, 1 in mid-afternoon; less under an inversion's lid."""
        return at_hour(BREEZE, self._local_hour(at_s)) * (1 - 0.6 * self.lid(at_s))

    def wind_speed_ms(self, at_s: float) -> float:
        mean_ms = CALM_MS + FULL_BREEZE_MS * self.breeze(at_s)
        return mean_ms * (1 + 0.35 * self._spells(at_s)) * (1 + 0.3 * self._puffs(at_s))

    def wind_gust_ms(self, at_s: float) -> float:
        return self.wind_speed_ms(at_s) * (1.5 + 0.3 * self._gusts(at_s))

    def wind_direction_deg(self, at_s: float) -> float:
        """Where it comes from, clockwise from north."""
        turned = at_hour(TURNED, self._local_hour(at_s))
        from_deg = NIGHT_FROM_DEG + (DAY_FROM_DEG - NIGHT_FROM_DEG) * turned
        return (from_deg + 28 * self._veering(at_s) + 14 * self._vane(at_s)) % 360


def _vapour(temperature_c: float) -> float:
    """Natural logarithm of the saturation vapour pressure, up to a constant."""
    return 17.625 * temperature_c / (243.04 + temperature_c)
