"""Counters that a device integrates and keeps: energy, burning hours."""

import math


class Running:
    """A total that only ever grows, in steps. The part of a step is lost when power fails."""

    def __init__(self, amount: float, *, per_hour: float, step: float, now_s: float) -> None:
        """`per_hour`: what one unit of the rate adds in an hour."""
        self._amount = amount
        self._per_hour = per_hour
        self._step = step
        self._rate: float | None = None
        self._at_s = now_s

    @property
    def amount(self) -> float:
        """What the register shows: whole steps."""
        # The small share undoes what adding up floats may have taken off a full step.
        return math.floor(self._amount / self._step + 1e-6) * self._step

    def advance(self, rate: float, at_s: float) -> None:
        """The rate is this now, and went there in a straight line. Below 0 nothing is added."""
        rate = max(0.0, rate) if math.isfinite(rate) else 0.0
        before = rate if self._rate is None else self._rate
        if at_s > self._at_s:
            self._amount += (before + rate) / 2 * self._per_hour * (at_s - self._at_s) / 3600
            self._at_s = at_s
        self._rate = rate

    def power_up(self, at_s: float) -> None:
        """Nothing was added while there was no power."""
        self._amount = self.amount
        self._rate = None
        self._at_s = at_s

    def restore(self, amount: float) -> None:
        self._amount = max(self._amount, amount)
