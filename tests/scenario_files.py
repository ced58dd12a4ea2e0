"""Scenario files for tests: a small right one, to be changed."""

from pathlib import Path

import pytest

from firmware_sim.scenario.load import load_scenario
from firmware_sim.scenario.sources import ScenarioError

SMALL = """\
title = "Small"

[[roads]]
name = "calle-10"
title = "CALLE 10"
length_m = 600
free_speed_kmh = 60
flow_veh_per_h = [
  900, 900, 900, 900, 900, 900, 900, 900, 900, 900, 900, 900,
  900, 900, 900, 900, 900, 900, 900, 900, 900, 900, 900, 900,
]
mix = { motorcycle = 0.6, car = 0.4 }
lanes = [{ name = "1" }, { name = "2" }]

[[kits.full.lines]]
name = "loops"
devices = [{ name = "vds-1", type = "canoga", address = 0, at_m = 50 }]

[[kits.full.lines]]
name = "radar"
devices = [{ name = "vds-2", type = "ss125", device_id = 1, at_m = 50 }]

[[kits.full.lines]]
name = "pole"
tcp_port = 0
devices = [
  { name = "lamp-1", type = "luminaire", unit = 1 },
  { name = "meter-1", type = "sdm120", unit = 2 },
]

[[kits.full.lines]]
name = "air"
devices = [{ name = "air-1", type = "pms5003" }]

[[kits.full.signs]]
name = "vms-1"
columns = 12
lines = 3

[[cabinets]]
municipality = "envigado"
site = "calle-10"
title = "Calle 10"
latitude_deg = 6.17
longitude_deg = -75.59
road = "calle-10"
position_m = 300
kit = "full"
"""


def changed(*changes: tuple[str, str], more: str = "") -> str:
    """The small scenario with each first text, which is there once, replaced by the second."""
    text = SMALL
    for before, after in changes:
        assert text.count(before) == 1, before
        text = text.replace(before, after)
    return text + more


def written(folder: Path, text: str) -> Path:
    path = folder / "scenario.toml"
    path.write_text(text, encoding="utf-8")
    return path


def mistakes(path: Path, *further) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path, *further)
    return caught.value.lines
