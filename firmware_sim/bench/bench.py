"""A scenario that runs: its rig on real ports, in time."""

import asyncio
import itertools
import logging
import time
from typing import Any

from firmware_sim.bench.clock import BenchClock
from firmware_sim.bench.leash import Leash
from firmware_sim.bench.ports import CabinetPorts
from firmware_sim.bench.run_directory import RunDirectory
from firmware_sim.bench.start import world_start_ms
from firmware_sim.rig.rig import Rig
from firmware_sim.scenario.scenario import Scenario
from firmware_sim.wires.paced_line import CHUNK_S, CROWDED_CHUNK_S

TICK_S = 0.5
SLICES_MAX = 50
"""A tick of hundreds of cabinets at once would keep all lines waiting; they take turns."""

CROWDED_LINES = 600
"""A loop card's reply is then handed over in one piece, not in three."""

_log = logging.getLogger("aburra.sim")


class Bench:
    def __init__(
        self, scenario: Scenario, directory: RunDirectory, *, seed: int, start_ms: int
    ) -> None:
        """`start_ms` is the UTC at which the scenario's second 0 is, or was."""
        self._directory = directory
        now_s = (time.time() - start_ms / 1000) * scenario.speed
        self.clock = BenchClock(now_s, scenario.speed)
        self._leash = Leash(self.clock)
        self.rig = Rig(
            scenario,
            seed=seed,
            start_ms=world_start_ms(scenario, start_ms),
            now_s=now_s,
            kept={part.name: self._kept(part.name) for part in scenario.all_cabinets()},
        )
        lines = sum(len(cabinet.lines) for cabinet in self.rig.cabinets.values())
        chunk_s = CHUNK_S if lines <= CROWDED_LINES else CROWDED_CHUNK_S
        self.ports = {
            name: CabinetPorts(cabinet, directory, self.clock, chunk_s=chunk_s)
            for name, cabinet in self.rig.cabinets.items()
        }
        self._written: dict[str, Any] = {}

    def open(self) -> list[dict[str, Any]]:
        """Opens all lines and ports; returns the cabinets' entries. Raises `BenchError`."""
        entries = [ports.open() for ports in self.ports.values()]
        _log.info("listening, scenario second %.1f", self.clock())
        return entries

    async def run(self) -> None:
        """Keeps the world moving while nobody asks; for ever, until cancelled."""
        cabinets = list(self.ports)
        slices = min(SLICES_MAX, len(cabinets))
        for first in itertools.cycle(range(slices)):
            began_s = time.monotonic()
            for name in cabinets[first::slices]:
                self._tick(name)
            busy_s = time.monotonic() - began_s
            self._leash.moved(busy_s)
            # At least as long as that took, so that everybody else gets their turn.
            await asyncio.sleep(max(busy_s, min(TICK_S / slices, self._leash.reach_s)))

    def set_time(self, *, speed: float | None = None, is_paused: bool | None = None) -> None:
        """`speed`: the scenario's seconds in one of ours."""
        self._leash.set(speed=speed, is_paused=is_paused)

    def close(self) -> None:
        for name, ports in self.ports.items():
            ports.close()
            self._keep(name)

    def _tick(self, name: str) -> None:
        self.ports[name].tick()
        self._keep(name)

    def _kept(self, name: str) -> dict[str, Any]:
        return self._directory.read_json(_kept_name(name))

    def _keep(self, name: str) -> None:
        kept = self.rig.cabinets[name].keep()
        if kept != self._written.get(name, {}):
            self._directory.write_json(_kept_name(name), kept)
            self._written[name] = kept


def _kept_name(cabinet: str) -> str:
    return f"{cabinet}/kept.json"
