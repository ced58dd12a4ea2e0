"""`aburra edge`: the agent in a cabinet."""

import asyncio
import sqlite3
from pathlib import Path
from typing import Annotated

import typer

from edge.agent import Agent
from edge.clock import Clock
from edge.settings import EdgeSettings
from edge.signs.settings import CommunityError, read_community
from gateway.contract.settings import SettingsError
from gateway.link.program import (
    log_to_stderr,
    refuse,
    say_in_order,
    settings_or_exit,
    told_to_stop,
)
from gateway.spool.spool import Spool


def edge(
    settings: Annotated[Path, typer.Argument(help="Ajustes del gabinete (TOML) · its settings")],
    *,
    check: Annotated[bool, typer.Option("--check", help="Sólo revisar · only check")] = False,
) -> None:
    """El agente del gabinete: sensores, paneles, MQTT · The agent in a cabinet."""
    loaded = settings_or_exit(settings, EdgeSettings)
    communities = _communities(loaded)
    if check:
        say_in_order(settings)
        return
    log_to_stderr()
    asyncio.run(_run(loaded, communities))


def _communities(settings: EdgeSettings) -> dict[str, str]:
    communities, faults = {}, []
    for sign in settings.signs:
        try:
            communities[sign.name] = read_community(sign)
        except CommunityError as error:
            faults.append(str(error))
    if faults:
        refuse(SettingsError(faults))
    return communities


async def _run(settings: EdgeSettings, communities: dict[str, str]) -> None:
    stop = told_to_stop()
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
