"""Tables for a terminal, of what a bench says of itself."""

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from firmware_sim.rig.view import fault_kinds

ROWS_MAX = 80
"""More than that nobody reads at once."""
SHOWN_FIELDS = 4
FRAMES_SHOWN = 6
PIPE_WIDTH = 160
"""Where there is no terminal whose width could be asked."""


def print_json(data: object) -> None:
    json.dump(data, sys.stdout, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")


def print_rows(rows: Sequence[Mapping[str, Any]], page_url: str) -> None:
    """Device, protocol, where it is reached, what it shows now."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("equipo · device", "tipo · type", "dónde · where", "muestra · shows"):
        table.add_column(title, overflow="fold")
    for row in rows[:ROWS_MAX]:
        is_line = row["type"] == "line"
        # A line's reach stands once, above its devices.
        where = "\n".join(row["reach"]) if is_line or not row["where"] else row["where"]
        if not is_line and row["type"] != "sign":
            where = row["where"]
        table.add_row(
            Text(row["name"] if is_line or row["type"] == "sign" else f"  {row['name']}"),
            Text(f"{row['protocol']}" if is_line else row["title"]),
            Text(where),
            _state(row),
            style="dim" if is_line else None,
        )
    console = _console()
    console.print(table)
    if len(rows) > ROWS_MAX:
        typer.echo(f"… {len(rows) - ROWS_MAX} más · more: aburra sim list 'municipality/site/*'")
    typer.echo(f"página · page: {page_url}")


def print_detail(row: Mapping[str, Any]) -> None:
    console = _console()
    console.print(Text(f"{row['name']}  {row['title']}  {row['where']}", style="bold"))
    for place in row["reach"]:
        console.print(Text(f"  {place}"))
    if row["faults"]:
        console.print(Text("  fallas · faults: ") + _faults(row["faults"]))
    if "display" in row:
        console.print(Text.from_ansi(row["display"]))
    for name, value in row["shows"].items():
        console.print(Text(f"  {name:<32} {value}"))
    if row["measures"]:
        table = Table(box=None, pad_edge=False, header_style="bold")
        for title in ("mide · measures", "mundo · world", "siente · feels", ""):
            table.add_column(title)
        for one in row["measures"]:
            held = "fijado · held" if one["held"] else ""
            table.add_row(one["name"], f"{one['truth']:g}", f"{one['sensed']:g}", held)
        console.print(table)
    for frame in row["frames"][-FRAMES_SHOWN:]:
        _print_frame(console, frame)


def print_faults(as_json: bool) -> None:
    kinds = fault_kinds()
    if as_json:
        print_json(kinds)
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("falla · fault", "en · at", "", "cantidad · amount"):
        table.add_column(title)
    for kind in kinds:
        amount = kind["amount"]
        bounds = (
            ""
            if amount is None
            else f"{amount['low']:g} … {amount['high']:g} {amount['unit']} ({amount['default']:g})"
        )
        table.add_row(kind["name"], kind["where"], f"{kind['es']} · {kind['en']}", bounds)
    _console().print(table)


def _print_frame(console: Console, frame: Mapping[str, Any]) -> None:
    arrow = "→" if frame["is_request"] else "←"
    struck = f"  {', '.join(frame['faults'])}" if frame["faults"] else ""
    console.print(Text(f"{arrow} {frame['at_s']:.3f} s  {frame['device']}{struck}", style="bold"))
    data = bytes.fromhex(frame["hex"])
    for part in frame["parts"]:
        console.print(
            Text(f"    {data[part['start'] : part['end']].hex(' '):<28} ")
            + Text(part["name"], style="cyan")
            + Text(f"  {part['text']}")
        )


def _state(row: Mapping[str, Any]) -> Text:
    shown = list(row["shows"].items())[:SHOWN_FIELDS]
    text = Text("  ".join(f"{name} {value}" for name, value in shown))
    return text + Text("  ") + _faults(row["faults"]) if row["faults"] else text


def _faults(faults: Sequence[Mapping[str, Any]]) -> Text:
    return Text(", ".join(f["name"] for f in faults if f["is_on"]), style="bold red")


def _console() -> Console:
    return Console() if sys.stdout.isatty() else Console(width=PIPE_WIDTH)
