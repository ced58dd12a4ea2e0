"""Gets one sign to show what was decided, and knows what it shows. Pure: it is given the time.

A command is repeated with the same id until its result comes or it expires; only then is a new one
issued. A shown message is renewed before its duration ends, and asked for again when the sign,
read back, shows something else.
"""

import logging
from collections.abc import Callable
from typing import Literal, NamedTuple

from control_center.bilingual import Words, words_of
from control_center.settings import CommandSettings
from control_center.signs.arbiter import Decision
from control_center.signs.composer import pages_of
from gateway.contract.kinds import KINDS
from gateway.contract.messages import Command, CommandResult

log = logging.getLogger("aburra.center")

REPEAT_MS = 1_500
SUPERSEDE_MS = 3_000
"""A newer decision waits this long for the result of the command under way."""
DIFFERS_MS = 3_000
RETRY_FIRST_MS = 2_000
RETRY_LONGEST_MS = 60_000
STALE_MS = round(KINDS["sign_state"].stale_after_s * 1000)
LONGEST_TEXT = 200

_STATUS_WORDS = {
    "confirmed": Words("muestra otra cosa", "shows something else"),
    "refused": Words("rechaza", "refuses"),
    "expired": Words("venció antes de llegar", "expired on its way"),
    "failed": Words("falló", "failed"),
}
_NO_RESULT = Words("sin resultado antes de vencer", "no result before it expired")

FaceState = Literal["confirmed", "waiting", "differs", "unknown"]


class Face(NamedTuple):
    """What the sign said it shows, and when."""

    multi: str
    time_ms: int


class SignDispatcher:
    """One sign. `expired` comes first, then `due` gives the command to send now; `answered` and
    `read_back` take what returns.

    `commands` and `confirmed` count commands and those among them that were confirmed; `failure`
    says why the last one that ended was not, None when it was.
    """

    def __init__(
        self,
        target: str,
        settings: CommandSettings,
        new_id: Callable[[], str],
    ) -> None:
        self.target = target
        self.decision: Decision | None = None
        self.face: Face | None = None
        self.commands = 0
        self.confirmed = 0
        self.failure: Words | None = None
        self._settings = settings
        self._new_id = new_id
        self._under_way: Command | None = None
        self._commanded: Decision | None = None
        self._confirmed_decision: Decision | None = None
        self._sent_ms = 0
        self._renew_ms = 0
        self._failures = 0
        self._retry_ms = 0
        self._differs_since_ms: int | None = None

    @property
    def is_under_way(self) -> bool:
        """Whether a command has neither its result nor expired."""
        return self._under_way is not None

    def awaits(self, command_id: str) -> bool:
        """Whether that command is the one under way."""
        return self._under_way is not None and self._under_way.id == command_id

    @property
    def awaits_first(self) -> bool:
        """Whether the decision in force was not confirmed yet."""
        return self._confirmed_decision != self.decision

    def want(self, decision: Decision | None) -> None:
        if decision != self.decision:
            self.decision = decision
            self._failures = self._retry_ms = 0
            self._differs_since_ms = None

    def hurry(self) -> None:
        """The way to the sign is open again: don't wait out the back-off."""
        self._failures = min(self._failures, 1)
        self._retry_ms = 0

    def expired(self, now_ms: int) -> Command | None:
        """The command under way, if it has just expired without a result: it failed."""
        command = self._under_way
        if command is None or now_ms < command.expires_ms:
            return None
        self._failed(_NO_RESULT, now_ms)
        return command

    def due(self, now_ms: int) -> Command | None:
        """The command to send now, new or once more; None when nothing is to be sent."""
        command = self._under_way
        overtaken = (
            command is not None
            and self._commanded != self.decision
            and now_ms >= command.issued_ms + SUPERSEDE_MS
        )
        if command is not None and not overtaken:
            if now_ms < self._sent_ms + REPEAT_MS:
                return None
            self._sent_ms = now_ms
            return command
        if self.decision is None or not self._must_act(self.decision, now_ms):
            return None
        return self._issue(self.decision, now_ms)

    def _must_act(self, decision: Decision, now_ms: int) -> bool:
        if self._commanded != decision:
            return True
        if now_ms < self._retry_ms:
            return False
        if self._failures:
            return True
        if decision.multi and now_ms >= self._renew_ms:
            return True
        return self._differs_long(now_ms)

    def _differs_long(self, now_ms: int) -> bool:
        if self.face is None or self._differs_since_ms is None:
            return False
        is_fresh = now_ms <= self.face.time_ms + STALE_MS
        return is_fresh and now_ms >= self._differs_since_ms + DIFFERS_MS

    def _issue(self, decision: Decision, now_ms: int) -> Command:
        command = Command(
            id=self._new_id(),
            target=self.target,
            action="show" if decision.multi else "blank",
            issued_ms=now_ms,
            expires_ms=now_ms + round(self._settings.expiry_s * 1000),
            authority=decision.authority[:LONGEST_TEXT],
            reason=decision.reason[:LONGEST_TEXT],
            multi=decision.multi,
            duration_min=self._settings.duration_min,
            priority=int(decision.priority),
        )
        self.commands += 1
        self._under_way, self._commanded, self._sent_ms = command, decision, now_ms
        return command

    def answered(self, result: CommandResult, now_ms: int) -> float | None:
        """Take a result; gives decided-to-shown in ms for a confirmation, None for anything else.

        A result of no command under way (a repeat, or one of an earlier run) changes nothing.
        """
        command = self._under_way
        if command is None or not self.awaits(result.id):
            return None
        # Done after it was issued and before now; a clock that says otherwise is not believed.
        is_possible = command.issued_ms <= result.done_ms <= now_ms
        done_ms = result.done_ms if is_possible else now_ms
        if result.shows_multi is not None:
            self._see(result.shows_multi, done_ms)
        shows_it = result.shows_multi is not None and pages_of(result.shows_multi) == pages_of(
            command.multi
        )
        if result.status != "confirmed" or not shows_it:
            self._failed(_failure_of(result), now_ms)
            return None
        self._under_way = self.failure = None
        self._confirmed_decision = self._commanded
        self._failures = self._retry_ms = 0
        self._renew_ms = now_ms + round(self._settings.renew_s * 1000)
        self.confirmed += 1
        return done_ms - command.issued_ms

    def _failed(self, failure: Words, now_ms: int) -> None:
        self._under_way, self.failure = None, failure
        wait_ms = min(RETRY_LONGEST_MS, RETRY_FIRST_MS * 2 ** min(self._failures, 10))
        self._failures += 1
        self._retry_ms = now_ms + wait_ms
        if self._failures in (1, 10):
            log.warning("%s: command not confirmed: %s", self.target, failure)

    def read_back(self, multi: str, time_ms: int, now_ms: int) -> None:
        """Take what a `sign_state` observation says is shown; older than known is passed over.

        A sign that answers again after a silence need not wait for the end of the back-off.
        """
        if self.face is None or time_ms > self.face.time_ms:
            if self.face is None or time_ms > self.face.time_ms + STALE_MS:
                self.hurry()
            self._see(multi, min(time_ms, now_ms))

    def _see(self, multi: str, time_ms: int) -> None:
        self.face = Face(multi, time_ms)
        if self.decision is None or pages_of(multi) == pages_of(self.decision.multi):
            self._differs_since_ms = None
        elif self._differs_since_ms is None:
            self._differs_since_ms = time_ms

    def face_state(self, now_ms: int) -> FaceState:
        """How the face stands to the decision, as `SignView.face` defines it."""
        if self.face is None or now_ms - self.face.time_ms > STALE_MS:
            return "waiting" if self._under_way else "unknown"
        if self.decision is None:
            return "waiting"
        if pages_of(self.face.multi) == pages_of(self.decision.multi):
            return "confirmed"
        return "waiting" if self._under_way and not self._failures else "differs"


def _failure_of(result: CommandResult) -> Words:
    """How a command ended that was not confirmed, and what the cabinet says about it."""
    es, en = _STATUS_WORDS[result.status]
    if not result.detail:
        return Words(es, en)
    detail = words_of(result.detail)
    return Words(f"{es}: {detail.es}", f"{en}: {detail.en}")
