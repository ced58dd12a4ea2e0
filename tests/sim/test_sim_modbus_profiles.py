"""Modbus devices as tables: what they add up, keep, command, and which tables cannot be."""

import json
import math
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from modbus_bench import ask, request

from firmware_sim.boards.modbus.board import ModbusBoard
from firmware_sim.boards.modbus.device import ProfileDevice
from firmware_sim.boards.modbus.lamp import Lamp
from firmware_sim.boards.modbus.profile import (
    ProfileError,
    read_profile,
    shipped_profile,
    shipped_profiles,
)
from firmware_sim.boards.modbus.shipped import shipped_board, shipped_device
from firmware_sim.boards.modbus.totals import Running
from firmware_sim.boards.modbus.values import means_no_value, number_words, words_number

HOUR_S = 3600.0


def registers(board, function, address, count=1, at_s=0.0, unit=1):
    reply = ask([board], request(unit, function, f"{address:04x}{count:04x}"), at_s)
    assert reply[1] == function, reply.hex(" ")
    return [word for (word,) in struct.iter_unpack(">H", reply[3:-2])]


def float_at(board, address, at_s):
    return struct.unpack(">f", struct.pack(">2H", *registers(board, 4, address, 2, at_s)))[0]


def refusal(board, function, data, at_s=0.0):
    reply = ask([board], request(1, function, data), at_s)
    return reply[2] if reply[1] & 0x80 else None


def made(name, world, now_s=0.0, key="test") -> ModbusBoard:
    return shipped_board(name, lambda name, _: world.get(name, 0.0), key=key, now_s=now_s, unit=1)


# --- energy -----------------------------------------------------------------------------------


def test_a_meter_adds_up_its_power_in_hundredths_of_a_kilowatt_hour():
    meter = made("sdm120", {"power_w": 1000.0})
    before_kwh = float_at(meter, 0x48, 0.0)
    assert before_kwh == pytest.approx(round(before_kwh, 2), abs=1e-3)
    for second in range(1, 3601):
        meter.tick(float(second))
    grown_kwh = float_at(meter, 0x48, HOUR_S) - before_kwh
    assert grown_kwh == pytest.approx(1.0, abs=0.0101)
    assert float_at(meter, 0x156, HOUR_S) == float_at(meter, 0x48, HOUR_S)


def test_a_changing_power_is_added_up_as_it_changes():
    meter = shipped_board(
        "sdm120", lambda name, at_s: at_s if name == "power_w" else 0.0, key="test", now_s=0.0
    )
    before_kwh = float_at(meter, 0x48, 0.0)
    assert float_at(meter, 0x48, 7200.0) - before_kwh == pytest.approx(7.2, abs=0.0101)


def test_nothing_is_added_without_power_and_each_step_outlives_its_failure():
    meter = made("sdm120", {"power_w": 1000.0})
    meter.tick(0.0)
    meter.tick(HOUR_S)
    before_kwh = float_at(meter, 0x48, HOUR_S)
    meter.power_up(3 * HOUR_S)
    assert float_at(meter, 0x48, 3 * HOUR_S) == before_kwh


@pytest.mark.parametrize("name", ["sdm120", "sdm630", "sunspec_meter", "smart_pole"])
def test_what_a_meter_kept_comes_back_through_json_to_the_same_display(name):
    world = {"power_w": 900.0, "power_l1_w": 900.0, "charger_power_w": 7000.0, "light_lux": 0.0}
    before = made(name, world)
    before.tick(0.0)
    before.tick(5 * HOUR_S)
    after = made(name, world, now_s=9 * HOUR_S)
    after.restore(json.loads(json.dumps(before.keep())))
    shown, shown_before = after.shows(9 * HOUR_S), before.shows(5 * HOUR_S)
    counted = [name for name in shown if name.endswith(("_kwh", "_wh", "burning_h"))]
    assert counted
    assert {n: shown[n] for n in counted} == {n: shown_before[n] for n in counted}


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["tick", "fail"]),
            st.floats(0, 1e5),
            st.floats(allow_nan=True, allow_infinity=True),
        ),
        max_size=30,
    )
)
def test_a_total_only_ever_grows(events):
    total = Running(100.0, per_hour=0.001, step=0.01, now_s=0.0)
    at_s, shown = 0.0, total.amount
    for event, after_s, rate in events:
        at_s += after_s
        if event == "tick":
            total.advance(rate, at_s)
        else:
            total.power_up(at_s)
            assert total.amount == pytest.approx(shown)
        assert total.amount >= shown
        shown = total.amount


def test_an_hour_of_light_is_an_hour_of_burning():
    pole = made("smart_pole", {"light_lux": 0.0})
    pole.tick(0.0)
    before_h = pole.shows(0.0)["lamp_burning_h"]
    pole.tick(10 * HOUR_S)
    assert pole.shows(10 * HOUR_S)["lamp_burning_h"] == pytest.approx(before_h + 10, abs=0.11)


def test_sisters_differ_and_the_same_key_is_the_same_device():
    shown = [made("sunspec_meter", {}, key=key).shows(0.0) for key in ("a", "a", "b")]
    assert shown[0] == shown[1]
    assert shown[0]["serial"] != shown[2]["serial"]
    assert shown[0]["imported_energy_wh"] != shown[2]["imported_energy_wh"]


# --- the lamp ---------------------------------------------------------------------------------


class Sky:
    lux = 1000.0


@pytest.fixture
def sky():
    return Sky()


@pytest.fixture
def lamp(sky):
    board = shipped_board("luminaire", lambda name, at_s: sky.lux, key="test", now_s=0.0)
    board.tick(0.0)
    return board


def write(board, address, *values, at_s=0.0):
    data = struct.pack(f">HHB{len(values)}H", address, len(values), 2 * len(values), *values)
    reply = ask([board], request(1, 16, data.hex()), at_s)
    assert reply[1] == 16, reply.hex(" ")


def test_the_lamp_follows_its_photocell_which_does_not_flutter(lamp, sky):
    levels = []
    for second, sky.lux in enumerate([1000, 17, 15, 17, 23, 25, 17]):
        lamp.tick(float(second))
        levels.append(lamp.device.level_pct(float(second)))
    assert levels == [0, 0, 100, 100, 100, 0, 0]


def test_a_command_holds_until_dusk(lamp, sky):
    write(lamp, 6800, 30)
    assert registers(lamp, 3, 6800, 2, 1.0) == [30, 1]
    sky.lux = 0.0
    assert registers(lamp, 3, 6800, 2, 2.0) == [100, 1]
    write(lamp, 6801, 0, at_s=3.0)
    assert registers(lamp, 3, 6800, 2, 3.0) == [0, 0]
    sky.lux = 1000.0
    lamp.tick(4.0)
    sky.lux = 0.0
    assert registers(lamp, 3, 6800, 2, 5.0) == [100, 1]


def test_switching_on_takes_the_last_level_and_full_without_one(lamp):
    write(lamp, 6801, 1)
    assert registers(lamp, 3, 6800) == [100]
    write(lamp, 6800, 60)
    write(lamp, 6801, 0)
    write(lamp, 6801, 1)
    assert registers(lamp, 3, 6800) == [60]
    write(lamp, 6800, 0)
    assert registers(lamp, 3, 6801) == [0]


def test_a_fade_goes_from_where_the_lamp_is(lamp):
    write(lamp, 6808, 10, at_s=0.0)
    write(lamp, 6800, 100, at_s=0.0)
    assert registers(lamp, 3, 6800, 1, 5.0) == [50]
    write(lamp, 6800, 0, at_s=5.0)
    assert registers(lamp, 3, 6800, 1, 10.0) == [25]
    assert registers(lamp, 3, 6800, 1, 15.0) == [0]


def test_scenes_have_levels_and_one_without_changes_nothing(lamp):
    for scene, level in [(3, 75), (9, 75), (1, 25), (0, 0)]:
        write(lamp, 6805, scene)
        assert registers(lamp, 3, 6800) == [level]


def test_after_a_power_failure_the_lamp_takes_its_power_on_level_by_night_only(lamp, sky):
    write(lamp, 6812, 35)
    write(lamp, 6800, 80)
    lamp.power_up(10.0)
    assert lamp.device.level_pct(10.0) == 0
    sky.lux = 0.0
    lamp.power_up(20.0)
    assert lamp.device.level_pct(20.0) == 35


def test_the_power_on_level_and_the_fade_time_outlive_the_bench(lamp, sky):
    write(lamp, 6808, 7)
    write(lamp, 6812, 35)
    sky.lux = 0.0
    again = shipped_board("luminaire", lambda name, at_s: sky.lux, key="test", now_s=0.0)
    again.restore(json.loads(json.dumps(lamp.keep())))
    assert again.device.level_pct(0.0) == 35
    assert registers(again, 3, 6808) == [7]


def test_a_gateway_is_busy_after_power_up(lamp):
    assert refusal(lamp, 3, "1a90 0001") is None
    lamp.power_up(10.0)
    assert refusal(lamp, 3, "1a90 0001", 11.9) == 6
    assert refusal(lamp, 3, "1a90 0001", 12.0) is None


def test_a_refused_write_changes_nothing(lamp):
    assert refusal(lamp, 16, "1a90 0002 04 0032 0002") == 3
    assert refusal(lamp, 16, "1a91 0002 04 0001 0000") == 2
    assert registers(lamp, 3, 6800, 2) == [0, 0]


def test_the_poles_lamp_goes_back_to_its_photocell_when_told(sky):
    pole = shipped_board("smart_pole", lambda name, _: sky.lux, key="test", now_s=0.0)
    write(pole, 0, 50)
    assert registers(pole, 3, 0, 6) == [50, 1, 0, 0, 100, 1]
    write(pole, 5, 0)
    assert registers(pole, 3, 0, 6) == [0, 0, 0, 0, 100, 0]


def test_the_pole_says_that_its_lamp_is_on_the_way(sky):
    pole = shipped_board("smart_pole", lambda name, _: sky.lux, key="test", now_s=0.0)
    write(pole, 3, 10)
    write(pole, 0, 100)
    assert registers(pole, 4, 0, 3, 4.0) == [2, 400, 1000]
    assert registers(pole, 4, 0, 3, 10.0) == [1, 1000, 1000]


def test_every_reading_of_the_lamp_has_a_value():
    lamp = Lamp(lambda _: 0.0)
    lamp.tick(0.0)
    assert {lamp.value(name, 0.0) for name in (*lamp.readings, *lamp.controls)} == {0.0, 1.0, 100.0}


# --- values -----------------------------------------------------------------------------------


def test_rain_counts_tenths_and_restarts_at_power_up():
    station = shipped_board("wn90lp", lambda name, at_s: 12.0 + at_s, key="t", now_s=0.0, unit=1)
    assert registers(station, 3, 0x16C, 1, 2.5) == [25]
    station.power_up(5.0)
    assert registers(station, 3, 0x16C, 1, 6.0) == [10]


def test_a_setting_is_written_whole_within_its_bounds_and_kept():
    meter = made("sdm120", {})
    assert refusal(meter, 16, "000c 0002 04 42c80000") is None
    assert refusal(meter, 16, "000c 0002 04 43480001") == 3  # 200.00002
    assert refusal(meter, 16, "000c 0002 04 7fc00000") == 3  # not a number
    assert refusal(meter, 16, "000c 0002 04 43160000") is None
    meter.power_up(1.0)
    assert meter.shows(1.0)["pulse_width_ms"] == 150.0
    again = made("sdm120", {})
    again.restore(json.loads(json.dumps(meter.keep())))
    assert again.shows(0.0)["pulse_width_ms"] == 150.0


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 1e300, -1e300])
@pytest.mark.parametrize("name", shipped_profiles())
def test_a_mad_sense_does_not_stop_a_device(name, value):
    board = shipped_board(name, lambda quantity, _: value, key="test", now_s=0.0)
    board.tick(0.0)
    board.tick(10.0)
    board.power_up(20.0)
    shown = board.shows(20.0)
    assert all(not isinstance(told, float) or math.isfinite(told) for told in shown.values())


def test_a_reading_that_is_missing_is_the_invalid_word_and_shown_as_such():
    station = made("wn90lp", {"temperature_c": math.nan})
    assert registers(station, 3, 0x167) == [0xFFFF]
    assert station.shows(0.0)["temperature_c"] == "sin dato · no value"


@pytest.mark.parametrize(
    ("kind", "number", "expected"),
    [
        ("u16", 70_000, [0xFFFF]),
        ("u16", -1, [0]),
        ("s16", -2.4, [0xFFFE]),
        ("s16", -40_000, [0x8000]),
        ("u32", 0x1_0000_0000, [0xFFFF, 0xFFFF]),
        ("acc32", 0x1_0000_0005, [0, 5]),
        ("s32", -2, [0xFFFF, 0xFFFE]),
        ("float32", 230.2, [0x4366, 0x3333]),
        ("s16", math.nan, [0x8000]),
        ("acc32", math.nan, [0, 0]),
        ("u32", math.nan, [0xFFFF, 0xFFFF]),
    ],
)
def test_numbers_as_words(kind, number, expected):
    assert number_words(kind, number) == expected


@given(
    st.sampled_from(["u16", "s16", "u32", "s32", "acc32"]),
    st.integers(-0x9000_0000, 0x1_2000_0000),
)
def test_whole_numbers_that_fit_come_back(kind, number):
    back = words_number(kind, number_words(kind, number))
    limits = {"u16": (0, 16), "s16": (1, 15), "u32": (0, 32), "s32": (1, 31), "acc32": (0, 32)}
    signed, bits = limits[kind]
    if -signed * 2**bits <= number < 2**bits:
        assert back == number
    else:
        assert -signed * 2**bits <= back < 2**bits


def test_a_counters_zero_is_a_value():
    assert not means_no_value("acc32", 0)
    assert means_no_value("s16", -0x8000)


# --- SunSpec ----------------------------------------------------------------------------------


def test_the_sunspec_chain_is_walked_to_its_end():
    meter = made("sunspec_meter", {})
    assert registers(meter, 3, 40000, 2) == [0x5375, 0x6E53]
    at, found = 40002, []
    while (model := registers(meter, 3, at, 2))[0] != 0xFFFF:
        found.append(tuple(model))
        at += 2 + model[1]
    # Lengths of models 1 and 203 in SunSpec's own definitions.
    assert found == [(1, 66), (203, 105)]
    assert refusal(meter, 3, f"{at:04x} 0003") == 2


def test_sunspec_scale_factors_agree_with_the_scales():
    rows = {row.name: row for row in shipped_profile("sunspec_meter").rows}
    groups = {
        "current_": "current_scale_factor",
        "voltage_": "voltage_scale_factor",
        "frequency_": "frequency_scale_factor",
        "power_factor_": "power_factor_scale_factor",
        "imported_": "energy_scale_factor",
        "apparent_power": "apparent_power_scale_factor",
    }
    for begin, factor in groups.items():
        scales = {row.scale for name, row in rows.items() if name.startswith(begin)} - {1}
        scales |= {rows[name].scale for name in rows if name.startswith(begin) and name != factor}
        assert scales == {10 ** -rows[factor].constant}, begin


# --- profiles ---------------------------------------------------------------------------------

GOOD = """
es = "Equipo"
en = "Device"
source = "its data sheet"
unit = 1
functions = [3, 6, 16]

[holding]
rows = [
  { at = 0, name = "count", quantity = "people_total", type = "u32" },
  { at = 2, name = "limit", setting = 5, low = 0, high = 9 },
]
"""


def profile(tmp_path: Path, text: str):
    path = tmp_path / "device.toml"
    path.write_text(text, encoding="utf-8")
    return read_profile(path)


@pytest.mark.parametrize("low_word_first", [False, True])
def test_a_device_may_send_the_low_word_first(tmp_path, low_word_first):
    text = f"low_word_first = {str(low_word_first).lower()}\n{GOOD}"
    device = ProfileDevice(profile(tmp_path, text), lambda *_: 70_000.0, key="t", now_s=0.0)
    board = ModbusBoard(1, device)
    expected = [0x1170, 1] if low_word_first else [1, 0x1170]
    assert registers(board, 3, 0, 2) == expected
    assert board.shows(0.0)["count"] == 70_000


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("at = 2", "at = 1", "count and limit overlap"),
        ('name = "limit"', 'name = "count"', "names given twice: count"),
        ("functions = [3, 6, 16]", "functions = [3]", "limit: no function of the device can write"),
        ("functions = [3, 6, 16]", "functions = [3, 4, 6]", "function 4 has no table 'input'"),
        ("setting = 5, low = 0, high = 9", "setting = 5", "limit: a setting needs low and high"),
        ("setting = 5, low = 0", "setting = 5", "limit: low and high belong together"),
        (
            "setting = 5",
            'quantity = "noise_dba"',
            "limit: only settings and the lamp can be written",
        ),
        ("setting = 5, ", "", "limit: one of quantity, constant, setting must be given"),
        ('type = "u32"', 'type = "string"', "count: a string, and only a string, has a length"),
        ('type = "u32"', "scale = 0", "count: scale must not be 0"),
        ('type = "u32"', "bit = 3", "count: bit is for a row of type bit that is only read"),
        ('type = "u32"', 'type = "u64"', "holding.rows.0.type"),
        ("unit = 1", "unit = 1\nbauds = 9600", "bauds: Extra inputs are not permitted"),
        ("[holding]", "[holding", "device.toml"),
    ],
)
def test_a_profile_that_cannot_be_is_told_with_its_place(tmp_path, old, new, told):
    profile(tmp_path, GOOD)
    assert old in GOOD
    with pytest.raises(ProfileError, match="device") as caught:
        profile(tmp_path, GOOD.replace(old, new))
    assert told in str(caught.value)


def test_all_mistakes_of_a_profile_are_told_at_once(tmp_path):
    with pytest.raises(ProfileError) as caught:
        profile(tmp_path, GOOD.replace("unit = 1", "unit = 0").replace("at = 2", "at = 70000"))
    assert len(str(caught.value).splitlines()) == 2


@pytest.mark.parametrize("name", shipped_profiles())
def test_a_shipped_device_asks_for_what_it_says_and_no_more(name):
    asked = set()

    def sense(quantity, at_s):
        asked.add(quantity)
        return 1.0

    device = shipped_device(name, sense, key="test", now_s=0.0)
    device.tick(1.0)
    shown = device.shows(1.0)
    assert asked == set(device.measures)
    assert list(shown) == [row.name for row in device.profile.rows]
