"""Rules on tables of readings: stations, congestion, air."""

import pytest
from center_bench import lane
from hypothesis import given
from hypothesis import strategies as st

from control_center.engines.air import Air, level_of
from control_center.engines.congestion import Congestion
from control_center.engines.station import StationBin, StationBins
from control_center.settings import AirSettings, CongestionSettings

DEVICE = "medellin/av-regional/vds-1"
T0 = 1_700_000_000_000
MINUTE_MS = 60_000


def station_of(*observations, now_ms=T0 + 5_000):
    bins = StationBins()
    for observation in observations:
        bins.add(DEVICE, observation)
    return bins.due(now_ms)


def test_speed_is_the_space_mean_over_lanes():
    # 10 vehicles at 20 km/h and 5 at 60: 15 / (10/20 + 5/60) = 25.71, not the plain mean 40.
    (one,) = station_of(
        lane("1", T0, speed_kmh=20, volume=10, occupancy_pct=30),
        lane("2", T0, speed_kmh=60, volume=5, occupancy_pct=10),
    )
    assert one.speed_kmh == pytest.approx(25.714, abs=0.001)
    assert (one.volume_count, one.occupancy_pct) == (15, 20)


def test_a_bin_waits_for_a_known_lane_for_one_bin_at_most():
    bins = StationBins()
    for observation in (lane("1", T0, speed_kmh=20), lane("2", T0, speed_kmh=20)):
        bins.add(DEVICE, observation)
    assert len(bins.due(T0 + 5_000)) == 1
    bins.add(DEVICE, lane("1", T0 + 5_000, speed_kmh=20))
    assert bins.due(T0 + 14_999) == []
    assert len(bins.due(T0 + 15_000)) == 1
    bins.add(DEVICE, lane("2", T0 + 5_000, speed_kmh=20))
    assert bins.due(T0 + 60_000) == []


def test_a_lane_that_left_is_waited_for_ten_bins_only():
    bins = StationBins()
    bins.add(DEVICE, lane("2", T0, speed_kmh=20))
    bins.due(T0 + 5_000)
    for n in range(1, 12):
        bins.add(DEVICE, lane("1", T0 + n * 5_000, speed_kmh=20))
    assert [b.start_ms for b in bins.due(T0)] == [T0 + 50_000, T0 + 55_000]


def test_what_was_not_observed_says_nothing():
    unseen = lane("1", T0, speed_kmh=5)
    fields = {"period_s": 5, "completeness_pct": 0}
    unseen = type(unseen)(
        device="vds-1", kind="vds_interval", time_ms=T0, tags={"lane": "1"}, fields=fields
    )
    (one,) = station_of(unseen, lane("2", T0, speed_kmh=50, occupancy_pct=8))
    assert (one.speed_kmh, one.occupancy_pct) == (pytest.approx(50), 8)


def test_a_standing_lane_has_no_speed_and_counts_no_vehicles():
    (one,) = station_of(lane("1", T0, speed_kmh=None, volume=0, occupancy_pct=100))
    assert (one.speed_kmh, one.volume_count, one.occupancy_pct) == (None, 0, 100)


@given(st.permutations([(n, name) for n in range(6) for name in ("1", "2")]))
def test_whatever_the_order_each_bin_comes_once(order):
    bins = StationBins()
    given_out = []
    for n, name in order:
        bins.add(DEVICE, lane(name, T0 + n * 5_000, speed_kmh=30))
        given_out += bins.due(T0)
    given_out += bins.due(T0 + 600_000)
    starts = [one.start_ms for one in given_out]
    assert sorted(starts) == [T0 + n * 5_000 for n in range(6)]


def congestion(**changes):
    settings = {
        "name": "norte",
        "title": "Norte",
        "stations": (DEVICE,),
        "signs": (),
        "message": ("A",),
        **changes,
    }
    return Congestion(CongestionSettings(**settings))


def run(rule, speeds, *, start_ms=T0, period_s=5):
    """One bin per speed; `stop` is a covered loop, None an empty road. Gives the states."""
    states = []
    for n, speed in enumerate(speeds):
        stands = speed == "stop"
        finished = StationBin(
            DEVICE,
            start_ms + n * period_s * 1000,
            period_s,
            volume_count=0 if speed is None or stands else 5,
            occupancy_pct=95.0 if stands else 0.0,
            speed_kmh=None if stands else speed,
        )
        rule.add(finished)
        states.append(rule.opinion(finished.end_ms).active)
    return states


YES, NO = True, False


@pytest.mark.parametrize(
    ("speeds", "states"),
    [
        ([20, 20], [NO, YES]),
        ([20, 50, 20, 20], [NO, NO, NO, YES]),
        ([30, 30, 30], [NO, NO, NO]),  # 30 is not below 30
        ([20, 35, 20], [NO, NO, NO]),  # between the thresholds a run is broken
        ([20, None, 20], [NO, NO, YES]),  # an empty road neither breaks nor adds
        (["stop", "stop"], [NO, YES]),
        ([20, 20, 50, 35, 50, 50], [NO, YES, YES, YES, YES, NO]),
        ([20, 20, 40, 40], [NO, YES, YES, YES]),  # 40 is not above 40
        ([20, 20, 50, "stop", 50], [NO, YES, YES, YES, YES]),
        ([20, 20, 50, 50, 20, 20], [NO, YES, YES, NO, NO, YES]),
    ],
)
def test_hysteresis(speeds, states):
    assert run(congestion(), speeds) == states


@pytest.mark.parametrize(
    ("speed_kmh", "vehicles", "state"),
    [
        (14.9, 2, YES),
        (14.9, 1, NO),  # one slow vehicle may be a broken-down one
        (15.0, 9, NO),  # 15 is not below 15
    ],
)
def test_one_bin_of_a_crawling_queue_is_enough(speed_kmh, vehicles, state):
    rule = congestion()
    rule.add(StationBin(DEVICE, T0, 5, vehicles, 40.0, speed_kmh))
    assert rule.opinion(T0 + 5_000).active is state


def test_a_queue_is_left_by_the_same_threshold_as_any_congestion():
    assert run(congestion(), [10, 50, 50]) == [YES, YES, NO]


def test_the_reason_names_the_readings():
    rule = congestion()
    run(rule, [22, 21])
    assert rule.opinion(T0 + 10_000).reason == (
        "vds-1: 22 km/h y 21 km/h en 2 intervalos (entra < 30)",
        "vds-1: 22 km/h and 21 km/h in 2 intervals (enters < 30)",
    )
    rule = congestion()
    run(rule, [11])
    assert str(rule.opinion(T0 + 5_000).reason) == (
        "vds-1: 11 km/h en 1 intervalo (entra < 15) · vds-1: 11 km/h in 1 interval (enters < 15)"
    )


@pytest.mark.parametrize(("period_s", "age_ms"), [(5, 45_000), (30, 90_000)])
def test_old_data_proposes_nothing_and_must_enter_anew(period_s, age_ms):
    rule = congestion()
    run(rule, [20, 20], period_s=period_s)
    end_ms = T0 + 2 * period_s * 1000
    assert rule.opinion(end_ms + age_ms - 1).active
    stale = rule.opinion(end_ms + age_ms)
    assert not stale.active
    assert "sin datos recientes" in stale.reason.es
    later_ms = end_ms + age_ms + period_s * 1000
    assert run(rule, [20, 20], start_ms=later_ms, period_s=period_s) == [NO, YES]


def test_bins_that_come_late_are_history():
    rule = congestion()
    run(rule, [50, 50], start_ms=T0 + MINUTE_MS)
    assert run(rule, [10, 10, 10], start_ms=T0) == [NO, NO, NO]


def test_the_rule_holds_while_any_of_its_stations_is_slow():
    other = "medellin/av-regional/vds-2"
    rule = congestion(stations=(DEVICE, other))
    run(rule, [10, 10])
    for n in range(3):
        rule.add(StationBin(other, T0 + n * 5_000, 5, 5, 5.0, 70.0))
    assert rule.opinion(T0 + 15_000).active


def air(**changes):
    settings = {
        "name": "sur",
        "title": "Sur",
        "station": "itagui/autopista-sur/air-1",
        "window_s": 240,
        "signs": (),
        "message": ("A",),
        **changes,
    }
    return Air(AirSettings(**settings))


CELL_MS = 10_000
CELLS = 24


def fill(rule, values, start_ms=T0):
    """One sample in the middle of each cell; gives the time when all are closed."""
    for n, value in enumerate(values):
        if value is not None:
            rule.add(start_ms + n * CELL_MS + 5_000, value)
    return start_ms + len(values) * CELL_MS + 1_500


@pytest.mark.parametrize(
    ("values", "active"),
    [
        ([38.0] * CELLS, YES),
        ([37.5] * CELLS, YES),  # the concentration is rounded first
        ([37.4] * CELLS, NO),
        ([60.0] * 18 + [None] * 6, YES),  # 75 % of the window
        ([60.0] * 17 + [None] * 7, NO),
        ([None] * CELLS, NO),
        ([30.0] * 12 + [50.0] * 12, YES),
    ],
)
def test_the_mean_needs_a_complete_window(values, active):
    rule = air()
    assert rule.opinion(fill(rule, values)).active is active


def test_air_leaves_lower_than_it_enters():
    rule = air()
    states = []
    now_ms = fill(rule, [40.0] * CELLS)
    for value in (40.0, 36.0, 35.0, 34.0):
        start_ms = now_ms - 1_500
        now_ms = fill(rule, [value] * CELLS, start_ms)
        states.append(rule.opinion(now_ms).active)
    assert states == [YES, YES, YES, NO]


def test_the_open_cell_decides_nothing_yet():
    rule = air()
    now_ms = fill(rule, [20.0] * CELLS)
    before = rule.opinion(now_ms)
    rule.add(now_ms, 990.0)
    assert rule.opinion(now_ms + 100) == before


def test_the_reason_names_mean_window_and_completeness():
    rule = air()
    opinion = rule.opinion(fill(rule, [41.0] * CELLS))
    assert opinion.reason == (
        "air-1: PM2.5 41 µg/m³, media de 4 min, 100 % con datos (entra ≥ 38, sale ≤ 34)",
        "air-1: PM2.5 41 µg/m³, mean of 4 min, 100 % has data (enters ≥ 38, leaves ≤ 34)",
    )
    assert rule.level == "prevención"
    poor = air()
    assert poor.opinion(fill(poor, [41.0] * 6 + [None] * 18)).reason == (
        "air-1: 25 % de 4 min con datos, se requiere 75 %",
        "air-1: 25 % of 4 min has data, 75 % needed",
    )


@pytest.mark.parametrize(
    ("mean", "level"),
    [(37.4, ""), (37.5, "prevención"), (55.4, "prevención"), (55.6, "alerta"), (151, "emergencia")],
)
def test_episode_levels_of_the_resolution(mean, level):
    assert level_of(mean) == level
