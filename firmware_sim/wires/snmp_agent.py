"""A board's objects on UDP as an SNMP agent (v1 and v2c); pysnmp does the messages and the access.

Exceptions become error-status here and not in pysnmp's responder: that one reports index 1 for a
fault in any part but the last.
"""

import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from pysnmp.carrier.asyncio.dgram import udp
from pysnmp.entity import config
from pysnmp.entity.engine import SnmpEngine
from pysnmp.entity.rfc3413.cmdrsp import CommandResponderBase
from pysnmp.entity.rfc3413.context import SnmpContext
from pysnmp.proto import rfc1902, rfc1905
from pysnmp.proto.api import v2c
from pysnmp.smi.error import AuthorizationError

from firmware_sim.boards.ntcip.objects import Oid, SetError, Value

INTERNET: Oid = (1, 3, 6)
NOTHING: Oid = (0, 0)
"""zeroDotZero. A reader needs a write view of something that is not there: where there is no view
at all, pysnmp 7.1 lets everything be written.
"""
VARBINDS_MAX = 64
SECURITY_MODELS = (1, 2)
"""SNMPv1 and SNMPv2c."""

Part = tuple[Any, Any]
"""pysnmp's object name and value."""


class Mib(Protocol):
    def get(self, oid: Oid, at_s: float) -> Value | None: ...
    def next(self, oid: Oid, at_s: float) -> tuple[Oid, Value] | None: ...
    def set(self, parts: Sequence[tuple[Oid, Value]], at_s: float) -> None: ...
    def heard(self, at_s: float) -> None:
        """A request with a known community came in."""


@dataclass(frozen=True, slots=True)
class Communities:
    """Secrets: `repr` and logs must not show them, so they are kept out of both."""

    read: str
    read_write: str

    def __repr__(self) -> str:
        return "Communities(…)"


def bind_udp(host: str, port: int) -> socket.socket:
    """Raises `OSError` when the port is taken or not ours to take."""
    endpoint = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        endpoint.bind((host, port))
    except OSError:
        endpoint.close()
        raise
    endpoint.setblocking(False)
    return endpoint


class SnmpAgent:
    """Answers on the socket, which it then owns; needs a running event loop."""

    def __init__(
        self,
        mib: Mib,
        endpoint: socket.socket,
        communities: Communities,
        scenario_s: Callable[[], float],
    ) -> None:
        self._engine = SnmpEngine()
        transport = udp.UdpTransport().open_server_mode(sock=endpoint)
        config.add_transport(self._engine, udp.DOMAIN_NAME, transport)
        for user, community, writable in (
            ("reader", communities.read, NOTHING),
            ("writer", communities.read_write, INTERNET),
        ):
            config.add_v1_system(self._engine, user, community)
            for model in SECURITY_MODELS:
                config.add_vacm_user(self._engine, model, user, "noAuthNoPriv", INTERNET, writable)
        _Responder(self._engine, SnmpContext(self._engine), mib, scenario_s)
        self._engine.transport_dispatcher.job_started(1)

    def close(self) -> None:
        self._engine.close_dispatcher()


class _Responder(CommandResponderBase):  # type: ignore[misc]  # pysnmp has no types
    SUPPORTED_PDU_TYPES = (
        rfc1905.GetRequestPDU.tagSet,
        rfc1905.GetNextRequestPDU.tagSet,
        rfc1905.GetBulkRequestPDU.tagSet,
        rfc1905.SetRequestPDU.tagSet,
    )

    def __init__(
        self, engine: Any, context: Any, mib: Mib, scenario_s: Callable[[], float]
    ) -> None:
        super().__init__(engine, context)
        self._mib = mib
        self._scenario_s = scenario_s

    def handle_management_operation(
        self, engine: Any, reference: Any, _context_name: Any, pdu: Any
    ) -> None:
        at_s = self._scenario_s()
        self._mib.heard(at_s)
        parts: list[Part] = list(v2c.apiPDU.get_varbinds(pdu))
        status, index = "noError", 0
        if pdu.tagSet == rfc1905.SetRequestPDU.tagSet:
            try:
                self._set(engine, parts, at_s)
            except SetError as error:
                status, index = error.status, error.index
        elif pdu.tagSet == rfc1905.GetRequestPDU.tagSet:
            parts = [self._get(name, at_s) for name, _ in parts]
        elif pdu.tagSet == rfc1905.GetNextRequestPDU.tagSet:
            parts = [self._next(name, at_s) for name, _ in parts]
        else:
            parts = self._bulk(pdu, parts, at_s)
        self.send_varbinds(engine, reference, status, index, parts)
        self.release_state_information(reference)

    def _get(self, name: Any, at_s: float) -> Part:
        value = self._mib.get(tuple(name), at_s)
        return name, rfc1905.noSuchObject if value is None else _to_asn1(value)

    def _next(self, name: Any, at_s: float) -> Part:
        following = self._mib.next(tuple(name), at_s)
        if following is None:
            return name, rfc1905.endOfMibView
        oid, value = following
        return rfc1902.ObjectName(oid), _to_asn1(value)

    def _bulk(self, pdu: Any, parts: list[Part], at_s: float) -> list[Part]:
        once = min(len(parts), max(0, int(v2c.apiBulkPDU.get_non_repeaters(pdu))))
        rounds = max(0, int(v2c.apiBulkPDU.get_max_repetitions(pdu)))
        answer = [self._next(name, at_s) for name, _ in parts[:once]]
        row = parts[once:]
        while row and rounds and len(answer) + len(row) <= VARBINDS_MAX:
            row = [self._next(name, at_s) for name, _ in row]
            answer += row
            rounds -= 1
        return answer

    def _set(self, engine: Any, parts: list[Part], at_s: float) -> None:
        plain = []
        for index, (name, value) in enumerate(parts, start=1):
            if not self._may_write(engine, name, value):
                raise SetError("noAccess", index)
            content = _from_asn1(value)
            if content is None:
                raise SetError("wrongType", index)
            plain.append((tuple(name), content))
        self._mib.set(plain, at_s)

    def _may_write(self, engine: Any, name: Any, value: Any) -> bool:
        try:
            outside_view = self.verify_access("write", (name, value), snmpEngine=engine, idx=0)
        except AuthorizationError:
            return False
        return not outside_view


def _to_asn1(value: Value) -> Any:
    return rfc1902.Integer32(value) if isinstance(value, int) else rfc1902.OctetString(value)


def _from_asn1(value: Any) -> Value | None:
    """None for types that no object of ours has."""
    if isinstance(value, rfc1902.Integer32 | rfc1902.Integer):
        return int(value)
    if isinstance(value, rfc1902.OctetString) and value.tagSet == rfc1902.OctetString.tagSet:
        return bytes(value)
    return None
