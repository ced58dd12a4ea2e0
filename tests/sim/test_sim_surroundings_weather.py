"""Weather: its daily course, and what a shower and an inversion do to it."""

import math
from itertools import pairwise
from statistics import fmean

import pytest
from places import DAY_S, HOUR_S, place

from firmware_sim.world.surroundings.plan import EpisodePlan, ShowerPlan

SHOWER = ShowerPlan(start_s=50_000, end_s=53_600, rate_mm_h=12.0)
DAYS = 60


def mean_by_hour(name: str, days: int = DAYS) -> list[float]:
    here = place()
    return [
        fmean(here.sense(name, day * DAY_S + hour * HOUR_S) for day in range(days))
        for hour in range(24)
    ]


def test_temperature_and_humidity_go_opposite_ways():
    celsius, percent = mean_by_hour("temperature_c"), mean_by_hour("humidity_pct")
    assert 4 <= celsius.index(min(celsius)) <= 6
    assert 13 <= celsius.index(max(celsius)) <= 15
    assert 16 < min(celsius) < 19
    assert 26 < max(celsius) < 28.5
    assert 13 <= percent.index(min(percent)) <= 15
    assert 3 <= percent.index(max(percent)) <= 6
    assert 80 < max(percent) < 97
    assert 40 < min(percent) < 60


def test_pressure_has_the_tropics_two_tides_a_day():
    hpa = mean_by_hour("pressure_hpa")
    assert 8 <= hpa.index(max(hpa)) <= 10
    assert 15 <= hpa.index(min(hpa)) <= 17
    assert 21 <= 18 + hpa[18:].index(max(hpa[18:])) <= 23
    assert 2 <= hpa.index(min(hpa[:9])) <= 4
    assert 2.0 < max(hpa) - min(hpa) < 3.5
    assert fmean(hpa) == pytest.approx(851.5, abs=1.0)


def test_pressure_is_the_same_air_all_over_the_valley():
    one, other = place("7/medellin/a"), place("7/bello/b")
    assert one.sense("pressure_hpa", 12_345) == other.sense("pressure_hpa", 12_345)
    assert one.sense("temperature_c", 12_345) != other.sense("temperature_c", 12_345)


def test_the_valley_breathes_north_by_day_and_south_by_night():
    here = place()

    def northward(hour: float) -> float:
        at = [day * DAY_S + hour * HOUR_S for day in range(DAYS)]
        return fmean(math.cos(math.radians(here.sense("wind_direction_deg", s))) for s in at)

    assert northward(13) > 0.8
    assert northward(3) < -0.8
    speed = mean_by_hour("wind_speed_ms")
    assert 13 <= speed.index(max(speed)) <= 15
    assert max(speed) > 2.5 * speed[5]


def test_gusts_exceed_the_wind():
    here = place()
    for second in range(0, 200_000, 371):
        speed = here.sense("wind_speed_ms", second)
        assert 0 < speed < here.sense("wind_gust_ms", second)


def test_a_shower_fills_the_gauge_to_what_fell():
    here = place(showers=(SHOWER, ShowerPlan(70_000, 71_800, 30.0)))
    assert here.sense("rain_rate_mm_h", 49_999) == 0
    assert here.sense("rain_rate_mm_h", 50_000) == here.rain_mm_h(53_599) == 12
    assert here.sense("rain_rate_mm_h", 53_600) == 0
    assert here.sense("rain_total_mm", 51_800) == pytest.approx(6.0)
    assert here.sense("rain_total_mm", 60_000) == pytest.approx(12.0)
    assert here.sense("rain_total_mm", 10 * DAY_S) == pytest.approx(27.0)
    assert here.sense("surge_total", 10 * DAY_S) == 1


@pytest.mark.parametrize(
    ("name", "sign", "least"),
    [
        ("temperature_c", -1, 2.0),
        ("humidity_pct", 1, 20.0),
        ("light_lux", -1, 10_000),
        ("uv_index", -1, 0.5),
        ("pm25_ugm3", -1, 5.0),
        ("leakage_ma", 1, 2.0),
        ("o3_ugm3", -1, 5.0),
    ],
)
def test_rain_moves_each_reading_its_way_and_is_forgotten(name, sign, least):
    dry, wet = place(), place(showers=(SHOWER,))
    assert sign * (wet.sense(name, 53_000) - dry.sense(name, 53_000)) > least
    assert wet.sense(name, 49_000) == dry.sense(name, 49_000)
    next_day = SHOWER.end_s + 24 * HOUR_S
    assert wet.sense(name, next_day) == pytest.approx(dry.sense(name, next_day), rel=1e-3)


def test_what_rain_did_fades_without_a_step():
    wet, dry = place(showers=(SHOWER,)), place()
    after = range(53_600, 53_600 + 8 * 3600, 60)
    cooler_c = [dry.sense("temperature_c", s) - wet.sense("temperature_c", s) for s in after]
    assert cooler_c[30] > 1.0, "half an hour later the street is still wet"
    assert all(-1e-9 < a - b < 0.15 for a, b in pairwise(cooler_c))
    washed = [wet.sense("pm25_ugm3", s) / dry.sense("pm25_ugm3", s) for s in after]
    assert washed[10] < 0.9
    assert all(-1e-9 < b - a < 0.05 for a, b in pairwise(washed))


def test_clouds_come_before_the_rain_and_air_saturates_in_it():
    wet = place(showers=(SHOWER,))
    assert wet.sense("light_lux", 49_990) < 0.5 * place().sense("light_lux", 49_990)
    assert 95 < wet.sense("humidity_pct", 53_500) < 100


def test_an_inversion_calms_the_wind_but_dust_does_not():
    dust = EpisodePlan("particles", 40_000, 43_600, 40)
    lid = EpisodePlan("inversion", 40_000, 43_600, 40)
    calm = place(episodes=(lid,)).sense("wind_speed_ms", 50_000)
    free = place(episodes=(dust,)).sense("wind_speed_ms", 50_000)
    assert calm < 0.8 * free
    assert free == place().sense("wind_speed_ms", 50_000)
