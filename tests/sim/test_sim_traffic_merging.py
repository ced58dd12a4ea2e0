"""Drivers leave a lane that is blocked: none is lost, counted twice, or driven over."""

from collections import Counter
from itertools import chain, pairwise

import pytest
from traffic_roads import VALLEY, between, flow_veh_per_h, mean_kmh, plan, road, watch

from firmware_sim.world.traffic.loops import DualLoop
from firmware_sim.world.traffic.plan import Disturbance, LanePlan
from firmware_sim.world.traffic.recording import Recorded

CRASH = Disturbance("incident", 1500, 30, 60, 400, 0, lanes=("2",))
LOOKERS_ON = Disturbance("incident", 1480, 60, 60, 400, 20, lanes=("1",))
CONES = Disturbance("works", 1500, 200, 60, 1e9, 0, lanes=("1",))
THREE_LANES = (LanePlan("1"), LanePlan("2"), LanePlan("3"))
STATIONS_M = (200, 1100, 1420, 1480, 1750)


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize(
    ("lanes", "blocked"),
    [
        (None, (CRASH, LOOKERS_ON)),
        (None, (CONES,)),
        (THREE_LANES, (Disturbance("incident", 1500, 30, 60, 400, 0, lanes=("1", "2")),)),
        (THREE_LANES, (CRASH, Disturbance("works", 1510, 200, 100, 400, 0, lanes=("3",)))),
    ],
)
def test_everybody_passes_every_place_once_and_nobody_is_driven_over(seed, lanes, blocked):
    more = {} if lanes is None else {"lanes": lanes}
    where = road(plan(1300.0, *blocked, length_m=1800, **more), seed=seed)
    fronts = [watch(where, position_m) for position_m in STATIONS_M]
    rears = [watch(where, position_m, rear=True) for position_m in STATIONS_M]
    for second in range(0, 700, 5):
        where.advance(second)
        tally = where.tally()
        assert tally.arrived == tally.inside + tally.left + tally.waiting + tally.turned_away
        for lane in where.vehicles():
            for leader, follower in pairwise(lane):
                assert leader.position_m - leader.length_m - follower.position_m > 0.25
    seen = [Counter(c.vehicle.key for c in chain(*station)) for station in fronts + rears]
    assert all(max(station.values()) == 1 for station in seen)
    came, went = ({c.vehicle.key for c in chain(*station)} for station in (fronts[0], fronts[-1]))
    late = {c.vehicle.key for c in between(fronts[0], 250, 700)}
    assert len(came - late - went) == 0
    places = [{c.vehicle.key: lane for lane, cs in enumerate(s) for c in cs} for s in fronts]
    assert any(places[0].get(key, lane) != lane for key, lane in places[-1].items())


def test_loops_where_drivers_change_lanes_stay_in_order():
    """A vehicle that changed lanes on a loop would leave it on for ever."""
    where = road(plan(1500.0, CRASH, LOOKERS_ON, length_m=1800))
    sees_all = DualLoop(motorcycles_detected=1.0)
    told = [[], []]
    for lane, changes in enumerate(told):
        sees_all.attach(where, lane, 1484.0, lambda *change, to=changes: to.append(change))
    where.advance(900)
    for loop, changes in ((loop, changes) for loop in (0, 1) for changes in told):
        switched = [(is_on, at_s) for number, is_on, at_s, _ in changes if number == loop]
        assert all(one[0] != next_one[0] for one, next_one in pairwise(switched))
        late = [at_s for _, at_s in switched if at_s > 500]
        assert len(late) > 150
        assert max(after_s - before_s for before_s, after_s in pairwise(late)) < 15


def test_works_announced_to_few_vehicles_make_no_queue():
    where = road(plan(500.0, CONES, length_m=1800))
    before, beside = watch(where, 400), watch(where, 1600)
    where.advance(1500)
    assert beside[0] == [] or max(c.time_s for c in beside[0]) < 100
    assert mean_kmh(between(before, 200, 1500)) > 55
    passed = flow_veh_per_h(between(beside, 300, 1500), 1200)
    assert passed == pytest.approx(975, rel=0.06)


def test_more_than_one_lane_can_take_queues_in_both_and_they_take_turns():
    where = road(plan(1600.0, CRASH, LOOKERS_ON, length_m=1800), seed=3)
    open_lane, blocked_lane = watch(where, 1300)
    beside = watch(where, 1600)
    where.advance(400)
    flows = [flow_veh_per_h(between([lane], 200, 400), 200) for lane in (open_lane, blocked_lane)]
    assert 1350 < sum(flows) < 1950
    assert min(flows) > 0.3 * sum(flows)
    assert between(beside[1:], 100, 400) == []
    assert 1350 < flow_veh_per_h(between(beside, 200, 400), 200) < 1950


def test_a_recorded_lane_takes_nobody_in():
    recorded = LanePlan("2", recording=(Recorded(600.0, 60.0),))
    alone = road(plan(900.0, lanes=(LanePlan("1"), recorded), length_m=1800, mix=VALLEY))
    beside = road(plan(900.0, CONES, lanes=(LanePlan("1"), recorded), length_m=1800, mix=VALLEY))
    seen = [watch(where, 1700)[1] for where in (alone, beside)]
    for where in (alone, beside):
        where.advance(400)
    assert seen[0] == seen[1] != []
