"""PMS5003 and PMS5003T against captured frames and the manual's commands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_sim.boards.air.pms5003 import Pms5003, Pms5003t, reading

PASSIVE = bytes.fromhex("424DE100000170")
ACTIVE = bytes.fromhex("424DE100010171")
READ = bytes.fromhex("424DE200000171")
SLEEP = bytes.fromhex("424DE400000173")
WAKE = bytes.fromhex("424DE400010174")
WORLD = {
    "pm1_ugm3": 12.0,
    "pm25_ugm3": 20.0,
    "pm10_ugm3": 30.0,
    "temperature_c": -3.2,
    "humidity_pct": 71.4,
}
# Captured from real sensors by PyPMS (2020-09-27 and 2021-02-02).
GOLDEN = bytes.fromhex("424d001c000000080008000000080008 00d20046002d001e00000000970002c5")
GOLDEN_T = bytes.fromhex(
    "424d001c0017002700290016002300291008 04a90116000c00d400e09a0004aa".replace(" ", "")
)


def board(**world):
    return Pms5003(lambda name, at_s: {**WORLD, **world}[name])


def words(frame):
    return [int.from_bytes(frame[at : at + 2], "big") for at in range(4, 28, 2)]


def told(board, frame, request=b""):
    return {part.name: part.text for part in board.explain(frame, request)}


def test_frames_are_the_golden_ones():
    assert reading((0, 8, 8, 0, 8, 8, 210, 70, 45, 30, 0, 0), version=0x97) == GOLDEN
    raw = (23, 39, 41, 22, 35, 41, 4104, 1193, 278, 12, 212, 224)
    assert reading(raw, version=0x9A) == GOLDEN_T


def test_active_sensor_pushes_atmospheric_values_and_keeps_silent_when_asked():
    sensor = board()
    assert words(sensor.push(0.0))[3:6] == [12, 20, 30]
    assert sensor.receive(READ, 0.5) == b""
    assert sensor.shows(1.0) == {
        "pm1_ugm3": 12,
        "pm25_ugm3": 20,
        "pm10_ugm3": 30,
        "mode": "active",
    }


def test_factory_values_run_ahead_in_dirty_air():
    frame = board(pm25_ugm3=200.0).push(0.0)
    assert words(frame)[1] == 300
    assert words(frame)[4] == 200


def test_pms5003t_tells_a_signed_temperature_and_humidity_instead_of_large_particles():
    sensor = Pms5003t(lambda name, at_s: WORLD[name])
    frame = sensor.push(0.0)
    assert (frame[24:26], frame[26:28]) == ((-32).to_bytes(2, "big", signed=True), b"\x02\xca")
    assert sensor.shows(0.0)["temperature_c"] == -3.2
    told_now = told(sensor, frame)
    assert told_now["temperatura / temperature"] == "-3.2 °C"
    assert told_now["humedad / humidity"] == "71.4 %"


def test_frames_come_slower_once_the_air_is_stable():
    pm25 = [20.0]
    sensor = Pms5003(lambda name, at_s: pm25[0])
    assert sensor.push_period_s == 0.8
    sensor.push(0.0)
    sensor.push(0.8)
    assert sensor.push_period_s == 2.3
    pm25[0] = 60.0
    sensor.push(3.1)
    assert sensor.push_period_s == 0.8


def test_passive_sensor_speaks_when_asked():
    sensor = board()
    assert sensor.receive(PASSIVE, 0.0) == bytes.fromhex("424D0004E1000174")
    assert sensor.push(1.0) == b""
    assert len(sensor.receive(READ, 1.5)) == 32
    assert sensor.receive(ACTIVE, 2.0) == bytes.fromhex("424D0004E1010175")
    assert len(sensor.push(3.0)) == 32


def test_sleeping_sensor_hears_only_the_wake_command_and_wakes_active():
    sensor = board()
    sensor.receive(PASSIVE, 0.0)
    assert sensor.receive(SLEEP, 0.0) == bytes.fromhex("424D0004E4000177")
    assert sensor.shows(0.5) == {"mode": "sleeping"}
    assert sensor.push(1.0) == b""
    assert sensor.receive(ACTIVE + READ, 1.5) == b""
    assert sensor.receive(WAKE, 2.0) == b""
    assert len(sensor.push(3.0)) == 32


def test_readings_are_low_until_the_fan_has_run_30_s():
    sensor = board()
    sensor.receive(SLEEP, 0.0)
    sensor.receive(WAKE, 100.0)
    read = [words(sensor.push(at_s))[4] for at_s in (100.0, 105.0, 110.0, 130.0)]
    assert read == sorted(read)
    assert read[0] == 0
    assert read[1] < 15
    assert read[-1] == 20


def test_power_up_makes_it_active_and_its_fan_start():
    sensor = board()
    sensor.receive(PASSIVE, 0.0)
    sensor.power_up(50.0)
    frame = sensor.push(50.0)
    assert len(frame) == 32
    assert words(frame)[4] == 0


def test_damaged_command_is_ignored():
    for place in range(len(PASSIVE)):
        sensor = board()
        damaged = bytearray(PASSIVE)
        damaged[place] ^= 0x04
        assert sensor.receive(bytes(damaged), 0.0) == b"", place
        assert len(sensor.push(1.0)) == 32, place


def test_command_is_found_in_pieces_after_garbage_and_half_ones_are_given_up():
    sensor = board()
    answers = [sensor.receive(bytes((byte,)), 0.0) for byte in b"\x42\x42\x4d\x42" + PASSIVE]
    assert answers[-1] == bytes.fromhex("424D0004E1000174")
    sensor.receive(PASSIVE[:5], 1.0)
    sensor.quiet(1.1)
    assert sensor.receive(PASSIVE[5:], 1.2) == b""


def test_explanation_tells_values_units_and_a_wrong_checksum():
    sensor = board()
    assert told(sensor, GOLDEN)["PM2.5 atmosférico / atmospheric"] == "8 µg/m³"
    assert told(sensor, GOLDEN)["partículas / particles > 0.3 µm"] == "210 /0.1 L"
    assert told(sensor, GOLDEN)["suma / checksum"] == "02C5 correcta / right"
    wrong = sensor.with_wrong_checksum(GOLDEN)
    assert wrong[:-1] == GOLDEN[:-1]
    assert told(sensor, wrong)["suma / checksum"] == "023A errónea / wrong: 02C5"
    assert told(sensor, GOLDEN[:20])["trama cortada / cut short"] == "20 de / of 32 bytes"
    assert told(sensor, SLEEP, None)["comando / command"] == "E4: dormir / sleep"
    acknowledged = told(sensor, bytes.fromhex("424D0004E1000174"))
    assert acknowledged["acuse / acknowledgement"] == "modo pasivo / passive mode"


@given(st.lists(st.one_of(st.binary(max_size=40), st.sampled_from([PASSIVE, READ, SLEEP, WAKE]))))
def test_any_bytes_get_whole_frames_or_silence(pieces):
    sensor = board()
    for piece in pieces:
        answer = sensor.receive(piece, 0.0)
        names = [part.name for part in sensor.explain(answer, piece)]
        assert not {"sin sentido / no sense", "trama cortada / cut short"} & set(names)
        assert len(sensor._requests._buffer) < 7
    sensor.quiet(0.0)
    sensor.receive(SLEEP, 0.0)
    sensor.receive(WAKE, 0.0)
    assert len(sensor.push(1.0)) == 32


@pytest.mark.parametrize("request_", [None, b""])
@given(st.binary(max_size=80), st.integers(0, 40))
def test_any_frame_can_be_explained(request_, noise, at):
    frame = noise[:at] + GOLDEN + noise[at:]
    for any_frame in (noise, frame, frame[at:]):
        parts = board().explain(any_frame, request_)
        assert b"".join(any_frame[part.start : part.end] for part in parts) == any_frame
        assert all(part.start < part.end for part in parts)
