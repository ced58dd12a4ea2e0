"""Does the mean of PM2.5 at one station reach an episode level? One rule, with hysteresis. Pure.

The authority declares an episode; this recommends one and says why. The mean is that of the
window's closed cells (clock hours for a day), and needs most of them: Resolución 2254 de 2017.
"""

import math

from control_center.bilingual import Words
from control_center.settings import AirSettings
from control_center.signs.proposal import Opinion, Priority

CELLS = 24
SHORTEST_CELL_MS = 10_000
ARRIVAL_MS = 1_500
"""A cell is closed this long after its end, when its last sample has surely arrived."""

LEVELS_UGM3 = ((151, "emergencia"), (56, "alerta"), (38, "prevención"))
"""Episode levels by 24-hour mean of PM2.5, Resolución 2254 de 2017, art. 10."""


def level_of(mean_ugm3: float) -> str:
    """The episode level of a mean, rounded first as the norm says; "" below all of them."""
    return next((name for low, name in LEVELS_UGM3 if round(mean_ugm3) >= low), "")


class Air:
    """The state of one rule; samples go in, opinions come out at any time. `level` is the episode
    that an active rule recommends, "" when it is below all of them.
    """

    priority = Priority.CAMPAIGN
    authority = "engine:air"

    def __init__(self, settings: AirSettings) -> None:
        self.settings = settings
        self.name = f"air:{settings.name}"
        self.level = ""
        self._cell_ms = max(settings.window_s * 1000 // CELLS, SHORTEST_CELL_MS)
        self._cells_in_window = math.ceil(settings.window_s * 1000 / self._cell_ms)
        self._sums: dict[int, tuple[float, int]] = {}
        self._active = False
        self._since_ms = 0

    def add(self, time_ms: int, pm25_ugm3: float) -> None:
        """Take one sample, in any order; what left the window is forgotten."""
        cell = time_ms // self._cell_ms
        total, count = self._sums.get(cell, (0.0, 0))
        self._sums[cell] = (total + pm25_ugm3, count + 1)

    def opinion(self, now_ms: int) -> Opinion:
        """The rule's state at `now_ms`, which never goes back."""
        end = (now_ms - ARRIVAL_MS) // self._cell_ms
        first = end - self._cells_in_window
        self._sums = {cell: sums for cell, sums in self._sums.items() if cell >= first}
        means = [total / count for cell, (total, count) in self._sums.items() if cell < end]
        completeness_pct = 100 * len(means) / self._cells_in_window
        mean = sum(means) / len(means) if means else 0.0
        known = bool(means) and completeness_pct >= self.settings.minimum_completeness_pct
        if self._active:
            active = known and round(mean) > self.settings.leave_ugm3
        else:
            active = known and round(mean) >= self.settings.enter_ugm3
        if active != self._active:
            self._active, self._since_ms = active, now_ms
        self.level = level_of(mean) if active else ""
        return Opinion(
            active,
            self._since_ms,
            self._words(mean, completeness_pct, known),
            valid_until_ms=(end + 2) * self._cell_ms + ARRIVAL_MS,
        )

    def _words(self, mean: float, completeness_pct: float, known: bool) -> Words:
        device = self.settings.station.rpartition("/")[2]
        window = _duration(self.settings.window_s)
        if not known:
            part = f"{device}: {completeness_pct:.0f}"
            needed_pct = f"{self.settings.minimum_completeness_pct:g} %"
            return Words(
                f"{part} % de {window} con datos, se requiere {needed_pct}",
                f"{part} % of {window} has data, {needed_pct} needed",
            )
        enter, leave = f"≥ {self.settings.enter_ugm3:g}", f"≤ {self.settings.leave_ugm3:g}"
        reading = f"{device}: PM2.5 {mean:.0f} µg/m³"
        return Words(
            f"{reading}, media de {window}, {completeness_pct:.0f} % con datos "
            f"(entra {enter}, sale {leave})",
            f"{reading}, mean of {window}, {completeness_pct:.0f} % has data "
            f"(enters {enter}, leaves {leave})",
        )


def _duration(seconds: int) -> str:
    if seconds % 3600 == 0:
        return f"{seconds // 3600} h"
    return f"{seconds // 60} min" if seconds % 60 == 0 else f"{seconds} s"
