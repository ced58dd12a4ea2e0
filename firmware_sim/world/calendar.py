"""Local time in Colombia (UTC-5, no summer time) from the scenario's second."""

from dataclasses import dataclass

UTC_OFFSET_H = -5


@dataclass(frozen=True, slots=True)
class Calendar:
    start_ms: int
    """UTC of the scenario's second 0."""

    def local_hour(self, time_s: float) -> float:
        """0 to 24."""
        return ((self.start_ms / 1000 + time_s) / 3600 + UTC_OFFSET_H) % 24
