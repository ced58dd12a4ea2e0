"""One run, from the first process to the report."""

import asyncio
import signal
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.live import Live

from aburra.run import summary
from aburra.run.options import RunOptions
from aburra.run.processes import Programs
from aburra.run.report import report_of
from aburra.run.stages import Stages
from aburra.run.story import read_story
from aburra.run.watch import Watch

_LINE_EVERY_S = 5.0
_LOOK_S = 0.5
_LEAD_MS = 5_000
"""The scenario's second 0 lies so far ahead, so that its story finds everybody in place."""


async def run_all(options: RunOptions, data_dir: Path, console: Console) -> dict[str, Any]:
    """Run until the duration is over or a signal arrives; returns the report."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)

    def restarted(name: str, how: str) -> None:
        console.print(f"  {name} {how}: se reinicia · restarted", style="red")

    def came_up(stage: str, what: str) -> None:
        console.print(f"  [bold]{stage:<9}[/] {what}", highlight=False)

    programs = Programs(data_dir / "logs", restarted)
    stages = Stages(options, data_dir, programs, came_up)
    watch = Watch(stages.wall_url)
    watching = asyncio.create_task(watch.run())
    start_ms = time.time_ns() // 1_000_000 + _LEAD_MS
    began_s = time.monotonic()
    try:
        coming_up = asyncio.create_task(stages.up(start_ms, watch))
        await _first_of(coming_up, asyncio.create_task(stopping.wait()))
        if coming_up.done():
            coming_up.result()
            began_s = time.monotonic()
            await _live(options, watch, stages.wall_url, programs, console, stopping)
        else:
            coming_up.cancel()
    finally:
        duration_s = time.monotonic() - began_s
        watching.cancel()  # what the centre says of a field that is being switched off is no news
        await stages.down()
    proof = await stages.books.close() if stages.books else None
    return report_of(
        watch,
        proof,
        seed=options.seed,
        duration_s=duration_s,
        story=read_story(data_dir / "center" / "audit.jsonl", start_ms),
        restarts={p.name: p.restarts for p in programs.all.values() if p.restarts},
    )


async def _first_of(*tasks: asyncio.Task[Any]) -> None:
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)


async def _live(
    options: RunOptions,
    watch: Watch,
    wall_url: str,
    programs: Programs,
    console: Console,
    stopping: asyncio.Event,
) -> None:
    """Say how it goes until the duration is over, a signal arrives, or a program gives up."""
    began_s = time.monotonic()
    said_s = began_s
    with Live(console=console, auto_refresh=False, transient=True) as live:
        while not stopping.is_set():
            programs.check()
            elapsed_s = time.monotonic() - began_s
            if options.duration_s is not None and elapsed_s >= options.duration_s:
                return
            restarts = sum(program.restarts for program in programs.all.values())
            if console.is_terminal:
                live.update(summary.table(watch, elapsed_s, wall_url, restarts), refresh=True)
            elif time.monotonic() - said_s >= _LINE_EVERY_S:
                said_s = time.monotonic()
                console.print(summary.line(watch, elapsed_s), highlight=False, soft_wrap=True)
            with suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_S):
                    await stopping.wait()
