"""A light reader of a whole bench: `python -m benchmarks.load PLAN SECONDS WARM_UP` prints what
it saw.

One thread, epoll, prebuilt requests. Polls fall due at fixed times, whatever became of the one
before, so that a bench that is late cannot make its reader ask less (coordinated omission).
"""

import gc
import heapq
import json
import math
import os
import select
import socket
import sys
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from benchmarks.framing import FRAMINGS
from benchmarks.tally import Tally, quantile

GIVE_UP_S = 1.5
"""Then the next request is sent on a line that did not answer."""
PAUSE_S = 0.005
"""Between a reply and the next request: more than the silence that Modbus wants at 9600 baud."""
SPREAD = (math.sqrt(5) - 1) / 2
"""Phases of many readers: the golden ratio spreads any number of them evenly."""
PUSH_TOLERANCE = 0.2
READ_BYTES = 4096
STATUS_SIZE_MIN = 40
"""Of a sign's answer that holds what was asked for."""


@dataclass(frozen=True, slots=True)
class Poll:
    request: bytes
    period_s: float


class Clockwork:
    """Now, and what is to be done later."""

    def __init__(self, warm_up_s: float) -> None:
        self.begin_s = time.monotonic()
        self.counts_from_s = self.begin_s + warm_up_s
        self.lags_s: list[float] = []
        """How late this reader itself was with what it wanted to do."""
        self._agenda: list[tuple[float, int, Callable[[float], None]]] = []
        self._number = count()

    def at(self, when_s: float, action: Callable[[float], None]) -> None:
        """It is told when it was due."""
        heapq.heappush(self._agenda, (when_s, next(self._number), action))

    def run_due(self) -> float:
        """Returns the seconds until the next."""
        while self._agenda:
            due_s, now_s = self._agenda[0][0], time.monotonic()
            if due_s > now_s:
                return due_s - now_s
            if due_s >= self.counts_from_s:
                self.lags_s.append(now_s - due_s)
            heapq.heappop(self._agenda)[2](due_s)
        return math.inf


class Asker:
    """One who is asked, one request at a time: whoever asks next waits for the reply before."""

    def __init__(
        self, clockwork: Clockwork, tally: Tally, deadline_s: float, send: Callable[[bytes], None]
    ) -> None:
        self._clockwork = clockwork
        self._tally = tally
        self._deadline_s = deadline_s
        self._send = send
        self._asked_s: float | None = None
        self._waiting: deque[Poll] = deque()
        self._serial = 0

    def plan(self, poll: Poll, phase: float) -> None:
        due_s = self._clockwork.begin_s
        due_s += phase * poll.period_s if math.isfinite(poll.period_s) else 0.0
        self._clockwork.at(due_s, lambda due_s: self._due(poll, due_s))

    def came(self, is_right: bool) -> None:
        """The whole reply is here; one that nobody waits for any more is nothing."""
        now_s = time.monotonic()
        if self._asked_s is not None:
            if self._asked_s >= self._clockwork.counts_from_s:
                self._tally.came(now_s - self._asked_s, self._deadline_s, is_right=is_right)
            self._over(now_s)

    def _due(self, poll: Poll, due_s: float) -> None:
        if math.isfinite(poll.period_s):
            again_s = due_s + poll.period_s
            self._clockwork.at(again_s, lambda due_s: self._due(poll, due_s))
        if any(other is poll for other in self._waiting):
            if due_s >= self._clockwork.counts_from_s:
                self._tally.missing += 1
        elif self._asked_s is None and not self._waiting:
            self._ask(poll)
        else:
            self._waiting.append(poll)

    def _ask(self, poll: Poll) -> None:
        self._serial += 1
        serial = self._serial
        now_s = self._asked_s = time.monotonic()
        self._send(poll.request)
        self._clockwork.at(now_s + GIVE_UP_S, lambda due_s: self._give_up(serial, due_s))

    def _give_up(self, serial: int, due_s: float) -> None:
        if self._asked_s is not None and serial == self._serial:
            if self._asked_s >= self._clockwork.counts_from_s:
                self._tally.missing += 1
            self._over(due_s)

    def _over(self, now_s: float) -> None:
        self._asked_s = None
        if self._waiting:
            self._clockwork.at(now_s + PAUSE_S, self._ask_next)

    def _ask_next(self, _: float) -> None:
        if self._asked_s is None and self._waiting:
            self._ask(self._waiting.popleft())


class LineReader:
    """A program at a line's pseudo-terminal."""

    def __init__(self, clockwork: Clockwork, row: dict[str, Any], tally: Tally) -> None:
        self.descriptor = os.open(row["path"], os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        self._clockwork = clockwork
        self._tally = tally
        self._framing = FRAMINGS[row["protocol"]]
        self._periods_s = row["push_periods_s"]
        self._heard = bytearray()
        self._pushed_s = 0.0
        self.asker = Asker(clockwork, tally, row["deadline_s"], self._send)

    def readable(self) -> None:
        self._heard += os.read(self.descriptor, READ_BYTES)
        while (length := self._framing.length(self._heard)) and len(self._heard) >= length:
            frame = bytes(self._heard[:length])
            del self._heard[:length]
            if self._periods_s:
                self._pushed(frame)
            else:
                self.asker.came(self._framing.is_right(frame))

    def end(self, now_s: float) -> None:
        """A push that should have come by now."""
        if self._periods_s and self._pushed_s:
            late_s = now_s - self._pushed_s - max(self._periods_s) * (1 + PUSH_TOLERANCE)
            self._tally.missing += late_s > 0

    def _send(self, request: bytes) -> None:
        self._heard.clear()
        os.write(self.descriptor, request)

    def _pushed(self, frame: bytes) -> None:
        now_s = time.monotonic()
        before_s, self._pushed_s = self._pushed_s, now_s
        if not self._framing.is_right(frame):
            # In the midst of one when the port was opened: the next begins after a silence.
            self._heard.clear()
            self._tally.wrong += now_s >= self._clockwork.counts_from_s
        elif before_s >= self._clockwork.counts_from_s:
            interval_s = now_s - before_s
            period_s = min(self._periods_s, key=lambda period: abs(period - interval_s))
            self._tally.came(abs(interval_s - period_s), period_s * PUSH_TOLERANCE)


class SignReader:
    """A manager that asks one sign."""

    def __init__(self, clockwork: Clockwork, row: dict[str, Any], tally: Tally) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.connect((row["host"], row["port"]))
        self.descriptor = self._socket.fileno()
        self.asker = Asker(clockwork, tally, row["deadline_s"], self._send)

    def readable(self) -> None:
        self.asker.came(len(self._socket.recv(READ_BYTES)) >= STATUS_SIZE_MIN)

    def end(self, now_s: float) -> None:
        """Nothing is ever under way but what was asked."""

    def _send(self, request: bytes) -> None:
        self._socket.send(request)


def run(plan: dict[str, Any], for_s: float, warm_up_s: float) -> dict[str, Any]:
    """Per protocol what became of the deadlines in `for_s`. Before it comes the warm-up: the first
    answers find caches cold, the first pushes have no period.
    """
    clockwork = Clockwork(warm_up_s)
    tallies: dict[str, Tally] = {}
    readers: dict[int, LineReader | SignReader] = {}
    number = count()
    for row in plan["lines"]:
        line = LineReader(clockwork, row, tallies.setdefault(row["protocol"], Tally()))
        readers[line.descriptor] = line
        for poll in row["polls"]:
            phase = next(number) * SPREAD % 1.0
            line.asker.plan(Poll(bytes.fromhex(poll["request"]), poll["period_s"]), phase)
    for row in plan["signs"]:
        sign = SignReader(clockwork, row, tallies.setdefault("snmp", Tally()))
        readers[sign.descriptor] = sign
        phase = next(number) * SPREAD % 1.0
        sign.asker.plan(Poll(bytes.fromhex(row["request"]), row["period_s"]), phase)
    waiter = select.epoll(len(readers) + 1)
    for descriptor in readers:
        waiter.register(descriptor, select.EPOLLIN)
    gc.freeze()
    end_s = clockwork.counts_from_s + for_s
    used_s = 0.0
    while (now_s := time.monotonic()) < end_s:
        if not used_s and now_s >= clockwork.counts_from_s:
            used_s = time.process_time()
        for descriptor, _ in waiter.poll(min(clockwork.run_due(), end_s - now_s)):
            readers[descriptor].readable()
    for reader in readers.values():
        reader.end(end_s)
    lags_s = sorted(clockwork.lags_s)
    return {
        "protocols": {name: tally.summary() for name, tally in tallies.items()},
        "reader_cpu_pct": 100 * (time.process_time() - used_s) / for_s,
        "reader_lag_p99_ms": quantile(lags_s, 0.99) * 1000,
    }


if __name__ == "__main__":
    told = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    sys.stdout.write(json.dumps(run(told, *map(float, sys.argv[2:4]))))
