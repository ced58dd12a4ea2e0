"""The last ten minutes of a value, in order whatever order it came in, with its gaps."""

from bisect import bisect_left

from control_center.view import Trend

KEPT_MS = 600_000
POINTS_MAX = 1200
_GAP_PERIODS = 2.5


class TrendLine:
    """Bounded in time and in points. `period_s` of each point tells a gap from a slow sensor."""

    def __init__(self, name: str, unit: str) -> None:
        self._name = name
        self._unit = unit
        self._points: list[tuple[int, float | None]] = []
        self._period_ms = 0.0

    def add(self, time_ms: int, value: float | None, period_s: float) -> None:
        self._period_ms = period_s * 1000
        place = bisect_left(self._points, time_ms, key=lambda point: point[0])
        if place < len(self._points) and self._points[place][0] == time_ms:
            return
        self._points.insert(place, (time_ms, None if value is None else round(value, 1)))
        oldest_ms = self._points[-1][0] - KEPT_MS
        first = bisect_left(self._points, oldest_ms, key=lambda point: point[0])
        del self._points[: max(first, len(self._points) - POINTS_MAX)]

    def view(self, now_ms: int) -> Trend:
        """Its points of the last ten minutes; where points are missing, one without value."""
        shown: list[tuple[int, float | None]] = []
        for point in self._points:
            if point[0] < now_ms - KEPT_MS:
                continue
            if shown and point[0] - shown[-1][0] > _GAP_PERIODS * self._period_ms:
                shown.append((shown[-1][0] + round(self._period_ms), None))
            shown.append(point)
        return Trend(self._name, self._unit, tuple(shown))
