"""The commands of `aburra sim`. Without the name of one, what stands there is a scenario to run."""

import typer
from typer.core import TyperGroup

from firmware_sim.cli.check import check
from firmware_sim.cli.record import record
from firmware_sim.cli.run import run
from firmware_sim.cli.talk import clear, fault, faults, list_, set_, show, time_

HELP_OPTIONS = ("--help", "-h")


class _RunByDefault(TyperGroup):
    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
        if not args or (args[0] not in self.commands and args[0] not in HELP_OPTIONS):
            args = ["run", *args]
        return super().parse_args(ctx, args)


sim = typer.Typer(
    cls=_RunByDefault,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Banco de pruebas: equipos de vía simulados · Test bench: simulated roadside hardware.",
    context_settings={"help_option_names": list(HELP_OPTIONS)},
)
sim.command()(run)
sim.command("list")(list_)
sim.command()(show)
sim.command()(fault)
sim.command()(clear)
sim.command("set")(set_)
sim.command("time")(time_)
sim.command()(faults)
sim.command()(check)
sim.command()(record)
