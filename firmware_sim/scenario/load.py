"""Reading a scenario file. Every mistake is told at once."""

import os
import re
import tomllib
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from firmware_sim.scenario.references import reference_mistakes
from firmware_sim.scenario.scenario import Scenario

SHIPPED = Path(__file__).parents[1] / "scenarios"
SHOWN_MAX = 60
ARRAY_KEY = re.compile(r"(?P<name>[a-z]+)\[(?P<number>[0-9]+)\]")


class ScenarioError(Exception):
    """Every mistake in a scenario, one line each: file, key, value, what is allowed."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


def shipped_names() -> list[str]:
    return sorted(path.stem for path in SHIPPED.glob("*.toml"))


def load_scenario(path: Path) -> Scenario:
    """A scenario file, or one of the shipped ones by its bare name; raises `ScenarioError`."""
    shipped = SHIPPED / f"{path.name}.toml"
    if path.parent == Path() and not path.exists() and shipped.is_file():
        path = shipped
    sources = Sources(path)
    lines = [_line(sources, *mistake) for mistake in reference_mistakes(sources.data)]
    try:
        scenario = Scenario.model_validate(sources.data, context={"folder": path.parent})
    except ValidationError as error:
        faults = error.errors()
        raise ScenarioError([_fault_line(sources, fault) for fault in faults] + lines) from error
    if lines:
        raise ScenarioError(lines)
    return scenario


class Sources:
    """A scenario's file and those that it includes, as one table that remembers who said what.

    Arrays and tables of an included file stand before the file's own; an included file includes
    nothing itself.
    """

    def __init__(self, path: Path) -> None:
        """Raises `ScenarioError` for a file that cannot be read."""
        own = _read(path)
        included = own.pop("include", [])
        if not isinstance(included, list) or not all(isinstance(name, str) for name in included):
            raise ScenarioError([f"{path}: include = {included!r}: a list of file names"])
        self.data: dict[str, Any] = {}
        self._arrays: dict[str, list[tuple[Path, int]]] = {}
        self._path = path
        for name in included:
            self._add(path.parent / name)
        self._add(path, own)

    def place(self, key: str) -> tuple[Path, str]:
        """The file in which a key stands, and the key as it is there."""
        if (found := ARRAY_KEY.match(key)) and found["name"] in self._arrays:
            places = self._arrays[found["name"]]
            if int(found["number"]) < len(places):
                path, number = places[int(found["number"])]
                return path, f"{found['name']}[{number}]{key[found.end() :]}"
        return self._path, key

    def _add(self, path: Path, data: dict[str, Any] | None = None) -> None:
        for name, value in (_read(path) if data is None else data).items():
            known = self.data.get(name)
            if isinstance(value, list):
                self._arrays.setdefault(name, []).extend((path, n) for n in range(len(value)))
                value = (known if isinstance(known, list) else []) + value  # noqa: PLW2901
            elif isinstance(value, dict) and isinstance(known, dict):
                value = known | value  # noqa: PLW2901
            self.data[name] = value


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        reason = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else error
        lines = [f"{path}: cannot be read as TOML: {reason}"]
        if isinstance(error, FileNotFoundError):
            lines.append(f"shipped scenarios: {', '.join(shipped_names())}")
        raise ScenarioError(lines) from error


def _fault_line(sources: Sources, fault: Any) -> str:
    key = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in fault["loc"])
    is_value = fault["type"] != "missing" and not isinstance(fault["input"], dict | list)
    return _line(sources, key.lstrip("."), fault["input"] if is_value else None, fault["msg"])


def _line(sources: Sources, key: str, value: object, text: str) -> str:
    path, key = sources.place(key)
    shown = "" if value is None else f" = {str(value)[:SHOWN_MAX]!r}"
    return f"{path}: {key or 'file'}{shown}: {text}"
