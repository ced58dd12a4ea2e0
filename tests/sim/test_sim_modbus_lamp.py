"""The lamp behind a Modbus gateway and on the smart pole: photocell, commands, fades, power."""

import json

import pytest
from modbus_asking import refusal, registers, shipped_board, write

from firmware_sim.boards.modbus.lamp import Lamp


class Sky:
    lux = 1000.0


@pytest.fixture
def sky():
    return Sky()


@pytest.fixture
def lamp(sky):
    board = shipped_board("luminaire", lambda name, at_s: sky.lux)
    board.tick(0.0)
    return board


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
    again = shipped_board("luminaire", lambda name, at_s: sky.lux)
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
    pole = shipped_board("smart_pole", lambda name, _: sky.lux)
    write(pole, 0, 50)
    assert registers(pole, 3, 0, 6) == [50, 1, 0, 0, 100, 1]
    write(pole, 5, 0)
    assert registers(pole, 3, 0, 6) == [0, 0, 0, 0, 100, 0]


def test_the_pole_says_that_its_lamp_is_on_the_way(sky):
    pole = shipped_board("smart_pole", lambda name, _: sky.lux)
    write(pole, 3, 10)
    write(pole, 0, 100)
    assert registers(pole, 4, 0, 3, 4.0) == [2, 400, 1000]
    assert registers(pole, 4, 0, 3, 10.0) == [1, 1000, 1000]


def test_every_reading_of_the_lamp_has_a_value():
    lamp = Lamp(lambda _: 0.0)
    lamp.tick(0.0)
    assert {lamp.value(name, 0.0) for name in (*lamp.readings, *lamp.controls)} == {0.0, 1.0, 100.0}
