"""The sign's objects by OID: GET, GETNEXT, and SET that takes all of its parts or none."""

import copy
import struct
import tomllib
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from firmware_sim.boards.ntcip.message import ActivationCode, Memory, Message, MessageId, RowStatus
from firmware_sim.boards.ntcip.multi import MULTI_LENGTH_MAX, PAGES_MAX, SUPPORTED_TAGS
from firmware_sim.boards.ntcip.sign import (
    BLANK_ROWS,
    CENTRAL,
    LOCAL,
    STANDBY,
    ActivationRefusedError,
    RowRefusedError,
    Sign,
    SignState,
)
from firmware_sim.boards.ntcip.surroundings import Surroundings

Oid = tuple[int, ...]
Value = int | bytes

DMS: Oid = (1, 3, 6, 1, 4, 1, 1206, 4, 2, 3)
MESSAGE_ENTRY: Oid = (*DMS, 5, 8, 1)
PIXEL_ENTRY: Oid = (*DMS, 9, 7, 3, 1)
PIXEL_BY_TEST, PIXEL_STUCK_OFF = 2, 2
"""Detection type (the rows' first index) and status of a pixel failure."""
MEMORY, NUMBER, MULTI, OWNER, CRC, BEACON, PIXEL_SERVICE, PRIORITY, STATUS = range(1, 10)
PIXEL_X, PIXEL_Y, PIXEL_STATUS = 3, 4, 5
OWNER_LENGTH_MAX = 127

Status = Literal["noAccess", "notWritable", "wrongType", "wrongLength", "wrongValue", "genErr"]


class SetError(Exception):
    """A SET is refused as a whole. `index` counts its parts from 1; `status` is SNMPv2's name."""

    def __init__(self, status: Status, index: int) -> None:
        super().__init__(f"{status} at {index}")
        self.status = status
        self.index = index


class _PartError(Exception):
    def __init__(self, status: Status) -> None:
        super().__init__(status)
        self.status = status


@dataclass(frozen=True, slots=True)
class ScalarObject:
    name: str
    oid: str
    type: Literal["integer", "octets"]
    value: int | str | None = None
    writable: bool = False
    low: int = 0
    high: int = 0
    length: int = 0


def scalar_objects() -> dict[Oid, ScalarObject]:
    table = tomllib.loads(Path(__file__).with_name("objects.toml").read_text(encoding="utf-8"))
    objects = [ScalarObject(**entry) for entry in table["objects"]]
    return {(*DMS, *map(int, scalar.oid.split("."))): scalar for scalar in objects}


class SignMib:
    def __init__(self, sign: Sign, surroundings: Surroundings) -> None:
        self.sign = sign
        self._surroundings = surroundings
        self._scalars = scalar_objects()
        self._settings: dict[str, Value] = {
            scalar.name: scalar.value.encode() if isinstance(scalar.value, str) else scalar.value
            for scalar in self._scalars.values()
            if scalar.value is not None
        }
        self._oids = sorted([*self._scalars, *self._message_oids(), *self._pixel_oids()])
        self._known = frozenset(self._oids)

    def get(self, oid: Oid, at_s: float) -> Value | None:
        """None where the sign has no such object."""
        self.sign.tick(at_s)
        if oid not in self._known:
            return None
        if oid in self._scalars:
            return self._scalar(self._scalars[oid].name, at_s)
        if oid[: len(MESSAGE_ENTRY)] == MESSAGE_ENTRY:
            return self._message_column(*oid[-3:])
        return self._pixel_column(oid[-3], oid[-1])

    def next(self, oid: Oid, at_s: float) -> tuple[Oid, Value] | None:
        """The first object after this OID, or None at the end."""
        place = bisect_right(self._oids, oid)
        if place == len(self._oids):
            return None
        following = self._oids[place]
        value = self.get(following, at_s)
        return None if value is None else (following, value)

    def set(self, parts: Sequence[tuple[Oid, Value]], at_s: float) -> None:
        """Raises `SetError` and then has changed nothing but the objects that tell why."""
        self.sign.tick(at_s)
        before: SignState = copy.deepcopy(self.sign.state)
        settings = dict(self._settings)
        for index, (oid, value) in enumerate(parts, start=1):
            try:
                self._set_part(oid, value, at_s)
            except _PartError as error:
                activate_error = self.sign.state.activate_error
                self.sign.state = before
                self.sign.state.activate_error = activate_error
                self._settings = settings
                raise SetError(error.status, index) from error

    def heard(self, at_s: float) -> None:
        self.sign.heard(at_s)

    def _message_oids(self) -> list[Oid]:
        rows = [(Memory.PERMANENT, 1), (Memory.CURRENT_BUFFER, 1)]
        rows += [(Memory.CHANGEABLE, number) for number in self.sign.state.changeable]
        rows += [(Memory.BLANK, number) for number in range(1, BLANK_ROWS + 1)]
        return [
            (*MESSAGE_ENTRY, column, int(memory), number)
            for column in range(MEMORY, STATUS + 1)
            for memory, number in rows
        ]

    def _pixel_oids(self) -> list[Oid]:
        return [
            (*PIXEL_ENTRY, column, PIXEL_BY_TEST, number)
            for column in (PIXEL_X, PIXEL_Y, PIXEL_STATUS)
            for number in range(1, len(self._surroundings.dead_pixels) + 1)
        ]

    def _scalar(self, name: str, at_s: float) -> Value:
        if name in self._settings:
            return self._settings[name]
        if name in STANDBY:
            return self.sign.state.standby[name].to_bytes()
        derived = self._DERIVED.get(name)
        if derived is not None:
            return derived(self.sign, at_s)
        return self._surroundings.read(name, self.sign, self._settings, at_s)

    def _message_column(self, column: int, memory: int, number: int) -> Value | None:
        row = self.sign.row(memory, number)
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

    def _pixel_column(self, column: int, number: int) -> int:
        x, y = self._surroundings.dead_pixels[number - 1]
        return {PIXEL_X: x, PIXEL_Y: y, PIXEL_STATUS: PIXEL_STUCK_OFF}[column]

    def _set_part(self, oid: Oid, value: Value, at_s: float) -> None:
        if oid in self._scalars:
            self._set_scalar(self._scalars[oid], value, at_s)
        elif oid in self._known and oid[: len(MESSAGE_ENTRY)] == MESSAGE_ENTRY:
            column, memory, number = oid[-3:]
            self._set_message(column, memory, number, value, at_s)
        else:
            raise _PartError("notWritable")

    def _set_scalar(self, scalar: ScalarObject, value: Value, at_s: float) -> None:
        if not scalar.writable:
            raise _PartError("notWritable")
        if isinstance(value, int) != (scalar.type == "integer"):
            raise _PartError("wrongType")
        if isinstance(value, bytes):
            if len(value) != scalar.length:
                raise _PartError("wrongLength")
            self._set_octets(scalar.name, value, at_s)
            return
        if not scalar.low <= value <= scalar.high:
            raise _PartError("wrongValue")
        self._set_integer(scalar.name, value, at_s)

    def _set_octets(self, name: str, value: bytes, at_s: float) -> None:
        if name in STANDBY:
            self.sign.state.standby[name] = MessageId.from_bytes(value)
            return
        try:
            self.sign.activate(ActivationCode.from_bytes(value), at_s)
        except ActivationRefusedError as refused:
            self.sign.state.activate_error = refused.reason
            raise _PartError("genErr") from refused

    def _set_integer(self, name: str, value: int, at_s: float) -> None:
        state = self.sign.state
        if name == "dmsMessageTimeRemaining":
            self.sign.set_remaining(value, at_s)
        elif name == "dmsTimeCommLoss":
            state.comm_loss_min = value
        elif name == "dmsControlMode":
            if state.control_mode == LOCAL and value == CENTRAL:
                raise _PartError("genErr")  # the switch in the cabinet stands on local
            state.control_mode = value
        elif name == "dmsSWReset":
            if value:
                self.sign.software_reset()
        elif name != "pixelTestActivation":  # the test is over at once: the object reads noTest
            self._settings[name] = value

    def _set_message(
        self, column: int, memory: int, number: int, value: Value, at_s: float
    ) -> None:
        row = self.sign.row(memory, number)
        if memory != Memory.CHANGEABLE or row is None or column in (MEMORY, NUMBER, CRC):
            raise _PartError("notWritable")
        if isinstance(value, bytes) != (column in (MULTI, OWNER)):
            raise _PartError("wrongType")
        if column == STATUS and isinstance(value, int):
            self._set_status(row, value, at_s)
            return
        if row.status != RowStatus.MODIFYING:
            raise _PartError("genErr")
        if isinstance(value, bytes):
            _set_text(row, column, value)
        else:
            _set_number(row, column, value)

    def _set_status(self, row: Message, value: int, at_s: float) -> None:
        if not RowStatus.MODIFY_REQUEST <= value <= RowStatus.NOT_USED_REQUEST:
            raise _PartError("wrongValue")
        try:
            self.sign.request_status(row, value, at_s)
        except RowRefusedError as refused:
            raise _PartError("genErr") from refused

    _DERIVED: dict[str, Callable[[Sign, float], Value]] = {  # noqa: RUF012 - never changed
        "vmsSignHeightPixels": lambda sign, _: sign.height_px,
        "vmsSignWidthPixels": lambda sign, _: sign.width_px,
        "dmsSupportedMultiTags": lambda *_: struct.pack("<I", SUPPORTED_TAGS),
        "dmsMaxNumberPages": lambda *_: PAGES_MAX,
        "dmsMaxMultiStringLength": lambda *_: MULTI_LENGTH_MAX,
        "dmsValidateMessageError": lambda sign, _: int(sign.state.validate_error),
        "dmsControlMode": lambda sign, _: sign.state.control_mode,
        "dmsActivateMessage": lambda *_: bytes(12),
        "dmsMessageTimeRemaining": lambda sign, at_s: sign.remaining_min(at_s),
        "dmsMsgTableSource": lambda sign, _: sign.state.source.to_bytes(),
        "dmsMsgSourceMode": lambda sign, _: int(sign.state.source_mode),
        "dmsTimeCommLoss": lambda sign, _: sign.state.comm_loss_min,
        "dmsActivateMsgError": lambda sign, _: int(sign.state.activate_error),
        "dmsMultiSyntaxError": lambda sign, _: int(sign.state.multi_verdict.error),
        "dmsMultiSyntaxErrorPosition": lambda sign, _: sign.state.multi_verdict.position,
    }


def _set_text(row: Message, column: int, value: bytes) -> None:
    if len(value) > (MULTI_LENGTH_MAX if column == MULTI else OWNER_LENGTH_MAX):
        raise _PartError("wrongLength")
    if column == MULTI:
        row.multi = value
    else:
        row.owner = value


def _set_number(row: Message, column: int, value: int) -> None:
    highest = 255 if column == PRIORITY else 1
    if not 0 <= value <= highest:
        raise _PartError("wrongValue")
    if column == BEACON:
        row.beacon = value
    elif column == PIXEL_SERVICE:
        row.pixel_service = value
    else:
        row.priority = value
