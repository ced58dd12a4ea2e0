"""`aburra gateway`: runs one municipal gateway until it is told to stop."""

import asyncio
import sqlite3
import sys
from pathlib import Path
from random import Random
from typing import Annotated

import typer

from gateway.link.program import log_to_stderr, say_in_order, settings_or_exit, told_to_stop
from gateway.municipal.gateway import Gateway
from gateway.municipal.settings import GatewaySettings


def gateway(
    settings: Annotated[Path, typer.Argument(help="Ajustes de la pasarela (TOML) · its settings")],
    *,
    check: Annotated[bool, typer.Option("--check", help="Sólo revisar · only check")] = False,
) -> None:
    """La frontera de un municipio: admite, guarda y reenvía · The border of one municipality."""
    checked = settings_or_exit(settings, GatewaySettings)
    if check:
        say_in_order(settings)
        return
    log_to_stderr()
    try:
        asyncio.run(_run(checked))
    except (OSError, sqlite3.OperationalError) as error:
        sys.stderr.write(
            f"{checked.data_dir}: {error}: dé permiso de escritura en data_dir, o espacio en disco"
            " · make data_dir writable, or free disk space\n"
        )
        raise typer.Exit(1) from error


async def _run(settings: GatewaySettings) -> None:
    await Gateway(settings, Random()).run(told_to_stop())  # noqa: S311 - jitter, not secrets
