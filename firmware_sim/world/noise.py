"""Smooth randomness that is a pure function of a key and the time: nothing to remember."""

import hashlib
import random
from functools import lru_cache

_WORD = 2**64 - 1
_HALF_RANGE = 2.0**63


@lru_cache(maxsize=4096)
def _knot(key: str, number: int) -> float:
    return random.Random(f"{key}/{number}").uniform(-1.0, 1.0)  # noqa: S311 - not a secret


def smooth_noise(key: str, time_s: float, period_s: float) -> float:
    """-1 to 1, continuous, with new randomness every period."""
    position = time_s / period_s
    number = int(position // 1)
    share = position - number
    share = share * share * (3 - 2 * share)
    return _knot(key, number) * (1 - share) + _knot(key, number + 1) * share


class SmoothNoise:
    """As `smooth_noise`, with other values, for who asks often and for many keys.

    It holds the two knots in use, and a new one costs half a microsecond instead of ten: thousands
    of these on one bench, in fast time, need new knots all the time. A knot is a hash of the key
    and the knot's number, mixed by SplitMix64 (G. Steele, D. Lea and C. Flood, OOPSLA 2014).
    """

    __slots__ = ("_left", "_number", "_period_s", "_right", "_seed")

    def __init__(self, key: str, period_s: float) -> None:
        self._seed = int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest())
        self._period_s = period_s
        self._number = 0
        self._left = _mixed(self._seed, 0)
        self._right = _mixed(self._seed, 1)

    def __call__(self, time_s: float) -> float:
        """-1 to 1."""
        position = time_s / self._period_s
        number = int(position // 1)
        if number != self._number:
            self._number = number
            self._left = _mixed(self._seed, number)
            self._right = _mixed(self._seed, number + 1)
        share = position - number
        share = share * share * (3 - 2 * share)
        return self._left * (1 - share) + self._right * share


def _mixed(seed: int, number: int) -> float:
    """-1 to 1, uniform."""
    mixed = (seed + (number + 1) * 0x9E3779B97F4A7C15) & _WORD
    mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9 & _WORD
    mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB & _WORD
    return (mixed ^ mixed >> 31) / _HALF_RANGE - 1.0
