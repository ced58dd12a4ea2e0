"""A lane that relives a recording reproduces its flow and its speed, interval by interval."""

from itertools import pairwise
from pathlib import Path

import pytest
from traffic_roads import plan, road, watch

from firmware_sim.world.traffic.demand import BLOCK_S, RecordedDemand
from firmware_sim.world.traffic.plan import Disturbance, LanePlan
from firmware_sim.world.traffic.recording import RecordingError, read_recording

MIX = {"motorcycle": 0.6, "car": 0.32, "bus": 0.03, "truck": 0.05}
RECORDING = """interval,flow_veh_per_h,speed_mph
0,580,64.6
1,360,62.9
2,2280,31.5
3,0,0
4,1900,12.4
5,2400,55
"""
REAL = Path(__file__).parents[2].parent / "shared" / "data" / "i880_lane2.csv"


def replay(recording):
    lanes = (LanePlan("1", recording=recording),)
    return road(plan(lanes=lanes, mix=MIX))


@pytest.fixture
def small(tmp_path):
    path = tmp_path / "recording.csv"
    path.write_text(RECORDING)
    return path


def check_reproduced(path: Path) -> None:
    recording = read_recording(path)[:600]
    where = replay(recording)
    station = watch(where, 0)[0]
    where.advance(len(recording) * BLOCK_S)
    by_interval = {number: [] for number in range(len(recording))}
    for crossing in station:
        if 0 <= crossing.time_s < len(recording) * BLOCK_S:
            by_interval[int(crossing.time_s // BLOCK_S)].append(crossing)
    owed = 0.0
    for number, interval in enumerate(recording):
        crossings = by_interval[number]
        owed += interval.flow_veh_per_h * BLOCK_S / 3600
        count = len(crossings)
        assert abs(owed - count) <= 0.501 or interval.speed_kmh == 0, number
        owed -= count
        if crossings:
            mean_kmh = sum(crossing.speed_kmh for crossing in crossings) / count
            # The first fast vehicle behind slow ones brakes as soon as it has passed.
            assert mean_kmh == pytest.approx(interval.speed_kmh, rel=0.01), number


def test_flow_and_speed_of_a_small_recording(small):
    check_reproduced(small)


def test_flow_and_speed_of_a_real_recording():
    if not REAL.is_file():
        pytest.skip(f"the recording of the I-880 is not at {REAL}")
    check_reproduced(REAL)


def test_recorded_vehicles_keep_order_and_never_overlap(small):
    where = replay(read_recording(small))
    later = watch(where, 800)[0]
    for second in range(400):
        where.advance(second)
        for leader, follower in pairwise(where.vehicles()[0]):
            assert leader.position_m - leader.length_m - follower.position_m > 0.25
    keys = [crossing.vehicle.key for crossing in later]
    assert len(keys) > 40
    assert keys == sorted(keys)
    tally = where.tally()
    assert tally.arrived == tally.inside + tally.left + tally.waiting + tally.turned_away


def test_a_disturbance_does_not_touch_a_recorded_lane(small):
    lanes = (LanePlan("1", recording=read_recording(small)),)
    crash = Disturbance("incident", 0, 200, 0, 300, 5)
    calm, disturbed = (
        road(plan(lanes=lanes, mix=MIX)),
        road(plan(1500.0, crash, lanes=lanes, mix=MIX)),
    )
    seen_calm, seen_disturbed = watch(calm, 100), watch(disturbed, 100)
    calm.advance(300)
    disturbed.advance(300)
    assert seen_calm == seen_disturbed != [[]]


def test_the_lane_beside_it_lives_its_own_life(small):
    recorded = LanePlan("1", recording=read_recording(small))
    beside = road(plan(lanes=(recorded, LanePlan("2")), mix=MIX))
    alone = road(plan(lanes=(LanePlan("2"),), mix=MIX))
    seen_beside, seen_alone = watch(beside, 300)[1], watch(alone, 300)[0]
    beside.advance(200)
    alone.advance(200)
    beside_ms, alone_ms = (
        [(crossing.time_s, crossing.speed_ms) for crossing in seen]
        for seen in (seen_beside, seen_alone)
    )
    assert beside_ms == alone_ms != []


def test_recording_begins_again_after_its_end(small):
    demand = RecordedDemand("7/lane", read_recording(small), MIX)
    assert len(demand.block(2)) == len(demand.block(8)) == 19
    assert demand.block(2) != demand.block(8)


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("interval,flow,speed\n0,1,2\n", 1, "the header must be interval,flow_veh_per_h"),
        ("", 1, "the header must be"),
        ("interval,flow_veh_per_h,speed_mph\n", None, "no interval"),
        ("interval,flow_veh_per_h,speed_mph\n0,12,x\n", 2, "three numbers"),
        ("interval,flow_veh_per_h,speed_mph\n0,12\n", 2, "three numbers"),
        ("interval,flow_veh_per_h,speed_mph\n0,nan,50\n", 2, "flow 0 to 4000"),
        ("interval,flow_veh_per_h,speed_mph\n0,1,2\n1,9000,50\n", 3, "flow 0 to 4000"),
        ("interval,flow_veh_per_h,speed_mph\n0,1,2\n\n1,1,-1\n", 4, "speed 0 to 120"),
    ],
)
def test_bad_recording_is_refused_with_its_line(tmp_path, text, line, said):
    path = tmp_path / "bad.csv"
    path.write_text(text)
    with pytest.raises(RecordingError, match=said) as raised:
        read_recording(path)
    assert raised.value.line == line
    assert raised.value.path == path


def test_missing_recording_is_refused(tmp_path):
    with pytest.raises(RecordingError, match="cannot be read"):
        read_recording(tmp_path / "none.csv")
