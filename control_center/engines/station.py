"""Lanes to stations: the bins of a station's lanes become one bin of the road. Pure.

A bin is ready when every lane that reported lately has reported it, so that a decision waits for
nothing; a missing lane holds it back by one bin at most.
"""

from collections.abc import Iterable
from typing import NamedTuple

from gateway.contract.messages import Observation

MEMORY_MS = 600_000
STATIONS_MAX = 2_000
LANES_MAX = 16
PENDING_MAX = 300
"""Bounds against senders that invent names and times; no real road comes near them."""
_LANE_FORGOTTEN_BINS = 10
_BELIEVED = {"incomplete"}
"""Marks that still leave a bin usable; any other mark takes the lane out of the mean."""


class StationBin(NamedTuple):
    """One interval of a station, over its lanes.

    `speed_kmh` is the space-mean: the sum of volumes over the sum of volume/speed; None without
    speeds. `occupancy_pct` is the lanes' mean; None when no lane was observed.
    """

    station: str
    start_ms: int
    period_s: float
    volume_count: float
    occupancy_pct: float | None
    speed_kmh: float | None

    @property
    def end_ms(self) -> int:
        return self.start_ms + round(self.period_s * 1000)


class StationBins:
    """Collects `vds_interval` observations of all stations and gives back finished bins, once."""

    def __init__(self) -> None:
        self._stations: dict[str, _Station] = {}

    def add(self, station: str, observation: Observation) -> None:
        known = self._stations.get(station)
        if known is None:
            known = _Station(station)
            if len(self._stations) < STATIONS_MAX:
                self._stations[station] = known
        known.add(observation)

    def due(self, now_ms: int) -> list[StationBin]:
        """Bins that are ready at `now_ms`, oldest first per station; each comes out once."""
        return [ready for station in self._stations.values() for ready in station.due(now_ms)]


class _Station:
    def __init__(self, name: str) -> None:
        self.name = name
        self.newest_ms = 0
        self.lane_seen_ms: dict[str, int] = {}
        self.pending: dict[int, dict[str, Observation]] = {}
        self.given: set[int] = set()

    def add(self, observation: Observation) -> None:
        start_ms = observation.time_ms
        if start_ms <= self.newest_ms - MEMORY_MS or start_ms in self.given:
            return
        lane = observation.tags["lane"]
        if not self._has_room(lane, start_ms):
            return
        self.lane_seen_ms[lane] = max(start_ms, self.lane_seen_ms.get(lane, 0))
        self.pending.setdefault(start_ms, {})[lane] = observation
        if start_ms > self.newest_ms:
            self.newest_ms = start_ms
            self.given = {given for given in self.given if given > start_ms - MEMORY_MS}

    def _has_room(self, lane: str, start_ms: int) -> bool:
        if start_ms not in self.pending and len(self.pending) >= PENDING_MAX:
            return False
        if lane not in self.lane_seen_ms and len(self.lane_seen_ms) >= LANES_MAX:
            oldest_ms = self.newest_ms - MEMORY_MS
            self.lane_seen_ms = {n: ms for n, ms in self.lane_seen_ms.items() if ms > oldest_ms}
        return lane in self.lane_seen_ms or len(self.lane_seen_ms) < LANES_MAX

    def due(self, now_ms: int) -> Iterable[StationBin]:
        for start_ms in sorted(self.pending):
            lanes = self.pending[start_ms]
            period_ms = max(o.fields["period_s"] for o in lanes.values()) * 1000
            oldest_ms = start_ms - _LANE_FORGOTTEN_BINS * period_ms
            expected = {lane for lane, seen_ms in self.lane_seen_ms.items() if seen_ms > oldest_ms}
            if expected <= set(lanes) or now_ms >= start_ms + 2 * period_ms:
                del self.pending[start_ms]
                self.given.add(start_ms)
                yield _combine(self.name, start_ms, period_ms / 1000, lanes.values())


def _combine(
    station: str, start_ms: int, period_s: float, lanes: Iterable[Observation]
) -> StationBin:
    observed = [
        lane.fields
        for lane in lanes
        if "volume_count" in lane.fields and _BELIEVED.issuperset(lane.quality)
    ]
    moving = [f for f in observed if f["volume_count"] > 0 and "speed_kmh" in f]
    hours_per_km = sum(f["volume_count"] / f["speed_kmh"] for f in moving)
    occupancies = [f["occupancy_pct"] for f in observed if "occupancy_pct" in f]
    return StationBin(
        station,
        start_ms,
        period_s,
        volume_count=sum(f["volume_count"] for f in observed),
        occupancy_pct=sum(occupancies) / len(occupancies) if occupancies else None,
        speed_kmh=sum(f["volume_count"] for f in moving) / hours_per_km if moving else None,
    )
