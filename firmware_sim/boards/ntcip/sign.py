"""A dynamic message sign: its message table, what it shows and for how long (NTCIP 1203).

Pure: every method is handed the scenario's second. `SignState` holds all that can change, so that
a request of many parts can be tried on it and taken back whole.
"""

import copy
import math
from dataclasses import dataclass, field
from enum import IntEnum

from firmware_sim.boards.ntcip.message import (
    BLANK_ID,
    ActivationCode,
    Memory,
    Message,
    MessageId,
    RowStatus,
    message_crc,
)
from firmware_sim.boards.ntcip.multi import MultiError, Verdict, check

FOR_EVER_MIN = 65535
VALIDATION_S = 0.3
BLANK_ROWS = 255
PERMANENT_MULTI = b"PRUEBA"
LOCAL, CENTRAL, CENTRAL_OVERRIDE = 2, 4, 5
POWER_UP_STANDBY = "dmsShortPowerRecoveryMessage"
END_STANDBY = "dmsEndDurationMessage"
COMM_LOSS_STANDBY = "dmsCommunicationsLossMessage"
STANDBY = (
    POWER_UP_STANDBY,
    "dmsLongPowerRecoveryMessage",
    COMM_LOSS_STANDBY,
    "dmsPowerLossMessage",
    END_STANDBY,
)


class ActivateError(IntEnum):
    OTHER = 1
    NONE = 2
    PRIORITY = 3
    STATUS = 4
    MEMORY_TYPE = 5
    NUMBER = 6
    CRC = 7
    SYNTAX_MULTI = 8
    LOCAL_MODE = 9


class ValidateError(IntEnum):
    NONE = 2
    SYNTAX_MULTI = 5


class SourceMode(IntEnum):
    CENTRAL = 8
    POWER_RECOVERY = 10
    RESET = 11
    COMM_LOSS = 12
    END_DURATION = 14


class ActivationRefusedError(Exception):
    def __init__(self, reason: ActivateError) -> None:
        super().__init__(reason.name)
        self.reason = reason


class RowRefusedError(Exception):
    """The row's status does not allow what was asked."""


@dataclass(slots=True)
class SignState:
    changeable: dict[int, Message]
    shown: Message = field(default_factory=lambda: blank_message(1))
    source: MessageId = BLANK_ID
    source_mode: SourceMode = SourceMode.RESET
    ends_s: float = math.inf
    control_mode: int = CENTRAL
    comm_loss_min: int = 0
    """0: the sign does not watch its line."""
    heard_s: float = 0.0
    is_comm_lost: bool = False
    standby: dict[str, MessageId] = field(default_factory=lambda: dict.fromkeys(STANDBY, BLANK_ID))
    activate_error: ActivateError = ActivateError.NONE
    validate_error: ValidateError = ValidateError.NONE
    multi_verdict: Verdict = field(default_factory=Verdict)


def blank_message(number: int) -> Message:
    """Blank rows carry their number as priority, and a CRC of 0."""
    return Message(priority=number, status=RowStatus.VALID)


class Sign:
    def __init__(
        self, *, width_px: int, height_px: int, changeable: int, control_mode: int, now_s: float
    ) -> None:
        self.width_px = width_px
        self.height_px = height_px
        rows = {number: Message() for number in range(1, changeable + 1)}
        self.state = SignState(rows, control_mode=control_mode, heard_s=now_s)
        self._permanent = Message(
            multi=PERMANENT_MULTI,
            crc=message_crc(PERMANENT_MULTI, 0, 0),
            priority=1,
            status=RowStatus.VALID,
        )

    def row(self, memory: int, number: int) -> Message | None:
        if memory == Memory.CHANGEABLE:
            return self.state.changeable.get(number)
        if memory == Memory.PERMANENT and number == 1:
            return self._permanent
        if memory == Memory.CURRENT_BUFFER and number == 1:
            return self.state.shown
        if memory == Memory.BLANK and 1 <= number <= BLANK_ROWS:
            return blank_message(number)
        return None

    def request_status(self, row: Message, wanted: int, at_s: float) -> None:
        """Raises `RowRefusedError` where the row's status has no such way out."""
        if row.status == RowStatus.VALIDATING:
            raise RowRefusedError
        if wanted == RowStatus.MODIFY_REQUEST:
            row.status = RowStatus.MODIFYING
        elif wanted == RowStatus.VALIDATE_REQUEST and row.status == RowStatus.MODIFYING:
            row.status = RowStatus.VALIDATING
            row.validated_s = at_s + VALIDATION_S
        elif wanted == RowStatus.NOT_USED_REQUEST:
            row.multi, row.owner = b"", b""
            row.crc = row.beacon = row.pixel_service = row.priority = 0
            row.status = RowStatus.NOT_USED
        else:
            raise RowRefusedError

    def activate(self, code: ActivationCode, at_s: float) -> None:
        """Raises `ActivationRefusedError`; the first fault in the standard's order counts."""
        wanted = code.message
        row = self.row(wanted.memory, wanted.number)
        if self.state.control_mode == LOCAL:
            raise ActivationRefusedError(ActivateError.LOCAL_MODE)
        if wanted.memory not in (Memory.PERMANENT, Memory.CHANGEABLE, Memory.BLANK):
            raise ActivationRefusedError(ActivateError.MEMORY_TYPE)
        if row is None:
            raise ActivationRefusedError(ActivateError.NUMBER)
        if code.priority < self.state.shown.priority:
            raise ActivationRefusedError(ActivateError.PRIORITY)
        if row.status != RowStatus.VALID:
            raise ActivationRefusedError(ActivateError.STATUS)
        if row.crc != wanted.crc:
            raise ActivationRefusedError(ActivateError.CRC)
        self._show(row, wanted, SourceMode.CENTRAL)
        self.set_remaining(code.duration_min, at_s)
        self.state.activate_error = ActivateError.NONE

    def set_remaining(self, minutes: int, at_s: float) -> None:
        self.state.ends_s = math.inf if minutes == FOR_EVER_MIN else at_s + 60 * minutes
        self.tick(at_s)

    def remaining_min(self, at_s: float) -> int:
        if math.isinf(self.state.ends_s):
            return FOR_EVER_MIN
        return math.ceil((self.state.ends_s - at_s) / 60)

    def heard(self, at_s: float) -> None:
        """A request with a known community came in: the line is alive."""
        self.state.heard_s = at_s
        self.state.is_comm_lost = False

    def tick(self, at_s: float) -> None:
        """Whatever time alone brings about."""
        state = self.state
        for row in state.changeable.values():
            if row.status == RowStatus.VALIDATING and at_s >= row.validated_s:
                self._judge(row)
        if at_s >= state.ends_s:
            self._show_standby(END_STANDBY, SourceMode.END_DURATION)
        silent_s = at_s - state.heard_s
        if state.comm_loss_min and silent_s >= 60 * state.comm_loss_min:
            state.is_comm_lost = True
            self._show_standby(COMM_LOSS_STANDBY, SourceMode.COMM_LOSS)

    def power_up(self) -> None:
        """After the state that outlives a power failure was put back."""
        self._show_standby(POWER_UP_STANDBY, SourceMode.POWER_RECOVERY)

    def software_reset(self) -> None:
        self._show(blank_message(BLANK_ID.number), BLANK_ID, SourceMode.RESET)
        self.state.ends_s = math.inf

    def _judge(self, row: Message) -> None:
        verdict = check(row.multi, width_px=self.width_px, height_px=self.height_px)
        self.state.multi_verdict = verdict
        if verdict.error is MultiError.NONE:
            self.state.validate_error = ValidateError.NONE
            row.crc = message_crc(row.multi, row.beacon, row.pixel_service)
            row.status = RowStatus.VALID
        else:
            self.state.validate_error = ValidateError.SYNTAX_MULTI
            row.status = RowStatus.ERROR

    def _show_standby(self, which: str, mode: SourceMode) -> None:
        wanted = self.state.standby[which]
        if wanted.memory != Memory.CURRENT_BUFFER:
            row = self.row(wanted.memory, wanted.number)
            if row is None or row.status != RowStatus.VALID or row.crc != wanted.crc:
                row, wanted = blank_message(BLANK_ID.number), BLANK_ID
            self._show(row, wanted, mode)
        self.state.source_mode = mode
        self.state.ends_s = math.inf

    def _show(self, row: Message, source: MessageId, mode: SourceMode) -> None:
        self.state.shown = copy.copy(row)
        self.state.source = source
        self.state.source_mode = mode
