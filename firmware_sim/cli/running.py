"""Which bench is running: the last one started by this user, unless a directory is named."""

import json
import os
from pathlib import Path

import typer


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


def page_of(run_dir: Path | None) -> str:
    """The address of the running bench's page; ends the program with status 1 without one."""
    directory = run_dir or _remembered()
    if directory is None:
        typer.echo(
            "no bench is running: start one with aburra sim, or name its --run-dir", err=True
        )
        raise typer.Exit(1)
    try:
        told = json.loads((directory / "bench.json").read_text(encoding="utf-8"))
    except (OSError, json.JSONDecodeError) as error:
        typer.echo(f"no bench is running in {directory}: {error}", err=True)
        raise typer.Exit(1) from error
    return str(told["page"])


def _remembered() -> Path | None:
    try:
        return Path(_pointer().read_text(encoding="utf-8").strip())
    except OSError:
        return None


def _pointer() -> Path:
    """In the user's own state directory (XDG Base Directory Specification)."""
    state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(state) / "aburra" / "bench"
