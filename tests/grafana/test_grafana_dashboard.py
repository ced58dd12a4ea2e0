"""The dashboard that is committed is the one the table of kinds makes, and Grafana can load it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard

from control_center.grafana.dashboard import GRAFANA_UNITS, dashboard_json, read_panels
from gateway.contract.kinds import KINDS

ROOT = Path(__file__).parents[2]
COMMITTED = ROOT / "deploy/grafana/dashboards/aburra.json"
SCHEMA = ROOT.parent / "shared/data/grafana-dashboard.jsonschema.json"


def test_the_committed_file_is_the_generated_one(tmp_path):
    written = tmp_path / "aburra.json"
    command = [sys.executable, "-m", "control_center.grafana", str(written)]
    subprocess.run(command, check=True, cwd=ROOT)
    assert written.read_text() == COMMITTED.read_text(), f"run: {' '.join(command[1:3])}"


def test_it_satisfies_grafanas_schema():
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed")
    if not SCHEMA.exists():
        pytest.skip(f"{SCHEMA} is not here")
    jsonschema.validate(json.loads(dashboard_json()), json.loads(SCHEMA.read_text()))


def test_it_survives_a_round_trip_through_the_sdk():
    document = json.loads(dashboard_json())
    again = json.loads(json.dumps(Dashboard.from_json(document), cls=JSONEncoder))
    assert [p["title"] for p in again["panels"]] == [p["title"] for p in document["panels"]]
    assert again["templating"] == document["templating"]


def test_every_panel_names_what_the_table_of_kinds_has():
    for panel in read_panels():
        kind = KINDS[panel.kind]
        assert set(panel.fields) <= set(kind.fields), panel.title
        assert set(panel.by) <= {"device", *kind.tags}, panel.title
        assert {kind.fields[name].unit for name in panel.fields} <= set(GRAFANA_UNITS)


def test_panels_lie_on_the_grid_without_overlap():
    taken = set()
    for panel in json.loads(dashboard_json())["panels"]:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert max(x for x, _ in cells) < 24
        assert not cells & taken, panel["title"]
        taken |= cells
