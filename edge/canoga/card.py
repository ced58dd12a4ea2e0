"""A loop card on a line: asked a few times a second, its lanes reported per interval."""

import asyncio
from collections.abc import Callable

from edge.canoga.codec import REPLY_LENGTH, decode_reply, detection_request
from edge.canoga.judge import CardJudge
from edge.canoga.lane import Lane
from edge.canoga.settings import CanogaDevice
from edge.clock import Clock
from edge.faults import AnswerError
from edge.health import DeviceHealth
from edge.lines.port import SerialPort
from edge.traffic.bins import Interval, LaneBins
from edge.traffic.pairing import LanePairing
from gateway.contract.messages import Observation

_TURNAROUND_S = 0.2
_LOOK_S_MAX = 1.0


class CanogaCard:
    """Polls one card; emits one `vds_interval` per lane and bin."""

    def __init__(
        self,
        settings: CanogaDevice,
        bin_s: int,
        clock: Clock,
        emit: Callable[[Observation], None],
    ) -> None:
        self.health = DeviceHealth(settings.name, settings.poll_s)
        self.poll_s = settings.poll_s
        self._request = detection_request(settings.address)
        self._clock = clock
        self._emit = emit
        self._judge = CardJudge()
        self._good_s: float | None = None
        self._clock_steps = clock.steps
        self._lanes = {
            lane.lane: (
                Lane(
                    LanePairing(settings.loop_spacing_m, settings.loop_length_m),
                    LaneBins(bin_s * 1000, clock.now_ms()),
                ),
                lane.first_input - 1,
                lane.second_input - 1,
            )
            for lane in settings.lanes
        }

    async def poll(self, port: SerialPort) -> None:
        """Ask once; vehicles are stamped in the middle of request and reply."""
        on_the_wire_s = (len(self._request) + REPLY_LENGTH) * port.character_s
        port.discard()
        asked_s = self._clock.monotonic_s()
        port.write(self._request)
        reply = await port.read(REPLY_LENGTH, on_the_wire_s + _TURNAROUND_S)
        if not reply:
            raise AnswerError("silent", f"{_TURNAROUND_S} s")
        self._take(reply + port.discard(), (asked_s + self._clock.monotonic_s()) / 2)

    def _take(self, reply: bytes, moment_s: float) -> None:
        passages = self._judge.judge(decode_reply(reply), moment_s)
        self._close_bins()
        since_s, self._good_s = self._good_s, moment_s
        if since_s is None:
            return
        since_ms, now_ms = self._clock.utc_ms(since_s), self._clock.utc_ms(moment_s)
        for lane, first_input, second_input in self._lanes.values():
            lane.passed(passages[first_input], passages[second_input], since_ms, now_ms)

    async def keep_intervals(self) -> None:
        """Close bins in time also when the card is silent; for ever."""
        while True:
            self._close_bins()
            closes_ms = min(lane.closes_ms for lane, _, _ in self._lanes.values())
            wait_s = (closes_ms - self._clock.now_ms()) / 1000
            await asyncio.sleep(min(max(wait_s, 0.01), _LOOK_S_MAX))

    def _close_bins(self) -> None:
        now_ms = self._clock.now_ms()
        is_stepped = self._clock.steps != self._clock_steps
        if is_stepped:
            self._clock_steps = self._clock.steps
        for name, (lane, _, _) in self._lanes.items():
            for interval in lane.step(now_ms) if is_stepped else lane.close(now_ms):
                self._emit(self._observation(name, interval))

    def _observation(self, lane: str, interval: Interval) -> Observation:
        return Observation(
            device=self.health.device,
            kind="vds_interval",
            time_ms=interval.start_ms,
            fields=interval.fields,
            tags={"lane": lane},
            quality=interval.quality,
        )
