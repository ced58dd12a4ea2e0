"""The bench's clock: stopped, faster, slower, and never back."""

from hypothesis import given
from hypothesis import strategies as st

from firmware_sim.bench.clock import BenchClock


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
