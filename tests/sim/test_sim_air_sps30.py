"""SPS30 against the example frames of its data sheet (version 1.0, March 2020) and captures."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_sim.boards.air import shdlc
from firmware_sim.boards.air.sps30 import Sps30

START = bytes.fromhex("7e0000020103f97e")
START_INTEGERS = bytes.fromhex("7e0000020105f77e")
STOP = bytes.fromhex("7e000100fe7e")
READ = bytes.fromhex("7e000300fc7e")
SLEEP = bytes.fromhex("7e001000ef7e")
WAKE = bytes.fromhex("7e007d3100ee7e")
CLEAN = bytes.fromhex("7e005600a97e")
RESET = bytes.fromhex("7e00d3002c7e")
EMPTY = bytes.fromhex("7e00030000fc7e")
# Captured from a real sensor by PyPMS, 2021-09-07; the second one has a stuffed 7E.
GOLDEN = bytes.fromhex(
    "7e0003002840a78320411777bb414a5f8341548ddd41d2833e427d33fc8542261722"
    "4229a4d9422a29bc3f55b7e79e7e"
)
GOLDEN_STUFFED = bytes.fromhex(
    "7e0003002840df03da417d3162ae41279e32412c107d5e42307d5ed34255c04c425e0908"
    "425fa28a425fe4433f40fa1fff7e"
)
WORLD = {"pm1_ugm3": 12.0, "pm25_ugm3": 20.0, "pm4_ugm3": 24.0, "pm10_ugm3": 28.5}


def board(serial_number="0" * 20):
    return Sps30(lambda name, at_s: WORLD[name], serial_number)


def measuring():
    sensor = board()
    sensor.receive(START, 0.0)
    return sensor


def told(frame, request=b""):
    return {part.name: part.text for part in board().explain(frame, request)}


def content(frame):
    return bytes(byte.value for byte in shdlc.unstuffed(frame[1:-1]))


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (START, "7e00000000ff7e"),
        (READ, "7e00030000fc7e"),
        (SLEEP, "7e00100000ef7e"),
        (bytes.fromhex("7e0080050000000000 7a7e"), "7e008000007f7e"),
        # The data sheet prints the check as 9B, against its own rule.
        (bytes.fromhex("7e00d001002e7e"), "7e00d000093030303830303030009e7e"),
        (bytes.fromhex("7e00d001032b7e"), "7e00d00015" + "30" * 20 + "005a7e"),
        (bytes.fromhex("7e00d201002c7e"), "7e00d2000500000000 00287e"),
        (RESET, "7e00d300002c7e"),
    ],
)
def test_idle_sensor_answers_as_in_the_data_sheet(request_, expected):
    assert board().receive(request_, 0.0) == bytes.fromhex(expected)


def test_measuring_sensor_answers_as_in_the_data_sheet():
    sensor = measuring()
    assert sensor.receive(CLEAN, 1.0) == bytes.fromhex("7e00560000a97e")
    assert sensor.receive(STOP, 1.0) == bytes.fromhex("7e00010000fe7e")


def test_version_is_2_2_on_hardware_7():
    # In the data sheet's example 2.1 on hardware 6: 7e 00 d1 .. 07 02 01 00 06 00 02 00 .. 7e.
    answer = board().receive(bytes.fromhex("7e00d1002e7e"), 0.0)
    assert answer == bytes.fromhex("7e00d1000702020007000200 1a7e")


def test_cleaning_interval_is_a_week_and_outlives_a_power_failure():
    sensor = board()
    ask = bytes.fromhex("7e008001007d5e7e")
    assert sensor.receive(ask, 0.0) == bytes.fromhex("7e0080000400093a80b87e")
    sensor.receive(bytes.fromhex("7e0080050000000000 7a7e"), 0.0)
    again = board()
    again.restore(sensor.keep())
    again.power_up(5.0)
    assert again.receive(ask, 6.0) == bytes.fromhex("7e00800004000000007b7e")


@pytest.mark.parametrize("frame", [GOLDEN, GOLDEN_STUFFED])
def test_captured_frames_are_stuffed_and_checked_as_ours(frame):
    assert shdlc.framed(content(frame)[:-1]) == frame


def test_readings_come_once_a_second_as_floats():
    sensor = measuring()
    assert sensor.receive(READ, 0.9) == EMPTY
    values = struct.unpack(">10f", content(sensor.receive(READ, 9.0))[4:-1])
    assert values[:4] == (12.0, 20.0, 24.0, 28.5)
    assert list(values[4:9]) == sorted(values[4:9])
    assert sensor.receive(READ, 9.9) == EMPTY
    assert sensor.receive(READ, 10.0) != EMPTY
    assert sensor.shows(10.0)["pm25_ugm3"] == 20.0


def test_readings_come_as_integers_with_the_size_in_nm():
    sensor = board()
    sensor.receive(START_INTEGERS, 0.0)
    values = struct.unpack(">10H", content(sensor.receive(READ, 9.0))[4:-1])
    assert values[:4] == (12, 20, 24, 28)
    assert 300 < values[9] < 6000


def test_numbers_agree_with_the_masses_of_a_real_frame():
    real = struct.unpack(">10f", content(GOLDEN)[4:-1])
    masses = dict(zip(Sps30.measures, real[:4], strict=True))
    sensor = Sps30(lambda name, at_s: masses[name], "1")
    sensor.receive(START, 0.0)
    ours = struct.unpack(">10f", content(sensor.receive(READ, 9.0))[4:-1])
    assert ours[4:9] == pytest.approx(real[4:9], rel=0.01)
    assert ours[9] == pytest.approx(real[9], rel=0.25)


def test_first_readings_are_low():
    sensor = measuring()
    first = struct.unpack(">10f", content(sensor.receive(READ, 1.0))[4:-1])
    assert 0 < first[1] < 15.0


@pytest.mark.parametrize(
    ("requests", "state"),
    [
        ([START, START], 0x43),
        ([STOP], 0x43),
        ([CLEAN], 0x43),
        ([START, SLEEP], 0x43),
        ([WAKE], 0x43),
        ([bytes.fromhex("7e00420 0bd7e".replace(" ", ""))], 0x02),
        ([bytes.fromhex("7e00000101fd7e")], 0x01),
        ([bytes.fromhex("7e0000020104f87e")], 0x04),
        ([bytes.fromhex("7e0000020203f87e")], 0x04),
        ([bytes.fromhex("7e00d001012d7e")], 0x04),
        ([bytes.fromhex("7e00800107777e")], 0x04),
        ([bytes.fromhex("7e00d20102 2a7e")], 0x04),
    ],
)
def test_refusals_carry_their_reason(requests, state):
    sensor = board()
    answers = [sensor.receive(request, 0.0) for request in requests]
    assert content(answers[-1])[2:4] == bytes((state, 0))


def test_pypms_knows_our_refusal():
    sensor = measuring()
    assert sensor.receive(START, 1.0) == bytes.fromhex("7e00004300bc7e")


def asleep():
    sensor = board()
    sensor.receive(SLEEP, 0.0)
    return sensor


def test_sleeping_sensor_wakes_after_a_pulse():
    sensor = asleep()
    assert sensor.receive(READ, 1.0) == b""
    assert sensor.receive(b"\xff" + WAKE, 2.0) == bytes.fromhex("7e007d310000ee7e")
    assert sensor.receive(READ, 3.0) == EMPTY


def test_wake_up_must_follow_the_pulse_within_100_ms():
    sensor = asleep()
    sensor.receive(b"\xff", 2.0)
    assert sensor.receive(WAKE, 2.2) == b""
    assert sensor.shows(2.2) == {"mode": "sleeping"}


def test_wake_up_twice_wakes_too():
    sensor = asleep()
    assert sensor.receive(WAKE, 2.0) == b""
    assert sensor.receive(WAKE, 2.05) == bytes.fromhex("7e007d310000ee7e")


def test_sleeping_sensor_with_its_interface_on_hears_only_wake_up():
    sensor = asleep()
    assert sensor.receive(b"\xff" + RESET + READ, 2.0) == b""


def test_cleaning_stops_new_readings_for_10_s():
    sensor = measuring()
    sensor.receive(CLEAN, 20.0)
    assert sensor.shows(21.0)["mode"] == "cleaning"
    sensor.tick(29.0)
    assert sensor.receive(READ, 29.0) == EMPTY
    sensor.tick(30.0)
    assert sensor.receive(READ, 30.0) != EMPTY


def test_it_cleans_itself_when_the_interval_is_over():
    sensor = measuring()
    sensor.tick(604_799.0)
    assert sensor.receive(READ, 604_799.0) != EMPTY
    sensor.tick(604_800.0)
    assert sensor.receive(READ, 604_800.0) == EMPTY


def test_power_up_and_reset_leave_it_idle():
    for restart in (lambda sensor: sensor.power_up(5.0), lambda sensor: sensor.receive(RESET, 5.0)):
        sensor = measuring()
        restart(sensor)
        assert sensor.receive(READ, 9.0) == EMPTY
        assert sensor.shows(9.0) == {"mode": "idle"}


def test_other_address_wrong_check_and_wrong_length_meet_silence():
    sensor = board()
    assert sensor.receive(bytes.fromhex("7e010300fb7e"), 0.0) == b""
    assert sensor.receive(bytes.fromhex("7e000300fd7e"), 0.0) == b""
    assert sensor.receive(bytes.fromhex("7e000301fb7e"), 0.0) == b""


def test_request_is_found_after_garbage_and_in_pieces():
    sensor = board()
    pieces = b"\x00\x03\x7e\x00\x7d\x7e\x7e" + READ + READ[1:]
    answers = [sensor.receive(bytes((byte,)), 0.0) for byte in pieces]
    # The last flag of a frame is not the first of the next.
    assert [answer for answer in answers if answer] == [EMPTY]


def test_endless_frame_is_given_up():
    sensor = board()
    for _ in range(100):
        sensor.receive(b"\x7e" + bytes(600), 0.0)
        assert len(sensor._receiver._content or b"") <= shdlc.CONTENT_MAX
    assert sensor.receive(READ, 1.0) == EMPTY


def test_escape_without_its_byte_makes_no_frame():
    frame = bytes.fromhex("7e000100fe7d7e")
    assert board().receive(frame, 0.0) == b""
    parts = board().explain(frame, None)
    assert b"".join(frame[part.start : part.end] for part in parts) == frame
    assert parts[1].name == "sin sentido / no sense"


def test_serial_number_must_fit():
    with pytest.raises(ValueError, match="31"):
        board("0" * 32)


def test_explanation_tells_values_units_and_where_stuffed_bytes_stand():
    assert told(GOLDEN)["PM2.5"] == "9.467 µg/m³"
    assert told(GOLDEN)["tamaño típico / typical size"] == "0.8348 µm"
    assert told(GOLDEN)["suma / checksum"] == "9E correcta / right"
    wrong = board().with_wrong_checksum(GOLDEN)
    assert told(wrong)["suma / checksum"] == "61 errónea / wrong: 9E"
    parts = {part.name: part for part in board().explain(GOLDEN_STUFFED, READ)}
    assert (parts["PM2.5"].start, parts["PM2.5"].end) == (9, 14)
    assert parts["PM2.5"].text == "9.087 µg/m³"
    refused = told(bytes.fromhex("7e00004300bc7e"))
    assert refused["estado / state"].startswith("43: no permitido")
    assert told(START, None)["formato / format"] == "03: coma flotante / floats"
    assert told(b"\xff" + WAKE, None)["pulso / pulse"].startswith("activa")
    assert told(WAKE, None)["comando / command"] == "11: despertar / wake-up"
    assert told(GOLDEN[:30])["trama cortada / cut short"] == "sin fin / without end"


def test_wrong_checksum_is_stuffed_too():
    frame = shdlc.framed(b"\x00\x01\x7d\x00")
    assert frame == bytes.fromhex("7e00017d5d00817e")
    for last in range(256):
        right = shdlc.framed(bytes((0, 1, 0, 1, last)))
        wrong = board().with_wrong_checksum(right)
        assert content(wrong)[:-1] == content(right)[:-1]
        assert content(wrong)[-1] != content(right)[-1]


REQUESTS = [START, STOP, READ, SLEEP, WAKE, CLEAN, RESET, b"\xff", GOLDEN]


@given(st.lists(st.one_of(st.binary(max_size=300), st.sampled_from(REQUESTS))))
def test_any_bytes_get_whole_frames_or_silence(pieces):
    sensor = board()
    for second, piece in enumerate(pieces):
        answer = sensor.receive(piece, float(second))
        names = [part.name for part in sensor.explain(answer, piece)]
        assert not {"sin sentido / no sense", "trama cortada / cut short"} & set(names)
        assert names.count("suma / checksum") == names.count("fin / end")
        held = sensor._receiver._content
        assert held is None or len(held) <= shdlc.CONTENT_MAX


@pytest.mark.parametrize("request_", [None, b""])
@given(st.binary(max_size=60), st.integers(0, 40), st.sampled_from([*REQUESTS, GOLDEN_STUFFED]))
def test_any_frame_can_be_explained(request_, noise, at, frame):
    framed = b"\x7e" + noise + b"\x7e"
    for any_frame in (noise, noise[:at] + frame + noise[at:], frame[:at] + noise, framed):
        parts = board().explain(any_frame, request_)
        assert b"".join(any_frame[part.start : part.end] for part in parts) == any_frame
        assert all(part.start < part.end for part in parts)


@pytest.mark.parametrize("command", [0x00, 0x03, 0x80, 0xD0, 0xD1, 0xD2, 0x42])
@given(st.binary(max_size=45))
def test_well_formed_frames_with_any_data_can_be_explained(command, data):
    answer = shdlc.answer(command, 0x80, data)
    request = shdlc.framed(bytes((0, command, len(data))) + data)
    for frame, asked in ((answer, READ), (request, None)):
        parts = board().explain(frame, asked)
        assert b"".join(frame[part.start : part.end] for part in parts) == frame
        assert parts[-2].text.endswith("right")
