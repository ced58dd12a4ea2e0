"""What an SS125 measures and remembers, whatever is said on its line."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import Any

from firmware_sim.boards.detectors.detection import Pass
from firmware_sim.boards.detectors.event_queue import EventQueue
from firmware_sim.boards.detectors.intervals import Intervals
from firmware_sim.boards.detectors.lane import Lane
from firmware_sim.boards.detectors.own_clock import OwnClock
from firmware_sim.boards.detectors.ss125.messages import Event
from firmware_sim.boards.detectors.ss125.settings import Settings

REPORT_DELAY_S = 1.0
"""From leaving the beam to the report (Wavetronix, Click 512, WX-501-0537)."""


class Sensor:
    def __init__(
        self,
        settings: Settings,
        clock_ms: Callable[[float], int],
        lanes: int,
        approaches: Sequence[Sequence[int]],
    ) -> None:
        self.settings = settings
        self.clock = OwnClock(clock_ms)
        self.lanes = [Lane(settings.bounds_m) for _ in range(lanes)]
        self.approaches = approaches
        groups = [*((lane,) for lane in range(lanes)), *approaches]
        self.intervals = Intervals(self.lanes, groups, self.clock, settings.period_s)
        self.events = EventQueue(self._event, delay_s=REPORT_DELAY_S)
        self._apply()

    def saw(self, lane: int, vehicle: Pass) -> None:
        self.lanes[lane].saw(vehicle)
        self.events.add(lane, vehicle)

    def tick(self, at_s: float) -> None:
        self.intervals.advance(at_s)
        self.events.advance(at_s)

    def power_up(self, at_s: float) -> None:
        self.settings.power_up()
        self._apply()
        self.events.power_up()
        self.intervals.begin(at_s)

    def keep(self) -> dict[str, Any]:
        return {"flash": self.settings.keep(), "clock_offset_ms": self.clock.offset_ms}

    def restore(self, kept: dict[str, Any]) -> None:
        self.settings.restore(kept["flash"])
        self.clock.offset_ms = kept["clock_offset_ms"]
        self._apply()

    def write(self, message_id: int, payload: bytes, at_s: float) -> None:
        self.settings.write(message_id, payload)
        self._apply()
        self.intervals.advance(at_s)

    def set_clock(self, utc_ms: int, at_s: float) -> None:
        self.clock.set(utc_ms, at_s)
        self.intervals.advance(at_s)

    def _apply(self) -> None:
        self.intervals.set_period(self.settings.period_s)
        for lane in self.lanes:
            lane.bounds_m = self.settings.bounds_m

    def _event(self, lane: int, vehicle: Pass) -> Event:
        return Event(
            vehicle,
            lane,
            utc_ms=self.clock(vehicle.entered_s),
            length_class=bisect_right(self.settings.bounds_m, vehicle.length_m),
        )
