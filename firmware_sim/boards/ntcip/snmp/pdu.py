"""SNMP's protocol data units, and the community messages of v1 and v2c that carry them
(RFC 1157, RFC 1901, RFC 3416).
"""

from dataclasses import dataclass
from enum import IntEnum

from firmware_sim.boards.ntcip.objects import Oid, Value
from firmware_sim.boards.ntcip.snmp.ber import (
    COUNTER,
    COUNTER_64,
    GAUGE,
    INTEGER,
    IP_ADDRESS,
    NULL,
    OBJECT_IDENTIFIER,
    OCTET_STRING,
    OPAQUE,
    SEQUENCE,
    TIME_TICKS,
    BerError,
    Element,
    Reader,
    encoded,
    encoded_integer,
    encoded_octets,
    encoded_oid,
    encoded_value,
    integer_of,
    oid_of,
)

VERSION_1, VERSION_2C, VERSION_3 = 0, 1, 3
IPV4_BYTES = 4
VARBINDS_MAX = 64
"""A request with more is not answered."""


class PduKind(IntEnum):
    GET = 0xA0
    GET_NEXT = 0xA1
    RESPONSE = 0xA2
    SET = 0xA3
    GET_BULK = 0xA5
    REPORT = 0xA8


class ErrorStatus(IntEnum):
    """`error-status`; those from `noAccess` on are unknown to SNMPv1."""

    noError = 0  # noqa: N815 - SNMP's own names
    tooBig = 1  # noqa: N815
    noSuchName = 2  # noqa: N815
    badValue = 3  # noqa: N815
    readOnly = 4  # noqa: N815
    genErr = 5  # noqa: N815
    noAccess = 6  # noqa: N815
    wrongType = 7  # noqa: N815
    wrongLength = 8  # noqa: N815
    wrongEncoding = 9  # noqa: N815
    wrongValue = 10  # noqa: N815
    noCreation = 11  # noqa: N815
    inconsistentValue = 12  # noqa: N815
    resourceUnavailable = 13  # noqa: N815
    commitFailed = 14  # noqa: N815
    undoFailed = 15  # noqa: N815
    authorizationError = 16  # noqa: N815
    notWritable = 17  # noqa: N815
    inconsistentName = 18  # noqa: N815


class Missing(IntEnum):
    """Takes a value's place in a response of SNMPv2; the number is its tag."""

    NO_SUCH_OBJECT = 0x80
    END_OF_MIB_VIEW = 0x82


@dataclass(frozen=True, slots=True)
class VarBind:
    oid: Oid
    value: Value | None
    """None: of a type that no writable object has (in a GET, mostly NULL)."""
    raw: bytes


@dataclass(frozen=True, slots=True)
class Pdu:
    kind: PduKind
    request_id: int
    first: int
    """`error-status`; in a GETBULK, `non-repeaters`."""
    second: int
    """`error-index`; in a GETBULK, `max-repetitions`."""
    varbinds: tuple[VarBind, ...]

    @classmethod
    def read(cls, reader: Reader, *, is_version_1: bool = False) -> "Pdu | None":
        """None for kinds that no agent answers; raises `BerError`."""
        element = reader.element()
        if element.tag not in _ANSWERED:
            return None
        inner = reader.inside(element)
        numbers = (inner.integer(), inner.integer(), inner.integer())
        binds = inner.sequence()
        inner.finish()
        varbinds = []
        while not binds.is_over:
            varbinds.append(_varbind(binds, is_version_1=is_version_1))
        return cls(PduKind(element.tag), *numbers, tuple(varbinds))


_ANSWERED = frozenset((PduKind.GET, PduKind.GET_NEXT, PduKind.SET, PduKind.GET_BULK))


def _varbind(binds: Reader, *, is_version_1: bool) -> VarBind:
    whole = binds.element(SEQUENCE)
    inner = binds.inside(whole)
    oid, element = inner.oid(), inner.element()
    inner.finish()
    content = binds.data[element.content : element.end]
    raw = binds.data[whole.start : whole.end]
    if element.tag == INTEGER:
        return VarBind(oid, integer_of(content, element.content), raw)
    if element.tag == OCTET_STRING:
        return VarBind(oid, content, raw)
    _check_foreign(element, content, is_version_1=is_version_1)
    return VarBind(oid, None, raw)


def _check_foreign(element: Element, content: bytes, *, is_version_1: bool) -> None:
    """A value that no object of ours takes must still be one of SNMP's."""
    number, length = int.from_bytes(content, "big", signed=True), len(content)
    if element.tag == OBJECT_IDENTIFIER:
        oid_of(content, element.content)
        return
    is_one = {
        NULL: length == 0,
        IP_ADDRESS: length == IPV4_BYTES,
        COUNTER: length > 0 and 0 <= number < 1 << 32,
        GAUGE: length > 0 and 0 <= number < 1 << 32,
        TIME_TICKS: length > 0 and 0 <= number < 1 << 32,
        OPAQUE: True,
        COUNTER_64: length > 0 and 0 <= number < 1 << 64 and not is_version_1,
    }
    if not is_one.get(element.tag, False):
        raise BerError(element.start, "a value of SNMP")


def encoded_varbind(oid: Oid, value: Value | Missing) -> bytes:
    content = encoded(value) if isinstance(value, Missing) else encoded_value(value)
    return encoded(SEQUENCE, encoded_oid(oid), content)


def encoded_pdu(kind: PduKind, request_id: int, status: int, index: int, binds: bytes) -> bytes:
    """`binds`: the encoded varbinds, one after the other."""
    return encoded(
        kind,
        encoded_integer(request_id),
        encoded_integer(status),
        encoded_integer(index),
        encoded(SEQUENCE, binds),
    )


@dataclass(frozen=True, slots=True)
class CommunityMessage:
    version: int
    community: bytes
    pdu: Pdu | None

    @classmethod
    def from_bytes(cls, datagram: bytes) -> "CommunityMessage":
        """Raises `BerError`."""
        outer = Reader(datagram)
        message = outer.sequence()
        outer.finish()
        version, community = message.integer(), message.octets()
        pdu = Pdu.read(message, is_version_1=version == VERSION_1)
        message.finish()
        return cls(version, community, pdu)

    def answered_by(self, pdu: bytes) -> bytes:
        return encoded(SEQUENCE, encoded_integer(self.version), encoded_octets(self.community), pdu)


def version_of(datagram: bytes) -> int:
    """Of any message; raises `BerError`."""
    return Reader(datagram).sequence().integer()
