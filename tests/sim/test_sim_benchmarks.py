"""The benchmarks run, and their reader sees what it says; how fast it goes is not asked here."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.framing import FRAMINGS
from benchmarks.scenarios import write_valley
from benchmarks.tally import Tally
from firmware_sim.scenario.load import load_scenario

ROOT = Path(__file__).parents[2]


def test_quick_run_measures_every_part(tmp_path):
    path = tmp_path / "figures.json"
    command = [sys.executable, "-m", "benchmarks", "--quick", "--json", str(path)]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL, timeout=120)
    told = json.loads(path.read_text())
    (valley,) = told["cabinets"]
    assert set(valley["protocols"]) == {"canoga", "plantower", "modbus", "snmp"}
    for protocol in valley["protocols"].values():
        assert protocol["deadlines"] > 0
        assert protocol["wrong"] == 0
    assert {row["board"] for row in told["boards"]} == {"canoga", "ntcip sign"}
    assert all(row["cpu_ms_per_s"] > 0 for row in told["boards"])
    assert len(told["modbus"]) == 8
    assert all(0 < row["tcp_per_s"] < row["wire_limit_per_s"] for row in told["modbus"])
    assert all(row["seconds_per_s"] > 0 for row in told["recording"])


@pytest.mark.parametrize("cabinets", [10, 50, 350, 500])
def test_shortened_valley_has_as_many_cabinets_as_were_asked_for(tmp_path, cabinets):
    path = tmp_path / "valley.toml"
    write_valley(path, cabinets)
    assert len(load_scenario(path).all_cabinets()) == cabinets


def test_tally_counts_late_wrong_and_missing_replies_as_not_kept():
    tally = Tally(missing=1)
    tally.came(0.05, 0.1)
    tally.came(0.2, 0.1)
    tally.came(0.05, 0.1, is_right=False)
    told = tally.summary()
    assert told["deadlines"] == 4
    assert told["kept_pct"] == 25.0
    assert (told["wrong"], told["missing"]) == (1, 1)
    assert told["max_ms"] == pytest.approx(200)


@pytest.mark.parametrize(
    ("protocol", "frame"),
    [
        # Modbus application protocol 1.1b3, 6.3, with unit 17 and its CRC.
        ("modbus", "11 03 06 AE 41 56 52 43 40 49 AD"),
        # PMS5003 as PyPMS has captured it.
        (
            "plantower",
            "424d001c0005000d00160005000d001602fd00fc001d000f00060006970003c5",
        ),
        # MH-Z19B's data sheet.
        ("winsen", "FF 86 02 60 47 00 00 00 D1"),
        # SDS011's control protocol V1.3.
        ("sds011", "AA C0 D4 04 3A 0A A1 60 1D AB"),
    ],
)
def test_reader_finds_frames_and_their_mistakes(protocol, frame):
    framing, data = FRAMINGS[protocol], bytes.fromhex(frame)
    assert framing.length(data + b"more") == len(data)
    assert framing.is_right(data)
    broken = bytearray(data)
    broken[4] ^= 0x01
    assert not framing.is_right(bytes(broken))
