"""The bench's clock: stopped, faster, slower, and never back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_sim.bench.clock import BenchClock
from firmware_sim.bench.leash import BUSY_MAX_S, Leash


class Machine:
    def __init__(self):
        self.monotonic_s = 1000.0

    def __call__(self):
        return self.monotonic_s


def test_scenario_passes_at_its_speed():
    machine = Machine()
    clock = BenchClock(-5.0, 60.0, machine)
    assert clock() == -5.0
    machine.monotonic_s += 2.0
    assert clock() == 115.0
    assert (clock.speed, clock.pace, clock.is_paused) == (60.0, 60.0, False)


def test_pause_stops_it_and_going_on_starts_where_it_stopped():
    machine = Machine()
    clock = BenchClock(10.0, 2.0, machine)
    machine.monotonic_s += 1.0
    clock.set(is_paused=True)
    machine.monotonic_s += 100.0
    assert clock() == 12.0
    assert (clock.speed, clock.pace, clock.is_paused) == (2.0, 0.0, True)
    clock.set(speed=10.0)
    machine.monotonic_s += 100.0
    assert clock() == 12.0
    clock.set(is_paused=False)
    machine.monotonic_s += 1.0
    assert clock() == 22.0


@given(
    st.lists(
        st.tuples(
            st.floats(0, 1e4),
            st.none() | st.floats(0.01, 3600),
            st.none() | st.booleans(),
        ),
        max_size=20,
    )
)
def test_it_never_goes_back_nor_leaps_when_it_is_set(changes):
    machine = Machine()
    clock = BenchClock(0.0, 1.0, machine)
    before_s = clock()
    for passed_s, speed, is_paused in changes:
        expected_s = before_s + passed_s * clock.pace
        machine.monotonic_s += passed_s
        now_s = clock()
        assert now_s >= before_s
        assert abs(now_s - expected_s) <= 1e-6 * max(1.0, now_s)
        clock.set(speed=speed, is_paused=is_paused)
        assert clock() == now_s
        before_s = now_s


def test_it_goes_only_as_far_as_it_is_allowed_and_catches_nothing_up():
    machine = Machine()
    clock = BenchClock(0.0, 10.0, machine)
    clock.allow(5.0)
    machine.monotonic_s += 0.4
    assert clock() == pytest.approx(4.0)
    machine.monotonic_s += 60.0
    assert clock() == 5.0
    clock.allow(100.0)
    assert clock() == 5.0
    machine.monotonic_s += 2.0
    assert clock() == pytest.approx(25.0)


def run_on_leash(speed, cost_s_per_s, for_s=300.0):
    """A machine that needs `cost_s_per_s` for each second of the scenario; how far it got a second
    at last, and the longest that it was busy then.
    """
    machine = Machine()
    clock = BenchClock(0.0, speed, machine)
    leash = Leash(clock)
    moved_s, marks = 0.0, []
    while machine.monotonic_s < 1000.0 + for_s:
        machine.monotonic_s += 0.01
        busy_s = (clock() - moved_s) * cost_s_per_s
        moved_s = clock()
        machine.monotonic_s += busy_s
        leash.moved(busy_s)
        marks.append((machine.monotonic_s, moved_s, busy_s))
    last = marks[len(marks) // 2 :]
    pace = (last[-1][1] - last[0][1]) / (last[-1][0] - last[0][0])
    return pace, max(busy_s for _, _, busy_s in last)


def test_machine_that_is_fast_enough_is_not_held_back():
    assert run_on_leash(1.0, 0.5)[0] == pytest.approx(1.0, rel=1e-3)
    assert run_on_leash(60.0, 0.001)[0] == pytest.approx(60.0, rel=1e-3)


def test_machine_that_is_too_slow_goes_as_fast_as_it_can_and_stays_within_reach():
    pace, busy_s = run_on_leash(3600.0, 0.001)
    assert 500 < pace < 1000  # 1000 were all of its time
    assert busy_s <= 3 * BUSY_MAX_S


def test_in_real_time_a_pause_of_the_machine_is_caught_up():
    now_s = [0.0]
    clock = BenchClock(10.0, 1.0, lambda: now_s[0])
    leash = Leash(clock)
    now_s[0] = 6.0  # stopped, or asleep
    assert clock() == 16.0
    leash.moved(0.3)
    now_s[0] = 106.0
    assert clock() == 116.0
    clock.set(speed=60.0)
    leash.moved(0.0)
    now_s[0] = 107.0
    assert clock() < 116.0 + 60.0


def test_clock_does_not_leap_when_it_is_made_faster_than_the_machine_may_be():
    machine = Machine()
    clock = BenchClock(0.0, 1.0, machine)
    leash = Leash(clock)
    leash.set(speed=3600.0)
    machine.monotonic_s += 0.5
    assert clock() == 1.0


def test_a_pause_does_not_lengthen_the_leash():
    machine = Machine()
    clock = BenchClock(0.0, 3600.0, machine)
    leash = Leash(clock)
    leash.set(is_paused=True)
    for _ in range(100):
        machine.monotonic_s += 0.5
        leash.moved(0.0)
    leash.set(is_paused=False)
    machine.monotonic_s += 0.5
    assert clock() == 1.0
