"""Scenarios to measure: the shipped valley with fewer cabinets, and many of one board."""

import re
from pathlib import Path
from typing import Any

from firmware_sim.scenario.scenario import Scenario
from firmware_sim.scenario.sources import SHIPPED

VALLEY_CABINETS = 500
RUSH_HOUR = "07:00"
"""When most vehicles are on the roads: the most work for the world."""
ROAD = {
    "name": "road",
    "title": "ROAD",
    "length_m": 1000,
    "free_speed_kmh": 65,
    "flow_veh_per_h": [1800] * 24,
    "mix": {"motorcycle": 0.60, "car": 0.33, "bus": 0.03, "truck": 0.04},
    "lanes": [{"name": "1"}, {"name": "2"}],
}


def write_valley(path: Path, cabinets: int) -> None:
    """The valley at rush hour with so many of its cabinets, each of its rows shortened alike."""
    text = (SHIPPED / "valley.toml").read_text(encoding="utf-8")
    text = text.replace('"parts/', f'"{SHIPPED}/parts/')
    head, *blocks = re.split(r"(?m)^(?=\[\[)", text)
    written, before = [head + f'starts_at = "{RUSH_HOUR}"\n\n'], 0
    for block in blocks:
        found = re.search(r"(?m)^count = (\d+)$", block)
        if found is None:
            written.append(block)
            continue
        after = before + int(found[1])
        count = after * cabinets // VALLEY_CABINETS - before * cabinets // VALLEY_CABINETS
        before = after
        if count:
            written.append(block.replace(found[0], f"count = {count}"))
    path.write_text("".join(written), encoding="utf-8")


def many_of(device: dict[str, Any], cabinets: int, **line: Any) -> Scenario:
    """Each alone on its line in a cabinet of its own, along one busy road."""
    return _along_the_road({"lines": [{"name": "line", "devices": [device], **line}]}, cabinets)


def many_signs(sign: dict[str, Any], cabinets: int) -> Scenario:
    return _along_the_road({"signs": [sign]}, cabinets)


def _along_the_road(kit: dict[str, Any], cabinets: int) -> Scenario:
    row = {
        "municipality": "bench",
        "site": "site",
        "title": "Bench",
        "count": cabinets,
        "latitude_deg": (6.2, 6.2),
        "longitude_deg": (-75.6, -75.6),
        "road": "road",
        "first_m": 100,
        "spacing_m": 800 / cabinets,
        "kit": "kit",
    }
    return Scenario.model_validate(
        {
            "title": "Benchmark",
            "starts_at": RUSH_HOUR,
            "roads": [ROAD],
            "kits": {"kit": kit},
            "rows": [row],
        }
    )
