"""A radar's queue of single vehicles, the oldest first."""

from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

from firmware_sim.boards.detectors.detection import Pass
from firmware_sim.boards.detectors.lane import PENDING_MAX

KEPT = 512
"""Ours: how many the real ones keep is not documented publicly. The oldest make room."""

Event = TypeVar("Event")


class EventQueue(Generic[Event]):
    def __init__(self, describe: Callable[[int, Pass], Event], *, delay_s: float = 0.0) -> None:
        """`describe` gets lane and vehicle when it is reported, `delay_s` after it left."""
        self._describe = describe
        self._delay_s = delay_s
        self._leaving: deque[tuple[float, int, Pass]] = deque(maxlen=PENDING_MAX)
        self._ready: deque[Event] = deque(maxlen=KEPT)

    def add(self, lane: int, vehicle: Pass) -> None:
        self._leaving.append((vehicle.left_s + self._delay_s, lane, vehicle))

    def advance(self, at_s: float) -> None:
        """Lanes are told one after the other, but vehicles are reported as they left."""
        for entry in sorted((entry for entry in self._leaving if entry[0] <= at_s), key=_order):
            self._leaving.remove(entry)
            self._ready.append(self._describe(*entry[1:]))

    def take(self) -> Event | None:
        return self._ready.popleft() if self._ready else None

    def clear(self) -> None:
        """Forget those that could be taken."""
        self._ready.clear()

    def power_up(self) -> None:
        self._leaving.clear()
        self._ready.clear()


def _order(entry: tuple[float, int, Pass]) -> tuple[float, int]:
    return entry[:2]
