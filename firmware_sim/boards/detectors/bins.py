"""What a radar adds up in an interval, and the means that it reports of it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

PERCENTILE = 0.85
SPEED_STEPS_PER_KMH = 10


@dataclass(slots=True)
class Tally:
    """Sums of one lane since an interval began."""

    classes: list[int]
    """Vehicles by length class."""
    occupied_s: float = 0.0
    speeds: Counter[int] = field(default_factory=Counter)
    """Vehicles by speed in tenths of a km/h: bounded, however long the interval."""
    speed_sum_kmh: float = 0.0
    headway_sum_s: float = 0.0
    gap_sum_s: float = 0.0
    followers: int = 0
    """Vehicles whose leader was seen: those that have a headway and a gap."""


@dataclass(frozen=True, slots=True)
class Bin:
    """One lane, or several together, in one interval. No value: nothing to take a mean of."""

    volume: int
    occupancy: float
    """Share of the time, 0 to 1; the mean of several lanes."""
    speed_kmh: float | None
    """Mean over the vehicles (time mean)."""
    speed_85_kmh: float | None
    """85 % of the vehicles are at or below it."""
    headway_s: float | None
    """Front to front in a lane, mean."""
    gap_s: float | None
    """Rear to front in a lane, mean."""
    classes: tuple[int, ...]


def bin_of(tallies: Sequence[Tally], duration_s: float) -> Bin:
    classes = tuple(map(sum, zip(*(tally.classes for tally in tallies), strict=True)))
    volume = sum(classes)
    followers = sum(tally.followers for tally in tallies)

    def mean(total: float, count: int) -> float | None:
        return total / count if count else None

    return Bin(
        volume=volume,
        occupancy=sum(tally.occupied_s for tally in tallies) / (duration_s * len(tallies)),
        speed_kmh=mean(sum(tally.speed_sum_kmh for tally in tallies), volume),
        speed_85_kmh=_percentile_kmh([tally.speeds for tally in tallies], volume),
        headway_s=mean(sum(tally.headway_sum_s for tally in tallies), followers),
        gap_s=mean(sum(tally.gap_sum_s for tally in tallies), followers),
        classes=classes,
    )


def _percentile_kmh(speeds: Sequence[Counter[int]], volume: int) -> float | None:
    merged: Counter[int] = sum(speeds, Counter())
    seen = 0
    for speed, count in sorted(merged.items()):
        seen += count
        if seen >= PERCENTILE * volume:
            return speed / SPEED_STEPS_PER_KMH
    return None
