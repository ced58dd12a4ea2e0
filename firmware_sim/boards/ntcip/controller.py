"""A dynamic message sign's controller: its message table, what it shows and for how long.

Pure: every method is handed the scenario's second. All that can change is in `state`, so that a
request of many parts can be tried on it and taken back whole.
"""

import math
from collections.abc import Mapping
from dataclasses import replace

from firmware_sim.boards.ntcip.layout import Defaults, Page, check, compose
from firmware_sim.boards.ntcip.message import (
    BLANK_ID,
    FOR_EVER_MIN,
    ActivationCode,
    Memory,
    Message,
    MessageId,
    RowStatus,
    blank_message,
    message_crc,
)
from firmware_sim.boards.ntcip.multi import MultiError, MultiRefusedError
from firmware_sim.boards.ntcip.objects import Value
from firmware_sim.boards.ntcip.plan import SignPlan
from firmware_sim.boards.ntcip.state import (
    COMM_LOSS,
    END_DURATION,
    LONG_RECOVERY,
    POWER_LOSS,
    RESET,
    SHORT_RECOVERY,
    ActivateError,
    ControlMode,
    RowKey,
    SignState,
    SourceMode,
    ValidateError,
)
from firmware_sim.faults.switches import Switches

BLANK_ROWS = 255
PIXEL_TEST_S = 5.0
ROW_BYTES = 32
"""What a message takes of the memory besides its MULTI."""
WRITABLE = (Memory.CHANGEABLE, Memory.VOLATILE)


class ActivationRefusedError(Exception):
    def __init__(self, reason: ActivateError) -> None:
        super().__init__(reason.name)
        self.reason = reason


class RowRefusedError(Exception):
    """The row's status, or the sign's memory, does not allow what was asked."""


class SignController:
    def __init__(
        self, plan: SignPlan, switches: Switches, settings: Mapping[str, Value], *, now_s: float
    ) -> None:
        """`settings`: what the manager may set, as it is in a new sign."""
        self.plan = plan
        self._switches = switches
        rows: dict[RowKey, Message] = {
            (Memory.PERMANENT, number): _permanent(multi)
            for number, multi in enumerate(plan.permanent_messages, start=1)
        }
        for memory, count in (
            (Memory.CHANGEABLE, plan.changeable_messages),
            (Memory.VOLATILE, plan.volatile_messages),
        ):
            rows |= {(memory, number): Message() for number in range(1, count + 1)}
        self.state = SignState(rows, dict(settings), started_s=now_s, heard_s=now_s)

    def row(self, memory: int, number: int) -> Message | None:
        if memory == Memory.CURRENT_BUFFER and number == 1:
            return self.state.shown
        if memory == Memory.BLANK and self.plan.has_blank_memory and 1 <= number <= BLANK_ROWS:
            return blank_message(number)
        return self.state.rows.get((memory, number))

    def control_mode(self, at_s: float) -> ControlMode:
        if self.state.is_override:
            return ControlMode.CENTRAL_OVERRIDE
        is_local = self.plan.is_local or self._switches.active("local-control", at_s)
        return ControlMode.LOCAL if is_local else ControlMode.CENTRAL

    def free_bytes(self, memory: Memory, at_s: float) -> int:
        if self._switches.active("full-table", at_s):
            return 0
        rows = self.state.rows_of(memory).values()
        used = sum(ROW_BYTES + len(row.multi) for row in rows if row.status != RowStatus.NOT_USED)
        return max(0, self.plan.memory_bytes - used)

    def valid_messages(self, memory: Memory) -> int:
        return sum(row.status == RowStatus.VALID for row in self.state.rows_of(memory).values())

    def request_status(self, key: RowKey, wanted: int, at_s: float) -> None:
        """Raises `RowRefusedError` where the row's status has no such way out."""
        row = self.state.rows[key]
        if row.status == RowStatus.VALIDATING:
            raise RowRefusedError
        if wanted == RowStatus.MODIFY_REQUEST:
            self._begin_to_modify(key, row, at_s)
        elif wanted == RowStatus.VALIDATE_REQUEST and row.status == RowStatus.MODIFYING:
            result_s = at_s + self.plan.validation_s
            self.state.rows[key] = replace(row, status=RowStatus.VALIDATING, validated_s=result_s)
        elif wanted == RowStatus.NOT_USED_REQUEST:
            self.state.rows[key] = Message()
        else:
            raise RowRefusedError

    def _begin_to_modify(self, key: RowKey, row: Message, at_s: float) -> None:
        is_again = row.status == RowStatus.MODIFYING
        if is_again and self.plan.refuses_second_modify_request:
            raise RowRefusedError
        # The message that is worked on stands beside the one that it replaces.
        if self.free_bytes(Memory(key[0]), at_s) < ROW_BYTES:
            raise RowRefusedError
        self.state.rows[key] = replace(row, status=RowStatus.MODIFYING)

    def clear(self, memory: Memory) -> None:
        for number in self.state.rows_of(memory):
            self.state.rows[memory, number] = Message()

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
        return math.ceil((self.state.ends_s - at_s) / 60)

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
        for key, row in state.rows.items():
            if row.status == RowStatus.VALIDATING and at_s >= row.validated_s:
                state.rows[key] = self._judged(row)
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

    def defaults(self) -> Defaults:
        number = self.state.number
        return Defaults(
            font=number("defaultFont"),
            line_justification=number("defaultJustificationLine"),
            page_justification=number("defaultJustificationPage"),
            page_on_ds=number("defaultPageOnTime"),
            page_off_ds=number("defaultPageOffTime"),
            flash_on_ds=number("defaultFlashOn"),
            flash_off_ds=number("defaultFlashOff"),
        )

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

    def _judged(self, row: Message) -> Message:
        verdict = check(row.multi, self.plan, self.defaults())
        if row.beacon:
            error = ValidateError.BEACONS  # it has none
        elif row.pixel_service:
            error = ValidateError.PIXEL_SERVICE  # nor does a matrix of LEDs need this
        elif verdict.error is not MultiError.NONE:
            error = ValidateError.SYNTAX_MULTI
        else:
            error = ValidateError.NONE
        self.state.multi_verdict, self.state.validate_error = verdict, error
        if error is not ValidateError.NONE:
            return replace(row, status=RowStatus.ERROR)
        crc = message_crc(row.multi, row.beacon, row.pixel_service)
        return replace(row, status=RowStatus.VALID, crc=crc)

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


def _permanent(multi: bytes) -> Message:
    return Message(multi=multi, crc=message_crc(multi, 0, 0), priority=1, status=RowStatus.VALID)


def _wrong_mode(mode: ControlMode, *, locally: bool) -> ActivateError | None:
    if not locally:
        return ActivateError.LOCAL_MODE if mode is ControlMode.LOCAL else None
    return {
        ControlMode.CENTRAL: ActivateError.CENTRAL_MODE,
        ControlMode.CENTRAL_OVERRIDE: ActivateError.CENTRAL_OVERRIDE_MODE,
    }.get(mode)
