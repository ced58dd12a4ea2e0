"""Names of the sign's objects, and their values in words."""

import struct
from collections.abc import Mapping

from firmware_sim.boards.ntcip.message import (
    FOR_EVER_MIN,
    ActivationCode,
    Memory,
    MessageId,
    RowStatus,
)
from firmware_sim.boards.ntcip.objects import IpAddress, Oid, Value, scalar_objects
from firmware_sim.boards.ntcip.shown import MEMORIES, error_words
from firmware_sim.boards.ntcip.snmp.usm import Statistic
from firmware_sim.boards.ntcip.state import STANDBY
from firmware_sim.boards.ntcip.tables import (
    CHARACTER_COLUMNS,
    CHARACTER_ENTRY,
    FONT_COLUMNS,
    FONT_ENTRY,
    MESSAGE_COLUMNS,
    MESSAGE_ENTRY,
    PIXEL_COLUMNS,
    PIXEL_ENTRY,
)

TABLES: Mapping[Oid, tuple[str, ...]] = {
    MESSAGE_ENTRY: MESSAGE_COLUMNS,
    FONT_ENTRY: FONT_COLUMNS,
    CHARACTER_ENTRY: CHARACTER_COLUMNS,
    PIXEL_ENTRY: PIXEL_COLUMNS,
}
REPORTS = {statistic.value: statistic.name for statistic in Statistic}
ROW_WORDS = {
    RowStatus.NOT_USED: "notUsed",
    RowStatus.MODIFYING: "modifying",
    RowStatus.VALIDATING: "validating",
    RowStatus.VALID: "valid",
    RowStatus.ERROR: "error",
    RowStatus.MODIFY_REQUEST: "modifyReq",
    RowStatus.VALIDATE_REQUEST: "validateReq",
    RowStatus.NOT_USED_REQUEST: "notUsedReq",
}
CODES = (*STANDBY, "dmsMsgTableSource")


def dotted(oid: Oid) -> str:
    return ".".join(map(str, oid))


def name_of(oid: Oid) -> str:
    """The object's name with its instance; the bare numbers if it is none of the sign's."""
    scalar = scalar_objects().get(oid)
    if scalar is not None:
        return f"{scalar.name}.0"
    if oid in REPORTS:
        return REPORTS[oid].lower().replace("_", " ")
    for entry, columns in TABLES.items():
        size = len(entry)
        if oid[:size] == entry and len(oid) > size + 1 and 1 <= oid[size] <= len(columns):
            return f"{columns[oid[size] - 1]}.{dotted(oid[size + 1 :])}"
    return dotted(oid)


def words_of(oid: Oid, value: Value) -> str:
    """The value as a technician reads it; whatever the value is."""
    name = name_of(oid).partition(".")[0]
    scalar = scalar_objects().get(oid)
    if isinstance(value, tuple):
        return name_of(value)
    if isinstance(value, IpAddress):
        return dotted(tuple(value))
    if isinstance(value, bytes):
        return _octets(name, value)
    if name == "shortErrorStatus":
        return f"{value:#06x}: {error_words(value)}"
    if name == "dmsMessageStatus" and value in ROW_WORDS:
        return f"{value} {ROW_WORDS[RowStatus(value)]}"
    if name == "dmsMessageCRC":
        return f"{value:#06x}"
    if name == "dmsMessageTimeRemaining" and value == FOR_EVER_MIN:
        return "65535: sin límite · for ever"
    if scalar is not None and str(value) in scalar.words:
        return f"{value} {scalar.words[str(value)]}"
    return f"{value} {scalar.unit}".rstrip() if scalar is not None else str(value)


def _octets(name: str, value: bytes) -> str:
    try:
        if name in CODES:
            return _message(MessageId.from_bytes(value))
        if name in ("dmsActivateMessage", "dmsActivateErrorMsgCode"):
            return _activation(ActivationCode.from_bytes(value))
    except struct.error:
        return f"{value.hex(' ')}: longitud errónea · wrong length"
    text = value.decode("latin-1")
    return f"“{text}”" if text.isprintable() else value.hex(" ")


def _message(code: MessageId) -> str:
    known = code.memory in set(MEMORIES)
    memory = MEMORIES[Memory(code.memory)] if known else f"memoria · memory {code.memory}"
    return f"{memory} {code.number}, CRC {code.crc:#06x}"


def _activation(code: ActivationCode) -> str:
    endless = code.duration_min == FOR_EVER_MIN
    duration = "sin límite · for ever" if endless else f"{code.duration_min} min"
    return (
        f"{_message(code.message)}; {duration}; prioridad · priority {code.priority}; "
        f"de · from {dotted(tuple(code.source))}"
    )
