"""The model's queues against theory: equilibrium, shock wave, discharge wave, opposite signs."""

import math

import numpy as np
import pytest
from traffic_roads import (
    between,
    flow_veh_per_h,
    mean_kmh,
    plan,
    road,
    space_mean_kmh,
    watch,
)

from firmware_sim.world.traffic.idm import STEP_S, next_speeds
from firmware_sim.world.traffic.plan import Disturbance, LanePlan
from firmware_sim.world.traffic.road import Road
from firmware_sim.world.traffic.vehicles import CLASSES

ONE_LANE = (LanePlan("1"),)


def step(speed, leader_speed, gap, *, desired=18.0, name="car"):
    row = CLASSES[name]
    return next_speeds(
        np.atleast_1d(speed),
        np.atleast_1d(leader_speed),
        np.atleast_1d(gap),
        desired=np.full_like(np.atleast_1d(speed), desired),
        time_gap=np.full_like(np.atleast_1d(speed), row.time_gap_s),
        standing_gap=np.full_like(np.atleast_1d(speed), row.standing_gap_m),
        acceleration=np.full_like(np.atleast_1d(speed), row.acceleration_ms2),
        braking_scale=np.full_like(
            np.atleast_1d(speed),
            0.5 / math.sqrt(row.acceleration_ms2 * row.comfortable_braking_ms2),
        ),
    )


def test_acceleration_by_hand():
    """A car (T 1.1 s, s0 1.5 m, a = b = 2.2 m/s², v0 18 m/s) at 10 m/s, 20 m behind one at 8 m/s.

    s* = 1.5 + 11 + 10·2/(2·2.2) = 17.045 m; (10/18)⁴ = 0.09526; (17.045/20)² = 0.72637;
    2.2·(1 - 0.09526 - 0.72637) = 0.39242 m/s².
    """
    assert step(10.0, 8.0, 20.0)[0] == pytest.approx(10 + STEP_S * 0.39242, abs=1e-4)


def test_a_free_vehicle_reaches_its_desired_speed_and_no_more():
    speed = np.array([0.0])
    for _ in range(200):
        speed = step(speed, 0.0, 1e6)
        assert speed[0] <= 18.0
    assert speed[0] == pytest.approx(18.0, abs=0.01)


@pytest.mark.parametrize("name", list(CLASSES))
@pytest.mark.parametrize("speed_ms", [3.0, 8.0, 13.0])
def test_a_homogeneous_platoon_settles_at_the_analytic_flow_and_density(name, speed_ms):
    row, desired_ms, count = CLASSES[name], 18.0, 8
    front = -60.0 * np.arange(count)
    speed = np.full(count, 15.0)
    for _ in range(2000):
        speed[0] = speed_ms
        gap = front[:-1] - row.length_m - front[1:]
        next_speed = step(speed[1:], speed[:-1], gap, name=name)
        front[1:] += (speed[1:] + next_speed) / 2 * STEP_S
        speed[1:] = next_speed
        front[0] += speed_ms * STEP_S
    wanted_m = (row.standing_gap_m + speed_ms * row.time_gap_s) / math.sqrt(
        1 - (speed_ms / desired_ms) ** 4
    )
    spacing_m = (front[0] - front[-1]) / (count - 1)
    assert speed == pytest.approx(np.full(count, speed_ms), rel=1e-4)
    assert spacing_m == pytest.approx(wanted_m + row.length_m, rel=1e-3)


def test_vehicles_move_as_fast_as_they_say_they_are():
    """Also while they brake: the way between two places takes what the speeds at them say."""
    where = road(plan(1600.0, Disturbance("incident", 300, 20, 60, 120, 5)))
    here, there = watch(where, 280), watch(where, 280.5)
    where.advance(240)
    pairs = list(zip(between(here[:1], 0, 230), between(there[:1], 0, 230), strict=False))
    assert len(pairs) > 60
    for first, second in pairs:
        assert first.vehicle == second.vehicle
        mean_ms = (first.speed_ms + second.speed_ms) / 2
        assert 0.5 / (second.time_s - first.time_s) == pytest.approx(mean_ms, rel=0.05)


def slow_tail_m(where: Road, below_kmh: float, lane: int = 0) -> float:
    """The rearmost slow vehicle of a queue that reaches back from the front."""
    return min(v.position_m for v in where.vehicles()[lane] if v.speed_kmh < below_kmh)


@pytest.mark.parametrize("seed", range(3))
def test_the_queue_grows_at_the_shock_speed(seed):
    """Rankine and Hugoniot: the tail moves at (q2 - q1) / (k2 - k1), here within 20 %."""
    jam = Disturbance("incident", 2600, 100, 0, 1e9, 8)
    where = road(plan(1500.0, jam, length_m=2800, lanes=ONE_LANE), seed=seed)
    upstream, inside = watch(where, 300), watch(where, 2500)
    where.advance(200)
    early_m = slow_tail_m(where, 30)
    where.advance(600)
    late_m = slow_tail_m(where, 30)
    measured_ms = (late_m - early_m) / 400
    free, queued = between(upstream, 100, 500), between(inside, 200, 600)
    flow_1, flow_2 = flow_veh_per_h(free, 400), flow_veh_per_h(queued, 400)
    density_1, density_2 = flow_1 / space_mean_kmh(free), flow_2 / space_mean_kmh(queued)
    shock_ms = (flow_2 - flow_1) / (density_2 - density_1) / 3.6
    assert shock_ms < -0.5
    assert measured_ms == pytest.approx(shock_ms, rel=0.2)


@pytest.mark.parametrize("seed", range(4))
def test_a_standing_queue_dissolves_upstream_at_15_to_20_km_h(seed):
    where = road(
        plan(1500.0, Disturbance("incident", 1900, 20, 0, 300, 0), length_m=2000, lanes=ONE_LANE),
        seed=seed,
    )
    where.advance(300)
    heads = []
    for after_s in (20, 40, 60, 80, 100):
        where.advance(300 + after_s)
        standing = [v.position_m for v in where.vehicles()[0] if v.speed_kmh < 1]
        heads.append((after_s, max(standing)))
    (first_s, first_m), (last_s, last_m) = heads[0], heads[-1]
    assert 15 <= (first_m - last_m) / (last_s - first_s) * 3.6 <= 20


@pytest.mark.parametrize("seed", range(3))
def test_an_incident_shows_opposite_signs_up_and_downstream(seed):
    where = road(plan(1700.0, Disturbance("incident", 500, 30, 300, 600, 10)), seed=seed)
    upstream, downstream = watch(where, 400), watch(where, 850)
    where.advance(600)
    before = between(upstream, 0, 300), between(downstream, 0, 300)
    during = between(upstream, 400, 600), between(downstream, 400, 600)

    def density(crossings, duration_s):
        return flow_veh_per_h(crossings, duration_s) / space_mean_kmh(crossings)

    assert mean_kmh(during[0]) < 0.4 * mean_kmh(before[0])
    assert density(during[0], 200) > 2 * density(before[0], 300)
    assert mean_kmh(during[1]) > 0.95 * mean_kmh(before[1])
    assert density(during[1], 200) < 0.9 * density(before[1], 300)
    assert len(during[1]) / 200 < 0.9 * len(before[1]) / 300


def test_nearby_is_what_a_station_measures():
    where = road(plan(1500.0))
    station = watch(where, 400)
    where.advance(1800)
    near, crossings = where.nearby(400), between(station, 1600, 1800)
    assert near.flow_veh_per_h == pytest.approx(flow_veh_per_h(crossings, 200), rel=0.12)
    assert near.speed_kmh == pytest.approx(space_mean_kmh(crossings), rel=0.05)
    assert near.motorcycle_share == pytest.approx(0.6, abs=0.12)
    assert near.heavy_share == pytest.approx(0.07, abs=0.06)


def test_nearby_is_right_from_the_first_second():
    where = road(plan(1500.0))
    where.advance(0)
    assert where.nearby(400).flow_veh_per_h == pytest.approx(2 * 1500 * 0.975, rel=0.2)


def test_nearby_feels_a_queue_only_where_it_is():
    where = road(plan(1700.0, Disturbance("incident", 2500, 50, 0, 1e9, 8), length_m=3000))
    where.advance(500)
    assert where.nearby(2400).speed_kmh < 15
    assert where.nearby(200).speed_kmh > 50
    assert where.nearby(2400).flow_veh_per_h < 0.85 * where.nearby(200).flow_veh_per_h


def test_nearby_an_empty_road():
    where = road(plan(0.0))
    where.advance(60)
    assert where.nearby(100).flow_veh_per_h == 0
    assert where.nearby(100).speed_kmh == 65


def test_nearby_forgets_the_traffic_when_it_is_gone():
    flows = tuple(1200.0 * (hour < 2) for hour in range(24))
    where = road(plan(flows))
    where.advance(3600)
    busy = where.nearby(400).flow_veh_per_h
    where.advance(9000)
    assert where.nearby(400).flow_veh_per_h < 0.001 * busy
