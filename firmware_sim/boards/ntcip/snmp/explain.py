"""A datagram's bytes, piece by piece, in words for a technician."""

from collections.abc import Callable, Mapping

from firmware_sim.boards.board import Part
from firmware_sim.boards.ntcip.meaning import dotted, name_of, words_of
from firmware_sim.boards.ntcip.objects import IpAddress, Oid, TimeTicks, Value
from firmware_sim.boards.ntcip.snmp.ber import (
    COUNTER,
    INTEGER,
    IP_ADDRESS,
    NULL,
    OBJECT_IDENTIFIER,
    OCTET_STRING,
    SEQUENCE,
    TIME_TICKS,
    BerError,
    Element,
    Reader,
    integer_of,
    oid_of,
)
from firmware_sim.boards.ntcip.snmp.pdu import VERSION_3, ErrorStatus, PduKind
from firmware_sim.boards.ntcip.snmp.usm import AUTH, PRIV, REPORTABLE

VERSIONS = {0: "SNMPv1", 1: "SNMPv2c", 3: "SNMPv3"}
KINDS: Mapping[int, str] = {
    PduKind.GET: "leer · GET",
    PduKind.GET_NEXT: "leer el siguiente · GETNEXT",
    PduKind.RESPONSE: "respuesta · RESPONSE",
    PduKind.SET: "escribir · SET",
    PduKind.GET_BULK: "leer muchos · GETBULK",
    PduKind.REPORT: "informe · REPORT",
}
MISSING = {
    0x80: "no existe el objeto · noSuchObject",
    0x81: "no existe la instancia · noSuchInstance",
    0x82: "fin de la MIB · endOfMibView",
}
FLAGS = (
    (AUTH, "autenticado · authenticated"),
    (PRIV, "cifrado · encrypted"),
    (REPORTABLE, "pide informe · reportable"),
)


def explain(datagram: bytes, *, is_reply: bool) -> list[Part]:
    """Parts in order, without overlaps; bytes that make no sense are said to make none."""
    parts: list[Part] = []
    walker = _Walker(datagram, parts, is_reply=is_reply)
    try:
        walker.message()
    except BerError as error:
        start = parts[-1].end if parts else 0
        text = f"sin sentido desde el byte {error.position} · makes no sense: {error}"
        if start < len(datagram):
            parts.append(Part(start, len(datagram), "?", text))
    return parts


class _Walker:
    def __init__(self, data: bytes, parts: list[Part], *, is_reply: bool) -> None:
        self._data = data
        self._parts = parts
        self._is_reply = is_reply

    def message(self) -> None:
        outer = Reader(self._data)
        message = self._open(outer, "mensaje · message")
        version = self._integer(
            message, "versión · version", lambda number: VERSIONS.get(number, f"¿{number}?")
        )
        if version == VERSION_3:
            self._secure(message)
        else:
            element = message.element(OCTET_STRING)
            self._say(element, "comunidad · community", f"{_size(element)} bytes, secreta · secret")
            self._pdu(message)
        message.finish()
        outer.finish()

    def _secure(self, message: Reader) -> None:
        head = self._open(message, "cabecera · header")
        self._integer(head, "msgID")
        self._integer(head, "msgMaxSize", lambda number: f"{number} bytes")
        flags = head.element(OCTET_STRING)
        bits = int.from_bytes(self._content(flags), "big")
        words = [text for bit, text in FLAGS if bits & bit]
        self._say(flags, "msgFlags", ", ".join(words) or "nada · none")
        self._integer(head, "msgSecurityModel", lambda number: "3 USM" if number == 3 else "?")  # noqa: PLR2004 - USM
        wrapped = message.element(OCTET_STRING)
        self._parts.append(
            Part(wrapped.start, wrapped.content, "msgSecurityParameters", f"{_size(wrapped)} bytes")
        )
        inner = self._open(message.inside(wrapped), "USM")
        self._octets(inner, "motor · msgAuthoritativeEngineID")
        self._integer(inner, "arranques · msgAuthoritativeEngineBoots")
        self._integer(inner, "tiempo · msgAuthoritativeEngineTime", lambda number: f"{number} s")
        self._octets(inner, "usuario · msgUserName", is_text=True)
        self._octets(inner, "firma · msgAuthenticationParameters")
        self._octets(inner, "sal · msgPrivacyParameters")
        if bits & PRIV:
            element = message.element(OCTET_STRING)
            self._say(element, "contenido · scoped PDU", f"cifrado · encrypted, {_size(element)}")
            return
        scoped = self._open(message, "contenido · scoped PDU")
        self._octets(scoped, "motor · contextEngineID")
        self._octets(scoped, "contexto · contextName", is_text=True)
        self._pdu(scoped)

    def _pdu(self, message: Reader) -> None:
        kind, _, _ = message.head()
        pdu = self._open(message, "PDU", kind)
        self._integer(pdu, "request-id")
        if kind == PduKind.GET_BULK:
            self._integer(pdu, "non-repeaters")
            self._integer(pdu, "max-repetitions")
        else:
            self._integer(pdu, "error-status", _status)
            self._integer(pdu, "error-index")
        binds = self._open(pdu, "objetos · varbinds")
        while not binds.is_over:
            self._varbind(binds)
        pdu.finish()

    def _varbind(self, binds: Reader) -> None:
        bind = self._open(binds, "objeto · varbind")
        element = bind.element(OBJECT_IDENTIFIER)
        oid = oid_of(self._content(element), element.content)
        name, numbers = name_of(oid), dotted(oid)
        self._say(element, "objeto · object", name if name == numbers else f"{name} = {numbers}")
        value = bind.element()
        self._say(value, "valor · value", self._value(oid, value))
        bind.finish()

    def _value(self, oid: Oid, element: Element) -> str:
        content, tag = self._content(element), element.tag
        if tag in MISSING:
            return MISSING[tag]
        if tag == NULL:
            return "(respuesta sin valor · no value)" if self._is_reply else "se pide · asked for"
        value: Value
        if tag in (INTEGER, COUNTER, TIME_TICKS):
            number = int.from_bytes(content, "big", signed=tag == INTEGER)
            value = TimeTicks(number) if tag == TIME_TICKS else number
        elif tag == OBJECT_IDENTIFIER:
            value = oid_of(content, element.content)
        elif tag in (OCTET_STRING, IP_ADDRESS):
            value = IpAddress(content) if tag == IP_ADDRESS else content
        else:
            return f"tipo · type {tag:#04x}: {content.hex(' ')}"
        return words_of(oid, value)

    def _content(self, element: Element) -> bytes:
        return self._data[element.content : element.end]

    def _say(self, element: Element, name: str, text: str) -> None:
        self._parts.append(Part(element.start, element.end, name, text))

    def _open(self, reader: Reader, name: str, tag: int = SEQUENCE) -> Reader:
        """Steps into what holds others: its tag and length are a part of their own.

        Where the datagram was cut short, what there is of it is still told.
        """
        start = reader.at
        found, content, length = reader.head()
        if found != tag:
            raise BerError(start, f"tag {tag:#04x}")
        reader.at = min(content + length, reader.end)
        missing = content + length - reader.at
        words = [KINDS.get(tag, f"¿{tag:#04x}?")] if name == "PDU" else []
        words += [f"{length} bytes"] + [f"faltan · missing {missing}"] * bool(missing)
        self._parts.append(Part(start, content, name, ", ".join(words)))
        return Reader(self._data, content, reader.at)

    def _integer(self, reader: Reader, name: str, words: Callable[[int], str] = str) -> int:
        element = reader.element(INTEGER)
        number = integer_of(self._content(element), element.content)
        self._say(element, name, words(number))
        return number

    def _octets(self, reader: Reader, name: str, *, is_text: bool = False) -> None:
        element = reader.element(OCTET_STRING)
        content = self._content(element)
        text = f"“{content.decode('latin-1')}”" if is_text else content.hex(" ")
        self._say(element, name, text or "vacía · empty")


def _size(element: Element) -> int:
    return element.end - element.content


def _status(number: int) -> str:
    if number not in set(ErrorStatus):
        return f"¿{number}?"
    return "0 sin error · noError" if number == 0 else f"{number} {ErrorStatus(number).name}"
