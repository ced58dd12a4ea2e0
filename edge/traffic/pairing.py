"""Speed and length of a vehicle from the two loops of its lane. Pure.

Speed = spacing / mean(difference of onsets, difference of offsets). All times are milliseconds on
the card's own clock, which is the same for both loops.
"""

from typing import NamedTuple

_AGREEMENT = 0.10
_DURATION_MS_MIN = 20
_SPEED_KMH_MIN = 8.0
_SPEED_KMH_MAX = 193.0
_LENGTH_M_MAX = 30.0
_CLOCK_MODULUS = 1 << 32
_KMH_PER_M_PER_MS = 3600.0


class Crossing(NamedTuple):
    """One vehicle over the first loop; `seen_ms` is the UTC time it is counted under."""

    start_ms: int
    duration_ms: int
    seen_ms: int


class Pair(NamedTuple):
    """A vehicle that both loops agree on."""

    crossing: Crossing
    speed_kmh: float
    length_m: float


class LanePairing:
    """Matches crossings of the second loop with those of the first, in order.

    Each crossing is used once. A match must also give a length from 0 to 30 m: that tells the
    vehicle from the one before or after it.
    """

    def __init__(self, spacing_m: float, loop_length_m: float) -> None:
        self._spacing_m = spacing_m
        self._loop_length_m = loop_length_m
        self._slowest_ms = spacing_m * _KMH_PER_M_PER_MS / _SPEED_KMH_MIN
        self._waiting: list[Crossing] = []

    def clear(self) -> None:
        """Forget what waits: which vehicle is which can't be said any more."""
        self._waiting.clear()

    def first(self, crossing: Crossing) -> None:
        """A vehicle left the first loop."""
        self._waiting.append(crossing)

    def second(self, start_ms: int, duration_ms: int) -> Pair | None:
        """A vehicle left the second loop: its pair, or None when none is accepted."""
        for index, crossing in enumerate(self._waiting):
            pair = self._match(crossing, start_ms, duration_ms)
            if pair is not None:
                del self._waiting[: index + 1]  # nobody overtakes within a lane
                return pair
        self._waiting = [
            c for c in self._waiting if _since(c.start_ms, start_ms) <= self._slowest_ms
        ]
        return None

    def _match(self, crossing: Crossing, start_ms: int, duration_ms: int) -> Pair | None:
        shorter_ms = min(crossing.duration_ms, duration_ms)
        if shorter_ms < _DURATION_MS_MIN:
            return None
        if abs(crossing.duration_ms - duration_ms) > _AGREEMENT * shorter_ms:
            return None
        onset_ms = _since(crossing.start_ms, start_ms)
        offset_ms = onset_ms + duration_ms - crossing.duration_ms
        if onset_ms <= 0 or offset_ms <= 0:
            return None
        metres_per_ms = self._spacing_m / ((onset_ms + offset_ms) / 2)
        speed_kmh = metres_per_ms * _KMH_PER_M_PER_MS
        duration_mean_ms = (crossing.duration_ms + duration_ms) / 2
        length_m = metres_per_ms * duration_mean_ms - self._loop_length_m
        if not _SPEED_KMH_MIN <= speed_kmh <= _SPEED_KMH_MAX:
            return None
        if not 0 <= length_m <= _LENGTH_M_MAX:
            return None
        return Pair(crossing, speed_kmh, length_m)


def _since(earlier_ms: int, later_ms: int) -> int:
    """`later - earlier` on a clock that wraps; negative when the order is the other way round."""
    difference = (later_ms - earlier_ms) % _CLOCK_MODULUS
    return difference - _CLOCK_MODULUS if difference >= _CLOCK_MODULUS // 2 else difference
