"""The sign's objects: message rows, activation, time that runs out, and SETs of all or nothing."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sign_bench import make_board

from firmware_sim.boards.ntcip import nonvolatile
from firmware_sim.boards.ntcip.message import crc_x25, message_crc
from firmware_sim.boards.ntcip.mib import SignMib
from firmware_sim.boards.ntcip.objects import DMS, SetError
from firmware_sim.boards.ntcip.state import ControlMode

ROW_MULTI, ROW_OWNER, ROW_CRC, ROW_PRIORITY, ROW_STATUS = 3, 4, 5, 8, 9
CONTROL, RESET, ACTIVATE, REMAINING = (6, 1, 0), (6, 2, 0), (6, 3, 0), (6, 4, 0)
SOURCE, SOURCE_MODE = (6, 5, 0), (6, 7, 0)
COMM_LOSS_MESSAGE, COMM_LOSS_MIN, END_MESSAGE = (6, 12, 0), (6, 13, 0), (6, 15, 0)
ACTIVATE_ERROR, MULTI_ERROR, MULTI_POSITION = (6, 17, 0), (6, 18, 0), (6, 19, 0)
CURRENT_MULTI = (5, 8, 1, 3, 5, 1)
BLANK_SOURCE = bytes.fromhex("0700010000")
BLANK = bytes.fromhex("FFFFFF070001000000000000")


def make(**plan) -> SignMib:
    return make_board(changeable_messages=4, **plan).mib


def get(mib: SignMib, where: tuple[int, ...], at_s: float = 0.0):
    return mib.get(DMS + where, at_s)


def put(mib: SignMib, *parts, at_s: float = 0.0) -> None:
    mib.set([(DMS + where, value) for where, value in parts], at_s)


def row(column: int, number: int = 1) -> tuple[int, ...]:
    return (5, 8, 1, column, 3, number)


def load(mib: SignMib, multi: bytes, *, number: int = 1, at_s: float = 0.0, priority=40) -> None:
    """Steps 1 to 5 of showing a message."""
    put(mib, (row(ROW_STATUS, number), 6), at_s=at_s)
    put(
        mib,
        (row(ROW_MULTI, number), multi),
        (row(ROW_OWNER, number), b"test"),
        (row(ROW_PRIORITY, number), priority),
        at_s=at_s,
    )
    put(mib, (row(ROW_STATUS, number), 7), at_s=at_s)


def code(crc: int, *, minutes=10, priority=255, memory=3, number=1) -> bytes:
    return struct.pack(">HBBHH4x", minutes, priority, memory, number, crc)


def test_golden_crcs():
    assert crc_x25(b"123456789") == 0x906E
    assert message_crc(b"", 0, 0) == 0x470F
    assert message_crc(b"TEST", 0, 0) == 0x6D50


def test_message_is_validated_shown_and_read_back():
    mib = make()
    load(mib, b"TEST", at_s=1.0)
    assert get(mib, row(ROW_STATUS), 1.1) == 3
    assert get(mib, row(ROW_STATUS), 1.4) == 4
    assert get(mib, row(ROW_CRC), 1.4) == 0x6D50
    put(mib, (ACTIVATE, code(0x6D50, minutes=2)), at_s=2.0)
    assert get(mib, SOURCE, 2.0) == bytes.fromhex("0300016D50")
    assert get(mib, CURRENT_MULTI, 2.0) == b"TEST"
    assert get(mib, REMAINING, 2.0) == 2
    assert get(mib, REMAINING, 63.0) == 1
    assert get(mib, ACTIVATE_ERROR, 63.0) == 2


def test_sign_blanks_when_the_time_is_over():
    mib = make()
    load(mib, b"TEST")
    put(mib, (ACTIVATE, code(0x6D50, minutes=1)), at_s=1.0)
    assert get(mib, CURRENT_MULTI, 60.9) == b"TEST"
    assert get(mib, CURRENT_MULTI, 61.0) == b""
    assert get(mib, SOURCE, 61.0) == BLANK_SOURCE
    assert get(mib, SOURCE_MODE, 61.0) == 14
    assert get(mib, REMAINING, 61.0) == 65535


def test_renewal_of_the_time_alone():
    mib = make()
    load(mib, b"TEST")
    put(mib, (ACTIVATE, code(0x6D50, minutes=1)), at_s=1.0)
    put(mib, (REMAINING, 3), at_s=50.0)
    assert get(mib, CURRENT_MULTI, 200.0) == b"TEST"
    put(mib, (REMAINING, 0), at_s=210.0)
    assert get(mib, CURRENT_MULTI, 210.0) == b""


def test_blank_command_is_the_golden_one():
    mib = make()
    load(mib, b"TEST")
    put(mib, (ACTIVATE, code(0x6D50)), at_s=1.0)
    put(mib, (ACTIVATE, BLANK), at_s=2.0)
    assert get(mib, SOURCE, 2.0) == BLANK_SOURCE
    assert get(mib, CURRENT_MULTI, 2.0) == b""


@pytest.mark.parametrize(
    ("activation", "error"),
    [
        (code(0x6D50, priority=39), 3),
        (code(0x6D50, number=2), 4),
        (code(0x6D50, memory=6), 5),
        (code(0x6D50, memory=4), 4),
        (code(0x6D50, memory=4, number=5), 6),
        (code(0x6D50, number=9), 6),
        (code(0x6D51), 7),
    ],
)
def test_activation_refused_tells_why_and_changes_nothing(activation, error):
    mib = make()
    load(mib, b"TEST")
    put(mib, (ACTIVATE, code(0x6D50)), at_s=1.0)
    with pytest.raises(SetError) as caught:
        put(mib, (ACTIVATE, activation), at_s=2.0)
    assert caught.value.status == "genErr"
    assert get(mib, ACTIVATE_ERROR, 2.0) == error
    assert get(mib, SOURCE, 2.0) == bytes.fromhex("0300016D50")


def test_local_control_refuses_until_overridden():
    mib = make(is_local=True)
    load(mib, b"TEST")
    with pytest.raises(SetError):
        put(mib, (ACTIVATE, code(0x6D50)), at_s=1.0)
    assert get(mib, ACTIVATE_ERROR, 1.0) == 9
    with pytest.raises(SetError):
        put(mib, (CONTROL, ControlMode.CENTRAL))
    put(mib, (CONTROL, 5))
    put(mib, (ACTIVATE, code(0x6D50)), at_s=2.0)
    assert get(mib, CURRENT_MULTI, 2.0) == b"TEST"


def test_bad_multi_ends_in_error_with_its_place():
    mib = make()
    load(mib, b"HOLA[xx]")
    assert get(mib, row(ROW_STATUS), 1.0) == 5
    assert (get(mib, MULTI_ERROR), get(mib, MULTI_POSITION)) == (3, 4)
    assert get(mib, (5, 9, 0)) == 5
    with pytest.raises(SetError):
        put(mib, (ACTIVATE, code(message_crc(b"HOLA[xx]", 0, 0))), at_s=1.0)
    assert get(mib, ACTIVATE_ERROR, 1.0) == 4


@pytest.mark.parametrize(
    ("parts", "status"),
    [
        ([(row(ROW_MULTI), b"X")], "genErr"),  # the row is not being modified
        ([(row(ROW_STATUS), 7)], "genErr"),  # nor can it be validated
        ([(row(ROW_STATUS), 4)], "wrongValue"),
        ([(row(ROW_STATUS), b"6")], "wrongType"),
        ([(row(ROW_CRC), 1)], "notWritable"),
        ([((5, 8, 1, 3, 7, 1), b"X")], "notWritable"),  # blank memory
        ([((5, 8, 1, 3, 3, 99), b"X")], "notWritable"),
        ([((6, 17, 0), 2)], "notWritable"),
        ([((1, 99, 0), 2)], "notWritable"),
        ([(ACTIVATE, bytes(11))], "wrongLength"),
        ([(ACTIVATE, 1)], "wrongType"),
        ([(REMAINING, b"\x01")], "wrongType"),
        ([(REMAINING, 65536)], "wrongValue"),
        ([(CONTROL, 2)], "wrongValue"),
        ([(row(ROW_STATUS), 6), (row(ROW_PRIORITY), 256)], "wrongValue"),
        ([(row(ROW_STATUS), 6), (row(ROW_MULTI), bytes(1501))], "wrongLength"),
    ],
)
def test_wrong_set_is_refused_with_its_place(parts, status):
    mib = make()
    with pytest.raises(SetError) as caught:
        put(mib, *parts)
    assert (caught.value.status, caught.value.index) == (status, len(parts))
    assert get(mib, row(ROW_STATUS)) == 1


def test_set_takes_all_parts_or_none():
    mib = make()
    with pytest.raises(SetError) as caught:
        put(mib, (COMM_LOSS_MIN, 2), ((7, 6, 0), 3), (row(ROW_STATUS), 6), (SOURCE, BLANK_SOURCE))
    assert caught.value.index == 4
    assert get(mib, COMM_LOSS_MIN) == 0
    assert get(mib, (7, 6, 0)) == 8
    assert get(mib, row(ROW_STATUS)) == 1


def test_line_that_falls_silent_brings_the_comm_loss_message():
    mib = make()
    load(mib, b"TEST")
    put(mib, (COMM_LOSS_MIN, 2), (ACTIVATE, code(0x6D50, minutes=60)), at_s=1.0)
    mib.heard(10.0)
    assert get(mib, CURRENT_MULTI, 129.0) == b"TEST"
    assert get(mib, CURRENT_MULTI, 130.0) == b""
    assert get(mib, SOURCE_MODE, 130.0) == 12
    assert get(mib, (9, 7, 1, 0), 130.0) == 1 << 1
    mib.heard(131.0)
    assert get(mib, (9, 7, 1, 0), 131.0) == 0


def test_end_duration_message_may_be_another_one():
    mib = make()
    load(mib, b"TEST")
    load(mib, b"FIN", number=2)
    put(mib, (END_MESSAGE, struct.pack(">BHH", 3, 2, message_crc(b"FIN", 0, 0))), at_s=1.0)
    put(mib, (ACTIVATE, code(0x6D50, minutes=1)), at_s=1.0)
    assert get(mib, CURRENT_MULTI, 100.0) == b"FIN"


def test_software_reset_blanks():
    mib = make()
    load(mib, b"TEST")
    put(mib, (ACTIVATE, code(0x6D50)), at_s=1.0)
    put(mib, (RESET, 1), at_s=2.0)
    assert (get(mib, CURRENT_MULTI, 2.0), get(mib, SOURCE_MODE, 2.0)) == (b"", 11)


def test_power_failure_keeps_messages_and_shows_the_recovery_message():
    before = make()
    load(before, b"TEST")
    put(before, (COMM_LOSS_MIN, 2), (ACTIVATE, code(0x6D50)), at_s=1.0)
    after = make()
    nonvolatile.restore(after.sign, nonvolatile.keep(before.sign), 0.0)
    assert get(after, CURRENT_MULTI) == b""
    assert get(after, SOURCE_MODE) == 10
    assert get(after, COMM_LOSS_MIN) == 2
    assert get(after, row(ROW_CRC)) == 0x6D50
    put(after, (ACTIVATE, code(0x6D50)))
    assert get(after, CURRENT_MULTI) == b"TEST"


def test_status_objects():
    mib = make(dead_pixels=((3, 4), (7, 8)), is_door_open=True)
    assert get(mib, (9, 7, 1, 0)) == (1 << 5) | (1 << 13)
    assert get(mib, (9, 6, 0)) == 1
    assert get(mib, (9, 7, 2, 0)) == 2
    assert [get(mib, (9, 7, 3, 1, column, 2, 2)) for column in (3, 4, 5)] == [7, 8, 16]
    assert get(mib, (9, 9, 3, 0)) == 21
    assert (get(mib, (7, 5, 0)), get(mib, (7, 9, 0))) == (16, 65535)
    put(mib, ((7, 1, 0), 4), ((7, 6, 0), 4))
    assert (get(mib, (7, 5, 0)), get(mib, (7, 9, 0))) == (4, 16384)


def test_walk_goes_through_every_object_once_in_order():
    mib = make(dead_pixels=((1, 1),))
    oid, walked = DMS, []
    while (following := mib.next(oid, 0.0)) is not None:
        oid, value = following
        assert value == mib.get(oid, 0.0)
        walked.append(oid)
    assert walked == sorted(set(walked))
    assert {(*DMS, 6, 3, 0), DMS + row(ROW_STATUS, 4), (*DMS, 9, 7, 3, 1, 5, 2, 1)} <= set(walked)
    assert mib.get((*DMS, 6, 3), 0.0) is None


VALUES = st.one_of(st.integers(-(2**31), 2**31 - 1), st.integers(0, 10), st.binary(max_size=20))
OIDS = st.sampled_from(make()._in_order)


@given(st.lists(st.lists(st.tuples(OIDS, VALUES), max_size=4), max_size=6))
def test_any_sets_are_taken_or_refused_whole(requests):
    mib = make()
    for number, parts in enumerate(requests):
        before = {oid: mib.get(oid, number) for oid, _ in parts}
        refused_at = None
        try:
            mib.set(parts, number)
        except SetError as error:
            refused_at = error.index
        if refused_at is not None:
            after = {oid: mib.get(oid, number) for oid, _ in parts}
            assert 1 <= refused_at <= len(parts)
            # A refused activation may change the object that tells why, and nothing else.
            assert after == before or (*DMS, *ACTIVATE_ERROR) in before
    assert get(mib, CONTROL, 100.0) in (4, 5)
