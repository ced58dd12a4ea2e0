"""What devices say over a scenario's time, asked as a usual reader would, as fast as it goes."""

import heapq
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count

from firmware_sim.lines.device import Burst, Device
from firmware_sim.lines.line import Line
from firmware_sim.rig.polls import polls_of
from firmware_sim.rig.rig import Rig

TICK_S = 1.0


@dataclass(frozen=True, slots=True)
class Said:
    """Bytes on a line."""

    at_s: float
    line: str
    device: str
    """Who said it."""
    request: bytes
    """What it answers; empty: nothing."""
    data: bytes


Action = Callable[[float], tuple[bytes, list[Burst]]]
"""Done at a second of the scenario; gives what was asked, and what was said."""
Period = Callable[[], float]
"""Seconds until it is done again, asked each time: a sensor may slow down. Infinite: never."""


def record(rig: Rig, *, until_s: float) -> Iterator[Said]:
    """All that devices on lines say, in order of time, from second 0 on; a late answer stands where
    it was asked for. The rig moves with it.
    """
    order = count()
    agenda: list[tuple[float, int, Line, Period, Action]] = []

    def plan(line: Line, period_s: Period, action: Action, at_s: float = 0.0) -> None:
        heapq.heappush(agenda, (at_s, next(order), line, period_s, action))

    homes = {}
    for cabinet in rig.cabinets.values():
        for line in cabinet.lines.values():
            homes[line.name] = cabinet
            plan(line, _always(TICK_S), _tick(line))
            for device in line.devices:
                if device.board.push_period_s is not None:
                    plan(line, _push_period(device), _push(line, device))
                for poll in polls_of(device.board):
                    plan(line, _always(poll.period_s), _ask(line, poll.request))
    while agenda and agenda[0][0] < until_s:
        at_s, _, line, period_s, action = heapq.heappop(agenda)
        homes[line.name].advance(at_s)
        request, bursts = action(at_s)
        for burst in bursts:
            yield Said(at_s + burst.delay_s, line.name, burst.device, request, burst.data)
        if math.isfinite(next_s := at_s + period_s()):
            plan(line, period_s, action, next_s)


def _always(period_s: float) -> Period:
    return lambda: period_s


def _push_period(device: Device) -> Period:
    return lambda: math.inf if (period_s := device.board.push_period_s) is None else period_s


def _tick(line: Line) -> Action:
    return lambda at_s: (b"", line.tick(at_s))


def _push(line: Line, device: Device) -> Action:
    return lambda at_s: (b"", line.push(device, at_s))


def _ask(line: Line, request: bytes) -> Action:
    return lambda at_s: (request, line.receive(request, at_s) + line.quiet(at_s))
