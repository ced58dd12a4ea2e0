"""Shipped scenarios without ports, told as fast as they go: for tests of what they promise."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from traffic_roads import watch

from firmware_sim.bench.start import world_start_ms
from firmware_sim.rig.rig import Rig
from firmware_sim.scenario.load import load_scenario
from firmware_sim.world.traffic.road import Road
from firmware_sim.world.traffic.vehicles import Crossing

A_FRIDAY_MS = 1_780_012_800_000


def begin(scenario: str, *, now_s: float = 0.0, seed: int = 1) -> Rig:
    loaded = load_scenario(Path(scenario))
    start_ms = world_start_ms(loaded, A_FRIDAY_MS)
    return Rig(loaded, seed=seed, start_ms=start_ms, now_s=now_s, kept={})


def only_road(rig: Rig) -> Road:
    (road,) = rig.world.roads.values()
    return road


def stations(rig: Rig, road: Road) -> dict[float, list[list[Crossing]]]:
    """By position: per lane, who crosses from now on."""
    positions = {
        position_m
        for cabinet in rig.cabinets.values()
        if cabinet.road is road
        for position_m in cabinet.stations.values()
    }
    return {position_m: watch(road, position_m) for position_m in sorted(positions)}


def seconds(rig: Rig, from_s: float, to_s: float, step_s: float) -> Iterator[float]:
    """Lets the time pass, and boards do what they do by themselves."""
    at_s = from_s
    while at_s <= to_s:
        rig.world.advance(at_s)
        for cabinet in rig.cabinets.values():
            for line in cabinet.lines.values():
                line.tick(at_s)
        yield at_s
        at_s += step_s


def senses(rig: Rig, cabinet: str) -> dict[str, Any]:
    """Of each device of a cabinet that measures: what it feels, by its name."""
    targets = rig.cabinets[cabinet].targets
    return {target.name.split("/")[-1]: target.probe for target in targets if target.probe}
