"""Between the world and a board: spread, faulty readings, held values, a clock that jumps."""

import itertools
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_sim.faults.switches import Fault, Switches
from firmware_sim.lines.probe import SPREADS, DeviceClock, Probe

ANY_SPREAD = sorted(SPREADS)


class World:
    """Every reading is the same, and may be moved."""

    def __init__(self, value: float) -> None:
        self.value = value

    def __call__(self, name: str, at_s: float) -> float:
        return self.value


def probe(value: float = 100.0, key: str = "1/site/air-1") -> tuple[Probe, World, Switches]:
    world, switches = World(value), Switches(key)
    return Probe(key, world, switches), world, switches


@pytest.mark.parametrize("name", ANY_SPREAD)
def test_instruments_differ_by_no_more_than_two_standard_deviations(name):
    spread = SPREADS[name]
    truth = 50.0
    bound = 2 * (truth * spread.gain + spread.offset)
    felt = [probe(truth, f"1/site/{number}")[0](name, 0.0) for number in range(100)]
    errors = [value - truth for value in felt]
    assert max(map(abs, errors)) < bound + 1e-9
    assert statistics.stdev(errors) > bound / 8
    assert abs(statistics.mean(errors)) < bound / 4


def test_error_of_an_instrument_stays_its_own():
    one, world, _ = probe()
    again, *_ = probe()
    first = one("pm25_ugm3", 0.0)
    assert one("pm25_ugm3", 86_400.0) == again("pm25_ugm3", 5.0) == first
    error = one("temperature_c", 0.0) - 100
    world.value = 20.0
    assert one("temperature_c", 1.0) - 20 == pytest.approx(error)


def test_what_has_no_spread_is_as_in_the_world():
    one, *_ = probe(0.987)
    assert one("power_factor", 0.0) == 0.987


@pytest.mark.parametrize(
    ("name", "truth", "factor", "felt"),
    [
        ("humidity_pct", 99.0, 10.0, 100.0),
        ("humidity_pct", 40.0, -10.0, 0.0),
        ("pm25_ugm3", 40.0, -10.0, 0.0),
        ("voltage_v", 220.0, -1.0, 0.0),
    ],
)
def test_reading_stays_where_an_instrument_can_show_it(name, truth, factor, felt):
    one, _, switches = probe(truth)
    switches.switch_on(Fault("spike", amount=factor))
    assert one(name, 0.0) == felt


def test_stuck_holds_what_it_felt_first_and_lets_go():
    one, world, switches = probe(40.0)
    switches.switch_on(Fault("stuck", start_s=10, end_s=30))
    before = one("pm25_ugm3", 5.0)
    stuck = one("pm25_ugm3", 12.0)
    assert stuck == before
    world.value = 80.0
    assert [one("pm25_ugm3", at_s) for at_s in (13.0, 29.9)] == [stuck, stuck]
    assert one("pm25_ugm3", 30.0) > 1.5 * stuck


def test_stuck_again_holds_another_value():
    one, world, switches = probe(40.0)
    switches.switch_on(Fault("stuck"))
    first = one("noise_dba", 0.0)
    world.value = 70.0
    assert one("noise_dba", 1.0) == first
    switches.switch_on(Fault("stuck"))
    assert one("noise_dba", 2.0) == pytest.approx(first + 30)


def test_drift_grows_from_when_it_began():
    one, _, switches = probe(40.0)
    right = one("co2_ppm", 0.0)
    switches.switch_on(Fault("drift", start_s=3600, amount=20.0))
    felt = [one("co2_ppm", at_s) / right for at_s in (0.0, 3600.0, 5400.0, 7200.0, 10_800.0)]
    assert felt == pytest.approx([1.0, 1.0, 1.1, 1.2, 1.4])


def test_drift_downwards_ends_at_the_lowest_reading():
    one, _, switches = probe(40.0)
    switches.switch_on(Fault("drift", amount=-100.0))
    assert one("pm25_ugm3", 1800.0) == pytest.approx(one.truth("pm25_ugm3", 0) / 2, rel=0.2)
    assert one("pm25_ugm3", 7200.0) == 0.0


def test_spike_is_so_many_times_the_value_for_a_second():
    one, _, switches = probe(40.0)
    right = one("pm10_ugm3", 0.0)
    switches.switch_on(Fault("spike", rate=0.1, amount=7.0))
    felt = {at_s: one("pm10_ugm3", at_s) / right for at_s in range(1000)}
    assert {round(ratio, 6) for ratio in felt.values()} == {1.0, 7.0}
    assert 70 <= sum(ratio > 6 for ratio in felt.values()) <= 130
    within = {at_s: one("pm10_ugm3", at_s + 0.9) / right for at_s in range(1000)}
    assert within == felt


def test_spike_is_the_same_whoever_else_looks():
    one, _, switches = probe(40.0)
    other, _, its_switches = probe(40.0)
    for each in (switches, its_switches):
        each.switch_on(Fault("spike", rate=0.3))
    for at_s in range(50):
        other("pm25_ugm3", at_s + 0.1)
        assert other("pm25_ugm3", at_s + 0.5) == one("pm25_ugm3", at_s + 0.5)


def test_spikes_of_two_readings_are_not_the_same():
    one, _, switches = probe(40.0)
    switches.switch_on(Fault("spike", rate=0.5))
    struck = [{s for s in range(100) if one(name, s) > 200} for name in ("pm25_ugm3", "pm10_ugm3")]
    assert struck[0] != struck[1]


@pytest.mark.parametrize("fault", ["stuck", "drift", "spike"])
def test_fault_of_one_reading_leaves_the_others_alone(fault):
    one, world, switches = probe(40.0)
    names = ("pm25_ugm3", "temperature_c")
    for name in names:
        one(name, 0.0)
    switches.switch_on(Fault(fault, reading="pm25_ugm3"))
    one("pm25_ugm3", 0.0)
    world.value = 60.0
    healthy, _, _ = probe(60.0)
    assert one("pm25_ugm3", 3600.0) != healthy("pm25_ugm3", 3600.0)
    assert one("temperature_c", 3600.0) == healthy("temperature_c", 3600.0)


def test_fault_of_one_reading_goes_before_the_fault_of_all():
    one, _, switches = probe(40.0)
    right = one("noise_dba", 0.0)
    switches.switch_on(Fault("spike", amount=2.0))
    switches.switch_on(Fault("spike", amount=3.0, reading="noise_dba"))
    assert one("noise_dba", 0.0) == pytest.approx(3 * right)
    assert switches.clear("spike") == 2
    assert one("noise_dba", 0.0) == right


def test_drift_and_spike_at_once():
    one, _, switches = probe(40.0)
    right = one("noise_dba", 0.0)
    switches.switch_on(Fault("drift", amount=50.0))
    switches.switch_on(Fault("spike", amount=2.0))
    assert one("noise_dba", 7200.0) == pytest.approx(2 * 2 * right)


def test_held_value_stays_whatever_the_world_and_the_faults_do():
    one, world, switches = probe(40.0)
    one.held["pm25_ugm3"] = 250.0
    switches.switch_on(Fault("spike"))
    world.value = 1.0
    assert one("pm25_ugm3", 5.0) == 250.0
    del one.held["pm25_ugm3"]
    assert one("pm25_ugm3", 6.0) < 30


def test_last_is_what_the_board_felt_not_what_there_is():
    one, world, _ = probe(40.0)
    assert one.last("noise_dba", 0.0) == pytest.approx(40, abs=2)
    felt = one("noise_dba", 1.0)
    world.value = 70.0
    assert one.last("noise_dba", 9.0) == felt


@given(
    st.sampled_from([*ANY_SPREAD, "power_factor", "people_total"]),
    st.floats(-100, 100_000),
    st.lists(
        st.builds(
            Fault,
            st.sampled_from(["stuck", "drift", "spike"]),
            rate=st.floats(0.01, 1),
            start_s=st.floats(0, 1000),
            amount=st.none() | st.floats(-1000, 1000),
        ),
        max_size=4,
    ),
)
def test_whatever_fails_the_reading_is_within_its_bounds(name, truth, faults):
    one, _, switches = probe(truth)
    for fault in faults:
        switches.switch_on(fault)
    spread = SPREADS.get(name)
    for at_s in (0.0, 500.0, 5000.0):
        value = one(name, at_s)
        assert abs(value) < 1e12
        assert spread is None or spread.low is None or value >= spread.low
        assert spread is None or spread.high is None or value <= spread.high


def test_clock_jumps_while_it_is_switched_on():
    switches = Switches("1/site/vds-3")
    clock = DeviceClock(1_700_000_000_000, switches)
    assert clock(2.5) == 1_700_000_002_500
    switches.switch_on(Fault("clock-jump", start_s=10, end_s=20, amount=-86_400))
    seconds = [clock(at_s) - 1_700_000_000_000 - round(at_s * 1000) for at_s in (9, 10, 19.9, 20)]
    assert seconds == [0, -86_400_000, -86_400_000, 0]
    switches.clear()
    assert all(b - a == 1000 for a, b in itertools.pairwise(clock(at_s) for at_s in range(30)))
