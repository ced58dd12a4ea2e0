"""What every program does around its work: refuse wrong settings, log, stop when told."""

import asyncio
import logging
import signal
import sys
from pathlib import Path
from typing import NoReturn

import typer

from gateway.contract.settings import S, SettingsError, load_settings


def settings_or_exit(path: Path, model: type[S]) -> S:
    """The checked settings; wrong ones end the program with status 2, one line per mistake."""
    try:
        return load_settings(path, model)
    except SettingsError as error:
        refuse(error)


def refuse(error: SettingsError) -> NoReturn:
    """Tell every mistake and end with status 2: no port was opened yet."""
    sys.stderr.write(f"{error}\n")
    raise typer.Exit(2) from error


def say_in_order(path: Path) -> None:
    """The answer to `--check`."""
    sys.stdout.write(f"{path}: en orden · in order\n")


def log_to_stderr() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")


def told_to_stop() -> asyncio.Event:
    """Set by SIGTERM or SIGINT; call it inside the running loop."""
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    return stopping
