"""What an engine says about its rule, and what it therefore proposes for a sign."""

from enum import IntEnum
from typing import NamedTuple

from control_center.bilingual import Words


class Priority(IntEnum):
    """Who goes first on a sign (run-time priority of NTCIP 1203: 255 is the highest)."""

    CONGESTION = 150
    CAMPAIGN = 50
    BLANK = 1


class Opinion(NamedTuple):
    """An engine's present view of one rule.

    `since_ms` is when the state was entered; `reason` names the readings behind it, also when it
    is not active; past `valid_until_ms` the readings are too old to stand for the road.
    """

    active: bool
    since_ms: int
    reason: Words
    valid_until_ms: int


class Proposal(NamedTuple):
    """Lines that a rule wants on one sign."""

    target: str
    rule: str
    priority: Priority
    lines: tuple[str, ...]
    reason: str
    authority: str
    since_ms: int
    valid_until_ms: int
