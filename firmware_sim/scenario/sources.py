"""The files of a scenario, read as one table that remembers which file says what."""

import os
import re
import tomllib
from pathlib import Path
from typing import Any

SHIPPED = Path(__file__).parents[1] / "scenarios"
ARRAY_KEY = re.compile(r"(?P<name>[a-z]+)\[(?P<number>[0-9]+)\]")


class ScenarioError(Exception):
    """Every mistake in a scenario, one line each: file, key, value, what is allowed."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


class Sources:
    """A scenario's file and those that it includes, which stand beside it or are shipped.

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
        self._tables: dict[str, Path] = {}
        self._path = path
        for name in included:
            beside, shipped = path.parent / name, SHIPPED / name
            found = shipped if not beside.exists() and shipped.is_file() else beside
            self._add(found, _read(found))
        self._add(path, own)

    def place(self, key: str) -> tuple[Path, str]:
        """The file in which a key stands, and the key as it is there."""
        if (found := ARRAY_KEY.match(key)) and found["name"] in self._arrays:
            places = self._arrays[found["name"]]
            if int(found["number"]) < len(places):
                path, number = places[int(found["number"])]
                return path, f"{found['name']}[{number}]{key[found.end() :]}"
        table = ".".join(key.split(".")[:2]).partition("[")[0]
        return self._tables.get(table, self._path), key

    def _add(self, path: Path, data: dict[str, Any]) -> None:
        for name, value in data.items():
            known = self.data.get(name)
            if isinstance(value, list):
                self._arrays.setdefault(name, []).extend((path, n) for n in range(len(value)))
                self.data[name] = (known if isinstance(known, list) else []) + value
            elif isinstance(value, dict):
                self._tables |= {f"{name}.{key}": path for key in value}
                self.data[name] = (known if isinstance(known, dict) else {}) | value
            else:
                self.data[name] = value


def shipped_names() -> list[str]:
    return sorted(path.stem for path in SHIPPED.glob("*.toml"))


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    # Besides those of the system: bytes that are no UTF-8, text that is no TOML or has numbers or
    # brackets without end.
    except (OSError, ValueError, RecursionError) as error:
        reason = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else error
        lines = [f"{path}: cannot be read as TOML: {reason}"]
        if isinstance(error, FileNotFoundError):
            lines.append(f"shipped scenarios: {', '.join(shipped_names())}")
        raise ScenarioError(lines) from error
