"""The proof's arithmetic: a loss must never hide."""

import pytest

from aburra.run.options import parse_duration_s
from aburra.run.proof import minus, prove

A, B = ("medellin/av-regional", "vds-1", "vds_interval"), ("itagui/x", "air-1", "air_particulate")


def proof(measured, stored, refused=0, waiting=0):
    found = prove(measured, stored, refused=refused, quarantined=0, waiting=waiting)
    return (found.measured, found.stored, found.lost, found.duplicated)


@pytest.mark.parametrize(
    ("measured", "stored", "expected"),
    [
        ({A: {0: 3}}, {A: {0: 3}}, (3, 3, 0, 0)),
        ({A: {0: 3}}, {}, (3, 0, 3, 0)),
        ({A: {0: 3}}, {A: {0: 4}}, (3, 4, 0, 1)),
        # A loss in one cell and a duplicate in another: sums alone would say that all is well.
        ({A: {0: 3}, B: {0: 3}}, {A: {0: 2}, B: {0: 4}}, (6, 6, 1, 1)),
        ({A: {0: 3, 60: 3}}, {A: {0: 4, 60: 2}}, (6, 6, 1, 1)),
        # What somebody else stored is none of ours.
        ({A: {0: 3}}, {A: {0: 3}, B: {0: 9}}, (3, 3, 0, 0)),
    ],
)
def test_cells_are_compared_one_by_one(measured, stored, expected):
    assert proof(measured, stored) == expected


def test_refused_and_waiting_observations_are_not_lost():
    assert proof({A: {0: 9}}, {A: {0: 5}}, refused=1, waiting=3) == (9, 5, 0, 0)
    assert proof({A: {0: 9}}, {A: {0: 5}}, refused=1, waiting=2) == (9, 5, 1, 0)


def test_what_an_earlier_run_left_in_the_store_is_taken_off():
    assert minus({A: {0: 5, 60: 2}}, {A: {0: 3}}) == {A: {0: 2, 60: 2}}


@pytest.mark.parametrize(
    ("text", "seconds"), [("90", 90), ("90s", 90), ("5m", 300), ("1.5h", 5400), (" 2s ", 2)]
)
def test_durations(text, seconds):
    assert parse_duration_s(text) == seconds


@pytest.mark.parametrize("text", ["", "soon", "-5s", "0s", "5 minutes", "1e3s", "s"])
def test_no_durations(text):
    with pytest.raises(ValueError, match="allowed"):
        parse_duration_s(text)
