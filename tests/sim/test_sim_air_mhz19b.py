"""MH-Z19B against captured bytes, the manual's commands and Winsen's own answers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_sim.boards.air.mhz19b import MhZ19b

READ = bytes.fromhex("FF0186000000000079")
ABC_ON = bytes.fromhex("FF0179A000000000E6")
ABC_OFF = bytes.fromhex("FF0179000000000086")
ZERO = bytes.fromhex("FF0187000000000078")
SPAN_2000 = bytes.fromhex("FF018807D0000000A0")
RANGE_2000 = bytes.fromhex("FF019900000007D08F")
RANGE_OF_MANUAL_1_0 = bytes.fromhex("FF019907D00000008F")
GOLDEN = bytes.fromhex("ff86027c42000000ba")  # captured by PyPMS, 2021-07-04: 636 ppm, 26 °C


class Air:
    co2_ppm = 636.0
    temperature_c = 26.2

    def __call__(self, name, at_s):
        return getattr(self, name)


@pytest.fixture
def air():
    return Air()


@pytest.fixture
def sensor(air):
    return MhZ19b(air, power_up_s=0.0)


def co2_ppm(sensor, at_s=200.0):
    return int.from_bytes(sensor.receive(READ, at_s)[2:4], "big")


def told(frame, request=b""):
    return {part.name: part.text for part in MhZ19b(Air(), 0.0).explain(frame, request)}


def test_reading_is_the_golden_one(sensor):
    assert sensor.receive(READ, 180.0) == GOLDEN
    assert sensor.shows(180.0) == {
        "co2_ppm": 636,
        "temperature_c": 26,
        "mode": "measuring",
        "range_ppm": 5000,
        "self_calibration": "on",
    }


def test_for_three_minutes_it_tells_410_ppm_whatever_the_air(sensor):
    assert co2_ppm(sensor, 0.0) == co2_ppm(sensor, 179.9) == 410
    assert sensor.shows(100.0)["mode"] == "warming up"
    sensor.power_up(1000.0)
    assert co2_ppm(sensor, 1179.0) == 410
    assert co2_ppm(sensor, 1180.0) == 636


def test_self_calibration_is_acknowledged_and_on_again_after_a_power_failure(sensor):
    assert sensor.receive(ABC_OFF, 0.0) == bytes.fromhex("FF7901000000000086")
    assert sensor.shows(0.0)["self_calibration"] == "off"
    sensor.receive(ABC_ON, 0.0)
    assert sensor.shows(0.0)["self_calibration"] == "on"
    sensor.receive(ABC_OFF, 0.0)
    sensor.power_up(1.0)
    assert sensor.shows(1.0)["self_calibration"] == "on"


def test_zero_point_set_in_bad_air_makes_it_read_low_for_ever(sensor, air):
    assert sensor.receive(ZERO, 200.0) == bytes.fromhex("FF8701000000000078")  # Winsen's answer
    assert co2_ppm(sensor) == 400
    air.co2_ppm = 836.0
    again = MhZ19b(air, power_up_s=0.0)
    again.restore(sensor.keep())
    assert co2_ppm(sensor) == co2_ppm(again) == 600


def test_span_point_is_what_the_air_of_now_shall_read(sensor, air):
    air.co2_ppm = 1200.0
    assert sensor.receive(SPAN_2000, 200.0) == bytes.fromhex("FF8801000000000077")
    assert co2_ppm(sensor) == 2000
    air.co2_ppm = 400.0
    assert co2_ppm(sensor) == 400
    assert sensor.receive(SPAN_2000, 200.0) == b""  # clean air can't be the span point


def test_range_is_limited_and_the_erroneous_form_of_the_manual_does_nothing(sensor, air):
    air.co2_ppm = 3000.0
    assert sensor.receive(RANGE_OF_MANUAL_1_0, 200.0) == b""
    assert co2_ppm(sensor) == 3000
    assert sensor.receive(RANGE_2000, 200.0) == bytes.fromhex("FF9901000000000066")
    assert co2_ppm(sensor) == 2000


def test_extremes_stay_in_their_bytes(sensor, air):
    air.co2_ppm, air.temperature_c = -50.0, -60.0
    assert sensor.receive(READ, 200.0) == bytes.fromhex("ff860000000000007a")
    air.temperature_c = 900.0
    assert sensor.receive(READ, 200.0)[4] == 0xFF


def test_unknown_and_damaged_requests_meet_silence(sensor):
    assert sensor.receive(bytes.fromhex("FF018D000000000072"), 200.0) == b""
    assert sensor.receive(bytes.fromhex("FF0179110000000075"), 200.0) == b""
    for place in range(len(READ)):
        damaged = bytearray(READ)
        damaged[place] ^= 0x04
        assert sensor.receive(bytes(damaged), 200.0) == b"", place
        sensor.quiet(200.0)


def test_request_is_found_after_garbage_and_in_pieces(sensor):
    answers = [sensor.receive(bytes((byte,)), 200.0) for byte in b"\xff\xff\x01\xff\x02" + READ]
    assert answers[-1] == GOLDEN


def test_explanation_tells_values_units_and_a_wrong_checksum(sensor):
    assert told(GOLDEN)["CO2"] == "636 ppm"
    assert told(GOLDEN)["temperatura / temperature"] == "26 °C"
    assert told(GOLDEN)["suma / checksum"] == "BA correcta / right"
    wrong = sensor.with_wrong_checksum(GOLDEN)
    assert told(wrong)["suma / checksum"] == "45 errónea / wrong: BA"
    assert told(RANGE_2000, None)["rango / range"] == "2000 ppm"
    assert told(SPAN_2000, None)["rango / span"] == "2000 ppm"
    assert told(ABC_OFF, None)["valor / value"] == "00: apagar / off"
    assert told(bytes.fromhex("FF8701000000000078"))["resultado / result"] == "01: hecho / done"
    assert told(GOLDEN[:5])["trama cortada / cut short"] == "5 de / of 9 bytes"


ALL = [READ, ABC_ON, ABC_OFF, ZERO, SPAN_2000, RANGE_2000]


@given(st.lists(st.one_of(st.binary(max_size=40), st.sampled_from(ALL))))
def test_any_bytes_get_whole_answers_or_silence(pieces):
    sensor = MhZ19b(Air(), power_up_s=-180.0)
    for piece in pieces:
        answer = sensor.receive(piece, 0.0)
        assert len(answer) % 9 == 0
        for at in range(0, len(answer), 9):
            assert answer[at] == 0xFF
            assert sum(answer[at + 1 : at + 9]) & 0xFF == 0
        assert len(sensor._requests._buffer) < 9


@pytest.mark.parametrize("request_", [None, b""])
@given(st.binary(max_size=60), st.integers(0, 40), st.sampled_from([*ALL, GOLDEN]))
def test_any_frame_can_be_explained(request_, noise, at, frame):
    sensor = MhZ19b(Air(), power_up_s=0.0)
    for any_frame in (noise, noise[:at] + frame + noise[at:], frame[:3] + noise):
        parts = sensor.explain(any_frame, request_)
        assert b"".join(any_frame[part.start : part.end] for part in parts) == any_frame
        assert all(part.start < part.end for part in parts)
