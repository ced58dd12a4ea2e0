"""Whatever stands in a scenario file: it is right, or its mistakes are told."""

import tomllib
from datetime import date

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scenario_files import SMALL

from firmware_sim.scenario.load import load_scenario
from firmware_sim.scenario.references import reference_mistakes
from firmware_sim.scenario.sources import ScenarioError

KEYS = sorted(
    {
        *("title", "roads", "kits", "cabinets", "rows", "faults", "air", "showers", "include"),
        *("name", "length_m", "lines", "signs", "devices", "type", "unit", "at", "fault", "amount"),
        *("road", "kit", "site", "municipality", "count", "first_m", "spacing_m", "position_m"),
        *("tcp_port", "udp_port", "at_m", "lanes", "replay", "address", "profile", "reading"),
    }
)
WORDS = ["full", "calle-10", "envigado", "canoga", "modbus", "luminaire", "*/*/air-1", "a/b/c", ""]
SCALARS = (
    st.sampled_from(WORDS)
    | st.text(max_size=6)
    | st.integers(-(2**70), 2**70)
    | st.sampled_from([0, 1, 502, True, False])
    | st.floats()
    | st.just(date(2026, 1, 1))
)
KEY = st.sampled_from(KEYS) | st.text(max_size=4)
DATA = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEY, inner, max_size=5),
    max_leaves=25,
)
TABLES = st.dictionaries(KEY, DATA, max_size=8)


def places(data, path=()):
    """Every place in it, each as the keys that lead there."""
    yield path
    parts = data.items() if isinstance(data, dict) else enumerate(data)
    for key, value in parts:
        if isinstance(value, dict | list):
            yield from places(value, (*path, key))
        else:
            yield (*path, key)


RIGHT = tomllib.loads(SMALL)
PLACES = [path for path in places(RIGHT) if path]


def with_other(path, value):
    """The small scenario with something else at one place."""
    data = tomllib.loads(SMALL)
    parent = data
    for key in path[:-1]:
        parent = parent[key]
    parent[path[-1]] = value
    return data


def told(data):
    """The mistakes, through the whole of `load_scenario`, as if a file had said so."""
    return [mistake for mistake in reference_mistakes(data) if mistake[0] and mistake[2]]


@given(TABLES)
def test_any_tables_are_looked_through(data):
    assert told(data)  # no cabinet, at least


@settings(max_examples=300)
@given(st.sampled_from(PLACES), DATA)
def test_anything_at_any_place_is_looked_through(path, value):
    told(with_other(path, value))


def mistakes_or_none(file) -> list[str] | None:
    """None: it is right, and its parts can be used."""
    try:
        scenario = load_scenario(file)
    except ScenarioError as error:
        return error.lines
    assert scenario.all_cabinets()
    assert scenario.used_roads()
    return None


def toml(value) -> str:
    """As much of TOML as is needed here; keys are quoted."""
    match value:
        case bool():
            return str(value).lower()
        case dict():
            return "{" + ", ".join(f"{toml(str(k))} = {toml(v)}" for k, v in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(toml, value)) + "]"
        case str():
            return '"' + "".join(f"\\U{ord(c):08x}" for c in value) + '"'
        case float():
            return {"inf": "inf", "-inf": "-inf", "nan": "nan"}.get(repr(value), repr(value))
        case _:
            return str(value)


@settings(
    max_examples=250,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.sampled_from(PLACES), DATA)
def test_anything_at_any_place_is_read_or_told(tmp_path, path, value):
    file = tmp_path / "any.toml"
    data = with_other(path, value)
    file.write_text("".join(f"{toml(k)} = {toml(v)}\n" for k, v in data.items()))
    assert tomllib.loads(file.read_text()).keys() == data.keys()
    lines = mistakes_or_none(file)
    if lines is not None:
        assert lines
        assert all(": " in line and len(line) < 2000 for line in lines)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=60) | st.text(alphabet='[]{}=".#\n ab1', max_size=60).map(str.encode))
def test_any_bytes_are_told_to_be_no_scenario(tmp_path, data):
    file = tmp_path / "any.toml"
    file.write_bytes(data)
    assert mistakes_or_none(file)  # a scenario has at least a road, a kit and a cabinet
