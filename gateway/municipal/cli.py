"""`aburra gateway`: runs one municipal gateway until it is told to stop."""

import asyncio
import logging
import signal
import sqlite3
import sys
from pathlib import Path
from random import Random
from typing import Annotated

import typer

from gateway.contract.settings import SettingsError, load_settings
from gateway.municipal.gateway import Gateway
from gateway.municipal.settings import GatewaySettings


def gateway(
    settings: Annotated[Path, typer.Argument(help="Ajustes de la pasarela (TOML) · its settings")],
    *,
    check: Annotated[bool, typer.Option("--check", help="Sólo revisar · only check")] = False,
) -> None:
    """La frontera de un municipio: admite, guarda y reenvía · The border of one municipality."""
    try:
        checked = load_settings(settings, GatewaySettings)
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        raise typer.Exit(2) from error
    if check:
        typer.echo(f"{settings}: en orden · in order")
        return
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    try:
        asyncio.run(_run(checked))
    except (OSError, sqlite3.OperationalError) as error:
        sys.stderr.write(
            f"{checked.data_dir}: {error}: dé permiso de escritura en data_dir, o espacio en disco"
            " · make data_dir writable, or free disk space\n"
        )
        raise typer.Exit(1) from error


async def _run(settings: GatewaySettings) -> None:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    await Gateway(settings, Random()).run(stopping)  # noqa: S311 - jitter, not secrets
