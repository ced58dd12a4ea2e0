"""One decision per sign out of everything that is proposed for it. Pure."""

from collections.abc import Iterable
from typing import NamedTuple

from control_center.settings import SignSettings
from control_center.signs.composer import compose
from control_center.signs.proposal import Priority, Proposal

NOBODY = "engine:arbiter"


class Decision(NamedTuple):
    """What a sign shall show from `since_ms` on, and why; "" in `multi` is the blank face."""

    rule: str
    multi: str
    reason: str
    authority: str
    priority: Priority
    since_ms: int


class Arbiter:
    """Highest priority wins; among equals the earlier, then the rule's name.

    A message stays for its sign's minimum hold even when its reason ends; a blank face gives way at
    once. Until `settled_ms` nothing is blanked: after a restart the rules have to find back to
    their state first, and a shown message ends by itself anyway.
    """

    def __init__(self, sign: SignSettings, settled_ms: int) -> None:
        self._sign = sign
        self._settled_ms = settled_ms
        self._decision: Decision | None = None

    def decide(
        self, proposals: Iterable[Proposal], quiet_reason: str, now_ms: int
    ) -> Decision | None:
        """The decision in force; None before the first. `quiet_reason` says why nothing is
        proposed, for the audit of a blank face.
        """
        current = self._decision
        if current and current.multi and now_ms < current.since_ms + self._hold_ms:
            return current
        valid = [
            p for p in proposals if p.target == self._sign.target and now_ms < p.valid_until_ms
        ]
        best = min(valid, key=lambda p: (-p.priority, p.since_ms, p.rule), default=None)
        if best is not None:
            multi = compose(best.lines, self._sign.rows, self._sign.columns)
            if current is None or (current.rule, current.multi) != (best.rule, multi):
                self._decision = Decision(
                    best.rule, multi, best.reason, best.authority, best.priority, now_ms
                )
        elif now_ms >= self._settled_ms and (current is None or current.multi):
            self._decision = Decision("", "", quiet_reason, NOBODY, Priority.BLANK, now_ms)
        return self._decision

    @property
    def _hold_ms(self) -> float:
        return self._sign.minimum_hold_s * 1000
