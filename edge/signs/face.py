"""What a sign shows, as the sign itself says."""

from typing import NamedTuple, TypeVar

from edge.faults import AnswerError
from edge.signs.objects import (
    BLANK,
    CONTROL_MODE,
    CURRENT_BUFFER,
    SHORT_ERROR_STATUS,
    TABLE_SOURCE,
    TIME_REMAINING,
    MessageId,
    message_row,
)
from edge.signs.snmp import Snmp

T = TypeVar("T", int, bytes)

_TEXT_LENGTH_MAX = 1024


class Face(NamedTuple):
    """`multi` and `crc` are those of the currentBuffer row: the message on the face."""

    source: MessageId
    multi: str
    crc: int
    remaining_min: int
    control_mode: int
    short_error_bits: int

    @property
    def is_blank(self) -> bool:
        return self.source.memory == BLANK or not self.multi

    @property
    def shows(self) -> str:
        """The MULTI shown, "" when blank."""
        return "" if self.is_blank else self.multi


async def read_face(snmp: Snmp) -> Face:
    """Ask the sign, in one request; raises `AnswerError`."""
    row = message_row(CURRENT_BUFFER, 1)
    source, multi, crc, remaining_min, control_mode, short_error_bits = await snmp.get(
        TABLE_SOURCE, row.multi, row.crc, TIME_REMAINING, CONTROL_MODE, SHORT_ERROR_STATUS
    )
    return Face(
        MessageId.from_bytes(as_type(source, bytes)),
        as_type(multi, bytes).decode("latin-1")[:_TEXT_LENGTH_MAX],
        as_type(crc, int),
        as_type(remaining_min, int),
        as_type(control_mode, int),
        as_type(short_error_bits, int),
    )


def as_type(value: int | bytes, kind: type[T]) -> T:
    """The value when it is of this type; raises `AnswerError("content")`."""
    if not isinstance(value, kind):
        raise AnswerError("content", f"{value!r} is not of type {kind.__name__}")
    return value
