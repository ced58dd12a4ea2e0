"""A scenario's mistakes are told all at once, and before anything is opened."""

from pathlib import Path

import pytest

from firmware_sim.scenario import SHIPPED, ScenarioError, load_scenario

DEMO = (SHIPPED / "demo.toml").read_text(encoding="utf-8")


def lines_of(tmp_path, text: str) -> list[str]:
    path = tmp_path / "scenario.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path)
    return caught.value.lines


def test_shipped_scenario_is_found_by_its_name():
    scenario = load_scenario(Path("demo"))
    assert [(part.municipality, part.site) for part in scenario.cabinets] == [
        ("medellin", "av-regional"),
        ("itagui", "autopista-sur"),
    ]


def test_all_mistakes_at_once_with_file_key_and_value(tmp_path):
    text = DEMO.replace("free_speed_kmh = 65", "free_speed_kmh = 900", 1)
    text = text.replace("background_ugm3 = 18", 'background_ugm3 = "18x"')
    text = text.replace("clear_s = 40", "clear_s = 14")
    text = text.replace('name = "vms-1"', 'name = "vms-1"\ncolour = "red"', 1)
    lines = lines_of(tmp_path, text)
    assert len(lines) == 4
    said = "\n".join(lines)
    assert all(line.startswith(str(tmp_path / "scenario.toml")) for line in lines)
    assert "cabinets[0].road.free_speed_kmh = '900'" in said
    assert "cabinets[1].air.background_ugm3 = '18x'" in said
    assert "clear_s must be later than start_s" in said
    assert "cabinets[0].signs[0].colour = 'red'" in said


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("motorcycle = 0.60", "motorcycle = 0.50", "must add up to 1"),
        ("motorcycle = 0.60", "rickshaw = 0.60", "unknown classes"),
        ("position_m = 350", "position_m = 0", "driving order"),
        ('{ name = "vds-2"', '{ name = "vds-1"', "station appears more than once: vds-1"),
        ("position_m = 5\n", "position_m = 0\n", "downstream of the first station"),
        ('site = "av-regional"', 'site = "Av Regional"', "site = 'Av Regional'"),
        ('municipality = "itagui"\nsite = "autopista-sur"',
         'municipality = "medellin"\nsite = "av-regional"', "cabinet appears more than once"),
        ('{ name = "1" }', '{ name = "1", replay = "nowhere.csv" }', "nowhere.csv: cannot be read"),
        ("peak_s = 75", "peak_s = 25", "peak_s must be later"),
    ],
)  # fmt: skip
def test_mistake_is_named(tmp_path, before, after, said):
    assert before in DEMO
    assert said in "\n".join(lines_of(tmp_path, DEMO.replace(before, after, 1)))


def test_file_that_is_not_toml(tmp_path):
    assert "cannot be read as TOML" in lines_of(tmp_path, "title = ")[0]


def test_missing_file():
    with pytest.raises(ScenarioError, match="No such file"):
        load_scenario(Path("/nowhere/at-all.toml"))


def test_replay_is_found_beside_the_scenario(tmp_path):
    (tmp_path / "lane.csv").write_text("interval,flow_veh_per_h,speed_mph\n0,600,50\n")
    path = tmp_path / "scenario.toml"
    path.write_text(DEMO.replace('{ name = "1" }', '{ name = "1", replay = "lane.csv" }', 1))
    assert load_scenario(path).cabinets[0].road.lanes[0].replay == tmp_path / "lane.csv"
