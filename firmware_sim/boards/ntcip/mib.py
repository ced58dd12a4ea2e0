"""The sign's objects by OID: GET, GETNEXT, and SET that takes all of its parts or none."""

import copy
import struct
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from firmware_sim.boards.ntcip.message import ActivationCode, MessageId
from firmware_sim.boards.ntcip.message_table import (
    message_oids,
    read_message,
    write_message,
)
from firmware_sim.boards.ntcip.multi import MULTI_LENGTH_MAX, PAGES_MAX, SUPPORTED_TAGS
from firmware_sim.boards.ntcip.objects import DMS, Oid, PartError, SetError, Value, scalar_objects
from firmware_sim.boards.ntcip.sign import CENTRAL, LOCAL, STANDBY, ActivationRefusedError, Sign
from firmware_sim.boards.ntcip.surroundings import Surroundings

PIXEL_ENTRY: Oid = (*DMS, 9, 7, 3, 1)
PIXEL_X, PIXEL_Y, PIXEL_STATUS = 3, 4, 5
PIXEL_BY_TEST, PIXEL_STUCK_OFF = 2, 2
"""Detection type (the rows' first index) and status of a pixel failure."""

FROM_STATE: Mapping[str, Callable[[Sign, float], Value]] = MappingProxyType(
    {
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
)


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
        self._messages = frozenset(message_oids(sign))
        self._pixels = {
            (*PIXEL_ENTRY, column, PIXEL_BY_TEST, number): value
            for number, (x, y) in enumerate(surroundings.dead_pixels, start=1)
            for column, value in ((PIXEL_X, x), (PIXEL_Y, y), (PIXEL_STATUS, PIXEL_STUCK_OFF))
        }
        self._in_order = sorted([*self._scalars, *self._messages, *self._pixels])

    def get(self, oid: Oid, at_s: float) -> Value | None:
        """None where the sign has no such object."""
        self.sign.tick(at_s)
        if oid in self._scalars:
            return self._read_scalar(self._scalars[oid].name, at_s)
        if oid in self._messages:
            return read_message(self.sign, oid)
        return self._pixels.get(oid)

    def next(self, oid: Oid, at_s: float) -> tuple[Oid, Value] | None:
        """The first object after this OID, or None at the end."""
        place = bisect_right(self._in_order, oid)
        if place == len(self._in_order):
            return None
        following = self._in_order[place]
        value = self.get(following, at_s)
        return None if value is None else (following, value)

    def set(self, parts: Sequence[tuple[Oid, Value]], at_s: float) -> None:
        """Raises `SetError` and then has changed nothing but the object that tells why."""
        self.sign.tick(at_s)
        before, settings = copy.deepcopy(self.sign.state), dict(self._settings)
        for index, (oid, value) in enumerate(parts, start=1):
            try:
                self._set_part(oid, value, at_s)
            except PartError as error:
                before.activate_error = self.sign.state.activate_error
                self.sign.state, self._settings = before, settings
                raise SetError(error.status, index) from error

    def heard(self, at_s: float) -> None:
        self.sign.heard(at_s)

    def _read_scalar(self, name: str, at_s: float) -> Value:
        if name in self._settings:
            return self._settings[name]
        if name in STANDBY:
            return self.sign.state.standby[name].to_bytes()
        if name in FROM_STATE:
            return FROM_STATE[name](self.sign, at_s)
        return self._surroundings.read(name, self.sign, self._settings, at_s)

    def _set_part(self, oid: Oid, value: Value, at_s: float) -> None:
        if oid in self._messages:
            write_message(self.sign, oid, value, at_s)
            return
        if oid not in self._scalars:
            raise PartError("notWritable")
        scalar = self._scalars[oid]
        scalar.check(value)
        if isinstance(value, int):
            self._set_integer(scalar.name, value, at_s)
        elif scalar.name in STANDBY:
            self.sign.state.standby[scalar.name] = MessageId.from_bytes(value)
        else:
            self._activate(ActivationCode.from_bytes(value), at_s)

    def _activate(self, code: ActivationCode, at_s: float) -> None:
        try:
            self.sign.activate(code, at_s)
        except ActivationRefusedError as refused:
            self.sign.state.activate_error = refused.reason
            raise PartError("genErr") from refused

    def _set_integer(self, name: str, value: int, at_s: float) -> None:
        state = self.sign.state
        if name == "dmsMessageTimeRemaining":
            self.sign.set_remaining(value, at_s)
        elif name == "dmsTimeCommLoss":
            state.comm_loss_min = value
        elif name == "dmsControlMode":
            if state.control_mode == LOCAL and value == CENTRAL:
                raise PartError("genErr")  # the switch in the cabinet stands on local
            state.control_mode = value
        elif name == "dmsSWReset":
            if value:
                self.sign.software_reset()
        elif name != "pixelTestActivation":  # the test is over at once: the object reads noTest
            self._settings[name] = value
