"""`aburra PROGRAM …`: finds the program, imports its room alone, and hands over.

A Raspberry Pi installs `aburra[edge]` only: the other rooms' libraries are then not there, and
asking for their programs says which extra to install.
"""

import sys
from importlib import import_module
from typing import NamedTuple

import typer


class _Program(NamedTuple):
    module: str
    function: str
    extra: str
    what: str


PROGRAMS = {
    "run": _Program("aburra.run.cli", "run", "run", "everything on this machine, as a demo"),
    "edge": _Program("edge.cli", "edge", "edge", "the agent in a cabinet"),
    "gateway": _Program(
        "gateway.municipal.cli", "gateway", "gateway", "the border of one municipality"
    ),
    "center": _Program("control_center.cli", "center", "center", "the monitoring centre"),
    "sim": _Program("firmware_sim.cli.app", "sim", "sim", "the bench: simulated hardware"),
    "influx-setup": _Program(
        "control_center.store.influx_setup",
        "prepare_influx",
        "center",
        "prepares InfluxDB 2.x: bucket and tokens",
    ),
    "broker": _Program("aburra.broker", "broker", "run", "the embedded MQTT broker"),
}


def app() -> None:
    """The console script; exit status 2 for a command that can't be meant."""
    name = sys.argv[1] if len(sys.argv) > 1 else "--help"
    if name in ("-h", "--help"):
        sys.stdout.write(_usage())
        return
    if name not in PROGRAMS:
        sys.stderr.write(f"aburra: no program {name!r}\n{_usage()}")
        raise SystemExit(2)
    program = PROGRAMS[name]
    try:
        found = getattr(import_module(program.module), program.function)
        if not isinstance(found, typer.Typer):
            single = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
            single.command()(found)
            found = single
        found(sys.argv[2:], prog_name=f"aburra {name}")
    except ModuleNotFoundError as error:
        if error.name is None or error.name.split(".")[0] in _OURS:
            raise
        sys.stderr.write(
            f"aburra {name} needs {error.name}: pip install 'aburra[{program.extra}]'\n"
        )
        raise SystemExit(2) from error


_OURS = {program.module.split(".")[0] for program in PROGRAMS.values()}


def _usage() -> str:
    rows = "".join(f"  {name:<13} {program.what}\n" for name, program in PROGRAMS.items())
    return f"usage: aburra PROGRAM …        (aburra PROGRAM --help says more)\n{rows}"
