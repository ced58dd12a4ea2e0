"""A sign as a target: its datagrams pass its fault switches, and are kept for whoever looks."""

import re
from typing import Any

from firmware_sim.boards.board import Part, Shown
from firmware_sim.boards.ntcip.device import SignBoard
from firmware_sim.faults.bytes import flip_bits, truncate
from firmware_sim.faults.catalogue import FAULTS
from firmware_sim.faults.switches import Switches
from firmware_sim.lines.frames import FrameLog
from firmware_sim.lines.mains import Mains
from firmware_sim.lines.probe import Probe

LINK_FAULTS = ("silent", "late", "truncated", "bit-flips", "brown-out", "unplugged")
"""Those of devices and lines that datagrams can have too."""
PRONE_TO = ("sign", "clock", "reading")


class SignTarget:
    type = "sign"
    protocol = "snmp"
    where = ""

    def __init__(self, name: str, board: SignBoard, switches: Switches, probe: Probe) -> None:
        self.name = name
        self.board = board
        self.switches = switches
        self.probe: Probe | None = probe
        self.measures = board.measures
        self.title = f"NTCIP 1203, {board.title}"
        self.faults = [
            name for name, kind in FAULTS.items() if kind.where in PRONE_TO or name in LINK_FAULTS
        ]
        self.log = FrameLog()
        self.secrets: tuple[bytes, ...] = ()
        """Communities: what is kept of datagrams must not show them."""
        self._mains = Mains(switches, on_failure=board.power_fail, on_return=board.power_up)

    def shows(self, at_s: float) -> Shown:
        return self.board.shows(at_s)

    def explain(self, data: bytes, request: bytes | None) -> list[Part]:
        return self.board.explain(data, is_reply=request is not None)

    def tick(self, at_s: float) -> None:
        self._mains.follow(at_s)
        self.board.tick(at_s)

    def incoming(self, data: bytes, at_s: float) -> bytes | None:
        """A datagram on its way to the sign; None: it never gets there."""
        self._mains.follow(at_s)
        if self.switches.active("unplugged", at_s):
            return None
        self.log.hear(self._masked(data, data))
        self.log.end_request(at_s)
        return data

    def outgoing(self, data: bytes, at_s: float) -> list[tuple[float, bytes]]:
        """A datagram that the sign sends: what leaves, and after how many seconds."""
        strikes, dice = self.switches.strikes, self.switches.dice
        if self._mains.fails_now(at_s) or strikes("silent", at_s):
            return []
        sent, struck = data, []
        if flips := strikes("bit-flips", at_s):
            struck.append("bit-flips")
            data = flip_bits(data, round(flips.size), dice)
        if strikes("truncated", at_s):
            struck.append("truncated")
            data = truncate(data, dice)
        late = strikes("late", at_s)
        if late:
            struck.append("late")
        self.log.send(at_s, self.name, self._masked(data, sent), tuple(struck))
        return [(0.0 if late is None else late.size, data)]

    def _masked(self, data: bytes, original: bytes) -> bytes:
        """With stars where the original has a secret: what is kept for looking at has none."""
        masked = bytearray(data)
        for secret in self.secrets:
            for found in re.finditer(re.escape(secret), original):
                at, end = found.start(), min(found.end(), len(masked))
                masked[at:end] = b"*" * (end - at)
        return bytes(masked)

    def keep(self) -> dict[str, Any]:
        return self.board.keep()
