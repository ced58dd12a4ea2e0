"""Time that runs evenly between known steps."""

import pytest

from edge.clock import Clock


class Hands:
    def __init__(self):
        self.wall_s = 1_800_000_000.0
        self.monotonic_s = 100.0

    def pass_time(self, seconds):
        self.wall_s += seconds
        self.monotonic_s += seconds


@pytest.fixture
def hands():
    return Hands()


@pytest.fixture
def clock(hands):
    return Clock(lambda: hands.wall_s, lambda: hands.monotonic_s)


def test_runs_with_the_monotonic_clock(clock, hands):
    hands.pass_time(2.5)
    assert clock.now_ms() == 1_800_000_002_500
    assert clock.utc_ms(101.0) == 1_800_000_001_000


@pytest.mark.parametrize("step_s", [3600.0, -3600.0, 0.6, -0.6])
def test_step_is_counted_and_followed(clock, hands, step_s):
    hands.wall_s += step_s
    assert clock.now_ms() == 1_800_000_000_000
    clock.follow()
    assert clock.steps == 1
    assert clock.now_ms() == 1_800_000_000_000 + step_s * 1000
    clock.follow()
    assert clock.steps == 1


@pytest.mark.parametrize("drift_s", [0.4, -0.4])
def test_small_difference_is_no_step(clock, hands, drift_s):
    hands.wall_s += drift_s
    clock.follow()
    assert clock.steps == 0
    assert clock.now_ms() == 1_800_000_000_000
