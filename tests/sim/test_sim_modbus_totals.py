"""What Modbus devices add up and keep: energy, burning hours, rain."""

import json
import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from modbus_asking import made, registers, shipped_board

from firmware_sim.boards.modbus.totals import Running

HOUR_S = 3600.0


def float_at(board, address, at_s):
    return struct.unpack(">f", struct.pack(">2H", *registers(board, 4, address, 2, at_s)))[0]


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
    meter = shipped_board("sdm120", lambda name, at_s: at_s if name == "power_w" else 0.0)
    before_kwh = float_at(meter, 0x48, 0.0)
    assert float_at(meter, 0x48, 7200.0) - before_kwh == pytest.approx(7.2, abs=0.0101)


def test_nothing_is_added_without_power_and_each_step_outlives_its_failure():
    meter = made("sdm120", {"power_w": 1000.0})
    meter.tick(0.0)
    meter.tick(HOUR_S)
    before_kwh = float_at(meter, 0x48, HOUR_S)
    meter.power_up(3 * HOUR_S)
    assert float_at(meter, 0x48, 3 * HOUR_S) == before_kwh


def test_power_that_failed_is_not_taken_for_power_that_fell():
    total = Running(0.0, per_hour=1, step=0.1, now_s=0.0)
    total.advance(10.0, 0.0)
    total.power_up(HOUR_S)
    total.advance(0.0, 2 * HOUR_S)
    assert total.amount == 0


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
            st.one_of(st.floats(-1e9, 1e9), st.sampled_from([math.nan, math.inf])),
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


def test_rain_counts_tenths_and_restarts_at_power_up():
    station = shipped_board("wn90lp", lambda name, at_s: 12.0 + at_s, unit=1)
    assert registers(station, 3, 0x16C, 1, 2.5) == [25]
    station.power_up(5.0)
    assert registers(station, 3, 0x16C, 1, 6.0) == [10]
