"""What an agent does for each kind of request: GET, GETNEXT, GETBULK, SET (RFC 3416, section 4.2;
for SNMPv1 with the errors that RFC 3584, section 4.4 puts in place of the newer ones).
"""

from collections.abc import Sequence
from typing import Protocol

from firmware_sim.boards.ntcip.objects import Oid, SetError, Value
from firmware_sim.boards.ntcip.snmp.pdu import (
    VARBINDS_MAX,
    ErrorStatus,
    Missing,
    Pdu,
    PduKind,
    encoded_pdu,
    encoded_varbind,
)

SIZE_MAX = 4096
"""Bytes of the varbinds in a response, and so nearly of a message."""

VERSION_1_STATUS = {
    ErrorStatus.wrongValue: ErrorStatus.badValue,
    ErrorStatus.wrongType: ErrorStatus.badValue,
    ErrorStatus.wrongLength: ErrorStatus.badValue,
    ErrorStatus.noAccess: ErrorStatus.noSuchName,
    ErrorStatus.notWritable: ErrorStatus.noSuchName,
    ErrorStatus.authorizationError: ErrorStatus.noSuchName,
}


class Mib(Protocol):
    """The objects of a device; methods may raise `NoAnswerError`."""

    def get(self, oid: Oid, at_s: float) -> Value | None: ...
    def next(self, oid: Oid, at_s: float) -> tuple[Oid, Value] | None: ...
    def set(self, parts: Sequence[tuple[Oid, Value]], at_s: float) -> None: ...


class _RefusedError(Exception):
    def __init__(self, status: ErrorStatus, index: int) -> None:
        super().__init__(status.name)
        self.status = status
        self.index = index


def refusal(pdu: Pdu, status: ErrorStatus, index: int, *, is_version_1: bool = False) -> bytes:
    """The request's own varbinds come back with the error."""
    if is_version_1:
        status = VERSION_1_STATUS.get(status, status)
    binds = b"".join(bind.raw for bind in pdu.varbinds)
    return encoded_pdu(PduKind.RESPONSE, pdu.request_id, status, index, binds)


def response(
    mib: Mib, pdu: Pdu, at_s: float, *, may_write: bool, is_version_1: bool = False
) -> bytes | None:
    """The encoded response PDU; None where there is none to give."""
    if len(pdu.varbinds) > VARBINDS_MAX or (is_version_1 and pdu.kind is PduKind.GET_BULK):
        return None
    try:
        binds = _answer(mib, pdu, at_s, may_write=may_write, is_version_1=is_version_1)
    except _RefusedError as refused:
        return refusal(pdu, refused.status, refused.index, is_version_1=is_version_1)
    if len(binds) > SIZE_MAX:
        if is_version_1:
            return refusal(pdu, ErrorStatus.tooBig, 0)
        return encoded_pdu(PduKind.RESPONSE, pdu.request_id, ErrorStatus.tooBig, 0, b"")
    return encoded_pdu(PduKind.RESPONSE, pdu.request_id, ErrorStatus.noError, 0, binds)


def _answer(mib: Mib, pdu: Pdu, at_s: float, *, may_write: bool, is_version_1: bool) -> bytes:
    if pdu.kind is PduKind.SET:
        _set(mib, pdu, at_s, may_write=may_write)
        return b"".join(bind.raw for bind in pdu.varbinds)
    if pdu.kind is PduKind.GET_BULK:
        return _bulk(mib, pdu, at_s)
    binds = []
    for index, bind in enumerate(pdu.varbinds, start=1):
        if pdu.kind is PduKind.GET:
            oid, value = bind.oid, mib.get(bind.oid, at_s)
            missing = Missing.NO_SUCH_OBJECT
        else:
            oid, value = mib.next(bind.oid, at_s) or (bind.oid, None)
            missing = Missing.END_OF_MIB_VIEW
        if value is None and is_version_1:
            raise _RefusedError(ErrorStatus.noSuchName, index)
        binds.append(encoded_varbind(oid, missing if value is None else value))
    return b"".join(binds)


def _bulk(mib: Mib, pdu: Pdu, at_s: float) -> bytes:
    """As many rounds as asked for and as there is room, or until nothing is left to tell."""
    once, rounds = max(0, pdu.first), max(0, pdu.second)
    oids = [bind.oid for bind in pdu.varbinds]
    binds = [_next(mib, oid, at_s)[1] for oid in oids[:once]]
    size, row = sum(map(len, binds)), oids[once:]
    while row and rounds and len(binds) + len(row) <= VARBINDS_MAX:
        found = [_next(mib, oid, at_s) for oid in row]
        size += sum(len(bind) for _, bind in found)
        if size > SIZE_MAX and binds:
            break
        binds += [bind for _, bind in found]
        following = [oid for oid, _ in found]
        rounds = 0 if following == row else rounds - 1
        row = following
    return b"".join(binds)


def _next(mib: Mib, oid: Oid, at_s: float) -> tuple[Oid, bytes]:
    """At the end of the MIB the OID stays what it was."""
    following = mib.next(oid, at_s)
    if following is None:
        return oid, encoded_varbind(oid, Missing.END_OF_MIB_VIEW)
    return following[0], encoded_varbind(*following)


def _set(mib: Mib, pdu: Pdu, at_s: float, *, may_write: bool) -> None:
    if not may_write:
        raise _RefusedError(ErrorStatus.noAccess, 1)
    parts = []
    for index, bind in enumerate(pdu.varbinds, start=1):
        if bind.value is None:
            raise _RefusedError(ErrorStatus.wrongType, index)
        parts.append((bind.oid, bind.value))
    try:
        mib.set(parts, at_s)
    except SetError as error:
        raise _RefusedError(ErrorStatus[error.status], error.index) from error
