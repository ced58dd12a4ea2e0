"""Modbus RTU units: golden frames of the data sheets, and the standard's word on bad requests."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_sim.boards.luminaire import Luminaire
from firmware_sim.boards.modbus_rtu import ModbusLine, with_crc
from firmware_sim.boards.sdm120 import Load, Sdm120
from firmware_sim.boards.wn90lp import Wn90lp


class GoldenWeather:
    """The weather in the data sheet's example."""

    def daylight_lux(self, _):
        return 17670.0

    def uv_index(self, _):
        return 1.3

    def temperature_c(self, _):
        return 26.2

    def humidity_pct(self, _):
        return 60.0

    def wind_ms(self, _):
        return 0.0

    gust_ms = wind_ms

    def wind_direction_deg(self, _):
        return 150.0

    def rain_total_mm(self, at_s):
        return 12.0 + at_s

    def pressure_hpa(self, _):
        return 1001.0


def line(*, is_dark=lambda _: True, power_w: float = 100.0) -> ModbusLine:
    return ModbusLine(
        {
            1: Luminaire(is_dark),
            2: Sdm120(lambda _: Load(230.2, power_w, 0.9, 60.0), energy_kwh=10.0, now_s=0.0),
            0x90: Wn90lp(GoldenWeather(), power_up_s=0.0),
        }
    )


def ask(modbus: ModbusLine, request: str, at_s: float = 0.0) -> bytes:
    modbus.receive(with_crc(bytes.fromhex(request)), at_s)
    return modbus.quiet(at_s)


def test_weather_station_answers_the_golden_frame():
    modbus = line()
    modbus.receive(bytes.fromhex("9003016500 0988ae".replace(" ", "")), 0.0)
    golden = "900312 06e7 000d 0296 003c 0000 0000 0096 0000 271a 6062"
    assert modbus.quiet(0.0) == bytes.fromhex(golden)


def test_rain_restarts_at_power_up_and_counts_tenths():
    assert ask(line(), "9003016C0001", at_s=2.5)[3:5] == b"\x00\x19"


def test_meter_answers_the_golden_frame():
    meter = ModbusLine({1: Sdm120(lambda _: Load(230.2, 0, 1, 60), energy_kwh=0, now_s=0)})
    meter.receive(bytes.fromhex("01040000000271cb"), 0.0)
    assert meter.quiet(0.0) == bytes.fromhex("01040443663333 5afa".replace(" ", ""))


def test_meter_shows_current_and_reserved_registers_as_zero():
    reply = ask(line(), "02040000000E")
    values = struct.unpack(">7f", reply[3:-2])
    assert values[0] == pytest.approx(230.2)
    assert values[3] == pytest.approx(100 / (230.2 * 0.9))
    assert values[6] == pytest.approx(100)
    assert values[1] == values[2] == values[4] == values[5] == 0


def test_energy_only_grows_and_in_steps():
    modbus = line(power_w=1000.0)
    shown = [
        struct.unpack(">f", ask(modbus, "020400480002", at_s)[3:-2])[0]
        for at_s in (0, 10, 36, 72, 71, 3600)
    ]
    assert shown == sorted(shown)
    assert shown == pytest.approx([10.0, 10.0, 10.01, 10.02, 10.02, 11.0])


def test_lamp_follows_the_photocell_until_commanded():
    dark = [True]
    modbus = line(is_dark=lambda _: dark[0])
    assert ask(modbus, "01031A900002")[3:-2] == bytes.fromhex("00640001")
    assert ask(modbus, "01061A90001E") == with_crc(bytes.fromhex("01061A90001E"))
    assert ask(modbus, "01031A900002")[3:-2] == bytes.fromhex("001E0001")
    dark[0] = False
    assert ask(modbus, "01031A900002")[3:-2] == bytes.fromhex("00000000")


def test_lamp_switches_off_and_on():
    modbus = line()
    ask(modbus, "01061A910000")
    assert ask(modbus, "01031A900002")[3:-2] == bytes.fromhex("00000000")
    ask(modbus, "01061A910001")
    assert ask(modbus, "01031A900002")[3:-2] == bytes.fromhex("00640001")


def test_lamp_fades():
    modbus = line()
    ask(modbus, "01061A98000A")
    ask(modbus, "01061A900000", at_s=100.0)
    assert ask(modbus, "01031A900001", at_s=105.0)[3:-2] == b"\x00\x32"
    assert ask(modbus, "01031A900001", at_s=110.0)[3:-2] == b"\x00\x00"


def test_write_many_is_confirmed_with_address_and_count():
    modbus = line()
    reply = ask(modbus, "01101A90000204 0028 0001".replace(" ", ""))
    assert reply == with_crc(bytes.fromhex("01101A900002"))
    assert ask(modbus, "01031A900002")[3:-2] == bytes.fromhex("00280001")


def test_broadcast_is_obeyed_in_silence():
    modbus = line()
    assert ask(modbus, "00061A90000A") == b""
    assert ask(modbus, "01031A900001")[3:-2] == b"\x00\x0a"


@pytest.mark.parametrize(
    ("request_hex", "code"),
    [
        ("012B0E0100", 1),  # a function nobody has
        ("01041A900001", 1),  # the lamp has holding registers only
        ("020300000002", 1),  # the meter has input registers only
        ("0206000000FF", 1),
        ("01031A8F0001", 2),  # below the first register
        ("01031A90000E", 2),  # beyond the last
        ("01061A920001", 2),  # reserved
        ("020400010002", 2),  # in the middle of a float
        ("020401560004", 2),
        ("9003FFFF0002", 2),
        ("01031A900000", 3),  # no register at all
        ("01031A90007E", 3),  # more than 125
        ("01061A900065", 3),  # 101 %
        ("01101A90000203002800", 3),  # byte count is not twice the count
        ("01031A90", 3),  # the body is too short
    ],
)
def test_request_that_cannot_be_served_meets_an_exception(request_hex, code):
    reply = ask(line(), request_hex)
    unit, function = bytes.fromhex(request_hex)[:2]
    assert reply == with_crc(bytes((unit, function | 0x80, code)))


@pytest.mark.parametrize("place", range(8))
def test_wrong_crc_meets_silence(place):
    modbus = line()
    frame = bytearray(with_crc(bytes.fromhex("01031A900002")))
    frame[place] ^= 1
    modbus.receive(bytes(frame), 0.0)
    assert modbus.quiet(0.0) == b""


def test_other_unit_meets_silence():
    assert ask(line(), "07031A900002") == b""


@given(st.binary(max_size=400))
def test_any_bytes_get_a_whole_frame_or_silence(data):
    modbus = line()
    modbus.receive(data, 0.0)
    reply = modbus.quiet(0.0)
    assert not reply or with_crc(reply[:-2]) == reply


@given(st.sampled_from([1, 2, 0x90]), st.binary(min_size=1, max_size=200))
def test_any_body_with_a_right_crc_gets_an_answer_of_its_function(unit, body):
    modbus = line()
    modbus.receive(with_crc(bytes((unit,)) + body), 0.0)
    reply = modbus.quiet(0.0)
    if len(body) == 1:
        assert reply[1] == body[0] | 0x80
    assert reply[0] == unit
    assert reply[1] in (body[0], body[0] | 0x80)
    assert with_crc(reply[:-2]) == reply
