"""What an SS125 answers to a request's body: one body or several, or a result."""

from collections.abc import Callable, Mapping, Sequence

from firmware_sim.boards.detectors.ss125.messages import (
    NO_EVENT,
    Code,
    Message,
    interval_body,
    result,
)
from firmware_sim.boards.detectors.ss125.packet import READ, WRITE
from firmware_sim.boards.detectors.ss125.sensor import Sensor
from firmware_sim.boards.detectors.ss125.settings import PUSHES_ENABLED_AT
from firmware_sim.boards.detectors.ss125.values import from_stamp, stamp

VERSION = bytes.fromhex("02040100 02040100 02040100 02040100")
"""Digital part, algorithm, FPGA, FPAA."""
YEARS_MS = range(946_684_800_000, 4_102_444_800_000)
"""2000 to 2099: what its clock can be set to."""
INDEX_SIZE, STAMP_SIZE = 3, 8

Read = Callable[[bytes, bytes, float], Sequence[bytes]]
"""From the body's first three bytes, the payload and the scenario's second."""
Write = Callable[[bytes, float], Code]


class Answers:
    """Silence where the protocol knows no answer: to a message or a type that does not exist."""

    def __init__(self, sensor: Sensor) -> None:
        self._sensor = sensor
        settings = sensor.settings.payloads
        self._reads: Mapping[int, tuple[int, Read]] = {
            Message.VERSION: (0, lambda head, _, __: [head + VERSION]),
            Message.CLOCK: (0, lambda head, _, at_s: [head + stamp(sensor.clock(at_s))]),
            Message.ACTIVE_EVENT: (0, self._event),
            Message.INTERVAL: (INDEX_SIZE, self._interval),
            **dict.fromkeys(settings, (0, self._setting)),
        }
        self._writes: Mapping[int, tuple[int, Write]] = {
            Message.FLASH_CONFIG: (0, self._save),
            Message.CLOCK: (STAMP_SIZE, self._set_clock),
            Message.CLEAR_EVENTS: (0, self._clear_events),
            **{name: (len(old), self._writer(name)) for name, old in settings.items()},
        }

    def to(self, body: bytes, *, is_right: bool, at_s: float) -> Sequence[bytes]:
        """The body, of at least three bytes, comes without its CRC, but with the CRC's verdict."""
        message_id, sub_id, kind = body[:3]
        payload = body[3:]
        if kind not in (READ, WRITE) or message_id not in {*self._reads, *self._writes}:
            return []
        if not is_right:
            return [result(message_id, sub_id, Code.BODY_CRC)]
        if kind == WRITE:
            return [result(message_id, sub_id, self._write(message_id, payload, at_s))]
        if message_id not in self._reads:
            return []
        size, read = self._reads[message_id]
        if len(payload) != size:
            return [result(message_id, sub_id, Code.PAYLOAD_SIZE)]
        return read(body[:3], payload, at_s)

    def _write(self, message_id: int, payload: bytes, at_s: float) -> Code:
        if message_id not in self._writes:
            return Code.READ_ONLY
        size, write = self._writes[message_id]
        return write(payload, at_s) if len(payload) == size else Code.PAYLOAD_SIZE

    def _setting(self, head: bytes, payload: bytes, at_s: float) -> Sequence[bytes]:
        return [head + self._sensor.settings.payloads[head[0]]]

    def _event(self, head: bytes, payload: bytes, at_s: float) -> Sequence[bytes]:
        event = self._sensor.events.take()
        if event is None:
            return [NO_EVENT]
        return [event.body(is_metric=self._sensor.settings.is_metric)]

    def _interval(self, head: bytes, payload: bytes, at_s: float) -> Sequence[bytes]:
        index = int.from_bytes(payload, "big")
        past = self._sensor.intervals.past
        if index >= len(past):
            return [result(head[0], head[1], Code.NO_INTERVAL)]
        interval = past[-1 - index]
        return [
            interval_body(
                one,
                packet=place,
                index=index,
                end_ms=interval.end_ms,
                lanes=len(self._sensor.lanes),
                approaches=len(self._sensor.approaches),
                is_metric=self._sensor.settings.is_metric,
            )
            for place, one in enumerate(interval.bins)
        ]

    def _writer(self, message_id: int) -> Write:
        def write(payload: bytes, at_s: float) -> Code:
            if message_id == Message.DATA_CONFIG and any(payload[at] for at in PUSHES_ENABLED_AT):
                return Code.PUSH_STATE
            self._sensor.write(message_id, payload, at_s)
            return Code.DONE

        return write

    def _save(self, payload: bytes, at_s: float) -> Code:
        self._sensor.settings.save()
        return Code.DONE

    def _set_clock(self, payload: bytes, at_s: float) -> Code:
        utc_ms = from_stamp(payload)
        if utc_ms is None or utc_ms not in YEARS_MS:
            return Code.CLOCK_NOT_SET
        self._sensor.set_clock(utc_ms, at_s)
        return Code.DONE

    def _clear_events(self, payload: bytes, at_s: float) -> Code:
        self._sensor.events.clear()
        return Code.DONE
