"""Between the world and a board: an instrument's own error, faulty readings, held values."""

import random
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from math import floor
from pathlib import Path

from firmware_sim.boards.board import Sense
from firmware_sim.faults.switches import Fault, Switches

SECONDS_PER_HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class Spread:
    """How instruments of one kind differ from each other, and where a reading must stay."""

    gain: float = 0.0
    """Standard deviation of the factor around 1."""
    offset: float = 0.0
    """Standard deviation in the reading's unit."""
    low: float | None = None
    high: float | None = None


def _read() -> dict[str, Spread]:
    table = tomllib.loads(Path(__file__).with_name("spread.toml").read_text(encoding="utf-8"))
    return {name: Spread(**row) for name, row in table.items()}


SPREADS = _read()
EXACT = Spread()


class Probe:
    """One instrument's senses. `truth` is the world; calling it gives what the instrument feels."""

    def __init__(self, key: str, truth: Sense, switches: Switches) -> None:
        self.truth = truth
        self.held: dict[str, float] = {}
        """Readings that somebody set by hand: they stay whatever the world does."""
        self._key = key
        self._switches = switches
        self._errors: dict[str, tuple[float, float]] = {}
        self._last: dict[str, float] = {}
        self._stuck: dict[str, tuple[Fault, float]] = {}

    def __call__(self, name: str, at_s: float) -> float:
        value = self.held[name] if name in self.held else self._feel(name, at_s)
        self._last[name] = value
        return value

    def last(self, name: str, at_s: float) -> float:
        """What it felt when its board last asked; asks now if it never did."""
        return self._last[name] if name in self._last else self(name, at_s)

    def _feel(self, name: str, at_s: float) -> float:
        gain, offset = self._error(name)
        value = self.truth(name, at_s) * gain + offset
        if self._switches.all():
            value = self._fail(name, value, at_s)
        spread = SPREADS.get(name, EXACT)
        if spread.low is not None:
            value = max(spread.low, value)
        return value if spread.high is None else min(spread.high, value)

    def _error(self, name: str) -> tuple[float, float]:
        """Gain and offset of the instrument: drawn once, from its key."""
        if name not in self._errors:
            spread = SPREADS.get(name, EXACT)
            dice = random.Random(f"{self._key}/{name}/spread")  # noqa: S311 - not a secret
            self._errors[name] = (
                1 + max(-2.0, min(2.0, dice.gauss(0, 1))) * spread.gain,
                max(-2.0, min(2.0, dice.gauss(0, 1))) * spread.offset,
            )
        return self._errors[name]

    def _fail(self, name: str, value: float, at_s: float) -> float:
        drift = self._switches.active("drift", at_s, name)
        if drift is not None:
            hours = (at_s - drift.start_s) / SECONDS_PER_HOUR
            value *= 1 + drift.size / 100 * hours
        stuck = self._switches.active("stuck", at_s, name)
        if stuck is not None:
            fault, first = self._stuck.get(name, (None, value))
            self._stuck[name] = (stuck, first if fault is stuck else value)
            value = self._stuck[name][1]
        spike = self._switches.active("spike", at_s, name)
        return value if spike is None else value * self._factor(spike, name, at_s)

    def _factor(self, spike: Fault, name: str, at_s: float) -> float:
        """Of a spike, which lasts for a second: all who ask in it, if anybody, hear the same."""
        dice = random.Random(f"{self._key}/{name}/spike/{floor(at_s)}")  # noqa: S311 - not a secret
        return spike.size if dice.random() < spike.rate else 1.0


class DeviceClock:
    """A device's own clock: UTC in ms at a scenario's second, unless it has jumped."""

    def __init__(self, start_ms: int, switches: Switches) -> None:
        self._start_ms = start_ms
        self._switches = switches

    def __call__(self, at_s: float) -> int:
        jump = self._switches.active("clock-jump", at_s)
        jumped_s = 0.0 if jump is None else jump.size
        return self._start_ms + round((at_s + jumped_s) * 1000)


ClockMs = Callable[[float], int]
