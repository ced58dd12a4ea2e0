"""Vehicles on a road: none is lost, none overlaps another, and the story does not depend on how it
is told."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from traffic_roads import (
    TWO_LANES,
    between,
    flow_veh_per_h,
    mean_kmh,
    plan,
    road,
    watch,
)

from firmware_sim.world.traffic.demand import ProfileDemand
from firmware_sim.world.traffic.plan import Disturbance, LanePlan, RoadPlan
from firmware_sim.world.traffic.road import Road, begin_for
from firmware_sim.world.traffic.vehicles import CLASSES

CRASH = Disturbance("incident", 300, 50, 60, 330, 0)
WORKS = Disturbance("works", 600, 100, 350, 500, 12, lanes=("1",))
AT_THE_ENTRANCE = Disturbance("incident", -50, 200, 520, 600, 3)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("rain_mm_h", [0.0, 10.0])
def test_vehicles_are_conserved_in_order_and_never_overlap(seed, rain_mm_h):
    where = road(plan(1900.0, CRASH, WORKS, AT_THE_ENTRANCE), seed=seed, rain_mm_h=rain_mm_h)
    first, last = watch(where, 0), watch(where, 900)
    turned_away = 0
    for second in range(0, 900, 2):
        where.advance(second)
        tally = where.tally()
        assert tally.arrived == tally.inside + tally.left + tally.waiting + tally.turned_away
        assert tally.inside == sum(len(lane) for lane in where.vehicles())
        assert tally.turned_away >= turned_away
        turned_away = tally.turned_away
        for lane in where.vehicles():
            assert all(0 <= vehicle.speed_kmh < 90 for vehicle in lane)
            for leader, follower in pairwise(lane):
                assert leader.position_m - leader.length_m - follower.position_m > 0.25
    assert turned_away > 0  # the crash's queue reached the entrance, and went on outside
    for entered, left in zip(first, last, strict=True):
        keys = [crossing.vehicle.key for crossing in entered]
        assert keys == sorted(set(keys))
        came_out = [crossing.vehicle.key for crossing in left]
        begin = came_out.index(keys[0])
        assert came_out[begin:] == keys[: len(came_out) - begin]


@pytest.mark.parametrize("free_speed_kmh", [30.0, 120.0])
@pytest.mark.parametrize("class_name", list(CLASSES))
def test_no_overlap_at_other_speeds_and_in_other_mixes(free_speed_kmh, class_name):
    of = RoadPlan(1500, free_speed_kmh, (2500.0,) * 24, {class_name: 1.0}, TWO_LANES, (CRASH,))
    where = road(of)
    for second in range(0, 500, 5):
        where.advance(second)
        for lane in where.vehicles():
            assert all(0 <= vehicle.speed_kmh < 1.3 * free_speed_kmh for vehicle in lane)
            for leader, follower in pairwise(lane):
                assert leader.position_m - leader.length_m - follower.position_m > 0.5


def test_surprised_drivers_brake_no_harder_than_tyres_allow():
    where = road(plan(1900.0, Disturbance("incident", 400, 100, 30, 90, 0)))
    before: dict[tuple[int, float], float] = {}
    for half_second in range(50, 100):
        where.advance(half_second / 2)
        now = {
            (lane, vehicle.length_m): vehicle.speed_kmh / 3.6
            for lane, vehicles in enumerate(where.vehicles())
            for vehicle in vehicles
        }
        slowed = [before[key] - now[key] for key in before.keys() & now.keys()]
        assert max(slowed, default=0) <= 7 * 0.5 + 1e-9
        before = now
    assert all(
        vehicle.speed_kmh == 0
        for lane in where.vehicles()
        for vehicle in lane
        if 400 < vehicle.position_m < 500
    )


@pytest.mark.parametrize("seed", range(3))
def test_the_mornings_demand_flows_freely_and_capacity_is_above_2000(seed):
    lanes = (LanePlan("1"), LanePlan("2"))
    for demand, at_least_veh_per_h, at_least_kmh in ((1900.0, 1800, 45), (2150.0, 2000, 38)):
        where = road(plan(demand, lanes=lanes), seed=seed)
        station = watch(where, 800)
        where.advance(1800)
        crossings = between(station, 0, 1800)
        assert flow_veh_per_h(crossings, 1800) / 2 > at_least_veh_per_h
        assert mean_kmh(crossings) > at_least_kmh
        assert where.tally().turned_away == 0


def test_the_first_metres_are_traffic_like_the_rest():
    where = road(plan(1650.0))
    first, later = watch(where, 0), watch(where, 450)
    where.advance(1800)
    assert mean_kmh(between(first, 0, 1800)) == pytest.approx(
        mean_kmh(between(later, 0, 1800)), rel=0.03
    )


def test_flow_follows_the_daily_profile_and_each_lanes_share():
    flows = tuple(300.0 + 1200 * (hour == 7) for hour in range(24))
    where = road(plan(flows, lanes=(LanePlan("1"), LanePlan("2", 0.5))), hour=6.0)
    station = watch(where, 100)
    where.advance(7200)
    one, two = station
    for lane, share in ((one, 1.0), (two, 0.5)):
        at_six = between([lane], 0, 300)
        at_seven = between([lane], 3450, 3750)
        at_eight = between([lane], 6900, 7200)
        assert flow_veh_per_h(at_six, 300) == pytest.approx(350 * share, rel=0.25)
        assert flow_veh_per_h(at_seven, 300) == pytest.approx(1450 * share, rel=0.1)
        assert flow_veh_per_h(at_eight, 300) == pytest.approx(350 * share, rel=0.25)


def test_the_mix_is_the_valleys():
    where = road(plan())
    station = watch(where, 0)
    where.advance(3600)
    names = [crossing.vehicle.class_name for crossing in between(station, 0, 3600)]
    assert len(names) > 3000
    for name, share in (("motorcycle", 0.60), ("car", 0.33), ("bus", 0.03), ("truck", 0.04)):
        assert names.count(name) / len(names) == pytest.approx(share, abs=0.02)


def test_lengths_are_the_classes():
    where = road(plan())
    station = watch(where, 0)
    where.advance(1800)
    for crossing in between(station, 0, 1800):
        row = CLASSES[crossing.vehicle.class_name]
        assert abs(crossing.vehicle.length_m - row.length_m) <= 2.001 * row.length_spread_m


@pytest.mark.parametrize(
    ("rain_mm_h", "slower_by", "gap_factor"),
    [(2.5, 0.10, 1.02), (6.4, 0.16, 1.08), (50, 0.16, 1.08)],
)
def test_rain_slows_and_spreads_the_traffic(rain_mm_h, slower_by, gap_factor):
    dry, wet = road(plan(200.0)), road(plan(200.0), rain_mm_h=rain_mm_h)
    dry_station, wet_station = watch(dry, 800), watch(wet, 800)
    dry.advance(3600)
    wet.advance(3600)
    dry_kmh = mean_kmh(between(dry_station, 0, 3600))
    assert mean_kmh(between(wet_station, 0, 3600)) == pytest.approx(
        dry_kmh * (1 - slower_by), rel=0.01
    )
    slow = Disturbance("works", 700, 300, -300, 9999, 12)
    dry, wet = road(plan(1900.0, slow)), road(plan(1900.0, slow), rain_mm_h=rain_mm_h)
    dry_station, wet_station = watch(dry, 800), watch(wet, 800)
    dry.advance(1200)
    wet.advance(1200)
    dry_flow = len(between(dry_station, 300, 1200))
    wet_flow = len(between(wet_station, 300, 1200))
    # Only the part of the spacing that is a time gap grows: 0.4 of it at 12 km/h.
    assert wet_flow / dry_flow == pytest.approx(1 / (1 + (gap_factor - 1) * 0.4), abs=0.012)


@settings(max_examples=8, deadline=None)
@given(st.lists(st.floats(0.0, 20.0), max_size=12))
def test_the_story_does_not_depend_on_how_the_time_is_cut(steps):
    in_one, in_steps = (road(plan(1650.0, Disturbance("incident", 0, 5, 15, 30, 11))) for _ in "ab")
    seen_in_one = [watch(in_one, 0), watch(in_one, 350, rear=True)]
    seen_in_steps = [watch(in_steps, 0), watch(in_steps, 350, rear=True)]
    in_one.advance(sum(steps))
    now_s = 0.0
    for step_s in steps:
        now_s += step_s
        in_steps.advance(now_s)
        assert all(c.time_s <= now_s for seen in seen_in_steps for c in between(seen, -1e9, 1e9))
    in_steps.advance(sum(steps))
    assert seen_in_one == seen_in_steps
    assert in_one.vehicles() == in_steps.vehicles()
    assert in_one.nearby(300) == in_steps.nearby(300)


def test_all_places_are_told_in_one_order_of_time():
    where = road(plan())
    times: list[float] = []
    for position_m in (350.0, 0.0, 4.5):
        for lane in (0, 1):
            where.watch(position_m, lane, lambda c: times.append(c.time_s))
            where.watch(position_m, lane, lambda c: times.append(c.time_s), rear=True)
    where.advance(300)
    assert len(times) > 1000
    assert times == sorted(times)


@pytest.mark.parametrize("restart_s", [25.0, 62.5, 1509.0])
def test_a_bench_restarted_in_the_first_hour_tells_exactly_the_same_story(restart_s):
    of = plan(1650.0, Disturbance("incident", 0, 5, 15, 30, 11))
    through, restarted = road(of), road(of, now_s=restart_s)
    seen_through = watch(through, 350)
    restarted.advance(restart_s)
    seen_restarted = watch(restarted, 350)
    through.advance(restart_s + 60)
    restarted.advance(restart_s + 60)
    assert between(seen_restarted, restart_s, 1e9) == between(seen_through, restart_s, 1e9)
    assert len(between(seen_restarted, restart_s, 1e9)) > 20


@pytest.mark.parametrize("restart_s", [20_000.0, 90_000.0])
def test_later_the_same_vehicles_pass_at_nearly_the_same_times(restart_s):
    of = plan(1650.0, Disturbance("incident", 500, 50, restart_s - 300, restart_s - 100, 8))
    through = road(of, now_s=restart_s - 2000)
    restarted = road(of, now_s=restart_s)
    seen_through, seen_restarted = watch(through, 350), watch(restarted, 350)
    through.advance(restart_s + 120)
    restarted.advance(restart_s + 120)
    one = between(seen_through[:1], restart_s, 1e9)
    other = between(seen_restarted[:1], restart_s, 1e9)
    assert [c.vehicle for c in other] == [c.vehicle for c in one]
    for crossing, same in zip(one, other, strict=True):
        assert same.time_s == pytest.approx(crossing.time_s, abs=0.2)


def test_a_road_is_begun_early_enough_for_what_is_still_felt():
    of = plan(1650.0, Disturbance("works", 0, 5, 5000, 6000, 20))
    run_up_s = -begin_for(0, of)
    assert 180 <= run_up_s <= 600
    assert begin_for(3599, of) == -run_up_s
    assert begin_for(4500, of) == 4500 - run_up_s
    assert begin_for(7700, of) <= 5000 - run_up_s
    assert begin_for(9000, of) == 9000 - run_up_s
    assert begin_for(100_007, of) == 99_990 - run_up_s


def test_another_seed_gives_other_vehicles():
    one, other = road(plan(), seed=1), road(plan(), seed=2)
    seen_by_one, seen_by_other = watch(one, 0), watch(other, 0)
    one.advance(60)
    other.advance(60)
    assert seen_by_one != seen_by_other


def test_demand_is_more_even_than_independent_arrivals():
    demand = ProfileDemand(
        "7", flow_veh_per_h=[1800] * 24, free_speed_kmh=65, mix={"car": 1}, local_hour=lambda _: 0.0
    )
    counts = [len(demand.block(number)) for number in range(2000)]
    mean = sum(counts) / len(counts)
    variance = sum((count - mean) ** 2 for count in counts) / len(counts)
    assert mean == pytest.approx(15, rel=0.02)
    assert variance / mean == pytest.approx(0.35, abs=0.05)
    for number in range(100):
        times = [time_s for time_s, _ in demand.block(number)]
        assert times == sorted(times)
        assert all(number * 30 <= time_s < number * 30 + 30 for time_s in times)


def test_disturbances_at_run_time():
    where = road(plan())
    station = watch(where, 300)
    where.advance(60)
    where.disturb(Disturbance("incident", 300, 50, 60, 1e9, 10))
    where.disturb(Disturbance("works", 700, 50, 60, 1e9, 40))
    where.advance(120)
    assert mean_kmh(between(station, 75, 120)) < 15
    assert where.lift("incident") == 1
    assert where.lift("incident") == 0
    where.advance(400)
    assert mean_kmh(between(station, 300, 400)) > 45
    assert where.lift() == 1
    assert where.lift() == 0


def test_a_lane_of_its_own_can_be_blocked():
    where = road(plan(1500.0, Disturbance("works", 500, 20, 30, 1e9, 0, lanes=("2",))))
    station = watch(where, 600)
    where.advance(300)
    assert len(between(station[:1], 60, 300)) > 80
    assert between(station[1:], 70, 300) == []


def test_a_long_vehicle_is_slow_until_its_rear_has_passed_the_works():
    works = Disturbance("works", 500, 1, -300, 1e9, 10)
    where = road(plan(400.0, works, mix={"truck": 1.0}))
    fronts, rears = watch(where, 500), watch(where, 500.9, rear=True)
    where.advance(600)
    for seen in (fronts, rears):
        crossings = between(seen, 0, 600)
        assert len(crossings) > 80
        assert all(8 < crossing.speed_kmh < 12.5 for crossing in crossings)


@pytest.mark.parametrize("position_m", [-1.0, 940.0, float("nan")])
def test_places_off_the_road_are_refused(position_m):
    with pytest.raises(ValueError, match="on the road"):
        road(plan()).watch(position_m, 0, print)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"length_m": 0}, "above 0"),
        ({"flow_veh_per_h": (1.0,) * 23}, "24 numbers"),
        ({"flow_veh_per_h": (-1.0,) * 24}, "24 numbers"),
        ({"mix": {"camel": 1.0}}, "camel"),
        ({"mix": {}}, "mix needs"),
        ({"mix": {"car": 0.0}}, "mix needs"),
        ({"lanes": ()}, "names of their own"),
        ({"lanes": (LanePlan("1"), LanePlan("1"))}, "names of their own"),
        ({"disturbances": (Disturbance("works", 0, 1, 0, 1, 0, ("3",)),)}, "'3'"),
    ],
)
def test_impossible_roads_are_refused(change, said):
    fields = {
        "length_m": 900.0,
        "free_speed_kmh": 65.0,
        "flow_veh_per_h": (1500.0,) * 24,
        "mix": {"car": 1.0},
        "lanes": TWO_LANES,
    }
    with pytest.raises(ValueError, match=said):
        RoadPlan(**fields | change)


@pytest.mark.parametrize(
    "fields", [(0, 0, 0, 1, 1), (0, 1, 5, 5, 1), (0, 1, 0, 1, -1)], ids=["length", "end", "speed"]
)
def test_impossible_disturbances_are_refused(fields):
    with pytest.raises(ValueError, match="must"):
        Disturbance("incident", *fields)


def test_two_days_looked_at_now_and_then_stay_sane():
    flows = tuple(200.0 + 900 * (6 <= hour < 20) for hour in range(24))
    for begin_s in range(0, 172_800, 14_400):  # ten minutes of every fourth hour
        where = road(plan(flows, lanes=(LanePlan("1"),), length_m=300), now_s=float(begin_s))
        station = watch(where, 150)
        where.advance(begin_s + 600.0)
        hour = begin_s // 3600 % 24
        crossings = between(station, begin_s, begin_s + 600)
        assert mean_kmh(crossings) > 53
        wanted = flows[hour] + (flows[(hour + 1) % 24] - flows[hour]) / 12
        assert flow_veh_per_h(crossings, 600) == pytest.approx(wanted, rel=0.15, abs=90)
        assert where.tally().inside < 30


def test_a_road_begins_with_a_block():
    with pytest.raises(ValueError, match="multiple"):
        Road("7", plan(), local_hour=lambda _: 0.0, rain_mm_h=lambda _: 0.0, begin_s=-45.0)
