"""`aburra edge`: the agent in a cabinet."""

import asyncio
import logging
import signal
import sqlite3
from pathlib import Path
from typing import Annotated

import typer

from edge.agent import Agent
from edge.clock import Clock
from edge.settings import EdgeSettings
from edge.signs.settings import CommunityError, read_community
from gateway.contract.settings import SettingsError, load_settings
from gateway.spool.spool import Spool


def edge(
    settings: Annotated[Path, typer.Argument(help="Ajustes del gabinete (TOML) · its settings")],
    *,
    check: Annotated[bool, typer.Option("--check", help="Sólo revisar · only check")] = False,
) -> None:
    """El agente del gabinete: sensores, paneles, MQTT · The agent in a cabinet."""
    try:
        loaded = load_settings(settings, EdgeSettings)
        communities = _communities(loaded)
    except SettingsError as error:
        for line in error.lines:
            typer.echo(line, err=True)
        raise typer.Exit(2) from error
    if check:
        typer.echo(f"{settings}: en orden · in order")
        return
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    asyncio.run(_run(loaded, communities))


def _communities(settings: EdgeSettings) -> dict[str, str]:
    communities, faults = {}, []
    for sign in settings.signs:
        try:
            communities[sign.name] = read_community(sign)
        except CommunityError as error:
            faults.append(str(error))
    if faults:
        raise SettingsError(faults)
    return communities


async def _run(settings: EdgeSettings, communities: dict[str, str]) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    clock = Clock()
    path = settings.data_dir / "spool.sqlite"
    try:
        spool = Spool(path, settings.spool, clock.now_ms)
    except (OSError, sqlite3.OperationalError) as error:
        typer.echo(
            f"{path}: {error}: dé permiso de escritura en data_dir, o espacio en disco"
            " · make data_dir writable, or free disk space",
            err=True,
        )
        raise typer.Exit(1) from error
    try:
        await Agent(settings, communities, spool, clock).run(stop)
    finally:
        spool.close()
