"""All that can change in a sign, and the enumerations it is told in (NTCIP 1203)."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum

from firmware_sim.boards.ntcip.message import (
    BLANK_ID,
    ActivationCode,
    Memory,
    Message,
    MessageId,
    blank_message,
)
from firmware_sim.boards.ntcip.multi import Verdict
from firmware_sim.boards.ntcip.objects import Value
from firmware_sim.boards.ntcip.page import Page

SHORT_RECOVERY = "dmsShortPowerRecoveryMessage"
LONG_RECOVERY = "dmsLongPowerRecoveryMessage"
RESET = "dmsResetMessage"
COMM_LOSS = "dmsCommunicationsLossMessage"
POWER_LOSS = "dmsPowerLossMessage"
END_DURATION = "dmsEndDurationMessage"
STANDBY = (SHORT_RECOVERY, LONG_RECOVERY, RESET, COMM_LOSS, POWER_LOSS, END_DURATION)
"""The messages that the sign shows of its own accord."""


class ControlMode(IntEnum):
    """dmsControlMode."""

    LOCAL = 2
    CENTRAL = 4
    CENTRAL_OVERRIDE = 5


class ActivateError(IntEnum):
    """dmsActivateMsgError."""

    NONE = 2
    PRIORITY = 3
    MESSAGE_STATUS = 4
    MEMORY_TYPE = 5
    MESSAGE_NUMBER = 6
    MESSAGE_CRC = 7
    SYNTAX_MULTI = 8
    LOCAL_MODE = 9
    CENTRAL_MODE = 10
    CENTRAL_OVERRIDE_MODE = 11


class ValidateError(IntEnum):
    """dmsValidateMessageError."""

    NONE = 2
    BEACONS = 3
    PIXEL_SERVICE = 4
    SYNTAX_MULTI = 5


class SourceMode(IntEnum):
    """dmsMsgSourceMode."""

    LOCAL = 2
    CENTRAL = 8
    POWER_RECOVERY = 10
    RESET = 11
    COMM_LOSS = 12
    POWER_LOSS = 13
    END_DURATION = 14


NO_ACTIVATION = ActivationCode(0, 0, MessageId(0, 0, 0), bytes(4))
RowKey = tuple[int, int]
"""Memory and number."""


@dataclass(slots=True)
class SignState:
    rows: dict[RowKey, Message]
    """The permanent, changeable and volatile ones."""
    settings: dict[str, Value]
    """What a manager may set, by the object's name."""
    started_s: float
    """When the controller last started."""
    heard_s: float
    boots: int = 1
    shown: Message = field(default_factory=lambda: blank_message(1))
    pages: tuple[Page, ...] = ()
    shown_since_s: float = 0.0
    source: MessageId = BLANK_ID
    source_mode: SourceMode = SourceMode.RESET
    requester: bytes = bytes(4)
    ends_s: float = math.inf
    is_override: bool = False
    is_comm_lost: bool = False
    failed_s: float | None = None
    """When the mains failed, while they are away."""
    standby: dict[str, MessageId] = field(default_factory=lambda: dict.fromkeys(STANDBY, BLANK_ID))
    activate_error: ActivateError = ActivateError.NONE
    refused_activation: ActivationCode = NO_ACTIVATION
    validate_error: ValidateError = ValidateError.NONE
    multi_verdict: Verdict = field(default_factory=Verdict)
    pixel_test_ends_s: float = -math.inf
    is_pixel_table_cleared: bool = False

    def snapshot(self) -> "SignState":
        """A copy that later changes leave alone."""
        return replace(
            self, rows=dict(self.rows), settings=dict(self.settings), standby=dict(self.standby)
        )

    def number(self, name: str) -> int:
        """A setting that is an integer."""
        value = self.settings[name]
        if not isinstance(value, int):
            raise TypeError(f"{name} is no integer")
        return value

    def rows_of(self, memory: Memory) -> Mapping[int, Message]:
        return {number: row for (kind, number), row in self.rows.items() if kind == memory}
