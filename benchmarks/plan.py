"""What a reader asks of a whole bench: every board on every line, at its usual pace."""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from firmware_sim.boards.ntcip.objects import DMS
from firmware_sim.boards.ntcip.snmp.ber import (
    NULL,
    SEQUENCE,
    encoded,
    encoded_integer,
    encoded_octets,
    encoded_oid,
)
from firmware_sim.boards.ntcip.snmp.pdu import VERSION_2C, PduKind, encoded_pdu
from firmware_sim.lines.line import Line
from firmware_sim.rig.cabinet import Cabinet
from firmware_sim.rig.polls import polls_of
from firmware_sim.rig.world import World
from firmware_sim.scenario.scenario import Scenario

DEADLINES_S = {"canoga": 0.1, "modbus": 0.3}
OTHER_DEADLINE_S = 0.5
"""From the request's first byte to the reply's last."""
PUSH_PERIODS_S = {"plantower": (0.8, 2.3), "sds011": (1.0,)}
"""Between two frames that nobody asked for (data sheets)."""
SIGN_PERIOD_S, SIGN_DEADLINE_S = 5.0, 0.5
SIGN_STATUS = ((9, 7, 1, 0), (6, 5, 0), (6, 3, 0), (7, 5, 0), (9, 6, 1, 0), (9, 6, 2, 0))
"""Short error status, what is shown, and by whose activation, brightness, temperatures."""


@dataclass(frozen=True, slots=True)
class PollPlan:
    request: str
    """Hexadecimal."""
    period_s: float
    """Infinite: asked once, to begin with."""


@dataclass(frozen=True, slots=True)
class LinePlan:
    path: str
    protocol: str
    deadline_s: float
    polls: list[PollPlan]
    push_periods_s: Sequence[float] = ()


@dataclass(frozen=True, slots=True)
class SignPlan:
    host: str
    port: int
    request: str
    period_s: float = SIGN_PERIOD_S
    deadline_s: float = SIGN_DEADLINE_S


@dataclass(frozen=True, slots=True)
class LoadPlan:
    lines: list[LinePlan] = field(default_factory=list)
    signs: list[SignPlan] = field(default_factory=list)

    def write(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self)), encoding="utf-8")

    @property
    def requests_per_s(self) -> float:
        polls = [1 / poll.period_s for line in self.lines for poll in line.polls]
        return sum(polls) + sum(1 / sign.period_s for sign in self.signs)


def plan_for(scenario: Scenario, entries: Sequence[Mapping[str, Any]]) -> LoadPlan:
    """`entries` are a running bench's cabinets, as bench.json has them."""
    kits = dict(_lines_by_kit(scenario))
    plan = LoadPlan()
    for part, entry in zip(scenario.all_cabinets(), entries, strict=True):
        for name, line in kits[part.kit].items():
            plan.lines.append(_line_plan(entry["lines"][name], line))
        for sign in entry["signs"].values():
            community = Path(sign["read_community_file"]).read_text(encoding="ascii").strip()
            plan.signs.append(SignPlan(sign["host"], sign["port"], status_request(community).hex()))
    return plan


def status_request(community: str) -> bytes:
    """A GET of SNMPv2c for what a sign is polled for."""
    binds = b"".join(
        encoded(SEQUENCE, encoded_oid((*DMS, *where)), encoded(NULL)) for where in SIGN_STATUS
    )
    return encoded(
        SEQUENCE,
        encoded_integer(VERSION_2C),
        encoded_octets(community.encode()),
        encoded_pdu(PduKind.GET, 1, 0, 0, binds),
    )


def _lines_by_kit(scenario: Scenario) -> Iterator[tuple[str, dict[str, Line]]]:
    """One cabinet of each kit tells what all of them are asked."""
    world = World(scenario, seed=0, start_ms=0, now_s=0.0)
    for part in {part.kit: part for part in scenario.all_cabinets()}.values():
        kit = scenario.kits[part.kit]
        cabinet = Cabinet(part, kit, world, seed=0, start_ms=0, now_s=0.0, kept={})
        yield part.kit, cabinet.lines


def _line_plan(path: str, line: Line) -> LinePlan:
    polls = [poll for device in line.devices for poll in polls_of(device.board)]
    # What is asked once comes first.
    polls.sort(key=lambda poll: math.isfinite(poll.period_s))
    return LinePlan(
        path,
        line.protocol,
        DEADLINES_S.get(line.protocol, OTHER_DEADLINE_S),
        [PollPlan(poll.request.hex(), poll.period_s) for poll in polls],
        () if polls else PUSH_PERIODS_S[line.protocol],
    )
