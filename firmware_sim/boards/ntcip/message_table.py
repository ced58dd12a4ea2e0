"""The message table: rows that are written, validated, and read; and the memory that they take."""

from collections.abc import Mapping
from dataclasses import replace

from firmware_sim.boards.ntcip.layout import check
from firmware_sim.boards.ntcip.message import (
    Memory,
    Message,
    RowStatus,
    blank_message,
    message_crc,
)
from firmware_sim.boards.ntcip.multi import MultiError
from firmware_sim.boards.ntcip.objects import Value
from firmware_sim.boards.ntcip.page import Defaults
from firmware_sim.boards.ntcip.plan import SignPlan
from firmware_sim.boards.ntcip.state import RowKey, SignState, ValidateError
from firmware_sim.faults.switches import Switches

BLANK_ROWS = 255
ROW_BYTES = 32
"""What a message takes of the memory besides its MULTI."""
WRITABLE = (Memory.CHANGEABLE, Memory.VOLATILE)


class RowRefusedError(Exception):
    """The row's status, or the sign's memory, does not allow what was asked."""


class MessageTable:
    def __init__(
        self, plan: SignPlan, switches: Switches, settings: Mapping[str, Value], *, now_s: float
    ) -> None:
        """`settings`: what the manager may set, as it is in a new sign."""
        self.plan = plan
        self.switches = switches
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

    def free_bytes(self, memory: Memory, at_s: float) -> int:
        if self.switches.active("full-table", at_s):
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

    def validate(self, at_s: float) -> None:
        """Gives the rows their result whose time has come."""
        for key, row in self.state.rows.items():
            if row.status == RowStatus.VALIDATING and at_s >= row.validated_s:
                self.state.rows[key] = self._judged(row)

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


def _permanent(multi: bytes) -> Message:
    return Message(multi=multi, crc=message_crc(multi, 0, 0), priority=1, status=RowStatus.VALID)
