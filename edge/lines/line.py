"""A serial line: owns its port, serves its devices, and comes back after a loss."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from edge.faults import AnswerError
from edge.health import DeviceHealth
from edge.lines.port import PortLostError, PortUnavailableError, SerialPort, open_port
from edge.lines.schedule import PollSchedule

log = logging.getLogger("aburra.edge")

_REOPEN_S = 1.0
_SILENCE_CHARACTERS = 3.5
_SILENCE_S_MIN = 0.02
"""Longer than the latency with which a USB adapter hands over a late byte."""


class PolledDevice(Protocol):
    """A device that answers when it is asked."""

    health: DeviceHealth
    poll_s: float

    async def poll(self, port: SerialPort) -> None:
        """Ask once and take the answer; raises `AnswerError`, and lets `PortLostError` through."""


class Line:
    """Opens `path` and hands the port to `serve`, again and again; each line is on its own."""

    def __init__(
        self,
        path: str,
        baud: int,
        serve: Callable[[SerialPort], Awaitable[None]],
        healths: Sequence[DeviceHealth],
    ) -> None:
        self._path = path
        self._baud = baud
        self._serve = serve
        self._healths = healths
        self._fault = ""

    async def run(self) -> None:
        """For ever; cancel to stop."""
        while True:
            try:
                port = await open_port(self._path, self._baud)
            except PortUnavailableError as error:
                self._note(str(error))
            else:
                self._note("")
                try:
                    await self._serve(port)
                except PortLostError as error:
                    self._note(f"{self._path}: puerto perdido · port lost ({error})")
                finally:
                    port.close()
            await asyncio.sleep(_REOPEN_S)

    def _note(self, fault: str) -> None:
        if fault != self._fault:
            log.log(logging.WARNING if fault else logging.INFO, fault or f"{self._path}: open")
        self._fault = fault
        for health in self._healths:
            health.port_fault = fault


async def serve_polls(
    devices: Sequence[PolledDevice], monotonic_s: Callable[[], float], port: SerialPort
) -> None:
    """Ask the devices in turn, one request on the line at a time, until the port is lost."""
    by_name = {device.health.device: device for device in devices}
    schedule = PollSchedule({n: d.poll_s for n, d in by_name.items()}, monotonic_s())
    silence_s = max(_SILENCE_CHARACTERS * port.character_s, _SILENCE_S_MIN)
    while True:
        turn = schedule.next()
        await asyncio.sleep(turn.due_s - monotonic_s())
        device = by_name[turn.device]
        try:
            await device.poll(port)
        except AnswerError as fault:
            device.health.failed(fault)
            if fault.reason == "silent":
                schedule.was_silent(turn.device, monotonic_s())
            else:
                schedule.spoke(turn.device, monotonic_s())
            # A late or broken answer must never be taken for the answer to the next request.
            await port.settle(silence_s, at_most_s=0.5)
        else:
            device.health.answered(monotonic_s())
            schedule.spoke(turn.device, monotonic_s())
