"""Latencies in buckets that can be added up: counts of several processes merge by addition.

Bucket n holds values from 1.1^n ms up to 1.1^(n+1) ms, so a percentile is right within 10 %.
"""

import math
from collections.abc import Mapping

_GROWTH = 1.1


class Histogram:
    """Counts of values in ms; negative values (clocks that disagree) count as 0."""

    def __init__(self, counts: Mapping[int, int] | None = None) -> None:
        self.counts: dict[int, int] = dict(counts or {})

    def add(self, value_ms: float) -> None:
        bucket = int(math.log(max(value_ms, 1.0), _GROWTH))
        self.counts[bucket] = self.counts.get(bucket, 0) + 1

    def merge(self, counts: Mapping[int, int]) -> None:
        for bucket, count in counts.items():
            self.counts[bucket] = self.counts.get(bucket, 0) + count

    def percentile_ms(self, share: float) -> float | None:
        """The middle of the bucket that holds the given share (0…1); None when empty."""
        wanted = share * sum(self.counts.values())
        seen = 0
        for bucket in sorted(self.counts):
            seen += self.counts[bucket]
            if seen >= wanted:
                return round(math.pow(_GROWTH, bucket + 0.5), 1)
        return None
