"""`aburra sim check`: every mistake of a scenario at once, before anything is opened."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from firmware_sim.scenario.load import load_scenario
from firmware_sim.scenario.references import Mistake
from firmware_sim.scenario.scenario import Scenario
from firmware_sim.scenario.sources import ScenarioError


def check(
    scenario: Annotated[Path, typer.Argument(help="Scenario file, or the name of a shipped one.")],
) -> None:
    """Revisa un escenario · Reports every mistake in a scenario: file, key, value, what may be."""
    loaded = scenario_or_exit(scenario)
    cabinets = loaded.all_cabinets()
    kits = [loaded.kits[part.kit] for part in cabinets]
    lines = sum(len(kit.lines) for kit in kits)
    devices = sum(len(line.devices) for kit in kits for line in kit.lines)
    signs = sum(len(kit.signs) for kit in kits)
    typer.echo(
        f"{scenario}: bien · fine: {len(loaded.roads)} roads, {len(cabinets)} cabinets, "
        f"{lines} lines, {devices} devices, {signs} signs, {len(loaded.faults)} faults"
    )


def scenario_or_exit(path: Path) -> Scenario:
    """Tells all mistakes on stderr and ends with status 2."""
    try:
        return load_scenario(path, _fault_mistakes)
    except ScenarioError as error:
        for line in error.lines:
            typer.echo(line, err=True)
        raise typer.Exit(2) from error


def _fault_mistakes(scenario: Scenario) -> Iterable[Mistake]:
    if not scenario.faults:
        return ()
    # It builds all boards, and those take a moment to import.
    from firmware_sim.rig.plan import fault_mistakes  # noqa: PLC0415

    return fault_mistakes(scenario)
