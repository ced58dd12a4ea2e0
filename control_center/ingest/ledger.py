"""What this process has stored, each frame counted once, and how long that took."""

from collections.abc import Callable, Sequence

from control_center.histogram import Histogram
from control_center.ingest.quarantine import Quarantine
from control_center.ingest.writer import Waiting
from control_center.store.protocol import Point, Rejected
from control_center.view import QuarantineView
from gateway.contract.kinds import KINDS
from gateway.contract.topics import topic_of
from gateway.link.seen import SeenFrames


class Ledger:
    """`measured_to_stored` in ms per point: from the end of its measurement until it was stored."""

    def __init__(self, quarantine: Quarantine, now_ms: Callable[[], int]) -> None:
        self.stored_count = 0
        self.measured_to_stored = Histogram()
        self._quarantine = quarantine
        self._now_ms = now_ms
        self._counted = SeenFrames()

    def stored(self, frames: Sequence[Waiting], rejected: Sequence[Rejected]) -> None:
        """Take frames that the store has now, and the points in them that it will never take."""
        now_ms = self._now_ms()
        reasons = {id(point): reason for point, reason in rejected}
        for frame in frames:
            if self._counted.is_new(*frame.name):
                for point in frame.points:
                    if id(point) in reasons:
                        self._refused(point, reasons[id(point)], now_ms)
                    else:
                        self.stored_count += 1
                        self.measured_to_stored.add(now_ms - _measured_ms(point))

    def _refused(self, point: Point, reason: str, now_ms: int) -> None:
        topic = topic_of(f"{point.municipality}/{point.site}", "up")
        excerpt = f"{point.device} {point.kind} {point.fields}"[:160]
        self._quarantine.add(QuarantineView(now_ms, topic, "store", reason[:200], excerpt))


def _measured_ms(point: Point) -> int:
    """When the measurement ended: only then could it be stored."""
    if KINDS[point.kind].time == "interval":
        return point.time_ms + round(point.fields["period_s"] * 1000)
    return point.time_ms
