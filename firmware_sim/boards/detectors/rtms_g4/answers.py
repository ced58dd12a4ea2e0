"""What an RTMS G4 answers to a frame: one frame or several, or a refusal."""

from collections.abc import Callable, Iterable, Mapping

from firmware_sim.boards.detectors.rtms_g4.frame import Qualifier
from firmware_sim.boards.detectors.rtms_g4.messages import StatHeader, statistics
from firmware_sim.boards.detectors.rtms_g4.sensor import Sensor
from firmware_sim.boards.detectors.rtms_g4.setup import CLASS_BOUNDS_DM, SETUP, Setup
from firmware_sim.boards.detectors.rtms_g4.stamp import STAMP_SIZE, from_stamp, stamp

INFORMATION = bytes.fromhex("0203 00 00 01 04 0001 0000 00 00 00 00")
"""Revision and build, checksums, FPGA, model, number, hardware, modules, processor, CPLD, other."""

Content = tuple[Qualifier, bytes]
"""Of a frame."""
ACK: Content = (Qualifier.ACK, b"")
NAK: Content = (Qualifier.NAK, b"")
Handler = Callable[[bytes, float], Iterable[Content]]
"""From the request's data and the scenario's second."""


class Answers:
    def __init__(self, sensor: Sensor) -> None:
        self._sensor = sensor
        self._last_reset = stamp(0)
        self._handlers: Mapping[int, tuple[int, Handler]] = {
            Qualifier.POLL: (1, self._poll),
            Qualifier.INFORMATION_QUERY: (
                0,
                lambda _, __: [(Qualifier.INFORMATION, INFORMATION)],
            ),
            Qualifier.SETUP_QUERY: (
                0,
                lambda _, __: [(Qualifier.SETUP, sensor.setup.to_bytes())],
            ),
            Qualifier.CLASSES_QUERY: (0, lambda _, __: [(Qualifier.CLASSES, sensor.classes)]),
            Qualifier.CLOCK_QUERY: (0, self._clock),
            Qualifier.SETUP: (SETUP.size, self._change_setup),
            Qualifier.CLASSES: (len(CLASS_BOUNDS_DM), self._change_classes),
            Qualifier.CLOCK: (2 * STAMP_SIZE, self._set_clock),
        }

    def to(self, qualifier: int, data: bytes, at_s: float) -> Iterable[Content]:
        """A request that it does not know, or not of this size, is refused."""
        size, handler = self._handlers.get(qualifier, (None, None))
        return handler(data, at_s) if handler is not None and len(data) == size else [NAK]

    def _poll(self, data: bytes, at_s: float) -> Iterable[Content]:
        """Refused while the first interval is not over."""
        sensor, setup = self._sensor, self._sensor.setup
        if not sensor.intervals.past:
            return [NAK]
        interval = sensor.intervals.past[-1]
        number = interval.number % 256
        header = StatHeader(
            message_number=number,
            flags=setup.flags,
            end_ms=interval.end_ms,
            zones=setup.zones,
            composition=setup.composition,
            period_s=setup.period_s,
        )
        return [
            (Qualifier.HEADER, header.to_bytes()),
            *statistics(interval.bins, setup.composition, is_mph=setup.is_mph),
            (Qualifier.FOOTER, bytes((number,))),
        ]

    def _clock(self, data: bytes, at_s: float) -> Iterable[Content]:
        """The time, and the time of the last reset as it was told."""
        return [(Qualifier.CLOCK, stamp(self._sensor.clock(at_s)) + self._last_reset)]

    def _set_clock(self, data: bytes, at_s: float) -> Iterable[Content]:
        utc_ms = from_stamp(data[:STAMP_SIZE])
        if utc_ms is None:
            return [NAK]
        self._last_reset = data[STAMP_SIZE:]
        self._sensor.set_clock(utc_ms, at_s)
        return [ACK]

    def _change_setup(self, data: bytes, at_s: float) -> Iterable[Content]:
        setup = Setup.from_bytes(data)
        if not setup.may_follow(self._sensor.setup):
            return [NAK]
        self._sensor.change(setup, at_s)
        return [ACK]

    def _change_classes(self, data: bytes, at_s: float) -> Iterable[Content]:
        self._sensor.classify(data)
        return [ACK]
