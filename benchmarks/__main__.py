"""`python -m benchmarks`: everything that is measured, as tables, and as JSON if wanted."""

import argparse
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.boards import measure_boards
from benchmarks.cabinets import measure_cabinets
from benchmarks.machine import facts
from benchmarks.modbus import measure_modbus
from benchmarks.recording import measure_recording

PARTS = ("cabinets", "boards", "modbus", "recording")


@dataclass(frozen=True, slots=True)
class Effort:
    cabinets: Sequence[int]
    for_s: Mapping[str, float]
    """How long each part measures at a time."""
    boards: int | None = None
    """How many types; None: all."""


FULL = Effort(
    (50, 100, 200, 350, 500), {"cabinets": 12.0, "boards": 1.5, "modbus": 1.0, "recording": 5.0}
)
QUICK = Effort((10,), {"cabinets": 5.0, "boards": 0.5, "modbus": 0.1, "recording": 0.5}, boards=1)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}")
    parser.add_argument("--quick", action="store_true", help="does it run? The figures say little")
    parser.add_argument("--json", type=Path, metavar="FILE", help="where the figures go as well")
    given = parser.parse_args()
    if unknown := set(given.parts) - set(PARTS):
        parser.error(f"no part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    began_s = time.monotonic()
    console = Console(width=None if Console().is_terminal else 140)
    results: dict[str, Any] = {"machine": facts()}
    console.print(", ".join(f"{name} {value}" for name, value in results["machine"].items()))
    for part in given.parts or PARTS:
        results[part] = _measure(part, QUICK if given.quick else FULL)
        for table in _tables(part, results[part]):
            console.print(table)
    console.print(f"{time.monotonic() - began_s:.0f} s")
    if given.json is not None:
        given.json.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")


def _measure(part: str, effort: Effort) -> list[dict[str, Any]]:
    for_s = effort.for_s[part]
    match part:
        case "cabinets":
            return [measure_cabinets(count, for_s) for count in effort.cabinets]
        case "boards":
            return list(measure_boards(for_s, effort.boards))
        case "modbus":
            return list(measure_modbus(for_s))
        case _:
            return list(measure_recording(for_s))


def _tables(part: str, rows: Sequence[Mapping[str, Any]]) -> Iterator[Table]:
    if part == "cabinets":
        yield _table("deadlines", [line for row in rows for line in _deadlines(row)])
    plain = [{name: row[name] for name in row if name != "protocols"} for row in rows]
    yield _table(part, plain)


def _deadlines(row: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for protocol, told in row["protocols"].items():
        yield {"cabinets": row["cabinets"], "protocol": protocol, **told}


def _table(title: str, rows: Sequence[Mapping[str, Any]]) -> Table:
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for name, value in rows[0].items():
        table.add_column(
            name.replace("_", " "), justify="left" if isinstance(value, str) else "right"
        )
    for row in rows:
        table.add_row(*map(_text, row.values()))
    return table


def _text(value: object) -> str:
    if not isinstance(value, float):
        return str(value)
    return f"{value:.0f}" if value >= 1000 else f"{value:.4g}"  # noqa: PLR2004 - digits enough


if __name__ == "__main__":
    main()
