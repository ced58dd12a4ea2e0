"""The switches themselves: when a fault is on, how often it strikes, what takes it away."""

import math

import pytest

from firmware_sim.faults.catalogue import FAULTS
from firmware_sim.faults.switches import Fault, Switches


def struck(switches: Switches, name: str, occasions: int = 2000) -> int:
    return sum(switches.strikes(name, 0.0) is not None for _ in range(occasions))


@pytest.mark.parametrize("rate", [0.02, 0.1, 0.5, 0.9])
def test_rate_is_the_share_of_the_occasions(rate):
    switches = Switches("1/site/air-1")
    switches.switch_on(Fault("silent", rate=rate))
    deviation = math.sqrt(2000 * rate * (1 - rate))
    assert abs(struck(switches, "silent") - 2000 * rate) < 3 * deviation


def test_rate_of_one_strikes_always_and_throws_no_dice():
    switches = Switches("1/site/air-1")
    before = switches.dice.getstate()
    switches.switch_on(Fault("silent"))
    assert struck(switches, "silent", 100) == 100
    assert switches.dice.getstate() == before


def test_same_key_throws_the_same_and_another_key_other_dice():
    def hits(key):
        switches = Switches(key)
        switches.switch_on(Fault("late", rate=0.5))
        return [switches.strikes("late", 0.0) is not None for _ in range(64)]

    assert hits("7/a/vds-1") == hits("7/a/vds-1")
    assert hits("7/a/vds-1") != hits("8/a/vds-1")


def test_fault_is_on_from_its_start_until_just_before_its_end():
    switches = Switches("key")
    switches.switch_on(Fault("silent", start_s=10, end_s=20))
    assert [bool(switches.active("silent", at_s)) for at_s in (9.99, 10, 19.99, 20)] == [
        False,
        True,
        True,
        False,
    ]
    assert [fault.name for fault in switches.all()] == ["silent"]


def test_fault_switched_on_again_replaces_its_former_self():
    switches = Switches("key")
    switches.switch_on(Fault("late", amount=5.0, end_s=10))
    switches.switch_on(Fault("late", amount=0.5))
    assert [fault.size for fault in switches.all()] == [0.5]
    assert switches.active("late", 11)


def test_clearing_one_leaves_the_others():
    switches = Switches("key")
    for fault in (Fault("late"), Fault("silent"), Fault("stuck", reading="co2_ppm")):
        switches.switch_on(fault)
    assert switches.clear("late") == 1
    assert switches.clear("late") == 0
    assert {fault.name for fault in switches.all()} == {"silent", "stuck"}
    assert switches.clear() == 2
    assert switches.all() == []


@pytest.mark.parametrize("kind", FAULTS.values(), ids=FAULTS)
def test_amount_is_the_one_given_or_the_catalogues(kind):
    assert kind.es != kind.en
    if kind.amount is None:
        assert Fault(kind.name).size == 0.0
    else:
        assert kind.amount.low <= kind.amount.default <= kind.amount.high
        assert Fault(kind.name).size == kind.amount.default
        assert Fault(kind.name, amount=kind.amount.low).size == kind.amount.low
