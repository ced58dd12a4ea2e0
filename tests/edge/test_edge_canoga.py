"""The loop card's bytes (golden, from the data sheet page) and what its replies prove."""

from contextlib import suppress
from functools import reduce
from operator import xor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.canoga.codec import LoopRecord, decode_reply, detection_request
from edge.canoga.judge import GAP_S, CardJudge, Passage
from edge.faults import AnswerError

IDLE = LoopRecord(0, 0, 0, 0)
UNPROVEN = Passage(proven=False, vehicle_count=0, last=None)
NOTHING = Passage(proven=True, vehicle_count=0, last=None)

GOLDEN_REPLY = bytes.fromhex("00015E 000186A0 05 00") + bytes(27) + b"\x7d"


def test_detection_poll_of_address_0():
    assert detection_request(0) == bytes.fromhex("3C 30 38 00 2A 31 45 3E")


def test_golden_reply():
    assert decode_reply(GOLDEN_REPLY) == (LoopRecord(350, 100_000, 5, 0), IDLE, IDLE, IDLE)


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (GOLDEN_REPLY[1:], "length"),
        (GOLDEN_REPLY + b"\x00", "length"),
        (b"", "length"),
        (GOLDEN_REPLY[:-1] + b"\x7c", "checksum"),
        (b"\x01" + GOLDEN_REPLY[1:], "checksum"),
    ],
)
def test_damaged_reply_is_dropped_with_its_reason(reply, reason):
    with pytest.raises(AnswerError) as caught:
        decode_reply(reply)
    assert caught.value.reason == reason


@given(st.binary(max_size=80))
def test_any_bytes_are_records_or_a_fault(data):
    if len(data) == 37 and reduce(xor, data) == 0:
        assert len(decode_reply(data)) == 4
    else:
        with pytest.raises(AnswerError):
            decode_reply(data)


def card(first=IDLE, second=IDLE):
    return (first, second, IDLE, IDLE)


def judge_after(*replies):
    """A judge that has taken these (record of input 1, time in s), and its last verdict on it."""
    judge, verdict = CardJudge(), None
    for record, at_s in replies:
        verdict = judge.judge(card(record), at_s)[0]
    return judge, verdict


V5 = LoopRecord(350, 100_000, 5, 0)
V6 = LoopRecord(300, 102_000, 6, 0)


def test_first_reply_proves_nothing():
    assert judge_after((V5, 0.0))[1] == UNPROVEN


def test_same_record_means_nobody_passed():
    assert judge_after((V5, 0.0), (V5, 0.2))[1] == NOTHING


def test_one_vehicle():
    assert judge_after((V5, 0.0), (V6, 2.0))[1] == Passage(proven=True, vehicle_count=1, last=V6)


def test_missed_vehicles_are_proven_by_the_counter_also_over_its_wrap():
    before = V5._replace(counter=254)
    after = V6._replace(start_ms=110_000, counter=1)
    assert judge_after((before, 0.0), (after, 10.0))[1] == Passage(
        proven=True, vehicle_count=3, last=after
    )


@pytest.mark.parametrize(("missed", "proven"), [(16, True), (17, False)])
def test_more_than_16_missed_is_a_gap_of_that_input_alone(missed, proven):
    judge = CardJudge()
    judge.judge(card(V5, V5), 0.0)
    after = LoopRecord(300, 160_000, 5 + missed + 1, 0)
    first, second, *_ = judge.judge(card(after, V5), 60.0)
    assert first.proven is proven
    assert second == NOTHING


@pytest.mark.parametrize(("silence_s", "proven"), [(GAP_S, True), (GAP_S + 0.1, False)])
def test_more_than_four_minutes_between_replies_is_a_gap(silence_s, proven):
    assert judge_after((V5, 0.0), (V6, silence_s))[1].proven is proven


def test_zeros_mean_reset_and_counting_goes_on_from_zero():
    judge, verdict = judge_after((V5, 0.0), (IDLE, 0.2))
    assert verdict == UNPROVEN
    fresh = LoopRecord(280, 900, 1, 0)
    assert judge.judge(card(fresh), 1.4)[0].vehicle_count == 1


def test_start_that_goes_back_means_reset():
    judge, verdict = judge_after((V5, 0.0), (LoopRecord(280, 900, 1, 0), 2.0))
    assert verdict == UNPROVEN
    assert judge.judge(card(LoopRecord(300, 3_000, 2, 0)), 4.0)[0].vehicle_count == 1


def test_start_wraps_after_49_days_without_a_reset():
    old = LoopRecord(350, 2**32 - 1000, 5, 0)
    judge, _ = judge_after((old, 0.0), (old, 0.2))
    assert judge.judge(card(LoopRecord(300, 500, 6, 0)), 2.0)[0].vehicle_count == 1


@pytest.mark.parametrize(
    "wrong",
    [
        V5._replace(duration_ms=351),
        V5._replace(counter=6),
        V6._replace(counter=5),
        V6._replace(duration_ms=120_001),
        # the first byte (00) was lost on the way: everything is shifted by eight bits
        LoopRecord(350 << 8 | 0, (100_000 << 8 | 5) % 2**32, 0, 0),
        V6._replace(start_ms=900_000),
    ],
    ids=["start", "start2", "count", "long", "shifted", "future"],
)
def test_contradiction_is_corrupt_and_costs_no_vehicle(wrong):
    judge, _ = judge_after((V5._replace(start_ms=98_000, counter=4), 0.0), (V5, 2.0))
    with pytest.raises(AnswerError) as caught:
        judge.judge(card(wrong), 2.2)
    assert caught.value.reason == "content"
    assert judge.judge(card(V6), 4.0)[0] == Passage(proven=True, vehicle_count=1, last=V6)


def test_shifted_reply_is_not_taken_for_a_reset():
    old = LoopRecord(350, 0x01000054, 5, 0)
    judge, _ = judge_after((old._replace(start_ms=old.start_ms - 2000, counter=4), 0.0), (old, 2.0))
    shifted = LoopRecord(350 << 8, 0x5405, 0, 0)
    with pytest.raises(AnswerError):
        judge.judge(card(shifted), 2.2)
    after = LoopRecord(300, old.start_ms + 2000, 6, 0)
    assert judge.judge(card(after), 4.0)[0].vehicle_count == 1


def test_two_replies_that_agree_are_believed_against_the_past():
    judge, _ = judge_after((V5, 0.0))
    parked = LoopRecord(130_000, 110_000, 6, 0)
    with pytest.raises(AnswerError):
        judge.judge(card(parked), 140.0)
    assert judge.judge(card(parked), 140.2)[0] == UNPROVEN
    assert judge.judge(card(parked), 140.4)[0] == NOTHING


records = st.builds(
    LoopRecord,
    st.integers(0, 2**24 - 1),
    st.integers(0, 2**32 - 1),
    st.integers(0, 255),
    st.integers(0, 255),
)


@given(st.lists(st.tuples(st.tuples(*[records] * 4), st.floats(0, 300)), max_size=20))
def test_whatever_a_card_says_the_judge_answers(replies):
    judge, now_s = CardJudge(), 0.0
    for reply, later_s in replies:
        now_s += later_s
        with suppress(AnswerError):
            passages = judge.judge(reply, now_s)
            assert all(0 <= p.vehicle_count <= 17 for p in passages)
            assert all((p.last is None) == (p.vehicle_count == 0) for p in passages)
