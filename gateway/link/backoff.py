"""How long to wait before trying again: doubling, capped, with jitter.

Without jitter all cabinets of a city reconnect in the same second after a broker restart.
"""

from random import Random


class Backoff:
    """Delays in seconds: a random share (50 to 100 %) of first_s, 2·first_s, … up to longest_s."""

    def __init__(self, random: Random, first_s: float = 0.5, longest_s: float = 30.0) -> None:
        self._random = random
        self._first_s = first_s
        self._longest_s = longest_s
        self._failures = 0

    def succeeded(self) -> None:
        self._failures = 0

    def next_s(self) -> float:
        whole_s = min(self._longest_s, self._first_s * 2.0 ** min(self._failures, 30))
        self._failures += 1
        return whole_s * self._random.uniform(0.5, 1.0)
