"""A place as boards see it: names, plausible ranges over a year, repeatability, totals, circuit."""

import random
from itertools import pairwise
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st
from places import DAY_S, HOUR_S, midnight_ms, place

from firmware_sim.world.calendar import Calendar
from firmware_sim.world.noise import SmoothNoise, _mixed
from firmware_sim.world.surroundings.circuit import Circuit
from firmware_sim.world.surroundings.hours import at_hour
from firmware_sim.world.surroundings.people import BY_WEEKDAY, PEOPLE, WIFI, Total
from firmware_sim.world.surroundings.plan import ShowerPlan

# What a healthy station of the valley may report in a year without rain or episodes.
PLAUSIBLE = {
    "pm1_ugm3": (9, 16),
    "pm25_ugm3": (14.5, 21.5),
    "pm4_ugm3": (17, 27),
    "pm10_ugm3": (22, 39),
    "co2_ppm": (420, 520),
    "co_ppm": (0.2, 3),
    "no2_ugm3": (8, 90),
    "o3_ugm3": (4, 120),
    "so2_ugm3": (1, 15),
    "temperature_c": (16, 29),
    "humidity_pct": (40, 99),
    "pressure_hpa": (847, 857),
    "wind_speed_ms": (0.1, 6),
    "wind_gust_ms": (0.1, 11),
    "wind_direction_deg": (0, 360),
    "rain_rate_mm_h": (0, 0),
    "rain_total_mm": (0, 0),
    "light_lux": (0, 130_000),
    "uv_index": (0, 15),
    "noise_dba": (60, 80),
    "voltage_v": (198, 242),
    "voltage_l1_v": (198, 242),
    "voltage_l2_v": (198, 242),
    "voltage_l3_v": (198, 242),
    "frequency_hz": (59.9, 60.1),
    "leakage_ma": (0.5, 2),
    "tilt_deg": (0, 2),
    "door_open": (0, 0),
    "people_total": (0, 3_000_000),
    "wifi_total": (0, 3_000_000),
    "camera_up": (1, 1),
    "charger_state": (0, 2),
    "charger_power_w": (0, 7040),
    "ups_charge_pct": (98, 100),
    "surge_total": (0, 0),
}
TIMES = st.floats(min_value=0, max_value=400 * DAY_S)


def test_every_reading_is_plausible_all_year():
    here = place()
    assert here.names == PLAUSIBLE.keys()
    generator = random.Random(5)
    for _ in range(1200):
        second = generator.uniform(0, 365 * DAY_S)
        for name, (low, high) in PLAUSIBLE.items():
            assert low <= here.sense(name, second) <= high, (name, second)


def test_the_same_place_says_the_same_whenever_and_in_whatever_order_it_is_asked():
    rain = (ShowerPlan(40_000, 44_000, 15.0),)
    asked = [(name, second) for name in PLAUSIBLE for second in range(0, 200_000, 9_973)]
    here = place(showers=rain)
    said = {question: here.sense(*question) for question in asked}
    random.Random(3).shuffle(asked)
    again = place(showers=rain)
    assert said == {question: again.sense(*question) for question in asked}
    assert said != {
        question: place("8/medellin/a", showers=rain).sense(*question) for question in asked
    }


def test_an_unknown_name_is_refused_with_those_that_exist():
    with pytest.raises(KeyError, match=r"'pm3_ugm3'.*temperature_c"):
        place().sense("pm3_ugm3", 0.0)


@given(
    seconds=st.lists(TIMES, min_size=2, max_size=12),
    rains=st.lists(
        st.tuples(st.floats(0, 90_000), st.floats(60, 20_000), st.floats(0.1, 80)), max_size=6
    ),
    start_h=st.integers(0, 23),
    key=st.text(max_size=4),
)
def test_totals_never_fall(seconds, rains, start_h, key):
    showers = tuple(ShowerPlan(begin, begin + lasts, rate) for begin, lasts, rate in rains)
    start_ms = midnight_ms() + start_h * 3_600_000
    here = place(key, start_ms=start_ms, showers=showers)
    # Around the ends of showers and the full hours too.
    seconds += [second // 3600 * 3600 for second in seconds]
    seconds += [shower.end_s + 6 * HOUR_S + away for shower in showers for away in (-1e-6, 0.0)]
    for name in ("people_total", "wifi_total", "rain_total_mm", "surge_total"):
        totals = [here.sense(name, second) for second in sorted(seconds)]
        assert totals == sorted(totals)
        assert totals[0] >= 0
        assert name == "rain_total_mm" or all(total.is_integer() for total in totals)


@pytest.mark.parametrize("table", [PEOPLE, WIFI])
def test_weeks_add_the_whole_table_and_sundays_the_least(table):
    totals = [Total(f"{n}", table, Calendar(midnight_ms())) for n in range(60)]
    weeks = [total(28 * DAY_S) - total(0) for total in totals]
    usual = 4 * sum(BY_WEEKDAY) * sum(table)
    assert fmean(weeks) == pytest.approx(usual, rel=0.1)
    assert 0.55 * usual < min(weeks) < 0.75 * usual
    assert 1.25 * usual < max(weeks) < 1.45 * usual
    monday_s = -Calendar(midnight_ms()).weekday(0.0) % 7 * DAY_S
    for total in totals:
        week = [total(monday_s + (n + 1) * DAY_S) - total(monday_s + n * DAY_S) for n in range(7)]
        assert min(week) == week[6] < 0.75 * week[0]
        assert len(set(week)) >= 5


def test_a_day_follows_the_table_from_its_midnight_on():
    """Nine hours of it before the scenario began at nine."""
    total = Total("any", PEOPLE, Calendar(midnight_ms() + 9 * 3_600_000))
    whole_day = total(15 * HOUR_S)
    by_nine = sum(PEOPLE[:9]) + (PEOPLE[9] - PEOPLE[0]) / 2
    assert total(0) / whole_day == pytest.approx(by_nine / sum(PEOPLE), abs=0.03)


def test_weekdays_are_those_of_the_calendar():
    thursday = Calendar(1_780_012_800_000)  # 29 May 2026, 00:00 UTC: still Thursday in Colombia
    assert thursday.weekday(0.0) == thursday.weekday(4 * HOUR_S) == 3
    assert thursday.weekday(5 * HOUR_S) == 4
    assert thursday.weekday(3 * DAY_S) == 6


def test_totals_grow_in_spells_as_people_come():
    total = Total("any", PEOPLE, Calendar(midnight_ms()))
    minutes = [total(43_200 + 60 * n + 60) - total(43_200 + 60 * n) for n in range(120)]
    assert min(minutes) < 5
    assert max(minutes) > 8


def test_rain_of_overlapping_showers_adds_up():
    here = place(showers=(ShowerPlan(0, 3600, 10.0), ShowerPlan(1800, 5400, 20.0)))
    assert here.sense("rain_rate_mm_h", 2000) == 30
    assert here.sense("rain_total_mm", DAY_S) == pytest.approx(30.0)


def test_what_repeats_daily_has_no_step_at_midnight():
    table = [float(hour) for hour in range(24)]
    assert at_hour(table, 7.25) == 7.25
    assert at_hour(table, 23.5) == 11.5
    assert at_hour(table, 0.0) == 0.0


def test_a_charger_charges_only_who_is_plugged_in():
    here = place()
    seen = set()
    for second in range(0, 7 * 86_400, 60):
        state, power_w = here.sense("charger_state", second), here.sense("charger_power_w", second)
        assert (power_w > 0) == (state == 2)
        seen.add(state)
    assert seen == {0, 1, 2}


def test_voltage_sags_when_the_city_cooks_and_phases_differ():
    here = place()
    days = [day * DAY_S for day in range(30)]
    evening = sum(here.sense("voltage_v", day + 19 * HOUR_S) for day in days)
    night = sum(here.sense("voltage_v", day + 3 * HOUR_S) for day in days)
    assert evening < 0.985 * night
    assert here.sense("voltage_v", 777) == here.sense("voltage_l1_v", 777)
    assert len({here.sense(f"voltage_l{phase}_v", 777) for phase in (1, 2, 3)}) == 3


def test_the_whole_grid_has_one_frequency():
    one, other = place("7/medellin/a"), place("7/bello/b")
    hertz = [one.sense("frequency_hz", second) for second in range(0, 600, 7)]
    assert hertz == [other.sense("frequency_hz", second) for second in range(0, 600, 7)]
    assert max(hertz) - min(hertz) > 0.01


class Lamp:
    level_pct = 0.0

    def __call__(self, at_s: float) -> float:
        return self.level_pct


def circuit(lamp: Lamp) -> Circuit:
    return Circuit(place(), standby_w=14.0, lamp_w=98.0, lamp_level_pct=lamp)


def test_a_circuit_draws_what_hangs_on_it():
    lamp = Lamp()
    meter = circuit(lamp)
    assert meter.sense("power_w", 5.0) == pytest.approx(14, rel=0.03)
    assert meter.sense("power_l2_w", 5.0) == 0
    lamp.level_pct = 100
    full_w = meter.sense("power_w", 6.0)
    assert full_w == pytest.approx(112, rel=0.02)
    phases = [meter.sense(f"power_l{phase}_w", 6.0) for phase in (1, 2, 3)]
    assert sum(phases) == pytest.approx(full_w)
    lamp.level_pct = 50
    assert meter.sense("power_l2_w", 7.0) == pytest.approx(98 * 0.54, rel=0.01)
    assert meter.sense("lamp_level_pct", 7.0) == 50


def test_a_dark_lamp_leaves_the_standby_supplys_power_factor():
    lamp = Lamp()
    meter = circuit(lamp)
    assert meter.sense("power_factor", 5.0) == pytest.approx(0.62)
    lamp.level_pct = 100
    assert 0.88 < meter.sense("power_factor", 6.0) < 0.97
    nothing = Circuit(place(), standby_w=0.0, lamp_w=98.0, lamp_level_pct=Lamp())
    assert nothing.sense("power_factor", 0.0) == 1.0
    assert nothing.sense("power_w", 0.0) == 0.0


def test_a_driver_warms_up_slowly_and_cools_down_again():
    lamp = Lamp()
    meter = circuit(lamp)

    def above_air_c(second: float) -> float:
        return meter.sense("driver_temperature_c", second) - meter.sense("temperature_c", second)

    assert above_air_c(0) == 0
    lamp.level_pct = 100
    warming = [above_air_c(second) for second in range(1, 4000, 10)]
    assert warming[0] < 0.1
    assert warming == sorted(warming)
    assert 25 < warming[-1] < 29
    lamp.level_pct = 0
    assert above_air_c(4900) == pytest.approx(warming[-1] / 2.718, rel=0.05)
    assert above_air_c(4000) == above_air_c(4900), "the past is not asked again"


def test_a_circuit_passes_on_what_it_does_not_know():
    meter = circuit(Lamp())
    assert meter.sense("light_lux", 43_200) == place().sense("light_lux", 43_200)
    assert meter.names > place().names
    with pytest.raises(KeyError):
        meter.sense("nothing", 0.0)


def test_noise_is_smooth_bounded_and_the_same_from_both_sides():
    noise = SmoothNoise("any", 10.0)
    values = [noise(tenth / 10) for tenth in range(-500, 5000)]
    steps = [abs(b - a) for a, b in pairwise(values)]
    assert max(map(abs, values)) <= 1
    # Three per period is the steepest there can be, and what totals rely on.
    assert max(steps) <= 0.1 * 3 / 10 + 1e-12
    assert values[::-1] == [SmoothNoise("any", 10.0)(tenth / 10) for tenth in range(4999, -501, -1)]
    assert SmoothNoise("other", 10.0)(5.0) != noise(5.0)


def test_knots_are_splitmix64():
    # The generator's published first outputs for seed 1234567.
    outputs = [6457827717110365317, 3203168211198807973, 9817491932198370423]
    assert [_mixed(1234567, number) for number in range(3)] == [
        output / 2**63 - 1 for output in outputs
    ]
