"""Wavetronix SmartSensor HD (SS125): a side-fired radar that tells lanes apart by their range.

It counts in intervals, and queues single vehicles for whoever asks. It only answers: its
configuration knows three pushes, but their bytes are not documented publicly.
"""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from firmware_sim.boards.board import Board, Part, Shown
from firmware_sim.boards.detectors.detection import Head, Pass
from firmware_sim.boards.detectors.shown import shown
from firmware_sim.boards.detectors.ss125.answers import Answers
from firmware_sim.boards.detectors.ss125.explain import explain
from firmware_sim.boards.detectors.ss125.packet import Address, Packet, cut
from firmware_sim.boards.detectors.ss125.sensor import Sensor
from firmware_sim.boards.detectors.ss125.settings import Settings

LANES_MAX = 22
SOFTWARE_ID = 0
"""Of whoever asks, in every sub-net; no sensor has it."""


class Ss125(Board):
    protocol: ClassVar[str] = "ss125"
    heads: list[Head]
    """They hand over what they felt before anything else is done."""

    def __init__(
        self,
        sub_net: int,
        device_id: int,
        *,
        lanes: int,
        clock_ms: Callable[[float], int],
        period_s: int = 30,
        approaches: Sequence[Sequence[int]] = (),
        location: str = "",
        serial_number: str = "",
    ) -> None:
        """`approaches` are lanes, by place from 0, that are reported together too; none: all of
        them are one approach. `location` has up to 32 bytes, `serial_number` up to 16.
        """
        if not 1 <= lanes <= LANES_MAX or device_id == SOFTWARE_ID:
            raise ValueError(f"no SS125 has {lanes} lanes and the id {device_id}")
        self.address = Address(sub_net, device_id)
        settings = Settings(location=location, serial_number=serial_number, period_s=period_s)
        self._sensor = Sensor(settings, clock_ms, lanes, approaches or (range(lanes),))
        self._answers = Answers(self._sensor)
        self._buffer = bytearray()
        self.heads = []

    def saw(self, lane: int, vehicle: Pass) -> None:
        self._sensor.saw(lane, vehicle)

    def presence(self, lane: int, is_on: bool, time_s: float) -> None:
        self._sensor.lanes[lane].presence(is_on, time_s)

    def tick(self, at_s: float) -> None:
        for head in self.heads:
            head.advance(at_s)
        self._sensor.tick(at_s)

    def power_up(self, at_s: float) -> None:
        """The clock ran on; intervals, events and what was not written to flash are gone."""
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

    def shows(self, at_s: float) -> Shown:
        past = self._sensor.intervals.past
        return shown(past[-1].bins[: len(self._sensor.lanes)]) if past else {}

    def explain(self, frame: bytes, request: bytes | None) -> list[Part]:
        return explain(frame, is_metric=self._sensor.settings.is_metric)

    def with_wrong_checksum(self, frame: bytes) -> bytes:
        """The last body's CRC: without that packet the whole answer is worth nothing."""
        return frame[:-1] + bytes((frame[-1] ^ 0xFF,))

    def _cut(self) -> Packet | None:
        return cut(self._buffer)

    def _answer(self, request: Packet, at_s: float) -> bytes:
        if request.destination != self.address:
            return b""
        bodies = self._answers.to(request.body, is_right=request.is_body_right, at_s=at_s)
        return b"".join(
            Packet(request.source, self.address, (request.sequence + place) % 256, body).to_bytes()
            for place, body in enumerate(bodies, 1)
        )
