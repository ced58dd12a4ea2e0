"""SDS011 against the examples of "Laser Dust Sensor Control Protocol V1.3" (its sensor is A160)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_sim.boards.air.sds011 import Sds011
from firmware_sim.boards.air.sds011_frames import READING, answer

QUERY_ANY = bytes.fromhex("AAB404000000000000000000000000FFFF02AB")
SLEEP = bytes.fromhex("AAB406010000000000000000000000A16008AB")
WORK = bytes.fromhex("AAB406010100000000000000000000A16009AB")
TO_QUERY_MODE = bytes.fromhex("AAB402010100000000000000000000A16005AB")
PERIOD_1_MIN = bytes.fromhex("AAB408010100000000000000000000A1600BAB")
GOLDEN = bytes.fromhex("aac00600060058d93dab")  # captured by PyPMS, 2020-09-27


def board(pm25=123.6, pm10=261.8):
    return Sds011(lambda name, at_s: pm25 if name == "pm25_ugm3" else pm10, 0xA160)


def told(frame, request=b""):
    return {part.name: part.text for part in board().explain(frame, request)}


def test_readings_are_the_golden_ones():
    assert answer(READING, bytes.fromhex("0600060058d9")) == GOLDEN
    sensor = board()
    expected = bytes.fromhex("AAC0D4043A0AA1601DAB")
    assert sensor.receive(QUERY_ANY, 0.0) == expected
    assert sensor.push(1.0) == expected
    assert sensor.receive(bytes.fromhex("AAB404000000000000000000000000A16005AB"), 2.0) == expected


@pytest.mark.parametrize(
    ("requests", "expected"),
    [
        (["AAB402000000000000000000000000FFFF00AB"], "AAC502000000A16003AB"),
        (["AAB402010100000000000000000000A16005AB"], "AAC502010100A16005AB"),
        (
            [
                "AAB402010100000000000000000000A16005AB",
                "AAB402000000000000000000000000FFFF00AB",
            ],
            "AAC502000100A16004AB",
        ),
        (["AAB40500000000000000000000A001A160A7AB"], "AAC505000000A001A6AB"),
        (["AAB406010000000000000000000000A16008AB"], "AAC506010000A16008AB"),
        (["AAB406010100000000000000000000A16009AB"], "AAC506010100A16009AB"),
        (["AAB406000000000000000000000000A16007AB"], "AAC506000100A16008AB"),
        (["AAB408010100000000000000000000A1600BAB"], "AAC508010100A1600BAB"),
        (["AAB408010000000000000000000000A1600AAB"], "AAC508010000A1600AAB"),
        (
            [
                "AAB408010200000000000000000000A1600CAB",
                "AAB408000000000000000000000000A16009AB",
            ],
            "AAC508000200A1600BAB",
        ),
        (["AAB407000000000000000000000000A16008AB"], "AAC5070F070AA16028AB"),
    ],
)
def test_settings_are_answered_as_in_the_protocol(requests, expected):
    sensor = board()
    answers = [sensor.receive(bytes.fromhex(request), 0.0) for request in requests]
    assert answers[-1] == bytes.fromhex(expected)


def test_another_sensors_request_meets_silence():
    assert board().receive(bytes.fromhex("AAB404000000000000000000000000A16106AB"), 0.0) == b""


def test_impossible_settings_meet_silence():
    sensor = board()
    mode_7 = bytes.fromhex("AAB402010700000000000000000000FFFF08AB")
    period_31 = bytes.fromhex("AAB408011F00000000000000000000FFFF26AB")
    unknown = bytes.fromhex("AAB409010000000000000000000000FFFF08AB")
    neither_ask_nor_set = bytes.fromhex("AAB402020100000000000000000000FFFF03AB")
    id_of_all = bytes.fromhex("AAB40500000000000000000000FFFFFFFF01AB")
    for request in (mode_7, period_31, unknown, neither_ask_nor_set, id_of_all):
        assert sensor.receive(request, 0.0) == b"", request.hex()
    assert sensor.push(1.0) != b""


def test_query_mode_outlives_a_power_failure_and_sleep_does_not():
    sensor = board()
    sensor.receive(TO_QUERY_MODE, 0.0)
    sensor.receive(SLEEP, 0.0)
    assert sensor.receive(QUERY_ANY, 1.0) == b""
    again = board()
    again.restore(sensor.keep())
    for powered in (sensor, again):
        powered.power_up(10.0)
        assert powered.push(50.0) == b""
        assert powered.receive(QUERY_ANY, 50.0) != b""


def test_new_id_is_its_own_at_once():
    sensor = board()
    sensor.receive(bytes.fromhex("AAB40500000000000000000000A001A160A7AB"), 0.0)
    assert sensor.receive(SLEEP, 1.0) == b""  # for A160
    assert sensor.push(2.0)[6:8] == b"\xa0\x01"
    assert sensor.shows(2.0)["device_id"] == "A001"


def test_after_sleep_it_reads_low_for_30_s():
    sensor = board()
    sensor.receive(SLEEP, 0.0)
    assert sensor.push(1.0) == b""
    assert sensor.shows(1.0)["mode"] == "sleeping"
    assert sensor.receive(WORK, 100.0) == bytes.fromhex("AAC506010100A16009AB")
    read = [int.from_bytes(sensor.push(at_s)[2:4], "little") for at_s in (101.0, 110.0, 130.0)]
    assert read == sorted(read)
    assert read[0] < 300
    assert read[-1] == 1236


def test_working_period_gives_one_report_after_30_s_of_work():
    sensor = Sds011(lambda name, at_s: at_s, 0xA160)
    sensor.receive(PERIOD_1_MIN, 100.0)
    reports = {at_s: sensor.push(float(at_s)) for at_s in range(100, 230)}
    assert [at_s for at_s, report in reports.items() if report] == [130, 190]
    # Asleep it repeats what it measured last.
    assert sensor.shows(215.0)["pm25_ugm3"] == 190.0


def test_concentrations_stop_at_999_9():
    assert board(pm25=5000.0, pm10=-3.0).push(0.0)[2:6] == bytes.fromhex("0f270000")


def test_device_id_must_be_one():
    with pytest.raises(ValueError, match="0xffff"):
        Sds011(lambda name, at_s: 0.0, 0xFFFF)


def test_explanation_tells_values_units_and_a_wrong_checksum():
    assert told(GOLDEN)["PM2.5"] == "0.6 µg/m³"
    assert told(GOLDEN)["id"] == "58D9"
    assert told(GOLDEN)["suma / checksum"] == "3D correcta / right"
    wrong = board().with_wrong_checksum(GOLDEN)
    assert told(wrong)["suma / checksum"] == "C2 errónea / wrong: 3D"
    assert told(QUERY_ANY, None)["id"] == "FFFF (cualquiera / any)"
    assert told(PERIOD_1_MIN, None)["valor / value"] == "01: 1 min"
    assert told(SLEEP, None)["valor / value"] == "00: dormir / sleep"
    assert told(bytes.fromhex("AAC5070F070AA16028AB"))["versión / version"] == "2015-07-10"
    assert told(GOLDEN[:-1] + b"\xaa")["fin / end"] == "AA erróneo / wrong: AB"


def test_damaged_request_meets_silence():
    for place in range(len(QUERY_ANY)):
        sensor = board()
        damaged = bytearray(QUERY_ANY)
        damaged[place] ^= 0x10
        assert sensor.receive(bytes(damaged), 0.0) == b"", place


def test_request_is_found_after_garbage_and_in_pieces():
    sensor = board()
    pieces = b"\xaa\xb4\xaa\xaa\xb4\x00" + bytes(12) + QUERY_ANY
    answers = [sensor.receive(bytes((byte,)), 0.0) for byte in pieces]
    assert len(answers[-1]) == 10


@given(st.lists(st.one_of(st.binary(max_size=40), st.sampled_from([QUERY_ANY, SLEEP, WORK]))))
def test_any_bytes_get_whole_frames_or_silence(pieces):
    sensor = board()
    for piece in pieces:
        answer_ = sensor.receive(piece, 0.0)
        assert len(answer_) % 10 == 0
        for at in range(0, len(answer_), 10):
            assert answer_[at] == 0xAA
            assert answer_[at + 8] == sum(answer_[at + 2 : at + 8]) & 0xFF
        assert len(sensor._requests._buffer) < 19


@pytest.mark.parametrize("request_", [None, b""])
@given(st.binary(max_size=60), st.integers(0, 40), st.sampled_from([GOLDEN, QUERY_ANY]))
def test_any_frame_can_be_explained(request_, noise, at, frame):
    for any_frame in (noise, noise[:at] + frame + noise[at:], frame[:2] + noise):
        parts = board().explain(any_frame, request_)
        assert b"".join(any_frame[part.start : part.end] for part in parts) == any_frame
        assert all(part.start < part.end for part in parts)
