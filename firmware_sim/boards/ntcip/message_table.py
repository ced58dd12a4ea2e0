"""The message table as SNMP sees it: columns of rows, and what may be written when."""

from firmware_sim.boards.ntcip.message import Memory, Message, RowStatus
from firmware_sim.boards.ntcip.multi import MULTI_LENGTH_MAX
from firmware_sim.boards.ntcip.objects import DMS, Oid, PartError, Value
from firmware_sim.boards.ntcip.sign import BLANK_ROWS, RowRefusedError, Sign

MESSAGE_ENTRY: Oid = (*DMS, 5, 8, 1)
MEMORY, NUMBER, MULTI, OWNER, CRC, BEACON, PIXEL_SERVICE, PRIORITY, STATUS = range(1, 10)
OWNER_LENGTH_MAX = 127


def message_oids(sign: Sign) -> list[Oid]:
    """Column, memory, number: the order of a walk."""
    rows = [(Memory.PERMANENT, 1), (Memory.CURRENT_BUFFER, 1)]
    rows += [(Memory.CHANGEABLE, number) for number in sign.state.changeable]
    rows += [(Memory.BLANK, number) for number in range(1, BLANK_ROWS + 1)]
    return [
        (*MESSAGE_ENTRY, column, int(memory), number)
        for column in range(MEMORY, STATUS + 1)
        for memory, number in rows
    ]


def read_message(sign: Sign, oid: Oid) -> Value | None:
    column, memory, number = oid[-3:]
    row = sign.row(memory, number)
    if row is None:
        return None
    columns: dict[int, Value] = {
        MEMORY: memory,
        NUMBER: number,
        MULTI: row.multi,
        OWNER: row.owner,
        CRC: row.crc,
        BEACON: row.beacon,
        PIXEL_SERVICE: row.pixel_service,
        PRIORITY: row.priority,
        STATUS: int(row.status),
    }
    return columns[column]


def write_message(sign: Sign, oid: Oid, value: Value, at_s: float) -> None:
    """Raises `PartError`; texts and numbers only while the row is being modified."""
    column, memory, number = oid[-3:]
    row = sign.row(memory, number)
    if memory != Memory.CHANGEABLE or row is None or column in (MEMORY, NUMBER, CRC):
        raise PartError("notWritable")
    if isinstance(value, bytes) != (column in (MULTI, OWNER)):
        raise PartError("wrongType")
    if column == STATUS and isinstance(value, int):
        _request_status(sign, row, value, at_s)
    elif row.status != RowStatus.MODIFYING:
        raise PartError("genErr")
    elif isinstance(value, bytes):
        _write_text(row, column, value)
    else:
        _write_number(row, column, value)


def _request_status(sign: Sign, row: Message, value: int, at_s: float) -> None:
    if not RowStatus.MODIFY_REQUEST <= value <= RowStatus.NOT_USED_REQUEST:
        raise PartError("wrongValue")
    try:
        sign.request_status(row, value, at_s)
    except RowRefusedError as refused:
        raise PartError("genErr") from refused


def _write_text(row: Message, column: int, value: bytes) -> None:
    if len(value) > (MULTI_LENGTH_MAX if column == MULTI else OWNER_LENGTH_MAX):
        raise PartError("wrongLength")
    if column == MULTI:
        row.multi = value
    else:
        row.owner = value


def _write_number(row: Message, column: int, value: int) -> None:
    highest = 255 if column == PRIORITY else 1
    if not 0 <= value <= highest:
        raise PartError("wrongValue")
    if column == BEACON:
        row.beacon = value
    elif column == PIXEL_SERVICE:
        row.pixel_service = value
    else:
        row.priority = value
