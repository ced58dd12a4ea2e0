"""The dashboard's queries with Grafana's variables put in, as Grafana does for "All"."""

import json
import re

from control_center.grafana.dashboard import dashboard_json


def dashboard_queries(since_ms: int, until_ms: int) -> list[str]:
    values = {
        "$timeFilter": f"time >= {since_ms}ms AND time <= {until_ms}ms",
        "$__interval": "30s",
        "${municipality:regex}": "(itagui|medellin)",
        "${site:regex}": "(autopista-sur|av-regional|gateway)",
    }
    dashboard = json.loads(dashboard_json())
    found = [variable["query"] for variable in dashboard["templating"]["list"]]
    found += [t["query"] for panel in dashboard["panels"] for t in panel["targets"]]
    for name, value in values.items():
        found = [query.replace(name, value) for query in found]
    assert not [query for query in found if re.search(r"\$(?!/)", query)], "a variable is left"
    return found
