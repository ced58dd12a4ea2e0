"""A panel's rows as InfluxQL, which InfluxDB 1.x, 2.x and 3 all answer."""

from typing import Literal

import msgspec
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.cog.variants import Dataquery

from gateway.contract.kinds import KINDS


class PanelRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One entry of panels.toml, whose head explains it."""

    title: str
    type: Literal["timeseries", "statetimeline", "table"]
    kind: str
    by: tuple[str, ...]
    width: int
    fields: tuple[str, ...] = ()
    values: dict[str, str] = {}
    unit: str = ""
    filters: tuple[str, ...] = ("municipality", "site")
    height: int = 8


class InfluxQuery(Builder[Dataquery], Dataquery):
    """A raw InfluxQL query, and its own builder: the Foundation SDK has none for InfluxDB."""

    def __init__(self, ref_id: str, query: str, alias: str, shape: str) -> None:
        self._document: dict[str, object] = {
            "refId": ref_id,
            "query": query,
            "rawQuery": True,
            "resultFormat": shape,
            "alias": alias,
        }

    def build(self) -> "InfluxQuery":
        return self

    def to_json(self) -> dict[str, object]:
        return self._document


def queries_of(panel: PanelRow) -> list[InfluxQuery]:
    """One query per line of values, named after its tags; a table has one query for all of them."""
    if panel.type == "table":
        columns = ", ".join(f'{value} AS "{name}"' for name, value in panel.values.items())
        statement = f"SELECT {columns} {_from(panel)}{_group(panel)} ORDER BY time DESC LIMIT 1"
        return [InfluxQuery("A", statement, "", "table")]
    values = panel.values or {name: f'mean("{name}")' for name in panel.fields}
    source = f"{_from(panel)}{_group(panel, 'time($__interval)')} fill(null)"
    alias = " ".join(f"$tag_{tag}" for tag in ("municipality", "site", *panel.by))
    return [
        InfluxQuery(
            chr(ord("A") + index),
            f'SELECT {value} AS "{name}" {source}',
            f"{alias} $col" if len(values) > 1 else alias,
            "time_series",
        )
        for index, (name, value) in enumerate(values.items())
    ]


def variable_query(tag: str, within: str = "") -> str:
    """The values of a tag, of those points that `within` (another tag's variable) leaves."""
    query = f'SHOW TAG VALUES WITH KEY = "{tag}"'
    return f"{query} WHERE {_chosen(within)}" if within else query


def shortest_interval(panel: PanelRow) -> str:
    """No bin shorter than the kind's period: shorter ones would be empty."""
    return f"{KINDS[panel.kind].period_s:g}s"


def _from(panel: PanelRow) -> str:
    conditions = ["$timeFilter", *(_chosen(name) for name in panel.filters)]
    return f'FROM "{panel.kind}" WHERE {" AND ".join(conditions)}'


def _group(panel: PanelRow, *bins: str) -> str:
    tags = [f'"{tag}"' for tag in ("municipality", "site", *panel.by)]
    return f" GROUP BY {', '.join([*bins, *tags])}"


def _chosen(variable: str) -> str:
    return f'"{variable}" =~ /^${{{variable}:regex}}$/'
