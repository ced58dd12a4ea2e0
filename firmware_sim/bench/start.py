"""When a scenario's second 0 is, by its own clocks."""

from firmware_sim.scenario.scenario import Scenario
from firmware_sim.world.calendar import local_midnight_ms


def world_start_ms(scenario: Scenario, start_ms: int) -> int:
    """UTC of second 0 as the scenario has it: a scenario may begin at an hour of its own."""
    if scenario.starts_at is None:
        return start_ms
    hours, minutes = map(int, scenario.starts_at.split(":"))
    return local_midnight_ms(start_ms) + (hours * 60 + minutes) * 60_000
