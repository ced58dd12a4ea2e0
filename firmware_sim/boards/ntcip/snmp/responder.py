"""What a device makes of a datagram: SNMP of version 1, 2c or 3, or silence."""

import hmac
from dataclasses import dataclass
from typing import Protocol

from firmware_sim.boards.ntcip.objects import NoAnswerError
from firmware_sim.boards.ntcip.snmp import operations, usm
from firmware_sim.boards.ntcip.snmp.ber import BerError
from firmware_sim.boards.ntcip.snmp.operations import refusal, response
from firmware_sim.boards.ntcip.snmp.pdu import (
    VERSION_1,
    VERSION_2C,
    VERSION_3,
    CommunityMessage,
    ErrorStatus,
    Pdu,
    version_of,
)


@dataclass(frozen=True, slots=True)
class SnmpSecrets:
    """`repr` and logs must not show them, so they are kept out of both. Without a user, the device
    has no SNMPv3; the user may read and write.
    """

    read_community: str
    read_write_community: str
    v3_user: str = ""
    v3_auth: str = ""
    """Passphrase of SHA-1 authentication; net-snmp wants at least 8 characters."""
    v3_priv: str = ""
    """Passphrase of AES-128 privacy."""

    def __repr__(self) -> str:
        return "SnmpSecrets(…)"


class Device(operations.Mib, usm.Engine, Protocol):
    @property
    def answers_wrong_community(self) -> bool:
        """With noSuchName, where the standard wants silence."""

    def is_on(self, at_s: float) -> bool: ...
    def heard(self, at_s: float) -> None:
        """A request of somebody entitled came in."""


class SnmpResponder:
    def __init__(self, device: Device, secrets: SnmpSecrets) -> None:
        self._device = device
        self._communities = (
            (secrets.read_write_community.encode(), True),
            (secrets.read_community.encode(), False),
        )
        self._security = None
        if secrets.v3_user:
            self._security = usm.UserSecurity(
                device, secrets.v3_user, secrets.v3_auth, secrets.v3_priv
            )

    def answer(self, datagram: bytes, at_s: float) -> bytes | None:
        """None is silence, which is all that the standard has for bytes that are no message."""
        if not self._device.is_on(at_s):
            return None
        try:
            version = version_of(datagram)
            if version == VERSION_3 and self._security is not None:
                return self._security.answer(
                    datagram, at_s, lambda pdu: self._respond(pdu, at_s, may_write=True)
                )
            if version in (VERSION_1, VERSION_2C):
                return self._answer_community(CommunityMessage.from_bytes(datagram), at_s)
        except (BerError, NoAnswerError):
            return None
        return None

    def _answer_community(self, message: CommunityMessage, at_s: float) -> bytes | None:
        pdu, is_version_1 = message.pdu, message.version == VERSION_1
        if pdu is None:
            return None
        for community, may_write in self._communities:
            if hmac.compare_digest(community, message.community):
                answer = self._respond(pdu, at_s, may_write=may_write, is_version_1=is_version_1)
                return None if answer is None else message.answered_by(answer)
        if self._device.answers_wrong_community:
            return message.answered_by(refusal(pdu, ErrorStatus.noSuchName, 1))
        return None

    def _respond(
        self, pdu: Pdu, at_s: float, *, may_write: bool, is_version_1: bool = False
    ) -> bytes | None:
        self._device.heard(at_s)
        return response(self._device, pdu, at_s, may_write=may_write, is_version_1=is_version_1)
