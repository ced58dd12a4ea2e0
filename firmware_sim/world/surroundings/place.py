"""Everything that can be measured at one spot, from the sky to the plug."""

from collections.abc import Callable
from functools import partial

from firmware_sim.world.calendar import Calendar
from firmware_sim.world.surroundings.charger import Charger
from firmware_sim.world.surroundings.episodes import Episodes
from firmware_sim.world.surroundings.gases import Gases
from firmware_sim.world.surroundings.mains import Mains
from firmware_sim.world.surroundings.nearby import Nearby
from firmware_sim.world.surroundings.particles import Particles
from firmware_sim.world.surroundings.people import PEOPLE, WIFI, Total
from firmware_sim.world.surroundings.plan import PlacePlan
from firmware_sim.world.surroundings.pole import Pole
from firmware_sim.world.surroundings.sound import Sound
from firmware_sim.world.surroundings.weather import Weather

Reading = Callable[[float], float]


class Place:
    """A pure function of key, region and time, but for the traffic that it is handed.

    `key` belongs to this place, `region` to all places that share a sky and a grid: a bench makes
    both from its seed.
    """

    def __init__(
        self,
        key: str,
        plan: PlacePlan,
        calendar: Calendar,
        traffic: Callable[[], Nearby],
        *,
        region: str = "valley",
    ) -> None:
        self.key = key
        episodes = Episodes(plan.episodes)
        hour = calendar.local_hour
        self.weather = Weather(key, plan, calendar, episodes, region)
        showers = self.weather.showers
        particles = Particles(key, plan, hour, self.weather, episodes, traffic)
        gases = Gases(key, self.weather, traffic)
        mains = Mains(key, plan.mains_v, hour, showers, region)
        charger = Charger(f"{key}/charger", plan.mains_v)
        pole = Pole(key, self.weather)
        line_1 = partial(mains.voltage_v, 0)
        self._readings: dict[str, Reading] = {
            "pm1_ugm3": particles.pm1_ugm3,
            "pm25_ugm3": particles.pm25_ugm3,
            "pm4_ugm3": particles.pm4_ugm3,
            "pm10_ugm3": particles.pm10_ugm3,
            "co2_ppm": gases.co2_ppm,
            "co_ppm": gases.co_ppm,
            "no2_ugm3": gases.no2_ugm3,
            "o3_ugm3": gases.o3_ugm3,
            "so2_ugm3": gases.so2_ugm3,
            "temperature_c": self.weather.temperature_c,
            "humidity_pct": self.weather.humidity_pct,
            "pressure_hpa": self.weather.pressure_hpa,
            "wind_speed_ms": self.weather.wind_speed_ms,
            "wind_gust_ms": self.weather.wind_gust_ms,
            "wind_direction_deg": self.weather.wind_direction_deg,
            "rain_rate_mm_h": showers.rate_mm_h,
            "rain_total_mm": showers.total_mm,
            "light_lux": self.weather.light_lux,
            "uv_index": self.weather.uv_index,
            "noise_dba": Sound(key, hour, traffic).noise_dba,
            "voltage_v": line_1,
            "voltage_l1_v": line_1,
            "voltage_l2_v": partial(mains.voltage_v, 1),
            "voltage_l3_v": partial(mains.voltage_v, 2),
            "frequency_hz": mains.frequency_hz,
            "leakage_ma": mains.leakage_ma,
            "tilt_deg": pole.tilt_deg,
            # Whose telephone is heard is one of those who walk by.
            "people_total": Total(f"{key}/people", PEOPLE, calendar),
            "wifi_total": Total(f"{key}/people", WIFI, calendar),
            "charger_state": charger.state,
            "charger_power_w": charger.power_w,
            "ups_charge_pct": pole.ups_charge_pct,
            "surge_total": pole.surge_total,
            # Only somebody at the bench opens a door or takes a camera down.
            "door_open": lambda _at_s: 0.0,
            "camera_up": lambda _at_s: 1.0,
        }
        self.names = frozenset(self._readings)

    def sense(self, name: str, at_s: float) -> float:
        """The true value, in the unit that the name ends with. Unknown names are a KeyError."""
        try:
            reading = self._readings[name]
        except KeyError:
            known = ", ".join(sorted(self.names))
            raise KeyError(f"nothing here is called {name!r}; there are: {known}") from None
        return reading(at_s)

    def rain_mm_h(self, at_s: float) -> float:
        return self.weather.showers.rate_mm_h(at_s)
