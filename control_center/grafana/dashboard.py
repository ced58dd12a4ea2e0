"""The one dashboard, made from panels.toml and the table of kinds.

Classic schema, which Grafana 12 and 13 both load. Text is Spanish first, English beside it.
"""

import json
import tomllib
from importlib.resources import files
from pathlib import Path

import msgspec
from grafana_foundation_sdk.builders import dashboard, statetimeline, table, timeseries
from grafana_foundation_sdk.builders.common import VizLegendOptions
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.variants import Dataquery
from grafana_foundation_sdk.models.common import DataSourceRef, VisibilityMode
from grafana_foundation_sdk.models.dashboard import (
    Dashboard,
    DataTransformerConfig,
    ValueMap,
    ValueMappingResult,
    VariableOption,
    VariableRefresh,
    VariableSort,
)

from control_center.grafana.queries import (
    PanelRow,
    queries_of,
    shortest_interval,
    variable_query,
)
from control_center.grafana.settings import ANNOTATION_TAG
from gateway.contract.kinds import KINDS

UID = "aburra-centro"
DATA_SOURCE = DataSourceRef(type_val="influxdb", uid="aburra")
"""The uid that deploy/grafana/provisioning gives the data source."""


GRAFANA_UNITS = {
    "": "none",
    "%": "percent",
    "km/h": "velocitykmh",
    "m/s": "velocityms",
    "µg/m³": "conμgm3",
    "°C": "celsius",
    "W": "watt",
    "s": "s",
    "frames": "short",
}
"""Units of the table of kinds as Grafana names them (packages/grafana-data, valueFormats)."""

Panel = timeseries.Panel | statetimeline.Panel | table.Panel


class _SignAnnotations(Builder[Dataquery], Dataquery):
    """Asks Grafana's own store for the annotations that the centre posts."""

    def build(self) -> Dataquery:
        return self

    def to_json(self) -> dict[str, object]:
        return {"limit": 100, "matchAny": False, "tags": [ANNOTATION_TAG], "type": "tags"}


def dashboard_json() -> str:
    """The dashboard as Grafana's provisioning reads it."""
    return json.dumps(build(), cls=JSONEncoder, indent=2, ensure_ascii=False) + "\n"


def write_dashboard(path: Path) -> None:
    path.write_text(dashboard_json(), encoding="utf-8")


def build() -> Dashboard:
    builder = (
        dashboard.Dashboard("Aburrá · centro de control")
        .uid(UID)
        .description("Tránsito, aire, postes y paneles · Traffic, air, poles and signs")
        .tags(["aburra"])
        .readonly()
        .refresh("10s")
        .time("now-1h", "now")
        .timezone("America/Bogota")
        .annotations([_annotations()])
        .with_variable(_variable("municipality", "Municipio · Municipality"))
        .with_variable(_variable("site", "Sitio · Site", within="municipality"))
    )
    for number, row in enumerate(read_panels(), start=1):
        builder = builder.with_panel(_panel(row).id(number))
    return builder.build()


def read_panels() -> list[PanelRow]:
    text = files(__package__).joinpath("panels.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text)["panels"], type=list[PanelRow])


def _panel(row: PanelRow) -> Panel:
    panel = _drawn(row)
    panel = panel.title(row.title).datasource(DATA_SOURCE).span(row.width).height(row.height)
    if row.type != "table":
        panel = panel.interval(shortest_interval(row))
    for query in queries_of(row):
        panel = panel.with_target(query)
    return panel


def _drawn(row: PanelRow) -> Panel:
    """The panel in its own manner; what all have in common comes after."""
    if row.type == "table":
        # One row per sign instead of one frame per sign.
        return table.Panel().transformations([DataTransformerConfig(id_val="merge", options={})])
    if row.type == "statetimeline":
        states = {
            "0": ValueMappingResult(text="sin respuesta · offline", color="red"),
            "1": ValueMappingResult(text="en línea · online", color="green"),
        }
        return statetimeline.Panel().mappings([ValueMap(options=states)])
    legend = VizLegendOptions().show_legend(show_legend=True)
    return (
        timeseries.Panel()
        .unit(_unit(row))
        .line_width(1)
        .show_points(VisibilityMode.AUTO)
        .legend(legend)
    )


def _unit(row: PanelRow) -> str:
    if row.unit:
        return row.unit
    units = {GRAFANA_UNITS[KINDS[row.kind].fields[name].unit] for name in row.fields}
    if len(units) != 1:
        raise ValueError(f"{row.title}: one panel has one unit, not {sorted(units)}")
    return units.pop()


def _variable(name: str, label: str, within: str = "") -> dashboard.QueryVariable:
    return (
        dashboard.QueryVariable(name)
        .label(label)
        .datasource(DATA_SOURCE)
        .query(variable_query(name, within))
        .refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(VariableSort.ALPHABETICAL_ASC)
        .multi(multi=True)
        .include_all(include_all=True)
        .current(VariableOption(selected=True, text="All", value="$__all"))
    )


def _annotations() -> dashboard.AnnotationQuery:
    return (
        dashboard.AnnotationQuery()
        .name("Paneles · Signs")
        .datasource(DataSourceRef(type_val="grafana", uid="-- Grafana --"))
        .icon_color("orange")
        .target(_SignAnnotations())
    )
