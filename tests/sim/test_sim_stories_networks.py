"""Scenarios of many cabinets make sense on a map, and the storm strikes all that can fail."""

import math
from collections import Counter, defaultdict
from pathlib import Path

import pytest
from sim_stories import begin, seconds

from firmware_sim.faults.catalogue import FAULTS
from firmware_sim.scenario.load import load_scenario
from firmware_sim.scenario.scenario import matches

METRES_PER_DEGREE = 111_000.0
MUNICIPALITIES = {
    "medellin": 240,
    "bello": 38,
    "itagui": 38,
    "envigado": 30,
    "barbosa": 30,
    "la-estrella": 30,
    "copacabana": 26,
    "caldas": 24,
    "girardota": 22,
    "sabaneta": 22,
}


@pytest.mark.parametrize("name", ["municipality", "valley"])
def test_a_road_is_as_long_on_the_map_as_its_cabinets_say(name):
    by_road = defaultdict(list)
    for cabinet in load_scenario(Path(name)).all_cabinets():
        by_road[cabinet.road].append(cabinet)
    for cabinets in by_road.values():
        cabinets.sort(key=lambda cabinet: cabinet.position_m)
        first, last = cabinets[0], cabinets[-1]
        on_map_m = METRES_PER_DEGREE * math.hypot(
            last.latitude_deg - first.latitude_deg, last.longitude_deg - first.longitude_deg
        )
        assert on_map_m == pytest.approx(last.position_m - first.position_m, rel=0.05)
        places = {(cabinet.latitude_deg, cabinet.longitude_deg) for cabinet in cabinets}
        assert len(places) == len({cabinet.title for cabinet in cabinets}) == len(cabinets)


def test_the_valley_has_all_ten_municipalities_and_a_sign_in_every_fifth_cabinet():
    scenario = load_scenario(Path("valley"))
    cabinets = scenario.all_cabinets()
    assert Counter(cabinet.municipality for cabinet in cabinets) == MUNICIPALITIES
    assert sum(bool(scenario.kits[cabinet.kit].signs) for cabinet in cabinets) == 100
    for road in scenario.used_roads():
        peak = max(road.flow_veh_per_h)
        assert 900 <= peak <= 1900  # a lane holds no more than about 2000
        assert road.flow_veh_per_h[3] < 0.1 * peak


def test_most_drive_north_in_the_morning_and_come_back_in_the_evening():
    north, south = load_scenario(Path("municipality")).used_roads()
    assert north.flow_veh_per_h[7] > 1.15 * south.flow_veh_per_h[7]
    assert south.flow_veh_per_h[17] > 1.15 * north.flow_veh_per_h[17]
    assert sum(north.flow_veh_per_h) == pytest.approx(sum(south.flow_veh_per_h), rel=0.1)


def test_the_storm_has_every_fault_at_something_that_can_have_it():
    rig = begin("storm-of-faults")
    targets = rig.control.targets
    planned = rig.scenario.faults
    assert {fault.fault for fault in planned} == set(FAULTS)
    for fault in planned:
        struck = [target for name, target in targets.items() if matches(fault.at, name)]
        assert struck
        assert all(fault.fault in target.faults for target in struck)
        assert fault.start_s < 240


def test_one_cabinet_shows_every_board_and_all_of_them_say_something():
    rig = begin("one-cabinet")
    *_, at_s = seconds(rig, 0, 120, 5)  # radars count for a whole interval first
    shown = {target.type: target.shows(at_s) for target in rig.control.targets.values()}
    kits = {
        device.type
        for name in ("ordinary-day", "air-episode", "valley")
        for kit in load_scenario(Path(name)).kits.values()
        for line in kit.lines
        for device in line.devices
    }
    assert kits <= set(shown)
    for kind in kits:
        assert all(
            math.isfinite(value) for value in shown[kind].values() if isinstance(value, float)
        )
        assert shown[kind], kind
