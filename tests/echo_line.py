"""A line with one board that repeats what it heard, for tests of the wires alone."""

import asyncio
import os
import termios
import tty
from pathlib import Path

from firmware_sim.boards.board import Board, Part
from firmware_sim.faults.switches import Fault, Switches
from firmware_sim.lines.device import Device
from firmware_sim.lines.line import Line

DEADLINE_S = 10.0


class Echo(Board):
    """Answers each silence with all that was heard, and pushes when told to."""

    protocol = "echo"
    quiet_characters = 3.5

    def __init__(self, pushed=b"", push_period_s=None):
        self.pushed = pushed
        self.period_s = push_period_s
        self.pushed_at_s = []
        self.heard = bytearray()

    @property
    def push_period_s(self):
        return self.period_s

    def receive(self, data, at_s):
        self.heard += data
        return b""

    def quiet(self, at_s):
        answer = bytes(self.heard)
        self.heard.clear()
        return answer

    def push(self, at_s):
        self.pushed_at_s.append(at_s)
        return self.pushed

    def shows(self, at_s):
        return {}

    def explain(self, frame, request):
        return [Part(0, len(frame), "bytes", frame.hex())]

    def with_wrong_checksum(self, frame):
        return frame


def echo_line(board: Board, *, baud: int = 9600, is_half_duplex: bool = False) -> Line:
    device = Device("t/s/echo", "echo", "Echo", board, Switches("echo"))
    return Line("t/s/line", [device], Switches("line"), baud=baud, is_half_duplex=is_half_duplex)


def switch_on(line: Line, name: str, amount: float | None = None) -> None:
    """At the line, or at its only device."""
    of_device = name in line.devices[0].faults
    switches = line.devices[0].switches if of_device else line.switches
    switches.switch_on(Fault(name, amount=amount))


class Reader:
    """The other end of a pseudo-terminal, as a program would open it."""

    def __init__(self, path: Path) -> None:
        self.descriptor = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        tty.setraw(self.descriptor, termios.TCSANOW)  # without discarding what is there

    def close(self) -> None:
        os.close(self.descriptor)

    def write(self, data: bytes) -> None:
        os.write(self.descriptor, data)

    def take(self) -> bytes:
        try:
            return os.read(self.descriptor, 65536)
        except BlockingIOError:
            return b""

    async def until(self, count: int) -> bytes:
        """At least so many bytes; fewer when they do not come in time."""
        data = b""
        end_s = asyncio.get_running_loop().time() + DEADLINE_S
        while len(data) < count and asyncio.get_running_loop().time() < end_s:
            data += self.take()
            await asyncio.sleep(0.002)
        return data
