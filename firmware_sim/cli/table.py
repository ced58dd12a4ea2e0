"""Tables for a terminal, of what a bench says of itself."""

import json
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from firmware_sim.rig.view import fault_kinds

ROWS_MAX = 80
"""More than that nobody reads at once."""
FRAMES_SHOWN = 6
COLUMN_GAP = 2
ADDRESS = re.compile(r"[0-9.]+:[0-9]+")
PIPE_WIDTH = 120
"""Where there is no terminal whose width could be asked."""


def print_json(data: object) -> None:
    json.dump(data, sys.stdout, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")


def print_rows(rows: Sequence[Mapping[str, Any]], run_dir: Path, page_url: str) -> None:
    """Device, type, where it is reached, what it shows now; cabinet by cabinet."""
    console = _console()
    titles = ("equipo · device", "tipo · type", "dónde · where")
    table = _table(*titles)
    lines: list[tuple[tuple[str, str, str], Text, str | None]] = []
    cabinet = ""
    for row in rows[:ROWS_MAX]:
        if row["name"].rpartition("/")[0] != cabinet:
            cabinet = row["name"].rpartition("/")[0]
            lines.append(((cabinet, "", ""), Text(), "bold"))
        lines.append((_place(row), _state(row), "cyan" if row["type"] == "line" else None))
    # The last column gets what the others leave, and is cut there: one line a device.
    columns = zip(titles, *(place for place, _, _ in lines), strict=True)
    left = console.width - sum(max(map(len, column)) + COLUMN_GAP for column in columns)
    table.add_column("muestra · shows", no_wrap=True, overflow="ellipsis", max_width=left)
    for place, state, style in lines:
        table.add_row(*map(Text, place), state, style=style)
    console.print(table)
    if len(rows) > ROWS_MAX:
        typer.echo(f"… {len(rows) - ROWS_MAX} más · more: aburra sim list 'municipality/site/*'")
    typer.echo(f"líneas · lines: {run_dir}/MUNICIPALITY/SITE/LINE")
    typer.echo("secretos · secrets: …/SIGN.community (v1, v2c), SNMPCONFPATH=…/SIGN.snmp (v3)")
    typer.echo(f"página · page: {page_url}")


def print_detail(row: Mapping[str, Any]) -> None:
    console = _console()
    console.print(Text(f"{row['name']}  {row['title']}  {row['where']}", style="bold"))
    for place in row["reach"]:
        console.print(Text(f"  {place}"))
    if row["faults"]:
        console.print(Text("  fallas · faults: ") + _faults(row["faults"]))
    for name, value in row["shows"].items():
        console.print(Text(f"  {name:<32} {value}"))
    if row["measures"]:
        table = _table("mide · measures", "mundo · world", "siente · feels", "")
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
    table = _table("falla · fault", "en · at", "", "cantidad · amount")
    for kind in kinds:
        amount = kind["amount"]
        bounds = (
            ""
            if amount is None
            else f"{amount['low']:,.10g} … {amount['high']:,.10g} {_unit(amount)} "
            f"({amount['default']:g})"
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


def _place(row: Mapping[str, Any]) -> tuple[str, str, str]:
    """Name, type and where it is reached, without paths: those are the names themselves."""
    name = row["name"].rpartition("/")[2]
    match row["type"]:
        case "line":
            return f"  {name}", f"{row['protocol']} {row['title']}", ", ".join(row["reach"][1:])
        case "sign":
            address = ADDRESS.search(row["reach"][0])
            return f"  {name}", row["type"], f"SNMP {address[0]}" if address else ""
    return f"    {name}", row["type"], row["where"]


def _state(row: Mapping[str, Any]) -> Text:
    """What ails it first, then what is most wanted."""
    shows = row["shows"]
    text = _faults(row["faults"])
    for name in row["main"]:
        text += (
            Text("  " if text else "") + Text(f"{name} ", style="dim") + Text(_short(shows[name]))
        )
    return text or Text("aún nada · nothing yet", style="dim")


def _unit(amount: Mapping[str, Any]) -> str:
    return " · ".join(dict.fromkeys((amount["unit_es"], amount["unit_en"])))


def _short(value: float | str) -> str:
    return f"{value:.5g}" if isinstance(value, float) else str(value)


def _faults(faults: Sequence[Mapping[str, Any]]) -> Text:
    return Text(", ".join(f["name"] for f in faults if f["is_on"]), style="bold red")


def _console() -> Console:
    return Console() if sys.stdout.isatty() else Console(width=PIPE_WIDTH)


def _table(*titles: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in titles:
        table.add_column(title, overflow="fold")
    return table
