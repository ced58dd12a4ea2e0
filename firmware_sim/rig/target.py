"""What a fault or a command can be aimed at: a device, a sign or a whole line."""

from collections.abc import Sequence
from typing import Protocol

from firmware_sim.boards.board import Part, Shown
from firmware_sim.faults.switches import Switches
from firmware_sim.lines.frames import FrameLog
from firmware_sim.lines.probe import Probe


class Target(Protocol):
    @property
    def name(self) -> str:
        """municipality/site/name"""

    @property
    def type(self) -> str: ...

    @property
    def title(self) -> str: ...

    @property
    def protocol(self) -> str: ...

    @property
    def where(self) -> str:
        """How it is told from its neighbours on the line: "unit 2"; empty: it has none."""

    @property
    def switches(self) -> Switches: ...

    @property
    def probe(self) -> Probe | None:
        """None: it measures nothing that could be held or be faulty."""

    @property
    def measures(self) -> Sequence[str]: ...

    @property
    def faults(self) -> Sequence[str]:
        """Names of the faults that it can have."""

    @property
    def log(self) -> FrameLog:
        """What was said to it and by it, and by its neighbours on the same line."""

    def shows(self, at_s: float) -> Shown: ...

    def explain(self, data: bytes, request: bytes | None) -> list[Part]: ...
