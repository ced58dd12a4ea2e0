"""One cabinet: its lines and signs, joined to the place where it stands. No I/O."""

from collections.abc import Iterator, Mapping
from typing import Any

from firmware_sim.boards.ntcip.device import SignBoard
from firmware_sim.faults.switches import Switches
from firmware_sim.lines.line import Line
from firmware_sim.lines.probe import DeviceClock, Probe
from firmware_sim.rig.mount import Spot, mount
from firmware_sim.rig.sign import SignTarget
from firmware_sim.rig.target import Target
from firmware_sim.rig.world import World
from firmware_sim.scenario.cabinet import CabinetPart
from firmware_sim.scenario.devices import (
    CanogaPart,
    KitPart,
    LinePart,
    RtmsG4Part,
    SignPart,
    Ss125Part,
)

HALF_DUPLEX = ("modbus",)
"""Protocols on two wires: who sends cannot hear."""


class Cabinet:
    def __init__(
        self,
        part: CabinetPart,
        kit: KitPart,
        world: World,
        *,
        seed: int,
        start_ms: int,
        now_s: float,
        kept: Mapping[str, Any],
    ) -> None:
        self.part = part
        self.kit = kit
        self.road = world.roads[part.road]
        self._key = f"{seed}/{part.name}"
        self._road_title = world.road_part(part.road).title
        spot = Spot(part, world.road_part(part.road), self.road, world.place(part), start_ms, now_s)
        self.lines = {line.name: self._line(line, spot, kept) for line in kit.lines}
        self.signs = {sign.name: self._sign(sign, spot, kept) for sign in kit.signs}

    @property
    def name(self) -> str:
        """municipality/site"""
        return self.part.name

    @property
    def road_title(self) -> str:
        """As a sign would write it."""
        return self._road_title

    @property
    def stations(self) -> dict[str, float]:
        """Position along the road of each detector, by its name."""
        return {
            f"{self.name}/{device.name}": self.part.position_m + device.at_m
            for line in self.kit.lines
            for device in line.devices
            if isinstance(device, CanogaPart | Ss125Part | RtmsG4Part)
        }

    @property
    def targets(self) -> Iterator[Target]:
        """Each line, then the devices on it; the signs last."""
        for line in self.lines.values():
            yield line
            yield from line.devices
        yield from self.signs.values()

    def advance(self, to_s: float) -> None:
        """Lets the vehicles up to now pass the detectors."""
        self.road.advance(to_s)

    def keep(self) -> dict[str, Any]:
        """What outlives a power failure, as plain data for JSON."""
        kept = {
            _kept_as(device.name, device.type): device.board.keep()
            for line in self.lines.values()
            for device in line.devices
        }
        kept |= {_kept_as(sign.name, sign.type): sign.keep() for sign in self.signs.values()}
        return {name: data for name, data in kept.items() if data}

    def _line(self, part: LinePart, spot: Spot, kept: Mapping[str, Any]) -> Line:
        devices = []
        for device in part.devices:
            name = f"{self.name}/{device.name}"
            mounted = mount(device, name, f"{self._key}/{device.name}", spot)
            mounted.board.restore(kept.get(_kept_as(name, mounted.type), {}))
            devices.append(mounted)
        return Line(
            f"{self.name}/{part.name}",
            devices,
            Switches(f"{self._key}/{part.name}"),
            baud=part.speed_baud,
            is_half_duplex=part.protocol in HALF_DUPLEX,
        )

    def _sign(self, part: SignPart, spot: Spot, kept: Mapping[str, Any]) -> SignTarget:
        name = f"{self.name}/{part.name}"
        switches = Switches(f"{self._key}/{part.name}")
        plan = part.plan(f"{self._key}/{part.name}", self.part.title)
        clock = DeviceClock(spot.start_ms, switches)
        probe = Probe(f"{self._key}/{part.name}", spot.circuit.sense, switches)
        board = SignBoard(plan, probe, switches, now_s=spot.now_s, clock_ms=clock)
        board.restore(kept.get(_kept_as(name, SignTarget.type), {}), spot.now_s)
        return SignTarget(name, board, switches, probe)


def _kept_as(name: str, type_: str) -> str:
    """A scenario may have put another device in the place of the one that kept something."""
    return f"{name} {type_}"
