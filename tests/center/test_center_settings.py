"""Every mistake in the centre's file at once, each with its place."""

import subprocess
import sys

import pytest

from control_center.settings import CenterSettings
from gateway.contract.settings import SettingsError, load_settings

GOOD = """
data_dir = "/var/lib/aburra/center"
[[sites]]
source = "medellin/av-regional"
title = "Avenida Regional"
[[signs]]
target = "medellin/av-regional/vms-1"
title = "Avenida Regional"
rows = 3
columns = 18
[[congestion]]
name = "norte"
title = "Avenida Regional"
stations = ["medellin/av-regional/vds-1"]
signs = ["medellin/av-regional/vms-1"]
message = ["CONGESTION", "AV REGIONAL", "USE VIA ALTERNA"]
[[air]]
name = "norte"
title = "Avenida Regional"
station = "medellin/av-regional/air-1"
signs = []
message = ["CALIDAD DEL AIRE"]
"""


def lines_of(tmp_path, *changes):
    text = GOOD
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = tmp_path / "center.toml"
    path.write_text(text)
    try:
        load_settings(path, CenterSettings)
    except SettingsError as error:
        return [line.removeprefix(f"{path}: ") for line in error.lines]
    return []


def test_a_good_file_is_taken(tmp_path):
    assert lines_of(tmp_path) == []


RULE_SIGNS = 'signs = ["medellin/av-regional/vms-1"]'


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ((RULE_SIGNS, 'signs = ["medellin/av-regional/vms-2"]'), "is no target of [[signs]]"),
        (("av-regional/vds-1", "regional/vds-1"), "is at no site of [[sites]]"),
        (("av-regional/air-1", "regional/air-1"), "is at no site of [[sites]]"),
        (("USE VIA ALTERNA", "USE UNA VIA ALTERNA"), "has 19 characters, the sign 18"),
        (("columns = 18", "columns = 2"), "signs[0].columns = '2'"),
        (("[[congestion]]", "[[congestion]]\nenter_below_kmh = 50"), "at least enter_below_kmh"),
        (("[[air]]", "[[air]]\nleave_ugm3 = 50"), "at most enter_ugm3"),
        (("[[sites]]", "[commands]\nrenew_s = 90\n[[sites]]"), "at least twice renew_s"),
        (("[[sites]]", "[wall]\nport = 0\n[[sites]]"), "wall.port = '0'"),
        (("[[sites]]", "[wal]\n[[sites]]"), "wal"),
    ],
)
def test_one_mistake_is_one_line(tmp_path, change, line):
    lines = lines_of(tmp_path, change)
    assert len(lines) == 1
    assert line in lines[0]


def test_all_mistakes_are_told_at_once_with_their_places(tmp_path):
    lines = lines_of(
        tmp_path,
        ('data_dir = "/var/lib/aburra/center"', "[commands]\nrenew_s = 100"),
        (RULE_SIGNS, 'signs = ["medellin/av-regional/vms-2", "medellin/x/vms-1"]'),
        ("av-regional/air-1", "regional/air-1"),
        ("[[air]]", "[[air]]\nwindow_s = 5"),
    )
    places = sorted(line.split(" = ")[0].split(":")[0] for line in lines)
    # air's station is not looked up while air itself has a wrong value.
    assert places == [
        "air[0].window_s",
        "commands.duration_min",
        "congestion[0].signs[0]",
        "congestion[0].signs[1]",
        "data_dir",
    ]


def test_the_program_prints_them_and_ends_with_2(tmp_path):
    path = tmp_path / "center.toml"
    path.write_text(GOOD.replace("rows = 3", "rows = 0").replace("vds-1", "VDS"))
    ran = subprocess.run(
        [sys.executable, "-m", "aburra", "center", "--check", str(path)],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert ran.returncode == 2
    lines = ran.stderr.splitlines()
    assert [line.split(" = ")[0] for line in lines] == [
        f"{path}: signs[0].rows",
        f"{path}: congestion[0].stations[0]",
    ]
