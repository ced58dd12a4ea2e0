"""`aburra sim list|show|fault|clear|set|time`: to a running bench."""

from pathlib import Path
from typing import Annotated, Any

import typer

from firmware_sim.cli.client import BenchClient
from firmware_sim.cli.running import running_bench
from firmware_sim.cli.table import print_detail, print_faults, print_json, print_rows

RunDir = Annotated[
    Path | None, typer.Option(help="The bench's run directory; default: the last one started.")
]
Json = Annotated[bool, typer.Option("--json", help="For programs.")]
Target = Annotated[
    str, typer.Argument(help="municipality/site/name; its end if only one has it; * for any.")
]
BACK_TO_THE_WORLD = "auto"
NAMES_SHOWN = 8


def list_(
    at: Annotated[
        str | None, typer.Argument(help="Only these: municipality/site/name, with *.")
    ] = None,
    run_dir: RunDir = None,
    as_json: Json = False,
) -> None:
    """Todos los equipos y lo que muestran · All devices, where they are, what they show."""
    bench = running_bench(run_dir)
    rows = BenchClient(bench.page).get("rows", at=at)
    print_json(rows) if as_json else print_rows(rows, *bench)


def show(at: Target, run_dir: RunDir = None, as_json: Json = False) -> None:
    """Un equipo en detalle · One device: what it measures, sends, and each byte of its frames."""
    client = BenchClient(running_bench(run_dir).page)
    names = [row["name"] for row in client.get("rows", at=at)]
    if len(names) > 1:
        typer.echo(f"{at} means {len(names)} devices: {', '.join(names[:NAMES_SHOWN])} …", err=True)
        raise typer.Exit(2)
    detail = client.get(f"targets/{names[0]}")
    if as_json:
        print_json(detail)
        return
    print_detail(detail)
    if "face" in detail:
        typer.echo(client.get(f"faces/{names[0]}")["text"])


def fault(
    at: Target,
    name: Annotated[str, typer.Argument(help="`aburra sim faults` lists them.")],
    rate: Annotated[float, typer.Option(help="Share of the frames or readings it strikes.")] = 1.0,
    for_s: Annotated[
        float | None, typer.Option("--for", help="Scenario's seconds; default: until cleared.")
    ] = None,
    amount: Annotated[float | None, typer.Option(help="How much; see `aburra sim faults`.")] = None,
    reading: Annotated[str | None, typer.Option(help="Only of this reading.")] = None,
    run_dir: RunDir = None,
    as_json: Json = False,
) -> None:
    """Enciende una falla · Switches a fault on."""
    answer = BenchClient(running_bench(run_dir).page).post(
        "faults", at=at, name=name, rate=rate, for_s=for_s, amount=amount, reading=reading
    )
    _say(answer, as_json, f"{name}: {', '.join(answer['targets'])}")


def clear(
    at: Annotated[str | None, typer.Argument(help="municipality/site/name; default: all.")] = None,
    name: Annotated[str | None, typer.Argument(help="One fault; default: all.")] = None,
    run_dir: RunDir = None,
    as_json: Json = False,
) -> None:
    """Apaga fallas · Switches faults off."""
    answer = BenchClient(running_bench(run_dir).page).post("clear", at=at, name=name)
    _say(answer, as_json, f"fallas apagadas · faults off: {answer['count']}")


def set_(
    at: Target,
    reading: Annotated[str, typer.Argument(help="As `aburra sim show` names it.")],
    value: Annotated[str, typer.Argument(help="A number, or `auto` for the world's own value.")],
    run_dir: RunDir = None,
    as_json: Json = False,
) -> None:
    """Fija lo que un equipo mide · Holds a device's reading at a value."""
    try:
        held = None if value == BACK_TO_THE_WORLD else float(value)
    except ValueError as error:
        typer.echo(
            f"{reading}: a number or {BACK_TO_THE_WORLD} is expected, not {value!r}", err=True
        )
        raise typer.Exit(2) from error
    answer = BenchClient(running_bench(run_dir).page).post(
        "hold", at=at, reading=reading, value=held
    )
    _say(answer, as_json, f"{reading} = {value}: {', '.join(answer['targets'])}")


def time_(
    speed: Annotated[float | None, typer.Option(help="Scenario's seconds in one of ours.")] = None,
    pause: Annotated[bool | None, typer.Option("--pause/--go", help="Stop time, or go on.")] = None,
    run_dir: RunDir = None,
    as_json: Json = False,
) -> None:
    """El tiempo del escenario · The scenario's time: shown, stopped, made faster."""
    client = BenchClient(running_bench(run_dir).page)
    if speed is not None or pause is not None:
        client.post("time", speed=speed, is_paused=pause)
    summary = client.get("summary")
    state = "en pausa · paused" if summary["is_paused"] else f"x {summary['speed']:g}"
    _say(
        {name: summary[name] for name in ("at_s", "utc_ms", "local_time", "speed", "is_paused")},
        as_json,
        f"{summary['local_time']}  segundo · second {summary['at_s']:.0f}  {state}",
    )


def faults(as_json: Json = False) -> None:
    """El catálogo de fallas · All faults by name."""
    print_faults(as_json)


def _say(answer: dict[str, Any], as_json: bool, text: str) -> None:
    print_json(answer) if as_json else typer.echo(text)
