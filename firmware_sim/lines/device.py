"""A board where it is mounted: under its name, with its fault switches between it and the line."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from firmware_sim.boards.board import Board, Part, Shown
from firmware_sim.faults.bytes import collide, flip_bits, truncate
from firmware_sim.faults.catalogue import FAULTS, Where
from firmware_sim.faults.switches import Switches
from firmware_sim.lines.frames import FrameLog
from firmware_sim.lines.mains import Mains
from firmware_sim.lines.probe import Probe

NO_POWER: Shown = {"power": "sin energía · no power"}


@dataclass(frozen=True, slots=True)
class Burst:
    """Bytes that leave a device for the line."""

    data: bytes
    device: str
    delay_s: float = 0.0
    pace: float = 1.0
    """How many times longer than at its baud rate each character takes."""
    faults: tuple[str, ...] = ()


@dataclass(slots=True)
class Device:
    name: str
    """municipality/site/device"""
    type: str
    """As in the scenario."""
    title: str
    board: Board
    switches: Switches
    probe: Probe | None = None
    where: str = ""
    """How it is told from its neighbours on the line: "unit 2", "address 0"."""
    prone_to: frozenset[Where] = frozenset({"device"})
    log: FrameLog = field(default_factory=FrameLog)
    """Its line's."""
    _mains: Mains = field(init=False)

    def __post_init__(self) -> None:
        self._mains = Mains(self.switches, on_failure=lambda _: None, on_return=self.board.power_up)

    @property
    def protocol(self) -> str:
        return self.board.protocol

    @property
    def measures(self) -> Sequence[str]:
        return self.board.measures

    @property
    def faults(self) -> Sequence[str]:
        return [name for name, kind in FAULTS.items() if kind.where in self.prone_to]

    def shows(self, at_s: float) -> Shown:
        return NO_POWER if self._mains.is_cut(at_s) else self.board.shows(at_s)

    def explain(self, data: bytes, request: bytes | None) -> list[Part]:
        return self.board.explain(data, request)

    def receive(self, data: bytes, at_s: float) -> list[Burst]:
        return self._send(self.board.receive(data, at_s), at_s) if self.is_on(at_s) else []

    def quiet(self, at_s: float) -> list[Burst]:
        return self._send(self.board.quiet(at_s), at_s) if self.is_on(at_s) else []

    def push(self, at_s: float) -> list[Burst]:
        return self._send(self.board.push(at_s), at_s) if self.is_on(at_s) else []

    def is_on(self, at_s: float) -> bool:
        """Has it power? Brings it up again when a brown-out is over, and moves it up to now."""
        if not self._mains.follow(at_s):
            return False
        self.board.tick(at_s)
        return True

    def _send(self, data: bytes, at_s: float) -> list[Burst]:
        if not data:
            return []
        if not self.switches.all():
            return [Burst(data, self.name)]
        return self._fail(data, at_s)

    def _fail(self, data: bytes, at_s: float) -> list[Burst]:
        strikes, dice = self.switches.strikes, self.switches.dice
        if self._mains.fails_now(at_s) or strikes("silent", at_s):
            return []
        struck = []
        if strikes("wrong-checksum", at_s):
            struck.append("wrong-checksum")
            data = self.board.with_wrong_checksum(data)
        if flips := strikes("bit-flips", at_s):
            struck.append("bit-flips")
            data = flip_bits(data, round(flips.size), dice)
        if strikes("truncated", at_s):
            struck.append("truncated")
            data = truncate(data, dice)
        if strikes("duplicate-address", at_s):
            struck.append("duplicate-address")
            data = collide(data, dice)
        if not data:
            return []
        late, slow = strikes("late", at_s), strikes("slow", at_s)
        struck += [fault.name for fault in (late, slow) if fault is not None]
        return [
            Burst(
                data,
                self.name,
                delay_s=0.0 if late is None else late.size,
                pace=1.0 if slow is None else slow.size,
                faults=tuple(struck),
            )
        ]
