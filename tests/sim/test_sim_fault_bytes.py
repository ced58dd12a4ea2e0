"""What faults do to bytes, apart from any device."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_sim.faults.bytes import collide, flip_bits, misread, truncate

frames = st.binary(min_size=1, max_size=300)
seeds = st.integers(0, 2**32)


def bits_set(data: bytes) -> int:
    return int.from_bytes(data, "big").bit_count()


@given(st.binary(max_size=300), st.integers(1, 64), seeds)
def test_exactly_as_many_bits_are_flipped(data, count, seed):
    flipped = flip_bits(data, count, random.Random(seed))
    assert len(flipped) == len(data)
    changed = bytes(one ^ other for one, other in zip(data, flipped, strict=True))
    assert bits_set(changed) == min(count, 8 * len(data))


@given(st.binary(min_size=2, max_size=300), seeds)
def test_cut_frame_is_its_own_beginning_and_never_nothing(data, seed):
    cut = truncate(data, random.Random(seed))
    assert data.startswith(cut)
    assert 1 <= len(cut) < len(data)


def test_frame_is_cut_anywhere():
    dice = random.Random(1)
    assert {len(truncate(bytes(9), dice)) for _ in range(200)} == set(range(1, 9))


def test_nothing_is_left_of_a_single_byte():
    assert truncate(b"\x06", random.Random(1)) == truncate(b"", random.Random(1)) == b""


@given(frames, seeds)
def test_who_pulls_low_wins_and_the_later_one_ends_alone(data, seed):
    both = collide(data, random.Random(seed))
    assert both[0] == data[0]
    assert all(heard & ~said == 0 for heard, said in zip(both, data, strict=False))
    assert 1 <= len(both) - len(data) <= 3


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        # Samples, two a bit: 00 0000000000000000 11. A start bit and eight 0; at once another
        # start bit, seven 0 and the first half of the stop bit.
        ("00", "0080"),
        # 00 11…: a start bit, its second half, then all is 1 like the line at rest.
        ("ff", "fe"),
        # 00 1100110011001100 11: 0 [01100110] 1, then 1, 0 [01100110 with the rest's 1 on top].
        ("55", "66e6"),
        # 00 1111111111111100 11: 0 [01111111], and the last data bit begins one of its own.
        ("7f", "fefe"),
        # Two in a row: what began with the first one ends in the second one's start bit.
        ("5555", "666666fe"),
        ("", ""),
    ],
)
def test_uart_at_twice_the_speed_reads_what_the_wire_carries(sent, read):
    assert misread(bytes.fromhex(sent)).hex() == read


@given(frames)
def test_misread_bytes_are_never_right_nor_more_than_the_samples_hold(data):
    read = misread(data)
    assert 1 <= len(read) <= 2 * len(data)
    assert read != data
