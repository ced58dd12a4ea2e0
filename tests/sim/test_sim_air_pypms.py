"""Our air sensors, read by PyPMS: somebody else's program, made for the real ones."""

import itertools
import subprocess
import sys

import pytest
import serial
from board_on_pty import BoardOnPty
from pms.core import SensorReader

from firmware_sim.boards.air.mhz19b import MhZ19b
from firmware_sim.boards.air.pms5003 import Pms5003, Pms5003t
from firmware_sim.boards.air.sds011 import Sds011
from firmware_sim.boards.air.sps30 import Sps30

WORLD = {
    "pm1_ugm3": 12.0,
    "pm25_ugm3": 20.0,
    "pm4_ugm3": 24.0,
    "pm10_ugm3": 28.5,
    "co2_ppm": 636.0,
    "temperature_c": -3.2,
    "humidity_pct": 71.4,
}


def sense(name, at_s):
    return WORLD[name]


def read(model, path, samples=2):
    reader = SensorReader(model, path, samples=samples, timeout=4)
    reader.pre_heat = 0  # the scenario's clock already stands past it
    with reader:
        observations = list(reader())
    assert len(observations) == samples
    return observations[-1]


def test_active_sensor_is_heard_without_asking():
    with BoardOnPty(Pms5003(sense)) as line, serial.Serial(line.path, timeout=8) as port:
        heard = port.read(64)
        assert bytes(line.sent).endswith(heard)
        assert heard[:4] == heard[32:36] == b"\x42\x4d\x00\x1c"


def test_pms5003():
    with BoardOnPty(Pms5003(sense)) as line:
        seen = read("PMSx003", line.path)
    assert (seen.pm01, seen.pm25, seen.pm10) == (12, 20, 28)
    assert seen.n0_3 > seen.n0_5 > seen.n1_0 > seen.n2_5 > seen.n5_0 > 0


def test_pms5003_again_after_it_was_put_to_sleep():
    # Each reader puts the sensor to sleep at its end; the next one wakes it.
    seconds = itertools.count(0, 40)
    with BoardOnPty(Pms5003(sense), at_s=lambda: next(seconds)) as line:
        read("PMSx003", line.path)
        assert read("PMSx003", line.path).pm25 == 20


def test_pms5003t():
    with BoardOnPty(Pms5003t(sense)) as line:
        seen = read("PMS5003T", line.path)
    assert (seen.pm25, seen.temp, seen.rhum) == (20, -3.2, 71.4)


def test_sds011():
    with BoardOnPty(Sds011(sense, 0x58D9)) as line:
        seen = read("SDS01x", line.path)
    assert (seen.pm25, seen.pm10) == (20.0, 28.5)


def test_sps30():
    seconds = itertools.count(0, 10)
    with BoardOnPty(
        Sps30(sense, "8CCABCFAE3201F49"), baud=115200, at_s=lambda: next(seconds)
    ) as line:
        seen = read("SPS30", line.path)
    assert (seen.pm01, seen.pm25, seen.pm04, seen.pm10) == (12.0, 20.0, 24.0, 28.5)
    assert seen.n0_5 < seen.n1_0 < seen.n2_5 < seen.n4_0 < seen.n10_0
    assert 0.3 < seen.diam < 10


def test_mhz19b():
    with BoardOnPty(MhZ19b(sense, power_up_s=-180.0)) as line:
        assert read("MHZ19B", line.path).CO2 == 636


@pytest.mark.parametrize(
    ("model", "board", "told"),
    [
        ("SDS011", Sds011(sense, 0xA160), "PM2.5 20.0, PM10 28.5 μg/m3"),
        ("PMS5003T", Pms5003t(sense), "PM1 12.0, PM2.5 20.0, PM10 28.0 μg/m3"),
    ],
    ids=["SDS011", "PMS5003T"],
)
def test_from_the_command_line(model, board, told):
    with BoardOnPty(board) as line:
        program = "from pms.cli import main; main()"
        arguments = ["-m", model, "-s", line.path, "-n", "1", "serial"]
        run = subprocess.run(
            [sys.executable, "-c", program, *arguments],
            capture_output=True,
            text=True,
            timeout=20,
            check=True,
        )
    assert told in run.stdout
