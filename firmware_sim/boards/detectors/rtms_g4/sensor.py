"""What an RTMS G4 measures and remembers, whatever is said on its line."""

from collections.abc import Callable
from typing import Any

from firmware_sim.boards.detectors.detection import Pass
from firmware_sim.boards.detectors.event_queue import EventQueue
from firmware_sim.boards.detectors.intervals import Intervals
from firmware_sim.boards.detectors.lane import Lane
from firmware_sim.boards.detectors.own_clock import OwnClock
from firmware_sim.boards.detectors.rtms_g4.messages import vehicle_data
from firmware_sim.boards.detectors.rtms_g4.setup import CLASS_BOUNDS_DM, Setup


class Sensor:
    """Its configuration and its clock outlive a power failure."""

    def __init__(self, setup: Setup, clock_ms: Callable[[float], int]) -> None:
        self.setup = setup
        self._factory = setup
        self.classes = bytes(CLASS_BOUNDS_DM)
        self.clock = OwnClock(clock_ms)
        self.zones = [Lane(self.bounds_m) for _ in range(setup.zones)]
        groups = [(zone,) for zone in range(setup.zones)]
        self.intervals = Intervals(self.zones, groups, self.clock, setup.period_s)
        self.vehicles = EventQueue(self._vehicle)
        self._apply()

    def saw(self, zone: int, vehicle: Pass) -> None:
        self.zones[zone].saw(vehicle)
        if self.setup.is_per_vehicle:
            self.vehicles.add(zone, vehicle)

    def tick(self, at_s: float) -> None:
        self.intervals.advance(at_s)
        self.vehicles.advance(at_s)

    def power_up(self, at_s: float) -> None:
        self.vehicles.power_up()
        self.intervals.begin(at_s)

    def keep(self) -> dict[str, Any]:
        """Of the setup only what somebody wrote: else it may be another when the bench starts."""
        setup = None if self.setup == self._factory else self.setup.to_bytes().hex()
        return {
            "setup": setup,
            "classes": self.classes.hex(),
            "clock_offset_ms": self.clock.offset_ms,
        }

    def restore(self, kept: dict[str, Any]) -> None:
        if kept["setup"] is not None:
            setup = Setup.from_bytes(bytes.fromhex(kept["setup"]))
            if setup.may_follow(self._factory):
                self.setup = setup
        self.classes = bytes.fromhex(kept["classes"])
        self.clock.offset_ms = kept["clock_offset_ms"]
        self._apply()

    def change(self, setup: Setup, at_s: float) -> None:
        self.setup = setup
        self._apply()
        self.intervals.advance(at_s)

    def classify(self, classes: bytes) -> None:
        self.classes = classes
        self._apply()

    def set_clock(self, utc_ms: int, at_s: float) -> None:
        self.clock.set(utc_ms, at_s)
        self.intervals.advance(at_s)

    @property
    def bounds_m(self) -> list[float]:
        """Where classes 1 to 5 begin."""
        return [bound / 10 for bound in self.classes[:5]]

    def _apply(self) -> None:
        self.intervals.set_period(self.setup.period_s)
        for zone in self.zones:
            zone.bounds_m = self.bounds_m

    def _vehicle(self, zone: int, seen: Pass) -> bytes:
        entered_ms = self.clock(seen.entered_s)
        return vehicle_data(zone, seen, entered_ms, self.bounds_m, is_mph=self.setup.is_mph)
