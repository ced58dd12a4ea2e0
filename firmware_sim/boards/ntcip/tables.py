"""The sign's tables as SNMP sees them: messages, fonts with their characters, pixel failures."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache, lru_cache

from firmware_sim.boards.ntcip.font import Font
from firmware_sim.boards.ntcip.message import Memory, Message, RowStatus
from firmware_sim.boards.ntcip.message_table import (
    BLANK_ROWS,
    WRITABLE,
    MessageTable,
    RowRefusedError,
)
from firmware_sim.boards.ntcip.multi import MULTI_LENGTH_MAX
from firmware_sim.boards.ntcip.objects import DMS, Oid, PartError, Value
from firmware_sim.boards.ntcip.plan import SignPlan
from firmware_sim.boards.ntcip.sensors import Dot

MESSAGE_ENTRY: Oid = (*DMS, 5, 8, 1)
MEMORY, NUMBER, MULTI, OWNER, CRC, BEACON, PIXEL_SERVICE, PRIORITY, STATUS = range(1, 10)
MESSAGE_COLUMNS = (
    "dmsMessageMemoryType",
    "dmsMessageNumber",
    "dmsMessageMultiString",
    "dmsMessageOwner",
    "dmsMessageCRC",
    "dmsMessageBeacon",
    "dmsMessagePixelService",
    "dmsMessageRunTimePriority",
    "dmsMessageStatus",
)
OWNER_LENGTH_MAX = 127

FONT_ENTRY: Oid = (*DMS, 3, 2, 1)
FONT_COLUMNS = (
    "fontIndex",
    "fontNumber",
    "fontName",
    "fontHeight",
    "fontCharSpacing",
    "fontLineSpacing",
    "fontVersionID",
    "fontStatus",
)
FONT_PERMANENT = 6
CHARACTER_ENTRY: Oid = (*DMS, 3, 4, 1)
CHARACTER_COLUMNS = ("characterNumber", "characterWidth", "characterBitmap")

PIXEL_ENTRY: Oid = (*DMS, 9, 7, 3, 1)
PIXEL_COLUMNS = (
    "pixelFailureDetectionType",
    "pixelFailureIndex",
    "pixelFailureXLocation",
    "pixelFailureYLocation",
    "pixelFailureStatus",
)
BY_PIXEL_TEST = 2
"""pixelFailureDetectionType, the rows' first index."""
STUCK_OFF = 1 << 4
"""Bit of pixelFailureStatus since version 2 of the standard."""


def message_oids(plan: SignPlan) -> frozenset[Oid]:
    """Of the whole message table; signs built alike share it."""
    return _message_oids(
        (
            (Memory.PERMANENT, len(plan.permanent_messages)),
            (Memory.CHANGEABLE, plan.changeable_messages),
            (Memory.VOLATILE, plan.volatile_messages),
            (Memory.CURRENT_BUFFER, 1),
            (Memory.BLANK, BLANK_ROWS if plan.has_blank_memory else 0),
        )
    )


@cache
def _message_oids(counts: tuple[tuple[Memory, int], ...]) -> frozenset[Oid]:
    return frozenset(
        (*MESSAGE_ENTRY, column, int(memory), number)
        for column in range(MEMORY, STATUS + 1)
        for memory, count in counts
        for number in range(1, count + 1)
    )


def read_message(sign: MessageTable, oid: Oid) -> Value | None:
    column, memory, number = oid[-3:]
    row = sign.row(memory, number)
    if row is None:
        return None
    columns: tuple[Value, ...] = (
        memory,
        number,
        row.multi,
        row.owner,
        row.crc,
        row.beacon,
        row.pixel_service,
        row.priority,
        int(row.status),
    )
    return columns[column - MEMORY]


def write_message(sign: MessageTable, oid: Oid, value: Value, at_s: float) -> None:
    """Raises `PartError`; texts and numbers only while the row is being modified."""
    column, memory, number = oid[-3:]
    row = sign.state.rows.get((memory, number))
    if memory not in WRITABLE or row is None or column in (MEMORY, NUMBER, CRC):
        raise PartError("notWritable")
    if isinstance(value, tuple) or isinstance(value, bytes) != (column in (MULTI, OWNER)):
        raise PartError("wrongType")
    if column == STATUS and isinstance(value, int):
        _request_status(sign, (memory, number), value, at_s)
    elif row.status != RowStatus.MODIFYING:
        raise PartError("genErr")
    elif isinstance(value, bytes):
        sign.state.rows[memory, number] = _with_text(row, column, value)
    else:
        sign.state.rows[memory, number] = _with_number(row, column, value)


def _request_status(sign: MessageTable, key: tuple[int, int], value: int, at_s: float) -> None:
    if not RowStatus.MODIFY_REQUEST <= value <= RowStatus.NOT_USED_REQUEST:
        raise PartError("wrongValue")
    try:
        sign.request_status(key, value, at_s)
    except RowRefusedError as refused:
        raise PartError("genErr") from refused


def _with_text(row: Message, column: int, value: bytes) -> Message:
    if len(value) > (MULTI_LENGTH_MAX if column == MULTI else OWNER_LENGTH_MAX):
        raise PartError("wrongLength")
    return replace(row, multi=value) if column == MULTI else replace(row, owner=value)


def _with_number(row: Message, column: int, value: int) -> Message:
    highest = 255 if column == PRIORITY else 1
    if not 0 <= value <= highest:
        raise PartError("wrongValue")
    if column == BEACON:
        return replace(row, beacon=value)
    if column == PIXEL_SERVICE:
        return replace(row, pixel_service=value)
    return replace(row, priority=value)


@cache
def font_values(fonts: tuple[Font, ...]) -> dict[Oid, Value]:
    """Font and character table; read-only, and the same in all signs with these fonts."""
    values: dict[Oid, Value] = {}
    for font in fonts:
        row: tuple[Value, ...] = (
            font.number,
            font.number,
            font.name.encode(),
            font.height_px,
            font.character_spacing_px,
            font.line_spacing_px,
            font.version_id,
            FONT_PERMANENT,
        )
        values |= {
            (*FONT_ENTRY, column, font.number): value for column, value in enumerate(row, start=1)
        }
        for code in font.glyphs:
            cells: tuple[Value, ...] = (code, font.width_px, font.bitmap(code))
            values |= {
                (*CHARACTER_ENTRY, column, font.number, code): value
                for column, value in enumerate(cells, start=1)
            }
    return values


@lru_cache(maxsize=64)
def pixel_values(dead: Sequence[Dot]) -> dict[Oid, Value]:
    """The pixel-failure table."""
    rows = [(BY_PIXEL_TEST, number, x, y, STUCK_OFF) for number, (x, y) in enumerate(dead, start=1)]
    return {
        (*PIXEL_ENTRY, column, BY_PIXEL_TEST, row[1]): row[column - 1]
        for column in range(1, len(PIXEL_COLUMNS) + 1)
        for row in rows
    }


@lru_cache(maxsize=64)
def pixel_oids(dead: Sequence[Dot]) -> tuple[Oid, ...]:
    """In the order of a walk."""
    return tuple(pixel_values(dead))
