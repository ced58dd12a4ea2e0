"""Reading a scenario file. Every mistake is told at once."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from firmware_sim.scenario.devices import device_types
from firmware_sim.scenario.references import Mistake, reference_mistakes
from firmware_sim.scenario.scenario import Scenario
from firmware_sim.scenario.sources import SHIPPED, ScenarioError, Sources

SHOWN_MAX = 60


def load_scenario(
    path: Path, further_mistakes: Callable[[Scenario], Iterable[Mistake]] = lambda _: ()
) -> Scenario:
    """A scenario file, or one of the shipped ones by its bare name; raises `ScenarioError`.

    `further_mistakes` looks at a scenario that is right so far.
    """
    shipped = SHIPPED / f"{path.name}.toml"
    if path.parent == Path() and not path.exists() and shipped.is_file():
        path = shipped
    sources = Sources(path)
    lines = [_line(sources, *mistake) for mistake in reference_mistakes(sources.data)]
    try:
        scenario = Scenario.model_validate(sources.data, context={"folder": path.parent})
    except ValidationError as error:
        found = [_line(sources, *_mistake(sources.data, one)) for one in error.errors()]
        raise ScenarioError(found + lines) from error
    lines = lines or [_line(sources, *mistake) for mistake in further_mistakes(scenario)]
    if lines:
        raise ScenarioError(lines)
    return scenario


def _mistake(data: dict[str, Any], error: Any) -> Mistake:
    """`error` is one of pydantic's."""
    key, value = _key(data, error["loc"], error["type"]), error["input"]
    if error["type"] == "union_tag_invalid":
        return f"{key}.type", error["ctx"]["tag"], f"there are {', '.join(device_types())}"
    if error["type"] == "union_tag_not_found":
        return f"{key}.type", None, "Field required"
    is_shown = error["type"] != "missing" and not isinstance(value, dict | list)
    return key, value if is_shown else None, error["msg"].removeprefix("Value error, ")


def _key(data: Any, loc: tuple[str | int, ...], kind: str) -> str:
    """As in the file: pydantic also names the type by which it told devices apart."""
    key = ""
    for part in loc:
        if isinstance(part, int):
            key += f"[{part}]"
            data = data[part] if isinstance(data, list) and part < len(data) else None
        elif isinstance(data, dict) and part in data:
            key += f".{part}"
            data = data[part]
        elif kind == "missing" and part == loc[-1]:
            key += f".{part}"
    return key.lstrip(".")


def _line(sources: Sources, key: str, value: object, text: str) -> str:
    path, key = sources.place(key)
    shown = "" if value is None else f" = {value!r:.{SHOWN_MAX}}"
    return f"{path}: {key or 'file'}{shown}: {text}"
