"""`aburra sim record`: what a scenario's devices say, as fast as it goes, into a file."""

import sys
import time
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from firmware_sim.cli.check import scenario_or_exit

SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def record(
    scenario: Annotated[Path, typer.Argument(help="Scenario file, or the name of a shipped one.")],
    out: Annotated[Path, typer.Option(help="JSON lines; - for standard output.")] = Path("-"),
    for_: Annotated[str, typer.Option("--for", help="How much of it: 90s, 2h, 7d.")] = "1h",
    seed: Annotated[int, typer.Option(help="The same seed gives the same bytes.")] = 7,
    start_ms: Annotated[
        int | None, typer.Option(help="UTC of the scenario's second 0, in ms; default: now.")
    ] = None,
) -> None:
    """Graba lo que dicen los equipos · Records what the devices say, as fast as it goes."""
    until_s = _seconds(for_)
    loaded = scenario_or_exit(scenario)
    # These take a moment to import; a mistake in the scenario should not wait for them.
    from firmware_sim.bench.start import world_start_ms  # noqa: PLC0415
    from firmware_sim.rig.recording import record as say  # noqa: PLC0415
    from firmware_sim.rig.rig import Rig  # noqa: PLC0415

    start_ms = round(time.time() * 1000) if start_ms is None else start_ms
    world_ms = world_start_ms(loaded, start_ms)
    rig = Rig(loaded, seed=seed, start_ms=world_ms, now_s=0.0, kept={})
    progress = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:.0f} / {task.total:.0f} s"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    try:
        with progress, sys.stdout.buffer if str(out) == "-" else out.open("wb") as file:
            task = progress.add_task(loaded.title, total=until_s)
            lines = 0
            for said in say(rig, until_s=until_s):
                row = {
                    "at_s": round(said.at_s, 6),
                    "line": said.line,
                    "device": said.device,
                    "request": said.request.hex(),
                    "data": said.data.hex(),
                }
                file.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))
                lines += 1
                progress.update(task, completed=said.at_s)
    except OSError as error:
        typer.echo(f"{out}: {error.strerror}", err=True)
        raise typer.Exit(1) from error
    typer.echo(f"{lines} tramas · frames, {until_s:g} s", err=True)


def _seconds(text: str) -> float:
    """Ends the program with status 2 when it is no duration."""
    number, unit = text[:-1], text[-1:]
    if unit not in SECONDS or not number.isdecimal() or not int(number):
        typer.echo(f"--for {text}: a whole number and one of s, m, h, d is expected", err=True)
        raise typer.Exit(2)
    return float(int(number) * SECONDS[unit])
