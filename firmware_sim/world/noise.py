"""Smooth randomness that is a pure function of a key and the time: nothing to remember."""

import random
from functools import lru_cache


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
