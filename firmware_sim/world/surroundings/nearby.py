"""What the surroundings must know of the road beside them."""

from typing import Protocol


class Nearby(Protocol):
    """The traffic within hearing, smoothed over some minutes."""

    @property
    def flow_veh_per_h(self) -> float:
        """All lanes together."""

    @property
    def speed_kmh(self) -> float: ...

    @property
    def heavy_share(self) -> float:
        """Buses and trucks, 0 to 1."""

    @property
    def motorcycle_share(self) -> float: ...


USUAL_FLOW_VEH_PER_H = 1500.0


def crowding(flow_veh_per_h: float) -> float:
    """0 on an empty road, 1 at the usual flow, never above 2: more vehicles also stir more air."""
    return 2 * flow_veh_per_h / (flow_veh_per_h + USUAL_FLOW_VEH_PER_H)
