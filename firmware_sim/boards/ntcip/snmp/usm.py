"""SNMPv3 with the user-based security model: HMAC-SHA-96 and AES-128 (RFC 3412, 3414, 3826).

There is one user, and one level that opens anything: authentication with privacy.
"""

import hashlib
import hmac
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Protocol

from firmware_sim.boards.ntcip.objects import Oid
from firmware_sim.boards.ntcip.snmp.ber import (
    COUNTER,
    OCTET_STRING,
    SEQUENCE,
    BerError,
    Reader,
    encoded,
    encoded_integer,
    encoded_octets,
    encoded_oid,
)
from firmware_sim.boards.ntcip.snmp.pdu import VERSION_3, Pdu, PduKind, encoded_pdu
from firmware_sim.boards.ntcip.snmp.privacy import decrypt_cfb, encrypt_cfb

AUTH, PRIV, REPORTABLE = 1, 2, 4
"""Bits of msgFlags."""
USM = 3
"""msgSecurityModel."""
MAC_BYTES = 12
SALT_BYTES = 8
KEY_BYTES = 16
TIME_WINDOW_S = 150
_USM_STATS: Oid = (1, 3, 6, 1, 6, 3, 15, 1, 1)
PASSPHRASE_STRETCHED = 1 << 20
MESSAGE_SIZE_MAX = 65507


class Statistic(Enum):
    """Why a message was not taken: the counter that the report names."""

    UNSUPPORTED_SECURITY_LEVELS = (*_USM_STATS, 1, 0)
    NOT_IN_TIME_WINDOWS = (*_USM_STATS, 2, 0)
    UNKNOWN_USER_NAMES = (*_USM_STATS, 3, 0)
    UNKNOWN_ENGINE_IDS = (*_USM_STATS, 4, 0)
    WRONG_DIGESTS = (*_USM_STATS, 5, 0)
    DECRYPTION_ERRORS = (*_USM_STATS, 6, 0)
    UNKNOWN_CONTEXTS = (1, 3, 6, 1, 6, 3, 12, 1, 5, 0)


class Engine(Protocol):
    """The authoritative engine that a device is."""

    @property
    def engine_id(self) -> bytes: ...
    @property
    def boots(self) -> int: ...
    def up_s(self, at_s: float) -> int: ...


@lru_cache(maxsize=2048)
def localized_key(passphrase: bytes, engine_id: bytes) -> bytes:
    """RFC 3414, appendix A.2.2: 20 bytes that fit this engine only."""
    stretched = passphrase * (PASSPHRASE_STRETCHED // len(passphrase) + 1)
    key = hashlib.sha1(stretched[:PASSPHRASE_STRETCHED], usedforsecurity=False).digest()
    return hashlib.sha1(key + engine_id + key, usedforsecurity=False).digest()


@dataclass(frozen=True, slots=True)
class Parameters:
    """msgSecurityParameters; `mac_at` is the offset of the MAC in the whole message."""

    engine_id: bytes
    boots: int
    time_s: int
    user: bytes
    mac: bytes
    mac_at: int
    salt: bytes


@dataclass(frozen=True, slots=True)
class SecureMessage:
    message_id: int
    flags: int
    parameters: Parameters
    scoped: bytes
    """The scoped PDU: BER, or encrypted."""
    scoped_at: int

    @classmethod
    def from_bytes(cls, datagram: bytes) -> "SecureMessage":
        """Raises `BerError`."""
        outer = Reader(datagram)
        message = outer.sequence()
        outer.finish()
        message.integer()
        head = message.sequence()
        message_id, _size_max, flags = head.integer(), head.integer(), head.octets()
        if len(flags) != 1 or head.integer() != USM or message_id < 0:
            raise BerError(head.at, "the user-based security model")
        head.finish()
        parameters = _parameters(message)
        is_private = flags[0] & PRIV
        body = message.element(OCTET_STRING if is_private else SEQUENCE)
        message.finish()
        scoped_at = body.content if is_private else body.start
        return cls(message_id, flags[0], parameters, datagram[scoped_at : body.end], scoped_at)


def _parameters(message: Reader) -> Parameters:
    content = message.inside(message.element(OCTET_STRING))
    inner = content.sequence()
    content.finish()
    engine_id, boots, time_s = inner.octets(), inner.integer(), inner.integer()
    user, mac_at = inner.octets(), inner.element(OCTET_STRING)
    mac = inner.data[mac_at.content : mac_at.end]
    salt = inner.octets()
    inner.finish()
    if boots < 0 or time_s < 0:
        raise BerError(content.at, "boots and time that are not negative")
    return Parameters(engine_id, boots, time_s, user, mac, mac_at.content, salt)


def mac_of(message: bytes, key: bytes, mac_at: int) -> bytes:
    """HMAC-SHA-96 of a message whose MAC stands at `mac_at` and counts as zeros."""
    zeroed = message[:mac_at] + bytes(MAC_BYTES) + message[mac_at + MAC_BYTES :]
    return hmac.digest(key, zeroed, "sha1")[:MAC_BYTES]


def initial_vector(boots: int, time_s: int, salt: bytes) -> bytes:
    """RFC 3826, section 3.1.2.1; boots and time are not negative."""
    return boots.to_bytes(4, "big") + time_s.to_bytes(4, "big") + salt


def decrypted(message: SecureMessage, priv_key: bytes) -> bytes:
    parameters = message.parameters
    vector = initial_vector(parameters.boots, parameters.time_s, parameters.salt)
    return decrypt_cfb(priv_key, vector, message.scoped)


@dataclass(frozen=True, slots=True)
class Scoped:
    context_name: bytes
    pdu: Pdu | None

    @classmethod
    def from_bytes(cls, data: bytes) -> "Scoped":
        """Raises `BerError`."""
        inner = Reader(data).sequence()
        _engine_id, name = inner.octets(), inner.octets()
        pdu = Pdu.read(inner)
        inner.finish()
        return cls(name, pdu)


class UserSecurity:
    """Answers the messages of one user to one engine, and reports what is wrong with others."""

    def __init__(self, engine: Engine, user: str, auth: str, priv: str) -> None:
        self._engine = engine
        self._user = user.encode()
        self._auth, self._priv = auth.encode(), priv.encode()
        self._counts: Counter[Statistic] = Counter()
        self._salt = 0

    def answer(
        self, datagram: bytes, at_s: float, respond: Callable[[Pdu], bytes | None]
    ) -> bytes | None:
        """`respond` makes the response PDU. Raises `BerError`."""
        message = SecureMessage.from_bytes(datagram)
        statistic = self._objection(datagram, message, at_s)
        if statistic is not None:
            return self._report(message, statistic, at_s)
        scoped = Scoped.from_bytes(decrypted(message, self._priv_key))
        if scoped.pdu is None:
            return None
        if scoped.context_name:
            return self._report(message, Statistic.UNKNOWN_CONTEXTS, at_s)
        pdu = respond(scoped.pdu)
        return None if pdu is None else self._message(message, AUTH | PRIV, pdu, at_s)

    @property
    def _auth_key(self) -> bytes:
        return localized_key(self._auth, self._engine.engine_id)

    @property
    def _priv_key(self) -> bytes:
        return localized_key(self._priv, self._engine.engine_id)[:KEY_BYTES]

    def _objection(self, datagram: bytes, message: SecureMessage, at_s: float) -> Statistic | None:
        """In the order of RFC 3414, section 3.2."""
        given, engine = message.parameters, self._engine
        if given.engine_id != engine.engine_id:
            return Statistic.UNKNOWN_ENGINE_IDS
        if given.user != self._user:
            return Statistic.UNKNOWN_USER_NAMES
        if message.flags & (AUTH | PRIV) != AUTH | PRIV:
            return Statistic.UNSUPPORTED_SECURITY_LEVELS
        right_mac = mac_of(datagram, self._auth_key, given.mac_at)
        if not hmac.compare_digest(given.mac, right_mac):
            return Statistic.WRONG_DIGESTS
        late_s = abs(given.time_s - engine.up_s(at_s))
        if given.boots != engine.boots or late_s > TIME_WINDOW_S:
            return Statistic.NOT_IN_TIME_WINDOWS
        return None if len(given.salt) == SALT_BYTES else Statistic.DECRYPTION_ERRORS

    def _report(self, message: SecureMessage, statistic: Statistic, at_s: float) -> bytes | None:
        """Only a message that is known to be the user's gets an authentic report."""
        self._counts[statistic] += 1
        if not message.flags & REPORTABLE:
            return None
        count = encoded_integer(self._counts[statistic], COUNTER)
        varbind = encoded(SEQUENCE, encoded_oid(statistic.value), count)
        pdu = encoded_pdu(PduKind.REPORT, _request_id(message), 0, 0, varbind)
        is_authentic = statistic in (Statistic.NOT_IN_TIME_WINDOWS, Statistic.UNKNOWN_CONTEXTS)
        return self._message(message, AUTH if is_authentic else 0, pdu, at_s)

    def _message(self, request: SecureMessage, flags: int, pdu: bytes, at_s: float) -> bytes:
        engine, salt = self._engine, b""
        boots, time_s = engine.boots, engine.up_s(at_s)
        body = encoded(SEQUENCE, encoded_octets(engine.engine_id), encoded_octets(b""), pdu)
        if flags & PRIV:
            self._salt += 1
            salt = self._salt.to_bytes(SALT_BYTES, "big")
            vector = initial_vector(boots, time_s, salt)
            body = encoded_octets(encrypt_cfb(self._priv_key, vector, body))
        parameters = encoded(
            SEQUENCE,
            encoded_octets(engine.engine_id),
            encoded_integer(boots),
            encoded_integer(time_s),
            encoded_octets(request.parameters.user),
            encoded_octets(bytes(MAC_BYTES) if flags & AUTH else b""),
            encoded_octets(salt),
        )
        head = encoded(
            SEQUENCE,
            encoded_integer(request.message_id),
            encoded_integer(MESSAGE_SIZE_MAX),
            encoded_octets(bytes((flags,))),
            encoded_integer(USM),
        )
        message = encoded(
            SEQUENCE, encoded_integer(VERSION_3), head, encoded_octets(parameters), body
        )
        if not flags & AUTH:
            return message
        at = SecureMessage.from_bytes(message).parameters.mac_at
        mac = mac_of(message, self._auth_key, at)
        return message[:at] + mac + message[at + MAC_BYTES :]


def _request_id(message: SecureMessage) -> int:
    """0 where it cannot be read."""
    try:
        pdu = None if message.flags & PRIV else Scoped.from_bytes(message.scoped).pdu
    except BerError:
        return 0
    return pdu.request_id if pdu else 0
