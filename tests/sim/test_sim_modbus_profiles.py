"""Modbus devices as tables: their values as words, SunSpec, and the tables that cannot be."""

import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from modbus_asking import made, refusal, registers, shipped_board

from firmware_sim.boards.modbus.board import ModbusBoard
from firmware_sim.boards.modbus.device import ProfileDevice
from firmware_sim.boards.modbus.profile import (
    ProfileError,
    read_profile,
    shipped_profile,
    shipped_profiles,
)
from firmware_sim.boards.modbus.values import means_no_value, number_words, words_number


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
    board = shipped_board(name, lambda quantity, _: value)
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


def test_what_is_only_read_cannot_be_written_nor_what_stands_beside_it(tmp_path):
    device = ProfileDevice(profile(tmp_path, GOOD), lambda *_: 7.0, key="t", now_s=0.0)
    board = ModbusBoard(1, device)
    assert refusal(board, 16, "0000 0002 04 00000001") == 2
    assert refusal(board, 16, "0000 0003 06 000000070003") == 2
    assert registers(board, 3, 0, 3) == [0, 7, 5]


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
        ('type = "u32"', 'type = "bit"', "count: coils and discrete inputs are single bits"),
        ("setting = 5", "setting = 50", "limit: a setting needs low and high, and to be between"),
        ('quantity = "people_total"', 'constant = "7"', "count: a text needs a row of type string"),
        ("at = 0", "at = 65535", "count: reaches beyond the last address"),
        ("unit = 1", 'unit = 1\nserver_id = "Aburrá"', "server_id: String should match pattern"),
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

    device = shipped_board(name, sense).device
    device.tick(1.0)
    shown = device.shows(1.0)
    assert asked == set(device.measures)
    assert list(shown) == [row.name for row in device.profile.rows]
