"""What repeats every day, as 24 numbers for the full local hours."""

from collections.abc import Sequence


def at_hour(table: Sequence[float], hour: float) -> float:
    """Linear between the full hours, and from 23 h on to 0 h."""
    first = int(hour)
    share = hour - first
    return table[first % 24] * (1 - share) + table[(first + 1) % 24] * share
