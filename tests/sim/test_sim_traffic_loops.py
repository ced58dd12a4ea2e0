"""A dual loop agrees with the vehicle that crossed it, at speed, in a queue and at a standstill."""

from collections import defaultdict
from itertools import pairwise

import pytest
from traffic_roads import between, plan, road, watch

from firmware_sim.world.traffic.loops import DualLoop
from firmware_sim.world.traffic.plan import Disturbance, LanePlan
from firmware_sim.world.traffic.road import Road

SEES_ALL = DualLoop(motorcycles_detected=1.0)


def changes(where: Road, loops: DualLoop, position_m: float = 100.0, lane: int = 0):
    """(loop, is on, time, vehicle), as they are told."""
    told: list[tuple[int, bool, float, object]] = []
    loops.attach(where, lane, position_m, lambda *change: told.append(change))
    return told


def by_vehicle(told):
    """Vehicle → its times at A on, A off, B on, B off; for traffic in which none touch."""
    times = defaultdict(dict)
    for loop, is_on, time_s, vehicle in told:
        times[vehicle][loop, is_on] = time_s
    return {vehicle: at for vehicle, at in times.items() if len(at) == 4}


def test_speed_and_length_are_the_vehicles():
    where = road(plan(1200.0))
    told, truth = changes(where, SEES_ALL), watch(where, 100)
    where.advance(600)
    speeds = {crossing.vehicle: crossing.speed_ms for crossing in truth[0]}
    seen = by_vehicle(told)
    assert len(seen) > 150
    for vehicle, at in seen.items():
        speed_ms = SEES_ALL.spacing_m / (at[1, True] - at[0, True])
        length_m = (at[0, False] - at[0, True]) * speed_ms - SEES_ALL.length_m
        assert speed_ms == pytest.approx(speeds[vehicle], rel=0.02)
        assert length_m == pytest.approx(vehicle.length_m, rel=0.02, abs=0.05)


def test_while_it_brakes_and_accelerates_the_loops_follow_its_motion():
    """In a crash's queue: on-times are those of the bumpers, whose own passings are exact."""
    where = road(plan(1600.0, Disturbance("incident", 120, 20, 60, 120, 10)))
    told = changes(where, SEES_ALL)
    fronts_a, rears_a = watch(where, 100), watch(where, 101.8, rear=True)
    fronts_b, rears_b = watch(where, 104.5), watch(where, 106.3, rear=True)
    where.advance(240)
    places = {(0, True): fronts_a, (0, False): rears_a, (1, True): fronts_b, (1, False): rears_b}
    passed = {
        (edge, crossing.vehicle): crossing.time_s
        for edge, seen in places.items()
        for crossing in seen[0]
    }
    assert len(told) > 300
    for loop, is_on, time_s, vehicle in told:
        assert time_s == passed[(loop, is_on), vehicle]
    slow = between(fronts_a[:1], 75, 110)
    assert slow
    assert all(c.speed_kmh < 30 for c in slow)


def test_a_vehicle_that_stands_on_a_loop_keeps_it_on():
    blocked = Disturbance("incident", 100, 4, 60, 160, 0, lanes=("1",))
    where = road(plan(1500.0, blocked))
    told = changes(where, SEES_ALL, position_m=98.0)
    where.advance(300)
    on_times = [
        off[2] - on[2]
        for on, off in pairwise([change for change in told if change[0] == 0])
        if on[1] and not off[1]
    ]
    assert max(on_times) > 80


def test_a_loop_is_on_and_off_by_turns_and_in_order_of_time():
    where = road(plan(1900.0, Disturbance("incident", 110, 20, 60, 200, 3)))
    told = changes(where, DualLoop())
    where.advance(600)
    assert [change[2] for change in told] == sorted(change[2] for change in told)
    for loop in (0, 1):
        states = [is_on for number, is_on, _, _ in told if number == loop]
        assert states[:2] == [True, False]
        assert all(one != next_one for one, next_one in pairwise(states))


def test_a_missed_motorcycle_never_touches_a_loop():
    where = road(plan(1200.0))
    truth = watch(where, 0)
    told = changes(where, DualLoop(motorcycles_detected=0.75), position_m=0.0)
    where.advance(1800)
    felt = {vehicle for _, _, _, vehicle in told}
    motorcycles = [c.vehicle for c in truth[0] if c.vehicle.class_name == "motorcycle"]
    others = [c.vehicle for c in truth[0] if c.vehicle.class_name != "motorcycle"]
    assert set(others[:-1]) <= felt
    assert sum(v in felt for v in motorcycles) / len(motorcycles) == pytest.approx(0.75, abs=0.06)


def test_loops_attached_under_traffic_are_not_confused_by_who_stands_there():
    where = road(plan(1500.0, Disturbance("incident", 100, 4, 60, 160, 0), lanes=(LanePlan("1"),)))
    where.advance(120)
    told = changes(where, SEES_ALL, position_m=98.0)
    where.advance(300)
    for loop in (0, 1):
        states = [is_on for number, is_on, _, _ in told if number == loop]
        assert states[0] is True
        assert all(one != next_one for one, next_one in pairwise(states))
