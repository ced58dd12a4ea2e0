"""A dynamic message sign's controller: what it shows, why, and for how long.

Pure: every method is handed the scenario's second. All that can change is in `state`, so that a
request of many parts can be tried on it and taken back whole.
"""

import math

from firmware_sim.boards.ntcip.layout import compose
from firmware_sim.boards.ntcip.message import (
    BLANK_ID,
    FOR_EVER_MIN,
    ActivationCode,
    Memory,
    Message,
    MessageId,
    RowStatus,
    blank_message,
)
from firmware_sim.boards.ntcip.message_table import WRITABLE, MessageTable, RowRefusedError
from firmware_sim.boards.ntcip.multi import MultiRefusedError
from firmware_sim.boards.ntcip.page import Page
from firmware_sim.boards.ntcip.state import (
    COMM_LOSS,
    END_DURATION,
    LONG_RECOVERY,
    POWER_LOSS,
    RESET,
    SHORT_RECOVERY,
    ActivateError,
    ControlMode,
    SourceMode,
)

PIXEL_TEST_S = 5.0


class ActivationRefusedError(Exception):
    def __init__(self, reason: ActivateError) -> None:
        super().__init__(reason.name)
        self.reason = reason


class SignController(MessageTable):
    def control_mode(self, at_s: float) -> ControlMode:
        if self.state.is_override:
            return ControlMode.CENTRAL_OVERRIDE
        is_local = self.plan.is_local or self.switches.active("local-control", at_s)
        return ControlMode.LOCAL if is_local else ControlMode.CENTRAL

    def activate(self, code: ActivationCode, at_s: float, *, locally: bool = False) -> None:
        """Raises `ActivationRefusedError`; the first fault in the standard's order counts.

        `locally`: asked at the panel in the cabinet, not by the central computer.
        """
        try:
            row, pages = self._activatable(code, at_s, locally=locally)
        except ActivationRefusedError as refused:
            self.state.activate_error = refused.reason
            self.state.refused_activation = code
            raise
        mode = SourceMode.LOCAL if locally else SourceMode.CENTRAL
        self._show(row, pages, code.message, mode, at_s)
        self.state.requester = code.source
        self.state.activate_error = ActivateError.NONE
        self.set_remaining(code.duration_min, at_s)

    def _activatable(
        self, code: ActivationCode, at_s: float, *, locally: bool
    ) -> tuple[Message, tuple[Page, ...]]:
        wanted = code.message
        row = self.row(wanted.memory, wanted.number)
        memories = (Memory.PERMANENT, *WRITABLE) + (Memory.BLANK,) * self.plan.has_blank_memory
        wrong_mode = _wrong_mode(self.control_mode(at_s), locally=locally)
        if wrong_mode is not None:
            raise ActivationRefusedError(wrong_mode)
        if wanted.memory not in memories:
            raise ActivationRefusedError(ActivateError.MEMORY_TYPE)
        if row is None:
            raise ActivationRefusedError(ActivateError.MESSAGE_NUMBER)
        if code.priority < self.state.shown.priority:
            raise ActivationRefusedError(ActivateError.PRIORITY)
        if row.status != RowStatus.VALID:
            raise ActivationRefusedError(ActivateError.MESSAGE_STATUS)
        if row.crc != wanted.crc:
            raise ActivationRefusedError(ActivateError.MESSAGE_CRC)
        try:
            # It was valid once, but the defaults may have changed since.
            return row, compose(row.multi, self.plan, self.defaults())
        except MultiRefusedError as refused:
            self.state.multi_verdict = refused.verdict
            raise ActivationRefusedError(ActivateError.SYNTAX_MULTI) from refused

    def set_remaining(self, minutes: int, at_s: float) -> None:
        self.state.ends_s = math.inf if minutes == FOR_EVER_MIN else at_s + 60 * minutes
        self.tick(at_s)

    def remaining_min(self, at_s: float) -> int:
        if math.isinf(self.state.ends_s):
            return FOR_EVER_MIN
        return max(0, math.ceil((self.state.ends_s - at_s) / 60))

    def heard(self, at_s: float) -> None:
        """A request of somebody entitled came in: the line is alive."""
        self.state.heard_s = at_s
        self.state.is_comm_lost = False

    def is_on(self, at_s: float) -> bool:
        """Is there power, from the mains or the battery?"""
        failed_s = self.state.failed_s
        return failed_s is None or at_s < failed_s + self.plan.backup_s

    def tick(self, at_s: float) -> None:
        """Whatever time alone brings about."""
        state = self.state
        if not self.is_on(at_s):
            return
        self.validate(at_s)
        if at_s >= state.ends_s:
            self._show_standby(END_DURATION, SourceMode.END_DURATION, at_s)
        limit_min = state.number("dmsTimeCommLoss")
        is_lost = 0 < 60 * limit_min <= at_s - state.heard_s
        if is_lost and not state.is_comm_lost and self.control_mode(at_s) != ControlMode.LOCAL:
            state.is_comm_lost = True
            self._show_standby(COMM_LOSS, SourceMode.COMM_LOSS, at_s)

    def power_fail(self, at_s: float) -> None:
        """The mains fail. Only a battery lets the power-loss message be seen."""
        self.tick(at_s)
        self.state.failed_s = at_s
        if self.plan.backup_s > 0:
            self._show_standby(POWER_LOSS, SourceMode.POWER_LOSS, at_s)

    def power_up(self, at_s: float) -> None:
        """The mains are back. A failure of unknown length counts as a long one."""
        state = self.state
        failed_s, was_on = state.failed_s, state.failed_s is not None and self.is_on(at_s)
        limit_s = state.number("dmsShortPowerLossTime")
        is_short = failed_s is not None and at_s - failed_s <= limit_s and limit_s > 0
        state.failed_s = None
        if not was_on:
            self._start(at_s)
        recovery = SHORT_RECOVERY if is_short else LONG_RECOVERY
        self._show_standby(recovery, SourceMode.POWER_RECOVERY, at_s)

    def software_reset(self, at_s: float) -> None:
        self._start(at_s)
        self._show_standby(RESET, SourceMode.RESET, at_s)

    def test_pixels(self, at_s: float) -> None:
        self.state.pixel_test_ends_s = at_s + PIXEL_TEST_S
        self.state.is_pixel_table_cleared = False

    def _start(self, at_s: float) -> None:
        """What a start of the controller brings: forgotten are volatile messages and half work."""
        self.clear(Memory.VOLATILE)
        for key, row in self.state.rows.items():
            if row.status in (RowStatus.MODIFYING, RowStatus.VALIDATING):
                self.state.rows[key] = Message()
        self.state.boots += 1
        self.state.started_s = self.state.heard_s = at_s
        self.state.is_comm_lost = self.state.is_override = False
        self.state.activate_error = ActivateError.NONE
        self.state.pixel_test_ends_s = -math.inf

    def _show_standby(self, which: str, mode: SourceMode, at_s: float) -> None:
        wanted = self.state.standby[which]
        if wanted.memory != Memory.CURRENT_BUFFER:
            try:
                row = self._standby_row(wanted)
                pages = compose(row.multi, self.plan, self.defaults())
            except (RowRefusedError, MultiRefusedError):
                row, pages, wanted = blank_message(BLANK_ID.number), (), BLANK_ID
            self._show(row, pages, wanted, mode, at_s)
        self.state.source_mode = mode
        self.state.requester = bytes(4)
        self.state.ends_s = math.inf

    def _standby_row(self, wanted: MessageId) -> Message:
        row = self.row(wanted.memory, wanted.number)
        if row is None or row.status != RowStatus.VALID or row.crc != wanted.crc:
            raise RowRefusedError
        return row

    def _show(
        self,
        row: Message,
        pages: tuple[Page, ...],
        source: MessageId,
        mode: SourceMode,
        at_s: float,
    ) -> None:
        state = self.state
        state.shown, state.pages, state.shown_since_s = row, pages, at_s
        state.source, state.source_mode = source, mode


def _wrong_mode(mode: ControlMode, *, locally: bool) -> ActivateError | None:
    if not locally:
        return ActivateError.LOCAL_MODE if mode is ControlMode.LOCAL else None
    return {
        ControlMode.CENTRAL: ActivateError.CENTRAL_MODE,
        ControlMode.CENTRAL_OVERRIDE: ActivateError.CENTRAL_OVERRIDE_MODE,
    }.get(mode)
