"""What a radar's display software shows of an interval."""

from collections.abc import Sequence

from firmware_sim.boards.board import Shown
from firmware_sim.boards.detectors.bins import Bin


def shown(lanes: Sequence[Bin]) -> Shown:
    """By lane, from 1; without the speed where nobody drove."""
    values: dict[str, float | int | str] = {}
    for number, lane in enumerate(lanes, 1):
        values[f"lane_{number}_volume"] = lane.volume
        values[f"lane_{number}_occupancy_pct"] = round(lane.occupancy * 100, 1)
        if lane.speed_kmh is not None:
            values[f"lane_{number}_speed_kmh"] = round(lane.speed_kmh, 1)
    return values
