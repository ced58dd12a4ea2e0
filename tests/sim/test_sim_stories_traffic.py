"""Scenarios about traffic keep what their titles promise, for more than one seed."""

import pytest
from sim_stories import begin, only_road, stations
from traffic_roads import between, flow_veh_per_h, mean_kmh


def test_incident_queue_reaches_one_station_after_the_other_and_goes():
    rig = begin("incident")
    seen = stations(rig, only_road(rig))
    only_road(rig).advance(2400)
    upstream = [position_m for position_m in seen if position_m < 3050]
    slow_since = {
        position_m: next(
            (
                minute
                for minute in range(40)
                if any(
                    mean_kmh(between([lane], 60 * minute, 60 * minute + 60)) < 30
                    for lane in seen[position_m]
                )
            ),
            None,
        )
        for position_m in upstream
    }
    reached = [slow_since[position_m] for position_m in reversed(upstream) if position_m >= 1200]
    assert None not in reached
    assert reached == sorted(set(reached))
    assert 2 <= reached[0] <= 4
    # Past the crash: lane 2 empty, lane 1 carries what one slow lane can; then both discharge.
    past = seen[3150.0]
    assert between(past[1:], 200, 720) == []
    assert 1400 < flow_veh_per_h(between(past[:1], 200, 720), 520) < 1900
    assert 2000 < flow_veh_per_h(between(past, 780, 1080), 300) / 2 < 2700
    for position_m in seen:
        for lane in seen[position_m]:
            assert mean_kmh(between([lane], 0, 110)) > 50
            assert mean_kmh(between([lane], 2160, 2400)) > 45


@pytest.mark.parametrize("seed", [1, 2])
def test_morning_peak_queues_before_seven_and_no_longer_after_half_past_eight(seed):
    rig = begin("morning-peak", seed=seed)
    road = only_road(rig)
    tail_m = {}
    for minute in range(10, 120, 10):
        road.advance(60 * minute)
        tail_m[minute] = 3300 - min(
            vehicle.position_m
            for lane in road.vehicles()
            for vehicle in lane
            if vehicle.position_m < 3350 and vehicle.speed_kmh < 30
        )
    assert tail_m[30] > 300  # at 07:10
    assert 900 < max(tail_m.values()) < 2500
    assert 30 <= max(tail_m, key=tail_m.__getitem__) <= 70
    assert tail_m[110] < 300  # at 08:30
    assert road.tally().turned_away == 0


def test_works_leave_one_lane_that_is_enough_for_the_night():
    rig = begin("works")
    road = only_road(rig)
    seen = stations(rig, road)
    road.advance(3600)
    closed, open_lane = (
        sum(v.position_m > 3210 for v in lane if v.position_m < 3500) for lane in road.vehicles()
    )
    assert closed == 0 < open_lane
    assert mean_kmh(between(seen[3150.0][1:], 900, 3600)) < 50
    assert mean_kmh(between(seen[1950.0], 900, 3600)) > 60
    before, beside = (
        flow_veh_per_h(between(seen[position_m], 900, 3600), 2700) for position_m in (400.0, 3150.0)
    )
    assert beside == pytest.approx(before, rel=0.05)
    tally = road.tally()
    assert tally.waiting + tally.turned_away == 0


def test_demo_has_the_same_demand_at_any_hour():
    assert begin("demo").scenario.starts_at is None
    for road in begin("demo").world.roads.values():
        assert len(set(road.plan.flow_veh_per_h)) == 1
