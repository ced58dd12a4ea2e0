"""Local time in Colombia (UTC-5, no summer time) from the scenario's second."""

from dataclasses import dataclass

UTC_OFFSET_H = -5
DAY_MS = 86_400_000
EPOCH_WEEKDAY = 3
"""1 January 1970 was a Thursday."""


@dataclass(frozen=True, slots=True)
class Calendar:
    start_ms: int
    """UTC of the scenario's second 0."""

    def local_hour(self, time_s: float) -> float:
        """0 to 24."""
        return ((self.start_ms / 1000 + time_s) / 3600 + UTC_OFFSET_H) % 24

    def weekday(self, time_s: float) -> int:
        """0 Monday to 6 Sunday."""
        local_s = self.start_ms / 1000 + time_s + UTC_OFFSET_H * 3600
        return int(local_s // 86_400 + EPOCH_WEEKDAY) % 7

    def local_clock(self, time_s: float) -> str:
        """HH:MM:SS"""
        second = int(self.local_hour(time_s) * 3600)
        return f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"


def local_midnight_ms(utc_ms: int) -> int:
    """UTC of the midnight in Colombia before, or at, this moment."""
    offset_ms = UTC_OFFSET_H * 3_600_000
    return (utc_ms + offset_ms) // DAY_MS * DAY_MS - offset_ms
