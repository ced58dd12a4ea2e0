"""A PMS5003 that pushes frames by itself; the edge listens."""

from collections.abc import Callable

from edge.clock import Clock
from edge.faults import AnswerError
from edge.health import DeviceHealth
from edge.lines.port import SerialPort
from edge.pms5003.codec import Particulate, StreamParser
from edge.pms5003.settings import Pms5003Device
from gateway.contract.messages import Observation

_SILENT_S = 5.0
"""Twice the longest interval of a stable sensor (2.3 s)."""


class Pms5003Sensor:
    """Emits the last good frame of every `sample_s` as `air_particulate`."""

    def __init__(
        self, settings: Pms5003Device, clock: Clock, emit: Callable[[Observation], None]
    ) -> None:
        self.health = DeviceHealth(settings.name, poll_s=_SILENT_S)
        self._sample_s = settings.sample_s
        self._clock = clock
        self._emit = emit

    async def serve(self, port: SerialPort) -> None:
        """Listen until the port is lost."""
        parser = StreamParser()
        latest: tuple[Particulate, float] | None = None
        heard_s = self._clock.monotonic_s()
        window_end_s = heard_s + self._sample_s
        while True:
            wait_s = min(window_end_s, heard_s + _SILENT_S) - self._clock.monotonic_s()
            data = await port.read_some(max(wait_s, 0.0))
            now_s = self._clock.monotonic_s()
            for found in parser.feed(data):
                heard_s = now_s
                if isinstance(found, AnswerError):
                    self.health.failed(found)
                else:
                    self.health.answered(now_s)
                    latest = found, now_s
            if now_s - heard_s >= _SILENT_S:
                self.health.failed(AnswerError("silent", f"{_SILENT_S:g} s"))
                heard_s = now_s
            if now_s >= window_end_s:
                if latest:
                    self._emit(self._observation(*latest))
                latest = None
                window_end_s = max(window_end_s + self._sample_s, now_s)

    def _observation(self, reading: Particulate, at_s: float) -> Observation:
        return Observation(
            device=self.health.device,
            kind="air_particulate",
            time_ms=self._clock.utc_ms(at_s),
            fields={name: float(value) for name, value in reading._asdict().items()},
        )
