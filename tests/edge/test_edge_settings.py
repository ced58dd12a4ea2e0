"""Settings: every mistake at once, each with its place, its value and what is allowed."""

import subprocess
import sys

import pytest

from edge.settings import EdgeSettings
from gateway.contract.settings import SettingsError, load_settings

GOOD = """
municipality = "medellin"
site = "av-regional"
title = "Avenida Regional"
data_dir = "/tmp/aburra"
[[lines]]
name = "loops"
protocol = "canoga"
port = "/dev/loops"
[[lines.devices]]
name = "vds-1"
address = 0
lanes = [{ lane = "1", first_input = 1, second_input = 2 }]
[[lines]]
name = "pole"
protocol = "modbus_rtu"
port = "/dev/pole"
[[lines.devices]]
name = "lamp-1"
profile = "luminaire_dali"
unit = 1
[[lines.devices]]
name = "weather-1"
profile = "wn90lp"
unit = 0x90
[[lines]]
name = "air"
protocol = "pms5003"
port = "/dev/air"
[[lines.devices]]
name = "air-1"
[[signs]]
name = "vms-1"
host = "127.0.0.1"
community_file = "{community}"
"""


def faults(tmp_path, *changes):
    """The lines told about GOOD with these (old, new) replacements."""
    text = GOOD
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path = tmp_path / "edge.toml"
    path.write_text(text)
    try:
        load_settings(path, EdgeSettings)
    except SettingsError as error:
        return [line.removeprefix(f"{path}: ") for line in error.lines]
    return []


def test_good_settings(tmp_path):
    assert faults(tmp_path) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('site = "av-regional"', 'site = "gateway"', "site = 'gateway': 'gateway' is the"),
        ('site = "av-regional"', 'site = "Av"', "site = 'Av': String should match"),
        ("title =", "bin_s = 7\ntitle =", "bin_s = '7': must divide 3600"),
        ("title =", "titel = 1\ntitle =", "titel = '1': Extra inputs are not permitted"),
        ("address = 0", "address = 20", "lines[0].devices[0].address = '20': must be 0 to 15"),
        ('protocol = "canoga"', 'protocol = "cango"', "lines[0] = "),
        ("second_input = 2", "second_input = 1", "second_input = '1': this input is used already"),
        ('profile = "wn90lp"', 'profile = "x"', "profile = 'x': must be one of luminaire_dali"),
        ("unit = 0x90", "unit = 1", "lines[1].devices[1].unit = '1': another device of this line"),
        ("unit = 0x90", "unit = 248", "unit = '248': Input should be less than or equal to 247"),
        ('name = "vms-1"', 'name = "vds-1"', "signs[0].name = 'vds-1': each device and sign"),
        ('name = "air-1"', 'name = "edge"', "name = 'edge': each device and sign needs"),
        ('name = "pole"', 'name = "loops"', "lines[1].name = 'loops': each line needs"),
        ('"/dev/pole"', '"/dev/loops"', "lines[1].port = '/dev/loops': another line has this port"),
    ],
)
def test_each_mistake_is_named(tmp_path, old, new, expected):
    (line,) = faults(tmp_path, (old, new))
    assert expected in line


def test_all_mistakes_at_once(tmp_path):
    lines = faults(
        tmp_path,
        ("title =", "bin_s = 0\ntitle ="),
        ("unit = 0x90", "unit = 1"),
        ('"/dev/pole"', '"/dev/loops"'),
        ("address = 0", "address = 99"),
    )
    assert len(lines) == 4


@pytest.mark.parametrize(("lamps", "count"), [(251, 0), (252, 1)])
def test_an_edge_has_no_more_devices_than_its_birth_may_name(tmp_path, lamps, count):
    lines = []
    for n in range(lamps):
        if n % 32 == 0:
            lines.append(
                f'[[lines]]\nname = "l-{n}"\nprotocol = "modbus_rtu"\nport = "/dev/l{n}"\n'
            )
        lines.append(
            f'[[lines.devices]]\nname = "d-{n}"\nprofile = "luminaire_dali"\nunit = {n % 32 + 1}\n'
        )
    sign = '[[signs]]\nname = "vms-1"'
    found = faults(tmp_path, (sign, "".join(lines) + sign))
    assert len(found) == count
    assert all("at most 256" in line for line in found)


def run_check(path):
    command = "import sys, typer; from edge.cli import edge; typer.run(edge)"
    return subprocess.run(
        [sys.executable, "-c", command, str(path), "--check"],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


@pytest.mark.parametrize(
    ("community", "status"), [("s3cret", 0), ("public", 2), ("Administrator", 2), ("", 2)]
)
def test_check_refuses_communities_everyone_knows(tmp_path, community, status):
    secret = tmp_path / "vms-1.community"
    secret.write_text(community + "\n")
    path = tmp_path / "edge.toml"
    path.write_text(GOOD.replace("{community}", str(secret)))
    result = run_check(path)
    assert result.returncode == status, result.stderr
    assert (str(secret) in result.stderr) is (status == 2)


def test_missing_community_file_is_named(tmp_path):
    path = tmp_path / "edge.toml"
    path.write_text(GOOD.replace("{community}", str(tmp_path / "nothing")))
    result = run_check(path)
    assert result.returncode == 2
    assert str(tmp_path / "nothing") in result.stderr
    assert "Traceback" not in result.stderr
