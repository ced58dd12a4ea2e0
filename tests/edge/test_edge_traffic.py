"""Pairs, bins and lanes: tables, and properties over any pattern of vehicles and polls."""

from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.canoga.codec import LoopRecord
from edge.canoga.judge import CardJudge, Passage
from edge.canoga.lane import Lane
from edge.faults import AnswerError
from edge.traffic.bins import GRACE_MS, LaneBins
from edge.traffic.pairing import Crossing, LanePairing, Pair

SPACING_M, LOOP_M = 4.5, 1.8
BIN_MS = 5000
IDLE = LoopRecord(0, 0, 0, 0)
T0 = 1_800_000_000_000


def pairing():
    return LanePairing(SPACING_M, LOOP_M)


def over_both_loops(speed_kmh, length_m, start_ms=10_000):
    """(first start, second start, duration) of a vehicle, from physics."""
    metres_per_ms = speed_kmh / 3600
    duration_ms = round((length_m + LOOP_M) / metres_per_ms)
    return start_ms, start_ms + round(SPACING_M / metres_per_ms), duration_ms


@pytest.mark.parametrize(
    ("speed_kmh", "length_m"),
    [(65, 4.4), (9, 12.0), (8.1, 2.0), (120, 18.0), (180, 4.0), (40, 2.1)],
)
def test_speed_and_length_of_a_vehicle(speed_kmh, length_m):
    first_ms, second_ms, duration_ms = over_both_loops(speed_kmh, length_m)
    lane = pairing()
    lane.first(Crossing(first_ms, duration_ms, T0))
    pair = lane.second(second_ms, duration_ms)
    assert pair is not None
    assert pair.speed_kmh == pytest.approx(speed_kmh, rel=0.01)
    assert pair.length_m == pytest.approx(length_m, rel=0.02, abs=0.1)


@pytest.mark.parametrize(
    ("onset_ms", "first_ms", "second_ms"),
    [
        (250, 300, 331),  # durations differ by more than 10 %
        (250, 19, 19),  # too short
        (83, 200, 200),  # 195 km/h
        (2030, 2000, 2000),  # 7.98 km/h
        (-250, 300, 300),  # against the direction
        (2000, 300, 300),  # a length below zero: another vehicle's crossing
        (100, 2000, 2000),  # a length of 88 m: likewise
    ],
)
def test_refused_pairs(onset_ms, first_ms, second_ms):
    lane = pairing()
    lane.first(Crossing(10_000, first_ms, T0))
    assert lane.second(10_000 + onset_ms, second_ms) is None


def test_offsets_count_as_much_as_onsets():
    lane = pairing()
    lane.first(Crossing(10_000, 300, T0))
    pair = lane.second(10_250, 310)  # onsets 250 ms apart, offsets 260 ms
    assert pair is not None
    assert pair.speed_kmh == pytest.approx(4.5 / 0.255 * 3.6)


def test_a_crossing_is_used_once():
    lane = pairing()
    lane.first(Crossing(10_000, 300, T0))
    assert lane.second(10_250, 300) is not None
    assert lane.second(10_260, 300) is None


def test_lost_second_crossing_does_not_lend_its_first_to_the_next_vehicle():
    lane = pairing()
    lane.first(Crossing(10_000, 300, T0))  # the second loop never saw this one
    lane.first(Crossing(11_000, 300, T0))
    pair = lane.second(11_250, 300)
    assert pair is not None
    assert pair.speed_kmh == pytest.approx(64.8)


def test_motorcycles_close_behind_each_other_at_crawl():
    lane = pairing()
    lane.first(Crossing(10_000, 1700, T0))
    lane.first(Crossing(11_800, 1700, T0))
    for second_ms in (12_000, 13_800):
        pair = lane.second(second_ms, 1700)
        assert pair is not None
        assert pair.speed_kmh == pytest.approx(8.1)


def bins(now_ms=T0):
    return LaneBins(BIN_MS, now_ms)


def test_a_whole_bin():
    lane = bins()
    lane.observe(T0, T0 + 2000, 1, 400)
    lane.observe(T0 + 2000, T0 + 4900, 1, 350)
    lane.observe(T0 + 4900, T0 + 5100, 0, None)
    crossing = Crossing(0, 400, T0 + 2000)
    lane.paired(T0 + 2000, Pair(crossing, 60.0, 4.0))
    lane.paired(T0 + 4900, Pair(crossing._replace(seen_ms=T0 + 4900), 30.0, 12.5))
    assert lane.close(T0 + 5299) == []
    (interval,) = lane.close(T0 + 5300)
    assert interval.start_ms == T0
    assert interval.quality == ()
    assert interval.fields == {
        "period_s": 5.0,
        "completeness_pct": 100.0,
        "volume_count": 2,
        "occupancy_pct": 15.0,
        "speed_kmh": 40.0,  # harmonic mean
        "paired_count": 2,
        "short_count": 1,
        "medium_count": 0,
        "long_count": 1,
        "unclassified_count": 0,
    }


@pytest.mark.parametrize(
    ("length_m", "field"),
    [(5.49, "short_count"), (5.5, "medium_count"), (12.0, "medium_count"), (12.01, "long_count")],
)
def test_length_classes(length_m, field):
    lane = bins()
    lane.observe(T0, T0 + 5000, 1, 400)
    lane.paired(T0 + 4000, Pair(Crossing(0, 400, T0 + 4000), 60.0, length_m))
    assert lane.close(T0 + 5300)[0].fields[field] == 1


def test_unobserved_bin_says_only_that():
    lane = bins()
    (interval,) = lane.close(T0 + 5300)
    assert interval.fields == {"period_s": 5.0, "completeness_pct": 0.0}
    assert interval.quality == ("not_observed",)


def test_first_bin_after_the_start_is_incomplete():
    lane = bins(T0 + 3000)
    lane.observe(T0 + 3500, T0 + 5000, 3, None)
    (interval,) = lane.close(T0 + 5300)
    assert interval.fields["completeness_pct"] == 30.0
    assert interval.fields["volume_count"] == 3
    assert interval.quality == ("incomplete",)


def test_time_on_the_loop_of_an_unseen_vehicle_is_not_guessed():
    lane = bins()
    lane.observe(T0, T0 + 5000, 2, 400)
    (interval,) = lane.close(T0 + 5300)
    assert "occupancy_pct" not in interval.fields
    assert interval.fields["unclassified_count"] == 2


def test_occupancy_never_exceeds_the_whole():
    lane = bins()
    lane.observe(T0, T0 + 5000, 1, 60_000)
    assert lane.close(T0 + 5300)[0].fields["occupancy_pct"] == 100.0


def test_gap_into_a_closed_bin_counts_nothing_that_is_unsure():
    lane = bins()
    lane.observe(T0, T0 + 4000, 1, 300)
    assert not lane.observe(T0 + 4000, T0 + 6000, 4, 300)
    lane.observe(T0 + 6000, T0 + 10_000, 1, 300)
    first, second = lane.close(T0 + 10_300)
    assert (first.fields["completeness_pct"], first.fields["volume_count"]) == (80.0, 1)
    assert (second.fields["completeness_pct"], second.fields["volume_count"]) == (80.0, 1)


def test_gap_into_a_closed_bin_in_which_nobody_passed_is_observed():
    lane = bins()
    lane.observe(T0 + 4000, T0 + 7000, 0, None)
    lane.observe(T0 + 7000, T0 + 10_000, 0, None)
    assert lane.close(T0 + 10_300)[1].quality == ()


def test_step_forward_skips_the_bins_that_never_were():
    lane = bins()
    lane.observe(T0, T0 + 2000, 1, 300)
    later_ms = T0 + 1_000_000
    (interval,) = lane.step(later_ms)
    assert (interval.start_ms, interval.quality) == (T0, ("incomplete",))
    assert lane.closes_ms == later_ms + BIN_MS + GRACE_MS


def test_step_back_never_opens_a_bin_again():
    lane = bins()
    lane.observe(T0, T0 + 7000, 2, None)
    seen = [i.start_ms for i in lane.close(T0 + 7000)] + [i.start_ms for i in lane.step(T0 - 9000)]
    assert not lane.observe(T0 - 9000, T0 - 8800, 1, 300)
    seen += [i.start_ms for i in lane.close(T0 + 20_300)]
    assert seen == [T0, T0 + 5000, T0 + 10_000, T0 + 15_000]


def passage(count, start_ms):
    return Passage(proven=True, vehicle_count=count, last=LoopRecord(300, start_ms, count, 0))


def test_unseen_vehicles_leave_no_pair_to_guess():
    lane = Lane(pairing(), bins())
    nothing = Passage(proven=True, vehicle_count=0, last=None)
    lane.passed(passage(1, 10_000), nothing, T0, T0 + 2500)
    lane.passed(passage(2, 11_500), passage(2, 10_650), T0 + 2500, T0 + 5000)
    (interval,) = lane.close(T0 + 5300)
    assert interval.fields["volume_count"] == 3
    assert interval.fields["paired_count"] == 0
    assert interval.fields["unclassified_count"] == 3


gaps_ms = st.lists(st.integers(20, 3000), min_size=1, max_size=60)


@st.composite
def vehicles(draw):
    """(leaves at, record) of each vehicle over one loop, in order."""
    at_ms, found = 0, []
    for index, gap_ms in enumerate(draw(gaps_ms)):
        duration_ms = draw(st.integers(20, 2000))
        start_ms = at_ms + gap_ms
        at_ms = start_ms + duration_ms
        found.append((at_ms, LoopRecord(duration_ms, start_ms, (index + 1) % 256, 0)))
    return found


def run_polls(passing, poll_ms):
    """Poll a simulated loop at these times; (intervals, vehicles between first and last poll)."""
    judge, lane = CardJudge(), Lane(pairing(), bins())
    intervals, previous_ms = [], None
    for at_ms in poll_ms:
        now_ms = T0 + at_ms
        intervals += lane.close(now_ms)
        gone = [record for left_ms, record in passing if left_ms <= at_ms]
        record = gone[-1] if gone else IDLE
        first, second = judge.judge((record, IDLE), at_ms / 1000)
        if previous_ms is not None:
            lane.passed(first, second, previous_ms, now_ms)
        previous_ms = now_ms
    intervals += lane.close(T0 + poll_ms[-1] + 2 * BIN_MS)
    between = [1 for left_ms, _ in passing if poll_ms[0] < left_ms <= poll_ms[-1]]
    return intervals, len(between)


@given(vehicles(), st.lists(st.integers(20, 290), min_size=2, max_size=400))
def test_every_vehicle_is_counted_once_when_polls_are_frequent(passing, steps_ms):
    poll_ms = [sum(steps_ms[: i + 1]) for i in range(len(steps_ms))]
    intervals, between = run_polls(passing, poll_ms)
    assert sum(i.fields.get("volume_count", 0) for i in intervals) == between


@given(vehicles(), st.lists(st.integers(20, 20_000), min_size=2, max_size=40))
def test_bins_come_once_in_order_and_never_count_too_much(passing, steps_ms):
    poll_ms = [sum(steps_ms[: i + 1]) for i in range(len(steps_ms))]
    try:
        intervals, between = run_polls(passing, poll_ms)
    except AnswerError:  # pragma: no cover - an honest card is never called corrupt
        pytest.fail("an honest card was called corrupt")
    assert all(b.start_ms - a.start_ms == BIN_MS for a, b in pairwise(intervals))
    assert sum(i.fields.get("volume_count", 0) for i in intervals) <= between
    assert all(0 <= i.fields["completeness_pct"] <= 100 for i in intervals)
    for interval in intervals:
        is_seen = interval.fields["completeness_pct"] > 0
        assert is_seen is ("volume_count" in interval.fields)


@given(vehicles(), st.lists(st.integers(20, 2000), min_size=2, max_size=60), st.data())
def test_resets_and_lost_replies_never_make_a_vehicle(passing, steps_ms, data):
    judge, counted, at_ms, reset_ms = CardJudge(), 0, 0, 0
    for step_ms in steps_ms:
        at_ms += step_ms
        if data.draw(st.integers(0, 9), label="reset when 0") == 0:
            reset_ms = at_ms - step_ms // 2
        gone = [record for left_ms, record in passing if reset_ms < left_ms <= at_ms]
        start_ms = max(0, gone[-1].start_ms - reset_ms) if gone else 0
        record = gone[-1]._replace(start_ms=start_ms, counter=len(gone)) if gone else IDLE
        with suppress(AnswerError):
            counted += judge.judge((record,) * 4, at_ms / 1000)[0].vehicle_count
    assert counted <= sum(1 for left_ms, _ in passing if left_ms <= at_ms)


times = st.lists(st.tuples(st.integers(-90_000, 90_000), st.booleans()), max_size=60)


@given(times)
def test_no_bin_comes_twice_whatever_the_clock_does(moves):
    lane, now_ms, seen = bins(), T0, []
    for move_ms, is_step in moves:
        if is_step:
            now_ms += move_ms
            seen += lane.step(now_ms)
        else:
            since_ms, now_ms = now_ms, now_ms + abs(move_ms)
            seen += lane.close(now_ms)
            lane.observe(since_ms, now_ms, 1, 100)
    starts = [interval.start_ms for interval in seen]
    assert starts == sorted(set(starts))
    assert all(i.fields["completeness_pct"] <= 100 for i in seen)
