"""What rain does to drivers: they go slower and keep more distance.

Free speed: 10 % less in light and 16 % in heavy rain, the FHWA's figures as P. Prevedouros and
P. Kongsil quote them (Synthesis of the effects of wet conditions on highway speed and capacity,
University of Hawaii, 2003). Capacity: 2, 7 and 14 % less in light, medium and heavy rain (Highway
Capacity Manual 2010, exhibit 10-15); the part that lower speed does not explain is made by longer
time gaps.
"""

LIGHT_MM_H, HEAVY_MM_H = 2.5, 6.4
"""The manual's bounds of 0.10 and 0.25 inches an hour."""
_SPEED_FACTOR = ((0.0, 1.0), (LIGHT_MM_H, 0.90), (HEAVY_MM_H, 0.84))
_TIME_GAP_FACTOR = ((0.0, 1.0), (LIGHT_MM_H, 1.02), (HEAVY_MM_H, 1.08))


def speed_factor(rain_mm_h: float) -> float:
    return _between(_SPEED_FACTOR, rain_mm_h)


def time_gap_factor(rain_mm_h: float) -> float:
    return _between(_TIME_GAP_FACTOR, rain_mm_h)


def _between(table: tuple[tuple[float, float], ...], rain_mm_h: float) -> float:
    """Linear between the table's points; beyond its ends, as at them."""
    below_mm_h, factor = table[0]
    for above_mm_h, next_factor in table[1:]:
        if rain_mm_h < above_mm_h:
            share = max(0.0, rain_mm_h - below_mm_h) / (above_mm_h - below_mm_h)
            return factor + (next_factor - factor) * share
        below_mm_h, factor = above_mm_h, next_factor
    return factor
