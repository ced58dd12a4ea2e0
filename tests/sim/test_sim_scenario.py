"""A scenario's mistakes are told all at once, each with file, key, value and what is allowed."""

from pathlib import Path

import pytest
from scenario_files import SMALL, changed, mistakes, written

from firmware_sim.rig.plan import fault_mistakes
from firmware_sim.scenario.devices import OWN_PROFILE, device_types
from firmware_sim.scenario.load import load_scenario
from firmware_sim.scenario.sources import SHIPPED, ScenarioError, shipped_names

ROW = """
[[rows]]
municipality = "envigado"
site = "calle"
title = "Calle"
count = 3
latitude_deg = [6.1, 6.2]
longitude_deg = [-75.6, -75.5]
road = "calle-10"
first_m = 100
spacing_m = 100
kit = "full"
"""
CABINET = SMALL[SMALL.index("[[cabinets]]") :]
NO_INTEGER = "Input should be a valid integer, unable to parse string as an integer"
LINE = '[[kits.full.lines]]\nname = "bus"\ndevices = ['


@pytest.mark.parametrize("name", shipped_names())
def test_every_shipped_scenario_is_right(name):
    scenario = load_scenario(Path(name), fault_mistakes)
    assert scenario.all_cabinets()
    assert " · " in scenario.title


def test_shipped_scenarios_are_those_that_the_bench_promises():
    assert {
        *("ordinary-day", "morning-peak", "incident", "works", "air-episode", "night"),
        *("storm-of-faults", "week", "one-cabinet", "municipality", "valley", "demo"),
    } == set(shipped_names())
    assert len(load_scenario(Path("municipality")).all_cabinets()) == 50
    assert len(load_scenario(Path("valley")).all_cabinets()) == 500
    assert len(load_scenario(Path("one-cabinet")).all_cabinets()) == 1
    week = load_scenario(Path("week"))
    assert 7 * 86400 / week.speed < 3 * 3600


def test_every_type_of_device_stands_in_a_shipped_kit():
    everything = load_scenario(Path("one-cabinet")).kits["everything"]
    assert {device.type for line in everything.lines for device in line.devices} == (
        set(device_types()) - {OWN_PROFILE}
    )


def test_right_scenario_is_read(tmp_path):
    scenario = load_scenario(written(tmp_path, changed(more=ROW)))
    assert [part.name for part in scenario.all_cabinets()] == [
        "envigado/calle-10",
        "envigado/calle-01",
        "envigado/calle-02",
        "envigado/calle-03",
    ]
    last = scenario.all_cabinets()[-1]
    assert (last.position_m, last.latitude_deg, last.longitude_deg) == (300, 6.2, -75.5)


def test_all_mistakes_at_once_with_file_key_and_value(tmp_path):
    path = written(
        tmp_path,
        changed(
            ("free_speed_kmh = 60", "free_speed_kmh = 900"),
            ('title = "Calle 10"', 'title = "Calle 10"\ncolour = "red"'),
            ('kit = "full"', 'kit = "fulll"'),
            ("unit = 2", 'unit = "2x"'),
            more='[[faults]]\nat = "*/*/air-9"\nfault = "silent"\n',
        ),
    )
    assert mistakes(path) == [
        f"{path}: roads[0].free_speed_kmh = 900: Input should be less than or equal to 160",
        f"{path}: kits.full.lines[2].devices[1].unit = '2x': {NO_INTEGER}",
        f"{path}: cabinets[0].colour = 'red': Extra inputs are not permitted",
        f"{path}: cabinets[0].kit = 'fulll': no such kit; there are ['full']",
        f"{path}: faults[0].at = '*/*/air-9': no device, line or sign has this name",
    ]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("motorcycle = 0.6", "motorcycle = 0.5", "must not be negative and must add up to 1"),
        ("motorcycle = 0.6", "rickshaw = 0.6", "unknown classes ['rickshaw'], allowed are ['bus'"),
        ('[{ name = "1" }', '[{ name = "2" }', "lane appears more than once: 2"),
        ('{ name = "1" }', '{ name = "1", replay = "no.csv" }', "no.csv: cannot be read"),
        ("length_m = 600", "length_m = nan", "roads[0].length_m = nan: "),
        (
            "columns = 12",
            "columns = 12\ncharacter_px = [5, 1_000_000]",
            "character_px[1] = 1000000: Input should be less than or equal to 32",
        ),
        (
            "device_id = 1, at_m = 50",
            "device_id = 1, at_m = inf",
            "devices[0].at_m = inf: Input should be a finite number",
        ),
        (
            'road = "calle-10"',
            'road = "calle-11"',
            "cabinets[0].road = 'calle-11': no such road; there are ['calle-10']",
        ),
        (
            "position_m = 300",
            "position_m = 580",
            "cabinets[0].position_m = 580.0: there vds-1, vds-2 would stand outside the road",
        ),
        (
            "position_m = 300",
            "position_m = 601",
            "cabinets[0].position_m = 601.0: the cabinet stands outside the road, 0 to 600 m",
        ),
        ('site = "calle-10"', 'site = "Calle 10"', "cabinets[0].site = 'Calle 10': "),
        ("address = 0", "address = 20", "lines[0].devices[0]: address must be 0 to 15"),
        (
            '"canoga"',
            '"kanoga"',
            "kits.full.lines[0].devices[0].type = 'kanoga': there are canoga, ss125, rtms-g4, ",
        ),
        ('type = "canoga", ', "", "kits.full.lines[0].devices[0].type: Field required"),
        ("address = 0, ", "", "kits.full.lines[0].devices[0].address: Field required"),
        ("unit = 2", "unit = 1", "kits.full.lines[2]: on one line appears more than once: unit 1"),
        ("unit = 2", "unit = 248", "devices[1].unit = 248: "),
        ('name = "meter-1"', 'name = "air-1"', "kits.full: name appears more than once: air-1"),
        ("columns = 12", "columns = 12\nwidth_px = 60", "kits.full.signs[0]: "),
        ("lines = 3", "lines = 3\ncabinet = []", "kits.full.signs[0].cabinet: Extra"),
        ('title = "Small"', 'title = "Small"\nspeed = 0', "speed = 0: "),
        ('title = "Small"', 'title = "Small"\nstarts_at = "24:00"', "starts_at = '24:00': "),
        ('title = "Small"', 'title = "Small"\ninclude = "a.toml"', "include = 'a.toml': a list"),
        ('title = "Small"', 'title = "Small"\ninclude = ["a.toml"]', "a.toml: cannot be read"),
        ('title = "Small"', 'title = "Small"\ninclude = ["\\u0000"]', "cannot be read as TOML"),
    ],
)
def test_mistake_is_named(tmp_path, before, after, said):
    lines = mistakes(written(tmp_path, changed((before, after))))
    assert said in "\n".join(lines)
    assert len(lines) == (2 if said.startswith("a.toml") else 1)  # then what there is, too


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (CABINET, "cabinets[1].site = 'calle-10': this municipality has it already"),
        (
            ROW.replace('"calle"', '"calle-10"')
            + CABINET.replace("calle-10", "calle-10-02", 1).replace(
                'road = "calle-10-02"', 'road = "calle-10"'
            ),
            "rows[0].site = 'calle-10': this municipality has it already",
        ),
        (
            ROW.replace("first_m = 100", "first_m = 500"),
            "rows[0].first_m = 500.0: the cabinet stands outside the road",
        ),
        (
            ROW.replace("first_m = 100", "first_m = 360"),
            "rows[0].first_m = 360.0: there vds-1, vds-2 would stand outside the road",
        ),
        (ROW.replace("count = 3", "count = 0"), "rows[0].count = 0: "),
        (ROW.replace("6.2]", "96.2]"), "rows[0].latitude_deg[1] = 96.2: "),
        (ROW.replace('"calle"', f'"{"c" * 37}"'), "rows[0].site = 'ccc"),
        (
            LINE + '{ name = "a", type = "sdm120", unit = 1 }, { name = "b", type = "canoga", '
            "address = 1 }]",
            "lines[4]: devices on one line speak one protocol, not ['canoga', 'modbus']",
        ),
        (
            LINE + '{ name = "a", type = "luminaire", unit = 1 }, { name = "b", type = "renke", '
            "unit = 2 }]",
            "kits.full.lines[4]: its devices come with [4800, 9600] baud",
        ),
        (
            LINE + '{ name = "a", type = "pms5003" }, { name = "b", type = "pms5003" }]',
            "on one line appears more than once: a sensor without an address",
        ),
        (LINE + "]", "kits.full.lines[4].devices: List should have at least 1 item"),
        (
            LINE + '{ name = "a", type = "mhz19b" }]\nbaud = 9601',
            "kits.full.lines[4].baud = 9601: ",
        ),
        ('[[faults]]\nat = "*/*/air-1"\nfault = "lazy"', "no fault 'lazy'; there are silent, slow"),
        ('[[faults]]\nat = "air-1"\nfault = "late"', "faults[0].at = 'air-1': "),
        (
            '[[faults]]\nat = "*/*/air-1"\nfault = "late"\namount = 100',
            "amount of late must be 0.01 to 60 (s), not 100",
        ),
        ('[[faults]]\nat = "*/*/air-1"\nfault = "silent"\namount = 1', "silent takes no amount"),
        ('[[faults]]\nat = "*/*/air-1"\nfault = "late"\nrate = 0', "faults[0].rate = 0: "),
        ('[[faults]]\nat = "*/*/air-1"\nfault = "late"\nstart_s = 9\nend_s = 9', "end_s must be"),
        (
            '[[faults]]\nat = "*/*/air-1"\nfault = "chatter"',
            "faults[0].fault = 'chatter': envigado/calle-10/air-1 (pms5003) cannot have",
        ),
        (
            '[[faults]]\nat = "*/*/air-1"\nfault = "spike"\nreading = "co2_ppm"',
            "envigado/calle-10/air-1 (pms5003) has no reading 'co2_ppm'; it has ",
        ),
        ("[[showers]]\nstart_s = 5\nend_s = 5\nrate_mm_h = 1", "showers[0]: end_s must be later"),
        (
            "[[air.episodes]]\nstart_s = 5\npeak_s = 4\nrise_ugm3 = 1",
            "air.episodes[0]: peak_s must",
        ),
    ],
)
def test_mistake_in_what_is_added_is_named(tmp_path, more, said):
    if more.startswith("[[kits"):
        text = changed(("[[kits.full.signs]]", f"{more}\n\n[[kits.full.signs]]"))
    else:
        text = changed(more=f"\n{more}")
    lines = mistakes(written(tmp_path, text), fault_mistakes)
    assert said in "\n".join(lines)
    assert len(lines) == 1


@pytest.mark.parametrize("port", ["tcp_port", "udp_port"])
def test_one_port_for_two_is_a_mistake(tmp_path, port):
    fixed = ("tcp_port = 0", "tcp_port = 15020") if port == "tcp_port" else (
        "columns = 12", "columns = 12\nudp_port = 15020"
    )  # fmt: skip
    load_scenario(written(tmp_path, changed(fixed)))
    (line,) = mistakes(written(tmp_path, changed(fixed, more=ROW)))
    assert f"{port} = 15020: only one can have this port; 0 gives each a free one" in line


def test_mistake_in_an_included_file_is_named_with_that_file(tmp_path):
    kits, own = SMALL.index("[[kits"), SMALL.index("[[cabinets]]")
    parts = tmp_path / "parts.toml"
    parts.write_text(
        SMALL[:kits].replace('title = "Small"', "").replace("length_m = 600", "length_m = 6")
        + SMALL[kits:own].replace("unit = 2", "unit = 300")
    )
    path = written(
        tmp_path,
        'title = "Small"\ninclude = ["parts.toml"]\n'
        + SMALL[SMALL.index("[[roads]]") : kits]
        .replace("length_m = 600", "length_m = 7")
        .replace('name = "calle-10"', 'name = "calle-11"')
        + SMALL[own:].replace("position_m = 300", "position_m = 0").replace("full", "fulll"),
    )
    said = [line.split(" = ")[0] for line in mistakes(path)]
    assert said == [
        f"{parts}: roads[0].length_m",
        f"{path}: roads[0].length_m",  # by its place in its own file
        f"{parts}: kits.full.lines[2].devices[1].unit",
        f"{path}: cabinets[0].kit",
    ]


def test_shipped_parts_may_be_included_from_anywhere(tmp_path):
    demo = (SHIPPED / "demo.toml").read_text()
    path = written(tmp_path, demo)
    assert load_scenario(path) == load_scenario(Path("demo"))
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "kits.toml").write_text("[kits.mine]\n")  # beside the file comes first
    assert any("there are ['mine']" in line for line in mistakes(path))


def test_file_that_cannot_be_read(tmp_path):
    assert "cannot be read as TOML" in mistakes(written(tmp_path, "title = "))[0]
    assert "cannot be read as TOML" in mistakes(written(tmp_path, "a = " + "[" * 9999))[0]
    (tmp_path / "bytes.toml").write_bytes(b"title = '\xff'")
    assert "cannot be read as TOML" in mistakes(tmp_path / "bytes.toml")[0]
    assert "Is a directory" in mistakes(tmp_path)[0]
    missing = mistakes(Path("no-such-scenario"))
    assert "No such file" in missing[0]
    assert "one-cabinet" in missing[1]


def test_replay_is_found_beside_the_scenario(tmp_path):
    (tmp_path / "lane.csv").write_text("interval,flow_veh_per_h,speed_mph\n0,600,50\n")
    path = written(tmp_path, changed(('{ name = "1" }', '{ name = "1", replay = "lane.csv" }')))
    assert load_scenario(path).roads[0].lanes[0].replay == tmp_path / "lane.csv"


def test_error_reads_as_its_lines(tmp_path):
    with pytest.raises(ScenarioError, match=r"(?s)title.*\n.*roads"):
        load_scenario(written(tmp_path, "cabinets = []"))
