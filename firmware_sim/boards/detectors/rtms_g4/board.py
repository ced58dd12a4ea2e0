"""Image Sensing Systems RTMS G4: a side-fired radar with up to 12 zones.

Polled, it answers with the statistics of the last interval. In its per-vehicle mode it also sends
each vehicle unasked.
"""

from collections.abc import Callable
from typing import Any, ClassVar

from firmware_sim.boards.board import Board, Part, Shown
from firmware_sim.boards.detectors.detection import Head, Pass
from firmware_sim.boards.detectors.rtms_g4.answers import Answers
from firmware_sim.boards.detectors.rtms_g4.explain import explain
from firmware_sim.boards.detectors.rtms_g4.frame import Frame, Qualifier, cut
from firmware_sim.boards.detectors.rtms_g4.sensor import Sensor
from firmware_sim.boards.detectors.rtms_g4.setup import Setup
from firmware_sim.boards.detectors.shown import shown

ZONES_MAX = 12
PUSH_PERIOD_S = 0.1


class RtmsG4(Board):
    protocol: ClassVar[str] = "rtms-g4"
    heads: list[Head]
    """They hand over what they felt before anything else is done."""

    def __init__(
        self,
        sensor_id: int,
        *,
        zones: int,
        clock_ms: Callable[[float], int],
        period_s: int = 30,
    ) -> None:
        if zones not in range(1, ZONES_MAX + 1):
            raise ValueError(f"no RTMS G4 has {zones} zones")
        self.sensor_id = sensor_id
        self.heads = []
        self._sensor = Sensor(Setup(sensor_id, zones, period_s), clock_ms)
        self._answers = Answers(self._sensor)
        self._buffer = bytearray()

    @property
    def push_period_s(self) -> float | None:
        return PUSH_PERIOD_S if self._sensor.setup.is_per_vehicle else None

    def saw(self, lane: int, vehicle: Pass) -> None:
        self._sensor.saw(lane, vehicle)

    def presence(self, lane: int, is_on: bool, time_s: float) -> None:
        self._sensor.zones[lane].presence(is_on, time_s)

    def tick(self, at_s: float) -> None:
        for head in self.heads:
            head.advance(at_s)
        self._sensor.tick(at_s)

    def power_up(self, at_s: float) -> None:
        self._buffer.clear()
        self._sensor.power_up(at_s)

    def keep(self) -> dict[str, Any]:
        return self._sensor.keep()

    def restore(self, kept: dict[str, Any]) -> None:
        if kept:
            self._sensor.restore(kept)

    def receive(self, data: bytes, at_s: float) -> bytes:
        self._buffer += data
        return b"".join(self._answer(request, at_s) for request in iter(self._cut, None))

    def quiet(self, at_s: float) -> bytes:
        self._buffer.clear()
        return b""

    def push(self, at_s: float) -> bytes:
        events = iter(self._sensor.vehicles.take, None)
        return b"".join(
            Frame(Qualifier.VEHICLE, self.sensor_id, event).to_bytes() for event in events
        )

    def shows(self, at_s: float) -> Shown:
        past = self._sensor.intervals.past
        return shown(past[-1].bins) if past else {}

    def explain(self, frame: bytes, request: bytes | None) -> list[Part]:
        return explain(frame, is_mph=self._sensor.setup.is_mph)

    def with_wrong_checksum(self, frame: bytes) -> bytes:
        """The last frame's: without it the whole answer is worth nothing."""
        return frame[:-1] + bytes((frame[-1] ^ 0xFF,))

    def _cut(self) -> Frame | None:
        return cut(self._buffer)

    def _answer(self, request: Frame, at_s: float) -> bytes:
        if request.sensor_id != self.sensor_id:
            return b""
        contents = self._answers.to(request.qualifier, request.data, at_s)
        return b"".join(
            Frame(qualifier, self.sensor_id, data).to_bytes() for qualifier, data in contents
        )
