"""The sign's objects by OID: GET, GETNEXT, and SET that takes all of its parts or none."""

import hashlib
import struct
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from types import MappingProxyType

from firmware_sim.boards.ntcip.controller import ActivationRefusedError, SignController
from firmware_sim.boards.ntcip.font import Font, fonts_of
from firmware_sim.boards.ntcip.message import ActivationCode, Memory, MessageId
from firmware_sim.boards.ntcip.multi import MULTI_LENGTH_MAX, PAGES_MAX, SUPPORTED_TAGS
from firmware_sim.boards.ntcip.objects import (
    DMS,
    IpAddress,
    NoAnswerError,
    Oid,
    PartError,
    SetError,
    TimeTicks,
    Value,
    scalar_objects,
)
from firmware_sim.boards.ntcip.page import AMBER, BLACK
from firmware_sim.boards.ntcip.plan import SignPlan
from firmware_sim.boards.ntcip.sensors import LEVELS, SignSensors
from firmware_sim.boards.ntcip.state import STANDBY, ControlMode
from firmware_sim.boards.ntcip.tables import (
    font_values,
    message_oids,
    pixel_oids,
    pixel_values,
    read_message,
    write_message,
)

NEMA = 1206
PIXEL_PITCH_MM, BORDER_MM = 20, 100
NO_TEST, PIXEL_TEST, CLEAR_TABLE = 2, 3, 4
"""pixelTestActivation."""
CLEAR_CHANGEABLE, CLEAR_VOLATILE = 3, 4
"""dmsMemoryMgmt."""
MONOCHROME_1_BIT, COLOUR_24_BIT = 1, 4
"""dmsColorScheme."""

Reader = Callable[[SignController, SignSensors, float], Value]

READERS: Mapping[str, Reader] = MappingProxyType(
    {
        "sysObjectID": lambda *_: DMS,
        "sysUpTime": lambda sign, _, at_s: TimeTicks(
            int((at_s - sign.state.started_s) * 100) % 2**32
        ),
        "sysName": lambda sign, *_: sign.plan.key.encode(),
        "sysLocation": lambda sign, *_: sign.plan.title.encode(),
        "dmsSignType": lambda sign, *_: int(sign.plan.type),
        "dmsSignHeight": lambda sign, *_: sign.plan.size_px[1] * PIXEL_PITCH_MM + 2 * BORDER_MM,
        "dmsSignWidth": lambda sign, *_: sign.plan.size_px[0] * PIXEL_PITCH_MM + 2 * BORDER_MM,
        "vmsCharacterHeightPixels": lambda sign, *_: sign.plan.module_px[1],
        "vmsCharacterWidthPixels": lambda sign, *_: sign.plan.module_px[0],
        "vmsSignHeightPixels": lambda sign, *_: sign.plan.size_px[1],
        "vmsSignWidthPixels": lambda sign, *_: sign.plan.size_px[0],
        "monochromeColor": lambda *_: bytes((*AMBER, *BLACK)),
        "numFonts": lambda sign, *_: len(fonts_of(sign.plan)),
        "maxFontCharacters": lambda sign, *_: len(fonts_of(sign.plan)[1].glyphs),
        "dmsColorScheme": lambda sign, *_: (
            MONOCHROME_1_BIT if sign.plan.colours == "amber" else COLOUR_24_BIT
        ),
        "dmsSupportedMultiTags": lambda *_: struct.pack("<I", SUPPORTED_TAGS),
        "dmsMaxNumberPages": lambda *_: PAGES_MAX,
        "dmsMaxMultiStringLength": lambda *_: MULTI_LENGTH_MAX,
        "dmsNumPermanentMsg": lambda sign, *_: len(sign.plan.permanent_messages),
        "dmsNumChangeableMsg": lambda sign, *_: sign.valid_messages(Memory.CHANGEABLE),
        "dmsMaxChangeableMsg": lambda sign, *_: sign.plan.changeable_messages,
        "dmsFreeChangeableMemory": lambda sign, _, at_s: sign.free_bytes(Memory.CHANGEABLE, at_s),
        "dmsNumVolatileMsg": lambda sign, *_: sign.valid_messages(Memory.VOLATILE),
        "dmsMaxVolatileMsg": lambda sign, *_: sign.plan.volatile_messages,
        "dmsFreeVolatileMemory": lambda sign, _, at_s: sign.free_bytes(Memory.VOLATILE, at_s),
        "dmsValidateMessageError": lambda sign, *_: int(sign.state.validate_error),
        "dmsControlMode": lambda sign, _, at_s: int(sign.control_mode(at_s)),
        "dmsActivateMessage": lambda *_: bytes(12),
        "dmsMessageTimeRemaining": lambda sign, _, at_s: sign.remaining_min(at_s),
        "dmsMsgTableSource": lambda sign, *_: sign.state.source.to_bytes(),
        "dmsMsgRequesterID": lambda sign, *_: IpAddress(sign.state.requester),
        "dmsMsgSourceMode": lambda sign, *_: int(sign.state.source_mode),
        "dmsActivateMsgError": lambda sign, *_: int(sign.state.activate_error),
        "dmsMultiSyntaxError": lambda sign, *_: int(sign.state.multi_verdict.error),
        "dmsMultiSyntaxErrorPosition": lambda sign, *_: sign.state.multi_verdict.position,
        "dmsActivateErrorMsgCode": lambda sign, *_: sign.state.refused_activation.to_bytes(),
        "dmsIllumPhotocellLevelStatus": lambda _, sensors, at_s: round(
            65535 * sensors.photocell(at_s)
        ),
        "dmsIllumBrightLevelStatus": lambda _, sensors, at_s: sensors.level(at_s),
        "dmsIllumLightOutputStatus": lambda _, sensors, at_s: round(
            65535 * sensors.level(at_s) / LEVELS
        ),
        "dmsStatDoorOpen": lambda _, sensors, at_s: int(sensors.is_door_open(at_s)),
        "shortErrorStatus": lambda _, sensors, at_s: sensors.short_errors(at_s),
        "pixelFailureTableNumRows": lambda _, sensors, at_s: len(sensors.pixel_table(at_s)),
        "pixelTestActivation": lambda sign, _, at_s: (
            PIXEL_TEST if at_s < sign.state.pixel_test_ends_s else NO_TEST
        ),
        "tempMinCtrlCabinet": lambda _, sensors, at_s: sensors.cabinet_c(at_s)[0],
        "tempMaxCtrlCabinet": lambda _, sensors, at_s: sensors.cabinet_c(at_s)[1],
        "tempMinAmbient": lambda _, sensors, at_s: sensors.ambient_c(at_s),
        "tempMaxAmbient": lambda _, sensors, at_s: sensors.ambient_c(at_s),
        "tempMinSignHousing": lambda _, sensors, at_s: sensors.housing_c(at_s)[0],
        "tempMaxSignHousing": lambda _, sensors, at_s: sensors.housing_c(at_s)[1],
    }
)


class SignMib:
    def __init__(self, sign: SignController, sensors: SignSensors) -> None:
        self.sign = sign
        self.sensors = sensors
        self._scalars = scalar_objects()
        self._messages = message_oids(sign.plan)
        self._fonts = font_values(tuple(fonts_of(sign.plan).values()))
        self._in_order = _in_order(sign.plan)

    def get(self, oid: Oid, at_s: float) -> Value | None:
        """None where the sign has no such object; `NoAnswerError` where it then says nothing."""
        self.sign.tick(at_s)
        value = self._read(oid, at_s)
        if value is None and self.sign.plan.is_silent_on_unknown_objects:
            raise NoAnswerError
        return value

    def next(self, oid: Oid, at_s: float) -> tuple[Oid, Value] | None:
        """The first object after this OID, or None at the end."""
        self.sign.tick(at_s)
        pixels = pixel_oids(self.sensors.pixel_table(at_s))
        following = [
            order[place]
            for order in (self._in_order, pixels)
            if (place := bisect_right(order, oid)) < len(order)
        ]
        if not following:
            return None
        found = min(following)
        value = self._read(found, at_s)
        return None if value is None else (found, value)

    def set(self, parts: Sequence[tuple[Oid, Value]], at_s: float) -> None:
        """Raises `SetError` and then has changed nothing but the objects that tell why."""
        self.sign.tick(at_s)
        before = self.sign.state.snapshot()
        for index, (oid, value) in enumerate(parts, start=1):
            try:
                self._set_part(oid, value, at_s)
            except PartError as error:
                tried = self.sign.state
                before.activate_error = tried.activate_error
                before.refused_activation = tried.refused_activation
                before.multi_verdict = tried.multi_verdict
                self.sign.state = before
                raise SetError(error.status, index) from error

    def heard(self, at_s: float) -> None:
        self.sign.heard(at_s)

    def is_on(self, at_s: float) -> bool:
        return self.sign.is_on(at_s)

    @property
    def answers_wrong_community(self) -> bool:
        return self.sign.plan.answers_wrong_community

    @property
    def engine_id(self) -> bytes:
        """RFC 3411, SnmpEngineID: enterprise 1206, NEMA; 5: octets of its own choice."""
        digest = hashlib.sha256(self.sign.plan.key.encode()).digest()
        return struct.pack(">IB", 1 << 31 | NEMA, 5) + digest[:8]

    @property
    def boots(self) -> int:
        return self.sign.state.boots

    def up_s(self, at_s: float) -> int:
        """Since the controller last started."""
        return int(at_s - self.sign.state.started_s)

    def _read(self, oid: Oid, at_s: float) -> Value | None:
        if oid in self._scalars:
            return self._read_scalar(self._scalars[oid].name, at_s)
        if oid in self._messages:
            return read_message(self.sign, oid)
        if oid in self._fonts:
            return self._fonts[oid]
        return pixel_values(self.sensors.pixel_table(at_s)).get(oid)

    def _read_scalar(self, name: str, at_s: float) -> Value:
        state = self.sign.state
        if name in state.settings:
            return state.settings[name]
        if name in STANDBY:
            return state.standby[name].to_bytes()
        return READERS[name](self.sign, self.sensors, at_s)

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
        elif isinstance(value, bytes):
            self._set_octets(scalar.name, value, at_s)

    def _set_octets(self, name: str, value: bytes, at_s: float) -> None:
        if name in STANDBY:
            self.sign.state.standby[name] = MessageId.from_bytes(value)
        elif name == "dmsActivateMessage":
            try:
                self.sign.activate(ActivationCode.from_bytes(value), at_s)
            except ActivationRefusedError as refused:
                raise PartError("genErr") from refused
        else:
            self.sign.state.settings[name] = value

    def _set_integer(self, name: str, value: int, at_s: float) -> None:
        sign = self.sign
        if name == "dmsMessageTimeRemaining":
            sign.set_remaining(value, at_s)
        elif name == "dmsControlMode":
            self._set_control_mode(value, at_s)
        elif name == "dmsSWReset":
            if value:
                sign.software_reset(at_s)
        elif name == "dmsMemoryMgmt":
            if value in (CLEAR_CHANGEABLE, CLEAR_VOLATILE):
                sign.clear(Memory.CHANGEABLE if value == CLEAR_CHANGEABLE else Memory.VOLATILE)
        elif name == "pixelTestActivation":
            if value == PIXEL_TEST:
                sign.test_pixels(at_s)
            else:
                sign.state.is_pixel_table_cleared = True
        elif name == "defaultFont" and value not in fonts_of(sign.plan):
            raise PartError("wrongValue")
        else:
            sign.state.settings[name] = value

    def _set_control_mode(self, value: int, at_s: float) -> None:
        """While the switch in the cabinet stands on local, only an override takes control."""
        state = self.sign.state
        was_override, state.is_override = state.is_override, value == ControlMode.CENTRAL_OVERRIDE
        if self.sign.control_mode(at_s) == ControlMode.LOCAL:
            state.is_override = was_override
            raise PartError("genErr")


def _in_order(plan: SignPlan) -> Sequence[Oid]:
    """All OIDs of a walk but those of the pixel failures."""
    return _sorted(message_oids(plan), tuple(fonts_of(plan).values()))


@cache
def _sorted(messages: frozenset[Oid], fonts: tuple[Font, ...]) -> tuple[Oid, ...]:
    return tuple(sorted([*scalar_objects(), *messages, *font_values(fonts)]))
