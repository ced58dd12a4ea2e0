"""Heads join the road to a detector, and are where the faults of loops and radars happen.

The road tells a head who drives over it; before its detector does anything else, the head hands
over what came of that, in order of time. Faults decide when a vehicle arrives; one that was felt
is let go even if a fault has begun meanwhile.
"""

from collections.abc import Hashable
from functools import partial
from typing import Protocol

from firmware_sim.boards.detectors.canoga import CanogaCard
from firmware_sim.boards.detectors.detection import Pass, Radar
from firmware_sim.boards.detectors.feeler import Feeler
from firmware_sim.boards.detectors.head_faults import FalseDetection, HeadFaults, Vehicle
from firmware_sim.faults.switches import Switches

FALSE_ON_MAX_S = 0.12
FALSE_SPEED_KMH, FALSE_LENGTH_M = (20.0, 100.0), (1.5, 6.0)


class Crossing(Protocol):
    """A vehicle's bumper passes a place."""

    @property
    def vehicle(self) -> Vehicle: ...
    @property
    def time_s(self) -> float: ...


class LoopHead:
    """The loops of one lane, on consecutive inputs of a card."""

    def __init__(
        self, card: CanogaCard, first_input: int, switches: Switches, *, key: str, loops: int = 2
    ) -> None:
        """`first_input` is 1 to 4; the key seeds what is random about the faults."""
        self.neighbour: LoopHead | None = None
        """Whose loops feel this lane's vehicles too under cross-talk."""
        self._first_input = first_input
        self._faults = HeadFaults(key, switches)
        self.feelers = [
            Feeler(
                HeadFaults(f"{key}/{loop}", switches),
                partial(card.loop, first_input + loop),
                on_pass=_no_pass,
                invent=_false_metal,
            )
            for loop in range(loops)
        ]
        card.heads.append(self)

    def feel(self, loop: int, is_on: bool, time_s: float, vehicle: Vehicle) -> None:
        """Metal comes over a loop (0 or 1), or has left it."""
        if is_on and self._faults.misses(vehicle, time_s):
            return
        self.feelers[loop].hold(self._first_input, is_on, time_s)
        neighbour = self.neighbour
        if neighbour is not None and (
            not is_on or self._faults.strikes("cross-talk", vehicle, time_s)
        ):
            neighbour.feelers[loop].hold(self._first_input, is_on, time_s)

    def advance(self, to_s: float) -> None:
        for loop in self.feelers:
            loop.advance(to_s)


class RadarHead:
    """One lane's zone of a radar that stands beside the road."""

    zone_m = 6 * 0.3048
    """Along the road. 6 ft are what recorded SS125 events show: 22.0 ft at 67.75 mph in 281 ms."""

    def __init__(
        self,
        radar: Radar,
        lane: int,
        switches: Switches,
        *,
        key: str,
        range_m: float,
        motorcycles_detected: float = 0.95,
    ) -> None:
        """`lane` counts from 0; `motorcycles_detected` is the share that larger vehicles do not
        hide; the key seeds what is random about the faults.
        """
        self.neighbour: RadarHead | None = None
        """Whose zone sees this lane's vehicles too under cross-talk."""
        self._lane = lane
        self._range_m = range_m
        self._motorcycles_detected = motorcycles_detected
        self._faults = HeadFaults(key, switches)
        self._entered_s: dict[Hashable, float] = {}
        self._zone = Feeler(
            self._faults, partial(radar.presence, lane), partial(radar.saw, lane), self._ghost
        )
        radar.heads.append(self)

    def front(self, crossing: Crossing) -> None:
        """A front bumper enters the zone."""
        vehicle, time_s = crossing.vehicle, crossing.time_s
        if self._is_hidden(vehicle) or self._faults.misses(vehicle, time_s):
            return
        self.enter((self._lane, vehicle.key), time_s)
        if self.neighbour and self._faults.strikes("cross-talk", vehicle, time_s):
            self.neighbour.enter((self._lane, vehicle.key), time_s)

    def rear(self, crossing: Crossing) -> None:
        """A rear bumper leaves the zone, `zone_m` further on."""
        vehicle = crossing.vehicle
        self.leave((self._lane, vehicle.key), vehicle, crossing.time_s)
        if self.neighbour:
            self.neighbour.leave((self._lane, vehicle.key), vehicle, crossing.time_s)

    def enter(self, holder: Hashable, time_s: float) -> None:
        """A vehicle of this lane or of another one seems to come."""
        self._entered_s[holder] = time_s
        self._zone.hold(holder, True, time_s)

    def leave(self, holder: Hashable, vehicle: Vehicle, time_s: float) -> None:
        """It goes, unless it was never seen to come."""
        entered_s = self._entered_s.pop(holder, None)
        if entered_s is not None:
            speed_kmh = (vehicle.length_m + self.zone_m) / (time_s - entered_s) * 3.6
            seen = Pass(entered_s, time_s, speed_kmh, vehicle.length_m, self._range_m)
            self._zone.hold(holder, False, time_s, seen)

    def advance(self, to_s: float) -> None:
        self._zone.advance(to_s)

    def _is_hidden(self, vehicle: Vehicle) -> bool:
        return vehicle.class_name == "motorcycle" and vehicle.luck >= self._motorcycles_detected

    def _ghost(self, false: FalseDetection) -> tuple[float, Pass]:
        """An echo that looks like a vehicle."""
        speed_kmh = _between(FALSE_SPEED_KMH, false.luck)
        length_m = _between(FALSE_LENGTH_M, false.luck * 1024 % 1.0)
        until_s = false.time_s + (length_m + self.zone_m) / (speed_kmh / 3.6)
        return until_s, Pass(false.time_s, until_s, speed_kmh, length_m, self._range_m)


def _false_metal(false: FalseDetection) -> tuple[float, None]:
    on_s = min(FALSE_ON_MAX_S, false.room_s / 2) * (0.5 + false.luck / 2)
    return false.time_s + on_s, None


def _no_pass(seen: Pass) -> None:
    raise AssertionError(f"a loop knows no vehicle: {seen}")


def _between(bounds: tuple[float, float], share: float) -> float:
    return bounds[0] + (bounds[1] - bounds[0]) * share
