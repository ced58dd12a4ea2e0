"""Frames already seen: delivery is at least once, so who acts on a frame asks here first."""

from bisect import bisect_right
from collections import OrderedDict

_SOURCES_MAX = 4096
_RANGES_MAX = 1024


class SeenFrames:
    """Remembers every sequence of each (source, epoch) as ranges; memory is bounded.

    A source that leaves more than 1 024 separate holes has its oldest hole taken as seen: that may
    keep a late frame from the live engines, never from the store.
    """

    def __init__(self, sources_max: int = _SOURCES_MAX) -> None:
        self._sources_max = sources_max
        self._seen: OrderedDict[tuple[str, str], _Ranges] = OrderedDict()

    def is_new(self, source: str, epoch: str, sequence: int) -> bool:
        """True the first time; marks it."""
        key = (source, epoch)
        ranges = self._seen.get(key)
        if ranges is None:
            ranges = self._seen[key] = _Ranges()
            if len(self._seen) > self._sources_max:
                self._seen.popitem(last=False)
        self._seen.move_to_end(key)
        return ranges.add(sequence)


class _Ranges:
    """A set of integers as sorted, disjoint, closed ranges [low, high]."""

    def __init__(self) -> None:
        self._ranges: list[list[int]] = []

    def add(self, number: int) -> bool:
        ranges = self._ranges
        index = bisect_right(ranges, number, key=lambda r: r[0])
        if index and number <= ranges[index - 1][1]:
            return False
        joins_before = index > 0 and ranges[index - 1][1] == number - 1
        joins_after = index < len(ranges) and ranges[index][0] == number + 1
        if joins_before and joins_after:
            ranges[index - 1][1] = ranges[index][1]
            del ranges[index]
        elif joins_before:
            ranges[index - 1][1] = number
        elif joins_after:
            ranges[index][0] = number
        else:
            ranges.insert(index, [number, number])
            if len(ranges) > _RANGES_MAX:
                ranges[0][1] = ranges[1][1]
                del ranges[1]
        return True
