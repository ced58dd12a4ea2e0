"""Which bench is running: the last one started by this user, unless a directory is named."""

import json
import os
from pathlib import Path
from typing import NamedTuple

import typer


class RunningBench(NamedTuple):
    run_dir: Path
    page: str
    """The page's address."""


def remember(run_dir: Path) -> None:
    pointer = _pointer()
    try:
        pointer.parent.mkdir(parents=True, exist_ok=True)
        pointer.write_text(f"{run_dir}\n", encoding="utf-8")
    except OSError as error:
        typer.echo(f"{pointer}: {error.strerror}: later commands need --run-dir", err=True)


def forget(run_dir: Path) -> None:
    """Unless another bench was started since."""
    if _remembered() == run_dir:
        _pointer().unlink(missing_ok=True)


def running_bench(run_dir: Path | None) -> RunningBench:
    """The one in this directory, or the last one started; ends the program with status 1 when
    there is none.
    """
    directory = run_dir or _remembered()
    if directory is None:
        typer.echo(
            "no bench is running: start one with aburra sim, or name its --run-dir", err=True
        )
        raise typer.Exit(1)
    try:
        told = json.loads((directory / "bench.json").read_text(encoding="utf-8"))
        return RunningBench(directory, str(told["page"]))
    # Besides those of the system: what is no JSON, or not what a bench writes.
    except (OSError, ValueError, LookupError, TypeError) as error:
        typer.echo(f"no bench is running in {directory}: {error}", err=True)
        raise typer.Exit(1) from error


def _remembered() -> Path | None:
    try:
        return Path(_pointer().read_text(encoding="utf-8").strip())
    except OSError:
        return None


def _pointer() -> Path:
    """In the user's own state directory (XDG Base Directory Specification)."""
    state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(state) / "aburra" / "bench"
