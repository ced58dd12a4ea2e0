"""Sun and light against what newspapers, almanacs and glossaries say of Medellín and of dusk."""

from calendar import timegm
from itertools import pairwise

import pytest
from places import DAY_S, HOUR_S, LATITUDE_DEG, LONGITUDE_DEG, midnight_ms, place

from firmware_sim.world.surroundings.sun import (
    RISE_DEG,
    Sun,
    clear_sky_lux,
    clear_sky_uv_index,
)

MINUTE_H = 1 / 60


def sun(year: int, month: int, day: int) -> Sun:
    """Second 0 is that day's local midnight."""
    return Sun(LATITUDE_DEG, LONGITUDE_DEG, midnight_ms(year, month, day))


def crossing_h(of: Sun, low_h: float, high_h: float) -> float:
    """Between the two hours the sun rises or sets: when."""
    up_at_high = of.elevation_deg(high_h * HOUR_S) > RISE_DEG
    for _ in range(30):
        middle_h = (low_h + high_h) / 2
        if (of.elevation_deg(middle_h * HOUR_S) > RISE_DEG) == up_at_high:
            high_h = middle_h
        else:
            low_h = middle_h
    return high_h


# Printed in whole minutes, cut off: El Colombiano, 21 December 2017 and 20 March 2019; SIATA
# through La FM, 20 June 2024.
@pytest.mark.parametrize(
    ("date", "rise_h", "set_h"),
    [
        ((2017, 12, 21), 6 + 7 / 60, 17 + 52 / 60),
        ((2024, 6, 20), 5 + 49 / 60, 18 + 19 / 60),
    ],
)
def test_the_sun_rises_and_sets_when_the_newspaper_says(date, rise_h, set_h):
    assert crossing_h(sun(*date), 3, 9) == pytest.approx(rise_h, abs=2 * MINUTE_H)
    assert crossing_h(sun(*date), 15, 21) == pytest.approx(set_h, abs=2 * MINUTE_H)


@pytest.mark.parametrize(
    ("date", "length_h"),
    [
        ((2017, 12, 21), 11 + 45 / 60 + 49 / 3600),
        ((2019, 3, 20), 12 + 6 / 60 + 28 / 3600),
    ],
)
def test_the_day_is_as_long_as_the_newspaper_says(date, length_h):
    found = crossing_h(sun(*date), 15, 21) - crossing_h(sun(*date), 3, 9)
    assert found == pytest.approx(length_h, abs=0.1 * MINUTE_H)


def test_noon_of_the_equinox_is_when_the_newspaper_says():
    day = sun(2019, 3, 20)
    highest_s = max(range(11 * 3600, 14 * 3600, 10), key=day.elevation_deg)
    assert highest_s / HOUR_S == pytest.approx(12 + 9 / 60, abs=1.5 * MINUTE_H)


@pytest.mark.parametrize(
    ("date", "declination_deg"),
    [((2024, 6, 20), 23.44), ((2017, 12, 21), -23.44), ((2019, 3, 20), 0.0), ((2017, 9, 22), 0.0)],
)
def test_at_noon_it_stands_as_high_as_its_declination_says(date, declination_deg):
    day = sun(*date)
    highest_deg = max(day.elevation_deg(second) for second in range(41_000, 46_000, 60))
    assert highest_deg == pytest.approx(90 - abs(declination_deg - LATITUDE_DEG), abs=0.15)


def test_the_year_does_not_slip():
    solstices = [timegm((year, 6, 21, 17, 0, 0)) for year in range(1971, 2099, 9)]
    noons = [Sun(0.0, LONGITUDE_DEG, second * 1000).elevation_deg(0.0) for second in solstices]
    assert all(noon == pytest.approx(90 - 23.44, abs=0.05) for noon in noons)


# AMS Glossary of Meteorology, "civil twilight": at sunset 410 to 585 lux, at -6° 2 to 3.5.
# Janiczek and DeYoung: about 0.008 at -12°; full sun near the zenith 103 000 to 130 000.
@pytest.mark.parametrize(
    ("elevation_deg", "low_lux", "high_lux"),
    [(-0.833, 410, 585), (-6, 2, 3.5), (-12, 0.006, 0.012), (90, 103_000, 130_000)],
)
def test_a_clear_sky_is_as_bright_as_published(elevation_deg, low_lux, high_lux):
    assert low_lux <= clear_sky_lux(elevation_deg) <= high_lux


def test_light_has_no_steps_and_only_grows_with_the_sun():
    lux = [clear_sky_lux(tenth / 10) for tenth in range(-200, 901)]
    # A tenth of a degree changes twilight by a tenth; two pieces of the fit meet within 3 %.
    assert all(low * 0.97 < high < low * 1.2 for low, high in pairwise(lux))
    assert lux[0] < 0.01
    assert all(a < b for a, b in pairwise(lux[20::100]))


def test_clear_sky_uv_index_is_madronichs():
    # 12.5 for the sun in the zenith under 300 DU; 265 DU let 1.165 times that through.
    assert clear_sky_uv_index(1.0) == pytest.approx(12.5 * 1.165, rel=0.001)
    assert clear_sky_uv_index(0.5) == pytest.approx(12.5 * 1.165 * 0.1868, rel=0.002)
    assert clear_sky_uv_index(-0.2) == 0.0


def test_lamps_have_their_dusk_and_dawn_every_day_of_the_year():
    here = place(start_ms=midnight_ms(2026, 1, 1))
    for day in range(0, 365, 5):
        lux = {
            minute: here.sense("light_lux", day * DAY_S + minute * 60)
            for minute in range(0, 24 * 60, 2)
        }
        bright = [minute for minute, value in lux.items() if value >= 20]
        # Between 12 and 25 minutes before sunrise and after sunset: 5:47-6:22 and 17:43-18:30.
        assert 5 * 60 + 20 < min(bright) < 6 * 60 + 15
        assert 17 * 60 + 48 < max(bright) < 18 * 60 + 48
        assert len(bright) == (max(bright) - min(bright)) / 2 + 1, "no second dusk"
        assert max(lux.values()) > 25_000
        assert lux[0] < 0.01
