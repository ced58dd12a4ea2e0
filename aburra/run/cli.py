"""`aburra run`: the command line of the demo."""

import asyncio
import sys
import tempfile
from pathlib import Path
from typing import Annotated, Literal

import typer
from pydantic import ValidationError
from rich.console import Console

from aburra.run import summary
from aburra.run.options import RunOptions, parse_duration_s
from aburra.run.processes import ProgramFailedError
from aburra.run.report import dumps
from aburra.run.run import run_all
from aburra.run.stages import StageFailedError
from gateway.link.address import BrokerSettings


def run(
    seed: Annotated[int, typer.Option(help="Seed of the simulated world.")] = 7,
    scenario: Annotated[str, typer.Option(help="'demo' or a scenario file (TOML).")] = "demo",
    store: Annotated[str, typer.Option(help="embedded or influx.")] = "embedded",
    influx_url: Annotated[str, typer.Option(help="InfluxDB, with --store influx.")] = (
        "http://127.0.0.1:8086"
    ),
    broker: Annotated[str, typer.Option(help="embedded, or mqtt://host:port.")] = "embedded",
    wall_port: Annotated[int, typer.Option(min=1, max=65535, help="Port of the wall.")] = 8080,
    data_dir: Annotated[Path | None, typer.Option(help="Keep data here; else thrown away.")] = None,
    duration: Annotated[str | None, typer.Option("--for", help="90s, 5m; else Ctrl-C.")] = None,
    report: Annotated[str | None, typer.Option(help="Write a report (JSON); - = stdout.")] = None,
) -> None:
    """Everything on this machine: bench, two cabinets, their gateways, the centre and its wall."""
    options = _options(
        seed, scenario, store, influx_url, broker, wall_port, data_dir, duration, report
    )
    console = Console(stderr=report == "-")
    try:
        if data_dir is not None:
            data_dir.mkdir(parents=True, exist_ok=True)
            result = asyncio.run(run_all(options, data_dir.resolve(), console))
        else:
            with tempfile.TemporaryDirectory(prefix="aburra-") as directory:
                result = asyncio.run(run_all(options, Path(directory), console))
    except (StageFailedError, ProgramFailedError, OSError) as error:
        sys.stderr.write(f"aburra run: {error}\n")
        raise typer.Exit(1) from error
    console.print(summary.ending(result), highlight=False, soft_wrap=True)
    if report == "-":
        sys.stdout.write(dumps(result) + "\n")
    elif report is not None:
        Path(report).write_text(dumps(result) + "\n", encoding="utf-8")


def _options(
    seed: int,
    scenario: str,
    store: str,
    influx_url: str,
    broker: str,
    wall_port: int,
    data_dir: Path | None,
    duration: str | None,
    report: str | None,
) -> RunOptions:
    """All mistakes at once, one line each, exit status 2."""
    faults = []
    kind: Literal["embedded", "influx"] = "influx" if store == "influx" else "embedded"
    if store not in ("embedded", "influx"):
        faults.append(f"--store = {store!r}: allowed are embedded, influx")
    if scenario != "demo" and not Path(scenario).is_file():
        faults.append(f"--scenario = {scenario!r}: allowed are demo, or a file that exists")
    if broker != "embedded":
        try:
            BrokerSettings(url=broker)
        except ValidationError as error:
            faults.append(f"--broker = {broker!r}: embedded, or {error.errors()[0]['msg']}")
    if not influx_url.startswith(("http://", "https://")):
        faults.append(f"--influx-url = {influx_url!r}: must be http://host:port")
    duration_s = None
    if duration is not None:
        try:
            duration_s = parse_duration_s(duration)
        except ValueError as error:
            faults.append(f"--for: {error}")
    if faults:
        sys.stderr.write("\n".join(faults) + "\n")
        raise typer.Exit(2)
    return RunOptions(
        seed, scenario, kind, influx_url, broker, wall_port, data_dir, duration_s, report
    )
