"""Particles, gases and noise: what the hour, the road, the wind and the scenario do to them."""

from statistics import fmean

import pytest
from places import DAY_S, HOUR_S, Traffic, midnight_ms, place

from firmware_sim.world.surroundings.plan import EpisodePlan, ShowerPlan
from firmware_sim.world.surroundings.sound import distance_correction_db, l10_dba, leq_dba

EMPTY_ROAD, FULL_ROAD = Traffic(0.0, 0.0, 0.0, 0.0), Traffic(flow_veh_per_h=4000.0)
CRASH_EPISODE = EpisodePlan("particles", start_s=25, peak_s=75, rise_ugm3=38)
ROADS = [EMPTY_ROAD, Traffic(), FULL_ROAD]


@pytest.mark.parametrize("road", ROADS)
def test_the_background_stays_near_what_the_scenario_says(road):
    here = place(traffic=road)
    samples = [here.sense("pm25_ugm3", second) for second in range(0, 40 * 86_400, 601)]
    assert min(samples) > 18 - 3.5
    assert max(samples) < 18 + 3.5


@pytest.mark.parametrize("hour", range(0, 24, 2))
@pytest.mark.parametrize("road", ROADS)
def test_the_episode_of_the_demo_is_told_at_any_hour(hour, road):
    start_ms = midnight_ms() + hour * 3_600_000
    here = place(f"{hour}/itagui", start_ms=start_ms, episodes=(CRASH_EPISODE,), traffic=road)
    crossed_s = next(s for s in range(200) if here.sense("pm25_ugm3", s) > 38)
    assert 45 <= crossed_s <= 60
    assert all(here.sense("pm25_ugm3", second) > 50 for second in range(75, 600))


def test_the_mild_episode_of_the_demo_stays_below_30():
    mild = EpisodePlan("particles", start_s=25, peak_s=75, rise_ugm3=9)
    for hour in range(24):
        start_ms = midnight_ms() + hour * 3_600_000
        here = place(start_ms=start_ms, background=16, episodes=(mild,), traffic=FULL_ROAD)
        assert max(here.sense("pm25_ugm3", second) for second in range(0, 600, 5)) < 30


def test_an_episode_halves_with_its_half_life():
    plan = EpisodePlan("particles", 0, 3600, 400, half_life_h=6)
    here = place(background=0, episodes=(plan,))
    peak = here.sense("pm25_ugm3", 3600)
    assert peak == pytest.approx(400, rel=0.03)
    assert here.sense("pm25_ugm3", 7 * HOUR_S) == pytest.approx(200, rel=0.03)
    assert here.sense("pm25_ugm3", 300 * DAY_S) == pytest.approx(0, abs=1e-6)


def test_sizes_contain_each_other():
    here = place(showers=(ShowerPlan(30_000, 40_000, 20.0),))
    for second in range(0, 100_000, 487):
        pm1, pm25, pm4, pm10 = (
            here.sense(f"{size}_ugm3", second) for size in ("pm1", "pm25", "pm4", "pm10")
        )
        assert 0 < pm1 < pm25 < pm4 < pm10


def test_rain_catches_coarse_particles_first():
    dry, wet = place(), place(showers=(ShowerPlan(30_000, 40_000, 20.0),))

    def coarse(where) -> float:
        return where.sense("pm10_ugm3", 39_000) - where.sense("pm25_ugm3", 39_000)

    fine_left = wet.sense("pm25_ugm3", 39_000) / dry.sense("pm25_ugm3", 39_000)
    assert coarse(wet) / coarse(dry) < fine_left < 0.7


def mean(name: str, hour: float, **of) -> float:
    here = place(**of)
    return fmean(here.sense(name, day * DAY_S + hour * HOUR_S) for day in range(40))


def test_particles_peak_in_the_morning_and_again_in_the_evening():
    morning, afternoon, evening = (mean("pm25_ugm3", hour) for hour in (8, 15, 20))
    assert morning > evening > afternoon


@pytest.mark.parametrize("name", ["pm25_ugm3", "pm10_ugm3", "no2_ugm3", "co_ppm", "so2_ugm3"])
def test_traffic_dirties_the_air(name):
    night = mean(name, 12, traffic=Traffic(flow_veh_per_h=200))
    assert night < mean(name, 12, traffic=FULL_ROAD)
    assert mean(name, 12, traffic=EMPTY_ROAD) <= night


def test_ozone_is_made_by_the_sun_and_eaten_by_exhaust():
    assert mean("o3_ugm3", 12) > 2 * mean("o3_ugm3", 7)
    assert mean("o3_ugm3", 12, traffic=FULL_ROAD) < mean("o3_ugm3", 12, traffic=EMPTY_ROAD)


def test_crawling_and_heavy_traffic_emits_more():
    usual = mean("co_ppm", 12, traffic=Traffic())
    assert mean("co_ppm", 12, traffic=Traffic(speed_kmh=8)) > usual
    assert mean("no2_ugm3", 12, traffic=Traffic(heavy_share=0.3)) > mean("no2_ugm3", 12)


def test_an_inversion_gathers_gases_but_dust_brings_none():
    lid = EpisodePlan("inversion", 0, 3600, 40)
    dust = EpisodePlan("particles", 0, 3600, 40)
    assert mean("no2_ugm3", 8) == mean("no2_ugm3", 8, episodes=(dust,))
    one_day = 8 * HOUR_S
    assert place(episodes=(lid,)).sense("no2_ugm3", one_day) > 1.3 * place().sense(
        "no2_ugm3", one_day
    )


def test_an_inversion_gathers_more_beside_a_busier_road_but_dust_does_not():
    def added_ugm3(kind, road):
        plan = EpisodePlan(kind, 0, 3600, 40)
        after, before = place(episodes=(plan,), traffic=road), place(traffic=road)
        return after.sense("pm25_ugm3", 3600) - before.sense("pm25_ugm3", 3600)

    assert added_ugm3("inversion", FULL_ROAD) > 1.05 * added_ugm3("inversion", Traffic())
    assert added_ugm3("inversion", EMPTY_ROAD) == pytest.approx(
        0.54 * added_ugm3("inversion", Traffic()), rel=0.05
    )
    assert added_ugm3("particles", FULL_ROAD) == pytest.approx(
        added_ugm3("particles", EMPTY_ROAD), rel=0.02
    )


def test_wind_thins_out_what_the_road_emits():
    here = place()
    pairs = [
        (here.sense("wind_speed_ms", s), here.sense("no2_ugm3", s), here.sense("pm25_ugm3", s))
        for s in range(43_200, 43_200 + 40 * 86_400, 86_400)
    ]
    pairs.sort()
    calm, windy = pairs[:15], pairs[-15:]
    assert fmean(no2 for _, no2, _ in calm) > 1.2 * fmean(no2 for _, no2, _ in windy)
    assert fmean(pm for _, _, pm in calm) > fmean(pm for _, _, pm in windy)


# Worked by hand from the formulas under charts 2 and 4 of the 1988 memorandum.
@pytest.mark.parametrize(
    ("flow", "speed", "heavy", "expected"),
    [
        (1000, 75, 0.0, 72.2),  # the chart's zero: no heavy vehicles at 75 km/h
        (2000, 50, 0.2, 77.18),
        (500, 100, 0.1, 73.47),
    ],
)
def test_crtn_as_published(flow, speed, heavy, expected):
    assert l10_dba(flow, speed, heavy) == pytest.approx(expected, abs=0.02)


def test_distance_and_equivalent_level_as_published():
    # 10 m from the kerb at the height of the source is the reference; double it: 3 dB less.
    assert distance_correction_db(10, 0) == pytest.approx(0.0)
    assert distance_correction_db(23.5, 0) == pytest.approx(-3.01, abs=0.01)
    assert leq_dba(72.2) == pytest.approx(68.64, abs=0.01)


def test_noise_follows_the_road_and_has_a_floor():
    quiet = mean("noise_dba", 3, traffic=EMPTY_ROAD)
    assert quiet == pytest.approx(44, abs=0.5)
    assert mean("noise_dba", 3, traffic=Traffic(flow_veh_per_h=1, speed_kmh=0)) > quiet
    usual = mean("noise_dba", 12)
    assert usual == pytest.approx(leq_dba(l10_dba(2400, 55, 0.07) + 2.23), abs=0.5)
    assert mean("noise_dba", 12, traffic=FULL_ROAD) > usual + 1.5
    assert mean("noise_dba", 12, traffic=Traffic(heavy_share=0.3)) > usual
    assert mean("noise_dba", 12, traffic=Traffic(speed_kmh=80)) > usual
