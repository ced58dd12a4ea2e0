"""The SS125's packets, against those recorded from a real one and its vendor's examples."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_sim.boards.detectors.ss125.packet import Address, Packet, crc8, cut
from firmware_sim.boards.detectors.ss125.values import (
    fixed16,
    fixed24,
    from_fixed24,
    from_stamp,
    stamp,
)

EVENT_READ = bytes.fromhex("5A310000010000000003 28 670000 BC")
EVENT = bytes.fromhex(
    "5A310000000000010117 94 670100 000FC192 058D0939 01 5C0A 000119 8043C0 02 1604 FC"
)
SOFTWARE = Address(0, 0)
SENSOR = Address(0, 1)


def test_crc_is_the_catalogued_one():
    assert crc8(b"123456789") == 0xBC


def test_golden_packets():
    assert Packet(SENSOR, SOFTWARE, 0, b"\x67\0\0").to_bytes() == EVENT_READ
    packet = cut(bytearray(EVENT))
    assert packet is not None
    assert (packet.destination, packet.source, packet.sequence) == (SOFTWARE, SENSOR, 1)
    assert packet.is_body_right
    assert packet.to_bytes() == EVENT


@pytest.mark.parametrize(
    ("bytes_", "value"),
    [("FFED40", -19.25), ("80375E", 55.3671875), ("8043C0", 67.75), ("800000", 0.0)],
)
def test_fixed24(bytes_, value):
    assert from_fixed24(bytes.fromhex(bytes_)) == value
    assert fixed24(value) == bytes.fromhex(bytes_)


def test_fixed24_without_its_flag_is_no_value():
    assert from_fixed24(bytes.fromhex("005123")) is None  # from a real sensor's event
    assert fixed24(None) == bytes(3)


def test_fixed16_has_eight_bits_after_the_point():
    assert fixed16(92.0390625) == bytes.fromhex("5C0A")
    assert fixed16(1000.0) == b"\xff\xff"


def test_stamp():
    recorded = bytes.fromhex("000FC192058D0939")
    assert from_stamp(recorded) == 1_482_099_182_313  # 2016-12-18 22:13:02.313 UTC
    assert stamp(1_482_099_182_313) == recorded
    assert from_stamp(bytes(8)) is None
    assert from_stamp(bytes.fromhex("000FC192058D0BFF")) is None  # 1023 ms


@given(st.integers(0, 4_102_444_799_999))
def test_every_time_comes_back(utc_ms):
    assert from_stamp(stamp(utc_ms)) == utc_ms


@given(st.binary(min_size=8, max_size=8))
def test_any_stamp_is_a_time_or_none(data):
    utc_ms = from_stamp(data)
    assert utc_ms is None or from_stamp(stamp(utc_ms)) == utc_ms


def test_packet_is_found_behind_noise_and_a_broken_header():
    buffer = bytearray(b"\x00ZZ1" + EVENT_READ[:10] + b"\x00" + EVENT_READ)
    packet = cut(buffer)
    assert packet is not None
    assert packet.body == b"\x67\0\0"
    assert not buffer


def test_body_with_a_wrong_crc_is_cut_and_marked():
    packet = cut(bytearray(EVENT_READ[:-1] + b"\xbd"))
    assert packet is not None
    assert not packet.is_body_right


@given(st.lists(st.one_of(st.binary(max_size=40), st.sampled_from([EVENT_READ, EVENT[:11]]))))
def test_buffer_is_bounded(chunks):
    buffer = bytearray()
    for chunk in chunks:
        buffer += chunk
        while cut(buffer) is not None:
            pass
        assert len(buffer) <= 11 + 244
