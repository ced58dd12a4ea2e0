"""The timing of a serial line: characters take their time, both ways, and silence means something.

10 bits a character. The ports of a line (a pseudo-terminal, TCP) are its ends: what one of them
hears goes to the devices, what the devices say goes to all of them.
"""

import asyncio
from collections import deque
from collections.abc import Callable

from firmware_sim.lines.device import Burst, Device
from firmware_sim.lines.line import Line

CHUNK_S = 0.016
"""Handed over at once after this long, as the latency timer of a USB adapter does."""
CROWDED_CHUNK_S = 0.040
"""The same, on a bench with so many lines that handing over is most of its work."""
CHUNK_CHARACTERS_MIN = 8
"""What a UART's FIFO hands over at once even on a slow line."""
BACKLOG_MAX_S = 5.0
"""Wire time of what may wait, each way; a real board would not queue even this much."""
PUSH_PERIOD_MIN_S = 0.02
"""However fast the scenario's time runs."""

ECHO = "echo"
"""The fault of an adapter that repeats what it was given to send."""

Seconds = Callable[[], float]


class PacedLine:
    """Needs a running event loop. `scenario_s` gives the present second, `speed` how many of them
    pass in one of ours (0: time stands still).
    """

    def __init__(
        self, line: Line, *, scenario_s: Seconds, speed: Seconds, chunk_s: float = CHUNK_S
    ) -> None:
        self.line = line
        self.ends: list[Callable[[bytes], None]] = []
        """Told what the devices say, chunk by chunk."""
        self._scenario_s = scenario_s
        self._speed = speed
        self._loop = asyncio.get_running_loop()
        self._outgoing: deque[tuple[bytes, float]] = deque()
        self._heard_until_s = 0.0
        self._sent_until_s = 0.0
        self._chunk = max(CHUNK_CHARACTERS_MIN, int(chunk_s / line.character_s))
        self._quiet_timer: asyncio.TimerHandle | None = None
        self._send_timer: asyncio.TimerHandle | None = None
        self._push_timers: dict[str, asyncio.TimerHandle] = {}
        self._late: set[asyncio.TimerHandle] = set()
        self._begin_pushes()

    def close(self) -> None:
        timers = [self._quiet_timer, self._send_timer, *self._push_timers.values(), *self._late]
        for timer in timers:
            if timer is not None:
                timer.cancel()
        self.ends.clear()

    def hear(self, data: bytes) -> None:
        """Bytes that came in at one of the ends."""
        now_s = self._loop.time()
        if self.line.is_half_duplex and now_s < self._sent_until_s:
            return  # talked over an answer: nobody understands it
        if self._heard_until_s - now_s > BACKLOG_MAX_S:
            return  # sent faster than the wire carries, for longer than any adapter would keep it
        # The bytes came in at once, but on a wire the last one would arrive only now:
        self._heard_until_s = max(self._heard_until_s, now_s) + len(data) * self.line.character_s
        self._loop.call_at(self._heard_until_s, self._receive, data)
        quiet_s = self.line.quiet_characters * self.line.character_s
        if self._quiet_timer is not None:
            self._quiet_timer.cancel()
        self._quiet_timer = self._loop.call_at(self._heard_until_s + quiet_s, self._quiet)

    def tick(self) -> None:
        """About once a second: what goes on on the line while nobody asks."""
        self._send_all(self.line.tick(self._scenario_s()))
        self._begin_pushes()

    def _begin_pushes(self) -> None:
        """For who speaks unasked; some do only since they were told to."""
        for device in self.line.devices:
            if device.name not in self._push_timers and device.board.push_period_s is not None:
                self._push(device)

    def _receive(self, data: bytes) -> None:
        self._send_all(self.line.receive(data, self._scenario_s()))

    def _quiet(self) -> None:
        self._send_all(self.line.quiet(self._scenario_s()))

    def _push(self, device: Device) -> None:
        speed = self._speed()
        if speed > 0:
            self._send_all(self.line.push(device, self._scenario_s()))
        # Asked anew each time: a sensor may slow down when its readings are stable, or fall silent.
        period_s = device.board.push_period_s
        if period_s is None:
            self._push_timers.pop(device.name, None)
            return
        period_s /= speed or 1.0
        when_s = max(self._loop.time() + max(PUSH_PERIOD_MIN_S, period_s), self._sent_until_s)
        self._push_timers[device.name] = self._loop.call_at(when_s, self._push, device)

    def _send_all(self, bursts: list[Burst]) -> None:
        for burst in bursts:
            if ECHO in burst.faults:
                self._tell(burst.data)  # by the adapter, while the line itself is silent
            elif burst.delay_s:
                self._send_late(burst)
            else:
                self._send(burst)

    def _send_late(self, burst: Burst) -> None:
        def send() -> None:
            self._late.discard(timer)
            self._send(burst)

        timer = self._loop.call_later(burst.delay_s, send)
        self._late.add(timer)

    def _send(self, burst: Burst) -> None:
        now_s = self._loop.time()
        begin_s = max(self._sent_until_s, now_s)
        if not self.ends or begin_s - now_s > BACKLOG_MAX_S:
            return
        character_s = self.line.character_s * burst.pace
        data = burst.data
        if not self._outgoing:
            self._sent_until_s = begin_s
        self._sent_until_s += len(data) * character_s
        was_idle = not self._outgoing
        chunk = self._chunk if burst.pace == 1 else 1
        self._outgoing.extend(
            (data[at : at + chunk], character_s) for at in range(0, len(data), chunk)
        )
        if was_idle:
            self._next_chunk(begin_s)

    def _next_chunk(self, begin_s: float) -> None:
        """The first of the waiting characters starts; the chunk is handed over when it is out."""
        chunk, character_s = self._outgoing[0]
        out_s = begin_s + len(chunk) * character_s
        self._send_timer = self._loop.call_at(out_s, self._hand_over, out_s)

    def _hand_over(self, out_s: float) -> None:
        chunk, _ = self._outgoing.popleft()
        self._tell(chunk)
        if self._outgoing:
            self._next_chunk(out_s)

    def _tell(self, chunk: bytes) -> None:
        for end in self.ends:
            end(chunk)
