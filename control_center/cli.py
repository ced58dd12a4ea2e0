"""`aburra center`: runs the control centre until it is told to stop."""

import asyncio
import logging
import os
import sys
from importlib.util import find_spec
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from control_center.settings import CenterSettings
from gateway.link.program import log_to_stderr, say_in_order, settings_or_exit, told_to_stop

if TYPE_CHECKING:
    import socket

log = logging.getLogger("aburra.center")


def center(
    settings: Annotated[Path, typer.Argument(help="Ajustes del centro (TOML) · its settings")],
    *,
    check: Annotated[bool, typer.Option("--check", help="Sólo revisar · only check")] = False,
) -> None:
    """El centro de control: datos, reglas, paneles, muro · The control centre."""
    checked = settings_or_exit(settings, CenterSettings)
    if check:
        say_in_order(settings)
        return
    log_to_stderr()
    _require_directory(checked.data_dir)
    _require_grafana(checked)
    # A second of imports that the other programs, which share the front door, don't need.
    from control_center.server import listen  # noqa: PLC0415
    from control_center.store.protocol import StoreFault  # noqa: PLC0415

    wall = checked.wall
    try:
        listening = listen(wall.host, wall.port)
    except OSError as error:
        _give_up(
            f"{wall.host}:{wall.port}: cannot serve the wall page there: {_reason(error)}; "
            "end the program that uses it or set another [wall] port",
            error,
        )
    try:
        asyncio.run(_run(checked, listening))
    except ExceptionGroup as group:
        faults, others = group.split(StoreFault)
        if faults is None or others is not None:
            raise
        _give_up("; ".join(str(fault) for fault in faults.exceptions), faults)


async def _run(settings: CenterSettings, listening: "socket.socket") -> None:
    from control_center.center import Center  # noqa: PLC0415 - heavy, see above

    centre = Center(settings, Random())  # noqa: S311 - jitter, not secrets
    await centre.run(told_to_stop(), listening)
    log.info("stopped")


def _require_directory(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        _give_up(f"{path}: cannot be created: {_reason(error)}; set another data_dir", error)
    if not os.access(path, os.W_OK | os.X_OK):
        _give_up(f"{path}: is not writable for this user; change its owner or data_dir", None)


def _require_grafana(settings: CenterSettings) -> None:
    if settings.grafana is None:
        return
    token_file = settings.grafana.token_file
    try:
        token_file.read_bytes()
    except OSError as error:
        _give_up(f"{token_file}: cannot be read: {_reason(error)}; see [grafana]", error)
    if find_spec("grafana_client") is None:
        _give_up("[grafana] needs grafana-client: pip install 'aburra[center,grafana]'", None)


def _reason(error: OSError) -> str:
    return os.strerror(error.errno) if error.errno else str(error)


def _give_up(text: str, cause: BaseException | None) -> NoReturn:
    sys.stderr.write(f"{text}\n")
    raise typer.Exit(1) from cause
