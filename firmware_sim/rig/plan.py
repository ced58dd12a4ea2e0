"""The faults that a scenario plans: handed to what they are aimed at, or told to be impossible."""

import math
from collections.abc import Iterator

from firmware_sim.faults.switches import Fault
from firmware_sim.rig.cabinet import Cabinet
from firmware_sim.rig.control import Control, RequestError
from firmware_sim.rig.world import World
from firmware_sim.scenario.references import Mistake
from firmware_sim.scenario.scenario import FaultPart, Scenario


def schedule(control: Control, planned: FaultPart) -> None:
    """Raises `RequestError`."""
    end_s = math.inf if planned.end_s is None else planned.end_s
    control.schedule(
        planned.at,
        Fault(planned.fault, planned.rate, planned.start_s, end_s, planned.amount, planned.reading),
    )


def fault_mistakes(scenario: Scenario) -> Iterator[Mistake]:
    """Only a board that is built knows what it can have and what it measures."""
    world = World(scenario, seed=0, start_ms=0, now_s=0.0)
    cabinets = [
        Cabinet(part, scenario.kits[part.kit], world, seed=0, start_ms=0, now_s=0.0, kept={})
        for part in scenario.all_cabinets()
    ]
    control = Control(target for cabinet in cabinets for target in cabinet.targets)
    for number, planned in enumerate(scenario.faults):
        try:
            schedule(control, planned)
        except RequestError as error:
            yield f"faults[{number}].fault", planned.fault, str(error)
