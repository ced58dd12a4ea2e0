"""`aburra sim`: simulated roadside hardware on real serial lines and UDP ports."""

import asyncio
import contextlib
import logging
import signal
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from firmware_sim.run_directory import RunDirectory, RunDirectoryError
from firmware_sim.scenario import Scenario, ScenarioError, load_scenario

_log = logging.getLogger("aburra.sim")


def sim(
    scenario: Annotated[
        Path, typer.Argument(help="Scenario file, or the name of a shipped one.")
    ] = Path("demo"),
    run_dir: Annotated[
        Path | None,
        typer.Option(help="Where lines, secrets and bench.json are found; default: a temporary."),
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same world.")] = 7,
    start_ms: Annotated[
        int | None, typer.Option(help="UTC of the scenario's second 0, in ms; default: now.")
    ] = None,
) -> None:
    """Banco de pruebas: equipos de vía simulados · Test bench: simulated roadside hardware."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    try:
        loaded = load_scenario(scenario)
    except ScenarioError as error:
        for line in error.lines:
            typer.echo(line, err=True)
        raise typer.Exit(2) from error
    if start_ms is None:
        start_ms = round(time.time() * 1000)
    try:
        with _run_directory(run_dir) as directory:
            asyncio.run(_run(loaded, directory, seed, start_ms))
    except RunDirectoryError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error


async def _run(scenario: Scenario, directory: RunDirectory, seed: int, start_ms: int) -> None:
    # pysnmp takes a moment to import; a mistake in the scenario should not wait for it.
    from firmware_sim.bench import Bench, BenchError  # noqa: PLC0415

    bench = Bench(scenario, directory, seed=seed, start_ms=start_ms)
    work = asyncio.create_task(bench.run())
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, work.cancel)
    try:
        for line in bench.open():
            typer.echo(line)
        with contextlib.suppress(asyncio.CancelledError):
            await work
        _log.info("stopped")
    except BenchError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    finally:
        bench.close()


@contextlib.contextmanager
def _run_directory(path: Path | None) -> Iterator[RunDirectory]:
    with contextlib.ExitStack() as stack:
        if path is None:
            path = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="aburra-sim-")))
        directory = RunDirectory(path)
        stack.callback(directory.close)
        yield directory
