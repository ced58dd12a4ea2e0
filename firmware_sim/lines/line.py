"""A serial line: the devices that share it, what is said on it, and the faults of the line itself.

Pure: bytes and the scenario's second come in, bursts go out. Whoever owns the port gives them
their pace.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from firmware_sim.boards.board import Part, Shown
from firmware_sim.faults.bytes import misread
from firmware_sim.faults.catalogue import FAULTS
from firmware_sim.faults.switches import Switches
from firmware_sim.lines.device import Burst, Device
from firmware_sim.lines.frames import FrameLog

BITS_PER_CHARACTER = 10


class Line:
    """Every device hears all that is sent to the line, and answers if it is meant. There is at
    least one.
    """

    def __init__(
        self,
        name: str,
        devices: Sequence[Device],
        switches: Switches,
        *,
        baud: int,
        is_half_duplex: bool,
    ) -> None:
        self.name = name
        """municipality/site/line"""
        self.devices = devices
        self.switches = switches
        self.baud = baud
        self.is_half_duplex = is_half_duplex
        self.protocol = devices[0].board.protocol
        self.quiet_characters = devices[0].board.quiet_characters
        self.log = FrameLog()
        for device in devices:
            device.log = self.log
        self.type = "line"
        self.title = f"{baud} 8N1"
        self.where = ""
        self.probe = None
        self.measures: Sequence[str] = ()
        self.faults = [name for name, kind in FAULTS.items() if kind.where in ("line", "device")]

    @property
    def character_s(self) -> float:
        return BITS_PER_CHARACTER / self.baud

    def shows(self, at_s: float) -> Shown:
        state = "unplugged" if self.is_unplugged(at_s) else "plugged in"
        return {
            "state": state,
            "frames_heard": self.log.heard_count,
            "frames_sent": self.log.sent_count,
        }

    def explain(self, data: bytes, request: bytes | None) -> list[Part]:
        return self.devices[0].explain(data, request)

    def is_unplugged(self, at_s: float) -> bool:
        return self.switches.active("unplugged", at_s) is not None

    def receive(self, data: bytes, at_s: float) -> list[Burst]:
        """Bytes from the port; returns what the devices send at once."""
        if self.is_unplugged(at_s):
            return []
        echo = [Burst(data, "", faults=("echo",))] if self.switches.strikes("echo", at_s) else []
        struck = ["echo"] if echo else []
        if self.switches.active("wrong-baud", at_s):
            struck.append("wrong-baud")
            data = misread(data)
        self.log.hear(data, struck)
        answers = self._ask(lambda device: device.receive(data, at_s))
        return echo + self._send(answers, at_s)

    def quiet(self, at_s: float) -> list[Burst]:
        """The port has been silent for `quiet_characters`."""
        answers = self._ask(lambda device: device.quiet(at_s))
        self.log.end_request(at_s)
        return [] if self.is_unplugged(at_s) else self._send(answers, at_s)

    def push(self, device: Device, at_s: float) -> list[Burst]:
        """What the device says unasked, when it is time. It does not know whether anybody hears."""
        said = device.push(at_s)
        if self.is_unplugged(at_s):
            return []
        bursts = self._spoiled(said, at_s)
        for burst in bursts:
            self.log.push(at_s, burst.device, burst.data, burst.faults)
        return bursts

    def tick(self, at_s: float) -> list[Burst]:
        """About once a second: life of the devices, and noise that nobody asked for."""
        for device in self.devices:
            device.is_on(at_s)
        if self.is_unplugged(at_s):
            return []
        garbage = self.switches.strikes("garbage", at_s)
        if garbage is None:
            return []
        noise = Burst(self.switches.dice.randbytes(round(garbage.size)), "", faults=("garbage",))
        self.log.push(at_s, "", noise.data, noise.faults)
        return [noise]

    def _ask(self, ask: Callable[[Device], list[Burst]]) -> list[Burst]:
        return [burst for device in self.devices for burst in ask(device)]

    def _send(self, bursts: list[Burst], at_s: float) -> list[Burst]:
        bursts = self._spoiled(bursts, at_s)
        for burst in bursts:
            self.log.send(at_s, burst.device, burst.data, burst.faults)
        return bursts

    def _spoiled(self, bursts: list[Burst], at_s: float) -> list[Burst]:
        if not self.switches.all():
            return bursts
        if self.switches.active("wrong-baud", at_s):
            bursts = [
                replace(burst, data=misread(burst.data), faults=(*burst.faults, "wrong-baud"))
                for burst in bursts
            ]
        return bursts
