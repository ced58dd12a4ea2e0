"""A charger for electric vehicles at the pole: who plugs in, for how long."""

import random
from dataclasses import dataclass

FREE, PLUGGED, CHARGING = 0, 1, 2
SLOT_S = 4 * 3600.0
"""At most one vehicle comes in a slot, and leaves within it."""
LIKELY = 0.55
CURRENT_A = 32.0
TAPER = 0.2
"""Over the last part of a charge the battery takes less and less."""


@dataclass(frozen=True, slots=True)
class Visit:
    """Seconds of the scenario."""

    plugged_s: float
    full_s: float
    left_s: float


class Charger:
    """Single phase, 32 A, on a supply of its own: no part of the cabinet's power."""

    def __init__(self, key: str, nominal_v: float) -> None:
        self._key = key
        self._full_w = nominal_v * CURRENT_A
        self._slot: int | None = None
        self._visit: Visit | None = None

    def state(self, at_s: float) -> float:
        """0 free, 1 plugged in and full, 2 charging."""
        visit = self._in_slot(at_s)
        if visit is None or not visit.plugged_s <= at_s < visit.left_s:
            return FREE
        return CHARGING if at_s < visit.full_s else PLUGGED

    def power_w(self, at_s: float) -> float:
        visit = self._in_slot(at_s)
        if visit is None or not visit.plugged_s <= at_s < visit.full_s:
            return 0.0
        to_go = (visit.full_s - at_s) / (visit.full_s - visit.plugged_s)
        return self._full_w * min(1.0, 0.15 + 0.85 * to_go / TAPER)

    def _in_slot(self, at_s: float) -> Visit | None:
        slot = int(at_s // SLOT_S)
        if slot != self._slot:
            self._slot, self._visit = slot, self._drawn(slot)
        return self._visit

    def _drawn(self, slot: int) -> Visit | None:
        generator = random.Random(f"{self._key}/{slot}")  # noqa: S311 - not a secret
        if generator.random() > LIKELY:
            return None
        plugged_s = slot * SLOT_S + generator.uniform(0, 3600)
        full_s = plugged_s + generator.uniform(2400, 6600)
        return Visit(plugged_s, full_s, full_s + generator.uniform(120, 3600))
