"""A lane that replays a recording reproduces its flow and its speed, interval by interval."""

from pathlib import Path

import pytest

from firmware_sim.world.demand import BLOCK_S
from firmware_sim.world.lane import Lane, LanePoint
from firmware_sim.world.loops import DualLoop
from firmware_sim.world.replay import ReplayDemand, ReplayError, read_recording
from firmware_sim.world.vehicles import Crossing

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


def replay(path: Path) -> dict[int, list[Crossing]]:
    """Crossings by interval, through a lane's station."""
    recording = read_recording(path)
    point = LanePoint(0, DualLoop(), [], 100)
    by_interval: dict[int, list[Crossing]] = {number: [] for number in range(len(recording))}
    point.listeners.append(
        lambda crossing: by_interval[int(crossing.time_s // BLOCK_S)].append(crossing)
    )
    Lane(ReplayDemand("7/lane", recording, MIX), [point], 0.0).advance(
        len(recording) * BLOCK_S - 0.001
    )
    return by_interval


@pytest.fixture
def small(tmp_path):
    path = tmp_path / "recording.csv"
    path.write_text(RECORDING)
    return path


def check_reproduced(path: Path) -> None:
    by_interval = replay(path)
    owed = 0.0
    for number, interval in enumerate(read_recording(path)):
        crossings = by_interval[number]
        owed += interval.flow_veh_per_h * BLOCK_S / 3600
        count = len(crossings)
        assert abs(owed - count) <= 0.501 or interval.speed_kmh == 0, number
        owed -= count
        if crossings:
            mean_kmh = sum(crossing.speed_kmh for crossing in crossings) / count
            assert mean_kmh == pytest.approx(interval.speed_kmh, rel=0.001), number


def test_flow_and_speed_of_a_small_recording(small):
    check_reproduced(small)


def test_flow_and_speed_of_a_real_recording():
    if not REAL.is_file():
        pytest.skip(f"the recording of the I-880 is not at {REAL}")
    check_reproduced(REAL)


def test_recording_begins_again_after_its_end(small):
    demand = ReplayDemand("7/lane", read_recording(small), MIX)
    assert len(demand.block(2)) == len(demand.block(8)) == 19


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("interval,flow,speed\n0,1,2\n", "line 1: the header must be interval,flow_veh_per_h"),
        ("interval,flow_veh_per_h,speed_mph\n", "no interval"),
        ("interval,flow_veh_per_h,speed_mph\n0,12,x\n", "line 2: three numbers"),
        ("interval,flow_veh_per_h,speed_mph\n0,12\n", "line 2: three numbers"),
        ("interval,flow_veh_per_h,speed_mph\n0,nan,50\n", "line 2: flow 0 to 4000"),
        ("interval,flow_veh_per_h,speed_mph\n0,1,2\n1,9000,50\n", "line 3: flow 0 to 4000"),
    ],
)
def test_bad_recording_is_refused_with_its_line(tmp_path, text, said):
    path = tmp_path / "bad.csv"
    path.write_text(text)
    with pytest.raises(ReplayError, match=said):
        read_recording(path)
