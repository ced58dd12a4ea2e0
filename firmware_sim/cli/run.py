"""`aburra sim SCENARIO`: all that a scenario describes, on real ports, until it is stopped."""

import asyncio
import contextlib
import gc
import logging
import signal
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from firmware_sim.bench.run_directory import RunDirectory, RunDirectoryError
from firmware_sim.cli.check import scenario_or_exit
from firmware_sim.cli.running import forget, remember
from firmware_sim.cli.table import print_rows
from firmware_sim.scenario.scenario import Scenario

PAGE_PORT = 8095
HOST = "127.0.0.1"

_log = logging.getLogger("aburra.sim")


def run(
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
    page_port: Annotated[
        int, typer.Option(help="Where the bench page is; 0: a free port.", min=0, max=65535)
    ] = PAGE_PORT,
) -> None:
    """Pone en marcha un escenario · Runs a scenario (the default command)."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    loaded = scenario_or_exit(scenario)
    if start_ms is None:
        start_ms = round(time.time() * 1000)
    try:
        with _run_directory(run_dir) as directory:
            asyncio.run(_run(loaded, directory, seed, start_ms, page_port))
    except RunDirectoryError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error


async def _run(
    scenario: Scenario, directory: RunDirectory, seed: int, start_ms: int, page_port: int
) -> None:
    """Until SIGTERM or SIGINT, which may come at any moment."""
    running = asyncio.create_task(_serve(scenario, directory, seed, start_ms, page_port))
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, running.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await running
    _log.info("stopped")


async def _serve(
    scenario: Scenario, directory: RunDirectory, seed: int, start_ms: int, page_port: int
) -> None:
    # These take a moment to import; a mistake in the scenario should not wait for them.
    from firmware_sim.bench.bench import Bench  # noqa: PLC0415
    from firmware_sim.bench.ports import BenchError  # noqa: PLC0415
    from firmware_sim.bench.service import BenchService  # noqa: PLC0415
    from firmware_sim.page.server import open_page  # noqa: PLC0415

    bench = Bench(scenario, directory, seed=seed, start_ms=start_ms)
    service = BenchService(bench)
    page = None
    try:
        entries = bench.open()
        try:
            page = await open_page(service, HOST, page_port)
        except OSError as error:
            raise BenchError(
                f"page port {page_port} on {HOST}: {error.strerror}; choose another with "
                "--page-port, or 0 for a free one"
            ) from error
        # What stands now stands to the end: to look for garbage in it would hold up all lines.
        gc.collect()
        gc.freeze()
        directory.write_json("bench.json", {"page": page.url, "cabinets": entries})
        remember(directory.path)
        print_rows(service.rows(None), directory.path, page.url)
        await bench.run()
    except BenchError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    finally:
        forget(directory.path)
        if page is not None:
            await page.close()
        bench.close()


@contextlib.contextmanager
def _run_directory(path: Path | None) -> Iterator[RunDirectory]:
    with contextlib.ExitStack() as stack:
        if path is None:
            path = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="aburra-sim-")))
        directory = RunDirectory(path)
        stack.callback(directory.close)
        yield directory
