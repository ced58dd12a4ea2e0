"""Everything that a scenario describes, without a port or a clock: the world, and its cabinets."""

from collections.abc import Mapping
from typing import Any

from firmware_sim.rig.cabinet import Cabinet
from firmware_sim.rig.control import Control
from firmware_sim.rig.plan import schedule
from firmware_sim.rig.world import World
from firmware_sim.scenario.scenario import Scenario

WATCHED_S = 120.0
"""Detectors are mounted so long before anybody asks them. What passed earlier they would have
forgotten when their power came; only who stands on a loop all that time is unknown to it.
"""


class Rig:
    """The same scenario, seed, start and requests give the same bytes."""

    def __init__(
        self,
        scenario: Scenario,
        *,
        seed: int,
        start_ms: int,
        now_s: float,
        kept: Mapping[str, dict[str, Any]],
    ) -> None:
        """`start_ms`: UTC of second 0, as the scenario's clocks have it. `kept`, by the cabinet's
        name, is what `Cabinet.keep` of an earlier run gave: what outlives a power failure.
        """
        self.scenario = scenario
        self.start_ms = start_ms
        self.world = World(scenario, seed=seed, start_ms=start_ms, now_s=now_s)
        self.world.advance(now_s - WATCHED_S)
        # Before any detector is mounted: what the road needs to fill is not counted.
        self.world.advance(now_s)
        self.cabinets = {
            part.name: Cabinet(
                part,
                scenario.kits[part.kit],
                self.world,
                seed=seed,
                start_ms=start_ms,
                now_s=now_s,
                kept=kept.get(part.name, {}),
            )
            for part in scenario.all_cabinets()
        }
        self.control = Control(
            target for cabinet in self.cabinets.values() for target in cabinet.targets
        )
        for planned in scenario.faults:
            schedule(self.control, planned)

    def utc_ms(self, at_s: float) -> int:
        return self.start_ms + round(at_s * 1000)
