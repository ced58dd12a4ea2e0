"""Modbus RTU: golden frames, profiles as data, and the fewest requests."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.faults import AnswerError
from edge.modbus.codec import (
    check_write_reply,
    crc16,
    decode_read_reply,
    read_request,
    write_many_request,
    write_one_request,
)
from edge.modbus.profile import (
    Block,
    Profile,
    Value,
    decode_block,
    load_profile,
    plan_reads,
    profile_names,
)
from edge.plausible import only_plausible
from gateway.contract.kinds import KINDS

WEATHER_REQUEST = bytes.fromhex("90 03 01 65 00 09 88 ae")
WEATHER_REPLY = bytes.fromhex(
    "90 03 12 06e7 000d 0296 003c 0000 0000 0096 0000 271a 60 62".replace(" ", "")
)
METER_REQUEST = bytes.fromhex("01 04 00 00 00 02 71 cb")
METER_REPLY = bytes.fromhex("01 04 04 43 66 33 33 5a fa")


def test_golden_requests():
    assert read_request(0x90, 3, 0x165, 9) == WEATHER_REQUEST
    assert read_request(1, 4, 0, 2) == METER_REQUEST
    assert read_request(0xFE, 4, 3, 1) == bytes.fromhex("fe 04 00 03 00 01 d5 c5")


def test_writes_of_the_specification():
    # Modbus Application Protocol V1.1b3, 6.6 and 6.12, as unit 0x11
    assert write_one_request(0x11, 1, 3)[:-2] == bytes.fromhex("11 06 0001 0003")
    many = write_many_request(0x11, 1, [0x000A, 0x0102])
    assert many[:-2] == bytes.fromhex("11 10 0001 0002 04 000a 0102")
    assert crc16(many) == b"\x00\x00"  # a whole frame leaves no remainder


def test_golden_weather_reply():
    data = decode_read_reply(WEATHER_REQUEST, WEATHER_REPLY)
    profile = load_profile("wn90lp")
    (block,) = plan_reads(profile)
    assert decode_block(block, data) == {
        "illuminance_lux": 17_670,
        "uv_index": 1.3,
        "temperature_c": 26.2,
        "humidity_pct": 60,
        "wind_speed_ms": 0,
        "wind_gust_ms": 0,
        "wind_direction_deg": 150,
        "rain_total_mm": 0,
        "pressure_hpa": 1001.0,
    }


def test_golden_meter_reply():
    data = decode_read_reply(METER_REQUEST, METER_REPLY)
    voltage = next(v for v in load_profile("sdm120").values if v.field == "voltage_v")
    (value,) = decode_block(Block(0, 2, (voltage,)), data).values()
    assert value == pytest.approx(230.2)


def framed(hexadecimal):
    body = bytes.fromhex(hexadecimal)
    return body + crc16(body)


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (METER_REPLY[:-1], "checksum"),
        (METER_REPLY[:4], "length"),
        (METER_REPLY + b"\x00", "length"),
        (METER_REPLY[:-1] + b"\xfb", "checksum"),
        (framed("02 04 04 43663333"), "content"),
        (framed("01 03 04 43663333"), "content"),
        (framed("01 04 02 4366"), "length"),
        (framed("01 84 02"), "refused"),
        (framed("02 84 02"), "content"),
    ],
)
def test_wrong_replies_give_no_value(reply, reason):
    with pytest.raises(AnswerError) as caught:
        decode_read_reply(METER_REQUEST, reply)
    assert caught.value.reason == reason


@given(st.binary(max_size=40), st.booleans())
def test_any_bytes_are_data_or_a_fault(data, has_crc):
    reply = data + crc16(data) if has_crc else data
    try:
        values = decode_read_reply(METER_REQUEST, reply)
    except AnswerError:
        return
    assert len(values) == 4


def test_write_reply_must_repeat_the_request():
    request = write_one_request(1, 6801, 1)
    check_write_reply(request, request)
    with pytest.raises(AnswerError):
        check_write_reply(request, write_one_request(1, 6801, 0))


@pytest.mark.parametrize("name", profile_names())
def test_profiles_name_fields_of_their_kind(name):
    profile = load_profile(name)
    assert {v.field for v in profile.values} <= KINDS[profile.kind].fields.keys()
    assert sum(len(b.values) for b in plan_reads(profile)) == len(profile.values)


def profile_of(*values, gap_max=0):
    return Profile(model="x", kind="weather", function=3, values=values, gap_max=gap_max)


@pytest.mark.parametrize(
    ("gap_max", "expected"),
    [(0, [(10, 3), (14, 1)]), (1, [(10, 5)])],
)
def test_adjacent_registers_are_read_together(gap_max, expected):
    rows = (Value("c", 14), Value("a", 10), Value("b", 11, type="u32"))
    blocks = plan_reads(profile_of(*rows, gap_max=gap_max))
    assert [(b.register, b.length) for b in blocks] == expected


def test_no_request_is_longer_than_a_frame():
    rows = [Value(f"v{i}", i) for i in range(200)]
    assert [b.length for b in plan_reads(profile_of(*rows))] == [125, 75]


@pytest.mark.parametrize(
    ("kind", "data", "expected"),
    [
        ("u16", "fffe", 65534),
        ("i16", "fffe", -2),
        ("u32", "00010000", 65536),
        ("i32", "ffffffff", -1),
        ("f32", "43663333", 230.199997),
    ],
)
def test_types(kind, data, expected):
    value = Value("x", 0, type=kind)
    found = decode_block(Block(0, value.length, (value,)), bytes.fromhex(data))
    assert found == {"x": expected}


def test_sentinel_is_no_value():
    value = Value("humidity_pct", 0, missing=(0xFFFF,))
    assert decode_block(Block(0, 1, (value,)), b"\xff\xff") == {}


def test_impossible_values_stay_here_and_cost_no_other():
    nan = struct.unpack(">f", b"\x7f\xc0\x00\x00")[0]
    fields, fault = only_plausible(
        "weather", {"humidity_pct": 101, "temperature_c": nan, "wind_speed_ms": 3}
    )
    assert fields == {"wind_speed_ms": 3.0}
    assert fault is not None
    assert fault.reason == "content"
    assert "humidity_pct 101" in fault.detail
