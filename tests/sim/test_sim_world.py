"""The world itself: vehicles keep apart, the incident's story is told, rain falls in its shower."""

import math
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_sim.scenario import load_scenario
from firmware_sim.world.air import Air, Episode
from firmware_sim.world.calendar import Calendar
from firmware_sim.world.incident import Incident, road_state
from firmware_sim.world.loops import DualLoop
from firmware_sim.world.noise import smooth_noise
from firmware_sim.world.place import Place
from firmware_sim.world.vehicles import Crossing
from firmware_sim.world.weather import Shower, Weather

START_MS = 1_780_000_000_000
LOOPS = DualLoop()


def place(*, cabinet: int = 0, seed: int = 7, now_s: float = 0.0) -> Place:
    part = load_scenario(Path("demo")).cabinets[cabinet]
    return Place(seed, part, Calendar(START_MS), now_s)


def watch(where: Place) -> dict[tuple[int, int], list[Crossing]]:
    """(station, lane) → what crosses it, from now on."""
    seen: dict[tuple[int, int], list[Crossing]] = {}
    for lane_number, lane in enumerate(where.road.lanes):
        for station, point in enumerate(lane.points):
            crossings = seen[station, lane_number] = []
            point.listeners.append(crossings.append)
    return seen


def between(crossings: list[Crossing], begin_s: float, end_s: float) -> list[Crossing]:
    return [crossing for crossing in crossings if begin_s <= crossing.time_s < end_s]


@pytest.mark.parametrize("seed", range(5))
def test_no_vehicle_reaches_a_loop_before_its_leader_left_it(seed):
    where = place(seed=seed)
    seen = watch(where)
    where.road.advance(600.0)
    for crossings in seen.values():
        assert len(crossings) > 100
        for leader, follower in pairwise(crossings):
            assert follower.time_s > leader.time_s + LOOPS.on_time_s(leader)
            leaves_b_s = leader.time_s + LOOPS.onset_difference_s(leader) + LOOPS.on_time_s(leader)
            assert follower.time_s + LOOPS.onset_difference_s(follower) > leaves_b_s


def test_dual_loop_agrees_with_the_vehicle_that_crossed_it():
    where = place()
    seen = watch(where)
    where.road.advance(120.0)
    for crossing in seen[0, 0]:
        speed_ms = LOOPS.spacing_m / LOOPS.onset_difference_s(crossing)
        assert speed_ms * 3.6 == pytest.approx(crossing.speed_kmh)
        length_m = speed_ms * LOOPS.on_time_s(crossing) - LOOPS.length_m
        assert length_m == pytest.approx(crossing.vehicle.length_m)


def test_vehicles_are_conserved_and_keep_their_order():
    where = place()
    seen = watch(where)
    where.road.advance(900.0)
    upstream = [crossing.vehicle.key for crossing in between(seen[0, 0], 0, 800)]
    downstream = [crossing.vehicle.key for crossing in seen[1, 0]]
    first = downstream.index(upstream[0])
    assert downstream[first : first + len(upstream)] == upstream


@pytest.mark.parametrize("seed", range(7, 15))
def test_incident_slows_the_first_station_and_thins_the_second(seed):
    where = place(seed=seed)
    seen = watch(where)
    where.road.advance(300.0)
    first = seen[0, 0] + seen[0, 1]
    second = seen[1, 0] + seen[1, 1]
    queue = between(first, 16.5, 40)
    assert all(8 <= crossing.speed_kmh <= 14 for crossing in queue)
    assert 900 * 2 < len(queue) / 23.5 * 3600 < 1500 * 2
    assert all(crossing.speed_kmh > 40 for crossing in between(first, 0, 15))
    assert all(crossing.speed_kmh > 40 for crossing in between(first, 46, 300))
    assert all(crossing.speed_kmh > 40 for crossing in second)
    # What passed the incident reaches the second station about 20 s later.
    thinned, normal = between(second, 40, 60), between(second, 120, 300)
    assert len(thinned) / 20 < 0.95 * len(normal) / 180


def test_two_slow_bins_within_12_s_of_the_incident():
    for seed in range(20):
        where = place(seed=seed)
        seen = watch(where)
        where.road.advance(40.0)
        for begin_s in (20, 25):
            crossings = between(seen[0, 0] + seen[0, 1], begin_s, begin_s + 5)
            mean_kmh = sum(c.speed_kmh for c in crossings) / len(crossings)
            assert mean_kmh < 20, seed


@pytest.mark.parametrize(
    ("position_m", "time_s", "speed_kmh"),
    [
        (0, 111.9, math.inf),  # the queue's tail has 60 m to go, at 5 m/s
        (0, 112.0, 20),
        (0, 211.9, 20),
        (0, 222.0, 20 + 60 * (1 - math.exp(-1))),
        (0, 300.0, math.inf),
        (60, 110.0, 20),
        (60.1, 150.0, math.inf),  # downstream
    ],
)
def test_state_of_the_road_near_an_incident(position_m, time_s, speed_kmh):
    incident = Incident(60, 100, 200, 20, 900, 10)
    state = road_state([incident], position_m, time_s, 80)
    assert state.speed_limit_kmh == pytest.approx(speed_kmh)
    assert state.headway_s == (4.0 if speed_kmh == 20 else 0)


def test_flow_follows_the_daily_profile():
    where = place(cabinet=1)
    seen = watch(where)
    where.road.advance(3600.0)
    for lane in (0, 1):
        assert 1200 < len(seen[0, lane]) < 2100


def test_vehicle_mix_is_the_valleys():
    where = place(cabinet=1)
    seen = watch(where)
    where.road.advance(3600.0)
    crossings = seen[0, 0]
    motorcycles = sum(c.vehicle.class_name == "motorcycle" for c in crossings) / len(crossings)
    felt = [c for c in crossings if LOOPS.feels(c)]
    assert 0.55 < motorcycles < 0.65
    assert 0.91 < len(felt) / len(crossings) < 0.97  # one motorcycle in ten is missed


@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(0.0, 20.0), max_size=12))
def test_same_seed_gives_the_same_vehicles_however_the_time_is_cut(steps):
    in_one, in_steps = place(), place()
    seen_in_one, seen_in_steps = watch(in_one), watch(in_steps)
    in_one.road.advance(sum(steps))
    now_s = 0.0
    for step_s in steps:
        now_s += step_s
        in_steps.road.advance(now_s)
    in_steps.road.advance(sum(steps))
    assert seen_in_one == seen_in_steps


@pytest.mark.parametrize("restart_s", [25.0, 47.0, 62.0, 509.0, 90_000.0])
def test_restarted_world_goes_on_with_the_same_story(restart_s):
    through = place(now_s=max(0.0, restart_s - 2000.0))
    seen_through = watch(through)
    through.road.advance(restart_s)
    for crossings in seen_through.values():
        crossings.clear()
    through.road.advance(restart_s + 60)
    restarted = place(now_s=restart_s)
    seen_restarted = watch(restarted)
    restarted.road.advance(restart_s + 60)
    assert seen_restarted == seen_through
    assert all(seen_restarted.values())


def test_another_seed_gives_other_vehicles():
    one, other = place(seed=1), place(seed=2)
    seen_by_one, seen_by_other = watch(one), watch(other)
    one.road.advance(60)
    other.road.advance(60)
    assert seen_by_one != seen_by_other


def test_particles_tell_the_demos_story():
    itagui, medellin = place(cabinet=1).air, place(cabinet=0).air
    assert itagui.particles(0).pm25 == pytest.approx(18, abs=2)
    crossed_s = next(second for second in range(90) if itagui.particles(second).pm25 > 38)
    assert 45 <= crossed_s <= 60
    assert all(itagui.particles(second).pm25 > 50 for second in range(75, 600))
    assert all(medellin.particles(second).pm25 < 30 for second in range(600))
    assert itagui.particles(40).pm1 < itagui.particles(40).pm25 < itagui.particles(40).pm10


def test_episode_decays_by_half_in_its_half_life():
    episode = Episode(start_s=0, peak_s=10, rise_ugm3=40, half_life_h=1)
    assert [episode.at(second) for second in (0, 5, 10, 3610)] == [0, 20, 40, 20]
    assert Air("key", 0, [episode]).particles(1e9).pm25 == pytest.approx(0, abs=1e-9)


def test_rain_falls_only_in_its_shower():
    weather = Weather("key", Calendar(START_MS), [Shower(100, 1900, 10)])
    assert [weather.rain_total_mm(second) for second in (0, 100, 1000, 1900, 9999)] == [
        0,
        0,
        2.5,
        5,
        5,
    ]
    assert weather.rain_rate_mm_h(1900) == 0


def test_day_and_night_in_colombia():
    midnight_utc_ms = 1_780_012_800_000  # 2026-05-29 00:00 UTC, 19:00 in Medellín
    weather = Weather("key", Calendar(midnight_utc_ms), [])
    assert weather.is_dark(0)
    assert weather.is_dark(10 * 3600)  # 05:00
    assert not weather.is_dark(17 * 3600)  # 12:00
    assert weather.daylight_lux(17 * 3600) > 20_000
    assert weather.daylight_lux(0) == 0


@given(st.floats(-1e9, 1e9), st.floats(0.1, 1e5))
def test_noise_stays_within_one(time_s, period_s):
    assert -1 <= smooth_noise("key", time_s, period_s) <= 1
