"""Modbus boards: golden frames, and the standard's word on every kind of request."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from modbus_asking import WEATHER, ask, made, request

from firmware_sim.boards.modbus.rtu import FRAME_MAX, crc16, with_crc


def words(reply: bytes) -> list[int]:
    return [word for (word,) in struct.iter_unpack(">H", reply[3:-2])]


# --- golden frames ----------------------------------------------------------------------------


METER = {"power_l1_w": 100.0, "power_l2_w": 200.0, "power_l3_w": 33.6}
STATION = {
    "humidity_pct": 60.0,
    "temperature_c": -6.4,
    "noise_dba": 67.3,
    "pm25_ugm3": 18.4,
    "pm10_ugm3": 31.0,
    "light_lux": 3.0,
}


def test_crc_of_the_catalogue():
    """CRC-16/MODBUS, check value of "123456789" in the catalogue of parametrised CRCs."""
    assert crc16(b"123456789") == 0x4B37


@pytest.mark.parametrize(
    ("name", "world", "asked", "answered"),
    [
        (
            "wn90lp",
            WEATHER,
            "90030165 0009 88ae",
            "900312 06e7 000d 0296 003c 0000 0000 0096 0000 271a 6062",
        ),
        ("sdm120", {"voltage_v": 230.2}, "01040000 0002 71cb", "010404 43663333 5afa"),
        ("sdm630", {"voltage_l1_v": 230.2}, "01040000 0002 71cb", "010404 43663333 5afa"),
        ("senseair_s8", {"co2_ppm": 400.0}, "fe040003 0001 d5c5", "fe0402 0190 acd8"),
        # Put together by hand from the register maps, the CRC reckoned apart from the code here.
        ("sdm630", METER, "01040034 0002 3005", "010404 43a6cccd 9ab6"),
        (
            "renke",
            STATION,
            "010301f4 0008 0402",
            "010310 0258 ffc0 02a1 0012 0000 001f 00000003 3da6",
        ),
        ("luminaire", {}, "01031a90 0002 c33e", "010304 0064 0001 7a2c"),
        ("luminaire", {}, "01061a90 0032 0f2a", "01061a90 0032 0f2a"),
        ("sunspec_meter", {}, "01039c40 0002 eb8f", "010304 53756e53 96f0"),
        ("smart_pole", {"ups_charge_pct": 99.5}, "01040050 0001 31db", "010402 03e3 f849"),
    ],
)
def test_golden_frames_of_the_data_sheets(name, world, asked, answered):
    assert ask([made(name, world)], bytes.fromhex(asked)) == bytes.fromhex(answered)


# The examples of the application protocol 1.1b3, chapter 6, as far as a table of ours has the like.
@pytest.mark.parametrize(
    ("name", "asked", "answered"),
    [
        ("smart_pole", "01 0000 0001", "01 01 01"),
        ("smart_pole", "02 0000 0003", "02 01 01"),
        ("smart_pole", "05 0000 ff00", "05 0000 ff00"),
        ("smart_pole", "0f 0000 0001 01 01", "0f 0000 0001"),
        ("smart_pole", "06 0003 0003", "06 0003 0003"),
        ("smart_pole", "10 0003 0002 04 000a 0032", "10 0003 0002"),
        ("smart_pole", "08 0000 a537", "08 0000 a537"),
        ("smart_pole", "11", "11 09 53494d2d504f4c45 ff"),
        ("luminaire", "2b 0e 01 01", "2b 0e 01 81 00 00 02 01 13"),
    ],
)
def test_functions_answer_as_the_standard_says(name, asked, answered):
    reply = ask([made(name)], with_crc(b"\x01" + bytes.fromhex(asked)))
    expected = b"\x01" + bytes.fromhex(answered)
    assert reply[: len(expected)] == expected
    assert with_crc(reply[:-2]) == reply


@pytest.mark.parametrize(
    ("name", "asked", "code"),
    [
        ("sdm120", "01 0000 0001", 1),  # knows no coils
        ("sdm120", "64", 1),
        ("smart_pole", "08 0001 0000", 1),  # diagnostics: only the loop-back
        ("smart_pole", "2b 0d 01 00", 1),
        ("sdm120", "04 0158 0002", 2),
        ("sdm120", "04 0001 0002", 2),  # in the middle of a value
        ("wn90lp", "03 0164 0002", 2),
        ("wn90lp", "03 016d 0002", 2),
        ("smart_pole", "04 ffff 0002", 2),
        ("smart_pole", "06 0006 0000", 2),
        ("sdm120", "10 000c 0001 02 42c8", 2),  # half a value
        ("sdm120", "10 000d 0002 04 42c80000", 2),
        ("smart_pole", "10 0005 0002 04 0000 0000", 2),
        ("smart_pole", "2b 0e 04 09", 2),
        ("sdm120", "04 0000 0000", 3),
        ("sdm120", "04 0000 0052", 3),  # 41 values; it gives 40
        ("senseair_s8", "04 0000 0009", 3),
        ("smart_pole", "04 0000 007e", 3),
        ("smart_pole", "01 0000 07d1", 3),
        ("smart_pole", "05 0000 0001", 3),
        ("smart_pole", "06 0000 0065", 3),
        ("smart_pole", "06 0000", 3),
        ("smart_pole", "10 0000 0001 03 000001", 3),
        ("smart_pole", "10 0000 0001 03 0001", 3),
        ("smart_pole", "0f 0000 0001 02 0100", 3),
        ("smart_pole", "08 0000 01", 3),
        ("smart_pole", "11 00", 3),
        ("smart_pole", "2b 0e 05 00", 3),
        ("smart_pole", "2b 0e 01", 3),
    ],
)
def test_exceptions(name, asked, code):
    device = made(name)
    asked = bytes.fromhex(asked)
    reply = ask([device], with_crc(bytes((device.units[0],)) + asked))
    assert reply == with_crc(bytes((device.units[0], asked[0] | 0x80, code)))


def test_identification_goes_on_from_an_object_and_begins_anew_where_there_is_none():
    pole = made("smart_pole")
    from_product = ask([pole], request(1, 0x2B, "0e 01 01"))
    assert b"Smart pole" in from_product
    assert b"Aburra bench" not in from_product
    assert b"Aburra bench" in ask([pole], request(1, 0x2B, "0e 03 7f"))
    only_revision = ask([pole], request(1, 0x2B, "0e 04 02"))
    assert only_revision[8:-2] == b"\x02\x031.0"


# --- who answers ------------------------------------------------------------------------------


def test_only_the_addressed_unit_answers_and_others_hear_its_reply_in_silence():
    line = [made("sdm120"), made("wn90lp", WEATHER)]
    reply = ask(line, bytes.fromhex("9003016500 0988ae"))
    assert reply[0] == 0x90
    assert ask(line[:1], reply) == b""
    assert ask(line, request(9, 3, "0000 0001")) == b""


@pytest.mark.parametrize("unit", [0x68, 0xFE])
def test_the_co2_sensor_answers_its_own_address_and_any(unit):
    reply = ask([made("senseair_s8", {"co2_ppm": 700.0})], request(unit, 4, "0003 0001"))
    assert reply[0] == unit
    assert words(reply) == [700]


def test_a_broadcast_is_done_and_not_answered():
    line = [made("luminaire", unit=1), made("luminaire", unit=2)]
    assert ask(line, request(0, 6, "1a90 0028")) == b""
    assert [words(ask(line, request(unit, 3, "1a90 0001"))) for unit in (1, 2)] == [[40], [40]]
    assert ask(line, request(0, 3, "1a90 0001")) == b""


@pytest.mark.parametrize(
    "frame",
    [
        bytes.fromhex("01040000000271ca"),  # wrong CRC
        bytes.fromhex("010400000002"),
        bytes.fromhex("01040000000271cb01040000000271cb"),  # no silence between
        b"\x01\x04\x00",
        b"",
        with_crc(b"\x01" + b"\x03" * FRAME_MAX),
    ],
)
def test_what_is_no_frame_meets_silence(frame):
    meter = made("sdm120")
    assert ask([meter], frame) == b""
    assert ask([meter], bytes.fromhex("01040000000271cb")) != b""


# --- any bytes --------------------------------------------------------------------------------

NAMES = ["luminaire", "renke", "sdm120", "sdm630", "senseair_s8", "smart_pole", "sunspec_meter"]
EVERY = {name: made(name, unit=1) for name in [*NAMES, "wn90lp"]}
FUNCTIONS = st.sampled_from([1, 2, 3, 4, 5, 6, 8, 15, 16, 17, 43, 99, 0x83, 0])
ADDRESSES = st.sampled_from([0, 1, 4, 0x0C, 0x156, 0x165, 0x1F4, 6800, 40000, 0xFFFF])


@st.composite
def plausible(draw):
    """Requests with the right address and CRC, and more or less sense."""
    head = bytes((1, draw(FUNCTIONS)))
    begin = struct.pack(">HH", draw(ADDRESSES), draw(st.integers(0, 130)))
    return with_crc(head + begin + draw(st.binary(max_size=20)))


def answers_as_allowed(frame: bytes, reply: bytes) -> bool:
    if not reply:
        return frame[0] != 1 or with_crc(frame[:-2]) != frame or len(frame) < 4
    if reply[0] != frame[0] or with_crc(reply[:-2]) != reply or len(reply) > FRAME_MAX:
        return False
    if reply[1] & 0x80:
        return reply[1] == frame[1] | 0x80 and len(reply) == 5 and reply[2] in (1, 2, 3, 6)
    return reply[1] == frame[1]


@given(name=st.sampled_from(sorted(EVERY)), frame=st.one_of(plausible(), st.binary(max_size=300)))
def test_any_frame_gets_what_the_standard_allows(name, frame):
    assert answers_as_allowed(frame.ljust(1, b"\0"), ask([EVERY[name]], frame))


def test_a_line_that_is_never_silent_does_not_fill_the_memory():
    meter = made("sdm120")
    for _ in range(20):
        meter.receive(b"\x01\x04" * 200, 0.0)
    assert len(meter._heard) == FRAME_MAX + 1


@given(chunks=st.lists(st.binary(max_size=200), max_size=8))
def test_any_bytes_in_any_chunks_leave_it_answering_and_its_memory_bounded(chunks):
    meter = made("sdm120")
    for chunk in chunks:
        assert meter.receive(chunk, 0.0) == b""
        assert len(meter._heard) <= FRAME_MAX + 1
    meter.quiet(0.0)
    assert ask([meter], bytes.fromhex("01040000000271cb"))[:3] == b"\x01\x04\x04"


@given(
    name=st.sampled_from(sorted(EVERY)),
    frame=st.one_of(plausible(), st.binary(max_size=300)),
    asked=st.one_of(st.none(), plausible(), st.binary(max_size=20)),
)
def test_any_bytes_are_explained_in_order_to_their_end(name, frame, asked):
    parts = EVERY[name].explain(frame, asked)
    at = 0
    for part in parts:
        assert part.start == at
        assert part.end > part.start
        at = part.end
    assert at == len(frame)


@given(name=st.sampled_from(sorted(EVERY)), frame=plausible())
def test_a_wrong_checksum_is_wrong_and_nothing_else_is(name, frame):
    device = EVERY[name]
    wrong = device.with_wrong_checksum(frame)
    assert wrong[:-2] == frame[:-2]
    assert crc16(wrong) != 0
    assert ask([device], wrong) == b""
    assert "incorrecto" in device.explain(wrong, None)[-1].text
    assert device.with_wrong_checksum(b"") == b""
