"""One lane with two loops: passages become counts, speeds and intervals. Pure: given the times."""

from edge.canoga.judge import Passage
from edge.traffic.bins import Interval, LaneBins
from edge.traffic.pairing import Crossing, LanePairing


class Lane:
    """Joins the two loops of a lane; times are UTC milliseconds."""

    def __init__(self, pairing: LanePairing, bins: LaneBins) -> None:
        self._pairing = pairing
        self._bins = bins

    @property
    def closes_ms(self) -> int:
        return self._bins.closes_ms

    def close(self, now_ms: int) -> list[Interval]:
        return self._bins.close(now_ms)

    def step(self, now_ms: int) -> list[Interval]:
        """The clock was moved."""
        self._pairing.clear()
        return self._bins.step(now_ms)

    def passed(self, first: Passage, second: Passage, since_ms: int, now_ms: int) -> None:
        """What both loops say of the time between two good polls."""
        if (
            not (first.proven and second.proven)
            or first.vehicle_count > 1
            or second.vehicle_count > 1
        ):
            # A vehicle went by unseen: which of the others belong together is a guess.
            self._pairing.clear()
        if not first.proven:
            return
        vehicle = first.last
        on_time_ms = vehicle.duration_ms if vehicle else None
        is_counted = self._bins.observe(since_ms, now_ms, first.vehicle_count, on_time_ms)
        if vehicle and is_counted:
            self._pairing.first(Crossing(vehicle.start_ms, vehicle.duration_ms, now_ms))
        if second.last:
            pair = self._pairing.second(second.last.start_ms, second.last.duration_ms)
            if pair:
                self._bins.paired(now_ms, pair)
