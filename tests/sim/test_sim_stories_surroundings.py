"""Scenarios about air, light and power keep what their titles promise."""

import pytest
from sim_stories import begin, seconds, senses

from firmware_sim.world.surroundings.sun import RISE_DEG, Sun

REGIONAL = "medellin/av-regional"


@pytest.mark.parametrize(("hour", "low", "high"), [(5, 13, 28), (8.5, 40, 62), (12, 13, 32)])
def test_air_episode_harms_the_sensitive_and_is_over_by_noon(hour, low, high):
    at_s = (hour - 5) * 3600
    rig = begin("air-episode", now_s=at_s)
    pm25 = {
        f"{cabinet}/{name}": probe("pm25_ugm3", at_s)
        for cabinet in rig.cabinets
        for name, probe in senses(rig, cabinet).items()
        if name.startswith(("air-", "station-", "pole-"))
    }
    assert all(low < value < high for value in pm25.values())
    yard = [value for name, value in pm25.items() if name.startswith(REGIONAL)]
    assert len(yard) == 4
    assert 0.3 < max(yard) - min(yard) < 0.25 * max(yard)


def test_night_lights_its_lamps_at_dusk_and_the_meters_show_it():
    rig = begin("night")
    start = rig.cabinets[REGIONAL]
    sun = Sun(start.part.latitude_deg, start.part.longitude_deg, rig.start_ms)
    lamp = senses(rig, REGIONAL)["lamp-1"].truth
    lit_s, dark_s = None, None
    for at_s in seconds(rig, 0, 3600, 30):
        if dark_s is None and sun.elevation_deg(at_s) < RISE_DEG:
            dark_s = at_s
        if lit_s is None and lamp("lamp_level_pct", at_s) > 0:
            lit_s = at_s
            watts = lamp("power_w", at_s)
    assert dark_s < lit_s < dark_s + 1200
    assert watts == pytest.approx(112, abs=4)
    assert rig.world.calendar.local_hour(lit_s) == pytest.approx(18.3, abs=0.5)


def test_ordinary_day_has_its_shower_in_the_afternoon():
    rig = begin("ordinary-day", now_s=34_000)
    truth = senses(rig, REGIONAL)["weather-1"].truth
    before_s, in_it_s, after_s = 34_000, 37_000, 48_000
    dry = {name: truth(name, before_s) for name in ("temperature_c", "pm25_ugm3", "light_lux")}
    kmh = {}
    for at_s in seconds(rig, before_s, in_it_s, 300):
        kmh[at_s] = rig.cabinets[REGIONAL].road.nearby(2500).speed_kmh
    assert rig.world.calendar.local_clock(34_200) == "15:30:00"
    assert truth("rain_rate_mm_h", in_it_s) == 12
    assert 3 < dry["temperature_c"] - truth("temperature_c", in_it_s) < 9
    assert truth("pm25_ugm3", in_it_s) < 0.8 * dry["pm25_ugm3"]
    assert truth("humidity_pct", in_it_s) > 90
    assert kmh[37_000] < 0.92 * kmh[34_000]
    assert truth("rain_rate_mm_h", after_s) == 0
    assert truth("rain_total_mm", after_s) == pytest.approx(12)


def test_a_drizzle_at_night_does_not_bring_winter():
    truth = senses(begin("night", now_s=14_000), REGIONAL)["weather-1"].truth
    assert 16 < min(truth("temperature_c", at_s) for at_s in range(14_400, 25_000, 600)) < 20


def test_week_has_seven_days_none_like_the_other():
    rig = begin("week")
    truth = senses(rig, REGIONAL)["weather-1"].truth
    days = [range(day * 86_400, (day + 1) * 86_400, 600) for day in range(7)]
    rain_mm = [truth("rain_total_mm", day[-1]) - truth("rain_total_mm", day[0]) for day in days]
    worst = [max(truth("pm25_ugm3", at_s) for at_s in day) for day in days]
    road = rig.cabinets[REGIONAL].road
    disturbed = {int(one.start_s // 86_400) for one in road.disturbances}
    assert sum(mm > 2 for mm in rain_mm) == 4
    assert sum(mm < 0.1 for mm in rain_mm) == 3
    assert sum(ugm3 > 38 for ugm3 in worst) == 2
    assert disturbed == {1, 4}
    assert len({round(truth("temperature_c", day[84]), 1) for day in days}) > 4
    people = [truth("people_total", day[-1]) - truth("people_total", day[0]) for day in days]
    assert people[3] == min(people) < 0.75 * max(people)  # it begins on a Thursday


def test_meter_of_a_night_counts_what_its_lamp_used():
    rig = begin("night")
    meter = next(t for t in rig.cabinets[REGIONAL].targets if t.name.endswith("meter-1"))
    shown = [meter.shows(at_s) for at_s in seconds(rig, 0, 5400, 60)]
    kwh = [values["total_energy_kwh"] for values in shown]
    assert kwh == sorted(kwh)
    used_kwh = sum(values["power_w"] for values in shown) * 60 / 3.6e6
    assert 0.06 < used_kwh < 0.12
    assert kwh[-1] - kwh[0] == pytest.approx(used_kwh, abs=0.011)
