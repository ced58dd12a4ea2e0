"""SNMP v2c GET and SET on one agent, in plain Python values."""

from typing import Any, Protocol

from edge.faults import AnswerError

_TIMEOUT_S = 1.0
_RETRIES = 1
_V2C = 1


class Snmp(Protocol):
    """What the NTCIP sequence needs of SNMP; both calls raise `AnswerError`."""

    async def get(self, *oids: str) -> list[int | bytes]:
        """The values, in the order asked for; an object the agent lacks is a `content` fault."""

    async def set(self, *pairs: tuple[str, int | bytes]) -> None:
        """All or nothing; `refused` when the agent answers with an error."""

    def close(self) -> None:
        """Give the socket back; the next call opens a new one."""


class SnmpManager:
    """One sign's agent at `host`:`port`, asked through pysnmp."""

    def __init__(self, host: str, port: int, community: str) -> None:
        self._address = (host, port)
        self._community = community
        self._session: tuple[Any, Any, Any] | None = None

    async def get(self, *oids: str) -> list[int | bytes]:
        from pysnmp.hlapi.v1arch.asyncio import get_cmd  # noqa: PLC0415 - only a sign needs it
        from pysnmp.proto.rfc1902 import Null, ObjectName  # noqa: PLC0415

        session = await self._opened()
        values = _checked(await get_cmd(*session, *((ObjectName(oid), Null("")) for oid in oids)))
        if len(values) != len(oids):
            raise AnswerError("length", f"{len(values)} values for {len(oids)} objects")
        return [_plain(oid, value) for oid, value in zip(oids, values, strict=True)]

    async def set(self, *pairs: tuple[str, int | bytes]) -> None:
        from pysnmp.hlapi.v1arch.asyncio import set_cmd  # noqa: PLC0415
        from pysnmp.proto.rfc1902 import Integer32, ObjectName, OctetString  # noqa: PLC0415

        session = await self._opened()
        bindings = [
            (ObjectName(oid), Integer32(v) if isinstance(v, int) else OctetString(v))
            for oid, v in pairs
        ]
        _checked(await set_cmd(*session, *bindings))

    def close(self) -> None:
        if self._session:
            self._session[0].close()
            self._session = None

    async def _opened(self) -> tuple[Any, Any, Any]:
        if self._session is None:
            from pysnmp.error import PySnmpError  # noqa: PLC0415
            from pysnmp.hlapi.v1arch.asyncio import (  # noqa: PLC0415
                CommunityData,
                SnmpDispatcher,
                UdpTransportTarget,
            )

            try:
                target = await UdpTransportTarget.create(
                    self._address, timeout=_TIMEOUT_S, retries=_RETRIES
                )
            except PySnmpError as error:
                raise AnswerError("silent", str(error)) from error
            community = CommunityData(self._community, mpModel=_V2C)
            self._session = SnmpDispatcher(), community, target
        return self._session


def _checked(answer: tuple[Any, Any, Any, Any]) -> list[Any]:
    indication, status, index, bindings = answer
    if indication:
        raise AnswerError("silent", f"{_TIMEOUT_S * (1 + _RETRIES):g} s")
    if status:
        name = status.prettyPrint()
        where = bindings[int(index) - 1][0] if 0 < int(index) <= len(bindings) else "?"
        raise AnswerError("refused", f"SNMP {name}: {where}")
    return [value for _, value in bindings]


def _plain(oid: str, value: Any) -> int | bytes:
    from pyasn1.type.univ import Integer, OctetString  # noqa: PLC0415

    if isinstance(value, Integer):
        return int(value)
    if isinstance(value, OctetString):
        return bytes(value)
    raise AnswerError("content", f"{oid}: {type(value).__name__}")
