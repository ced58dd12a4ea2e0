"""SNMP's bytes: BER, community messages, the cryptography of SNMPv3. No network."""

import struct

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pyasn1.codec.ber import decoder, encoder
from pysnmp.proto import rfc1901, rfc1902, rfc1905
from pysnmp.proto.api import v1, v2c
from sign_bench import SECRETS, make_board

from firmware_sim.boards.ntcip.objects import DMS, SYSTEM, IpAddress, TimeTicks
from firmware_sim.boards.ntcip.snmp.ber import (
    SEQUENCE,
    BerError,
    Reader,
    encoded,
    encoded_integer,
    encoded_octets,
    encoded_oid,
    encoded_value,
    integer_of,
    oid_of,
)
from firmware_sim.boards.ntcip.snmp.explain import explain
from firmware_sim.boards.ntcip.snmp.pdu import CommunityMessage, PduKind, encoded_pdu
from firmware_sim.boards.ntcip.snmp.privacy import decrypt_cfb, encrypt_cfb
from firmware_sim.boards.ntcip.snmp.responder import SnmpResponder
from firmware_sim.boards.ntcip.snmp.usm import SecureMessage, decrypted, localized_key, mac_of

# snmpget -v2c -c public … 1.3.6.1.2.1.1.1.0 as net-snmp 5.9 sends it, but for the request-id.
GET_SYS_DESCR = bytes.fromhex(
    "302902010104067075626c6963a01c020400000001020100020100300e300c06082b060102010101000500"
)


def test_message_of_net_snmp_is_read():
    message = CommunityMessage.from_bytes(GET_SYS_DESCR)
    assert (message.version, message.community) == (1, b"public")
    assert message.pdu is not None
    assert (message.pdu.kind, message.pdu.request_id) == (PduKind.GET, 1)
    assert [bind.oid for bind in message.pdu.varbinds] == [(1, 3, 6, 1, 2, 1, 1, 1, 0)]


@pytest.mark.parametrize("length", range(len(GET_SYS_DESCR)))
def test_message_cut_short_is_none(length):
    with pytest.raises(BerError):
        CommunityMessage.from_bytes(GET_SYS_DESCR[:length])


@pytest.mark.parametrize(
    ("number", "content"),
    [(0, "020100"), (127, "02017f"), (128, "02020080"), (-1, "0201ff"), (-128, "020180"),
     (-129, "0202ff7f"), (256, "02020100")],
)  # fmt: skip
def test_integers_of_x690(number, content):
    """X.690, 8.3: the fewest bytes of two's complement."""
    assert encoded_integer(number).hex() == content
    assert integer_of(bytes.fromhex(content)[2:]) == number


OIDS = st.tuples(
    st.tuples(st.sampled_from((0, 1)), st.integers(0, 39))
    | st.tuples(st.just(2), st.integers(0, 1000)),
    st.lists(st.integers(0, 2**32 - 1), max_size=20),
).map(lambda parts: (*parts[0], *parts[1]))


@given(OIDS)
@example((2, 999, 3))
@example((1, 3, 128, 16384, 2**32 - 1))
def test_oids_are_those_of_pyasn1(oid):
    expected = encoder.encode(rfc1902.ObjectName(oid))
    assert encoded_oid(oid) == expected
    assert Reader(expected).oid() == oid


@given(
    st.one_of(
        st.integers(-(2**31), 2**31 - 1).map(lambda n: (n, rfc1902.Integer32(n))),
        st.binary(max_size=300).map(lambda b: (b, rfc1902.OctetString(b))),
        st.integers(0, 2**32 - 1).map(lambda n: (TimeTicks(n), rfc1902.TimeTicks(n))),
        st.binary(min_size=4, max_size=4).map(lambda b: (IpAddress(b), rfc1902.IpAddress(b))),
    )
)
def test_values_are_those_of_pyasn1(pair):
    """Compared as read: pyasn1 writes -128 with a byte too many."""
    ours, theirs = pair
    assert decoder.decode(encoded_value(ours), asn1Spec=theirs.clone()) == (theirs, b"")


def request_of(version, kind, binds, community=b"lectura-secreta"):
    """A request as pysnmp encodes it."""
    api = v1 if version == 0 else v2c
    pdu = kind()
    api.apiPDU.set_defaults(pdu)
    api.apiPDU.set_varbinds(pdu, binds)
    message = api.Message()
    api.apiMessage.set_defaults(message)
    api.apiMessage.set_community(message, community)
    api.apiMessage.set_pdu(message, pdu)
    return encoder.encode(message), message


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        (  # dmsMsgTableSource.0: blank 1
            "a01e 020101 020100 020100 3013 3011 060d2b060104018936040203060500 0500",
            "a223 020101 020100 020100 3018 3016 060d2b060104018936040203060500 04050700010000",
        ),
        (  # dmsActivateMessage.0: blank, for ever
            (
                "a32a 020102 020100 020100 301f 301d 060d2b060104018936040203060300"
                "040c FFFF FF 07 0001 0000 00000000"
            ),
            (
                "a22a 020102 020100 020100 301f 301d 060d2b060104018936040203060300"
                "040c FFFF FF 07 0001 0000 00000000"
            ),
        ),
        (  # after dmsMessageTimeRemaining: .0, for ever
            "a11d 020103 020100 020100 3012 3010 060c2b0601040189360402030604 0500",
            "a221 020103 020100 020100 3016 3014 060d2b060104018936040203060400 020300ffff",
        ),
    ],
)
def test_golden_answers(asked, answered):
    """PDUs as pysnmp's encoder has them, behind version 2c and the community."""

    def message(pdu: str) -> bytes:
        rest = bytes.fromhex("020101 0411") + b"escritura-secreta" + bytes.fromhex(pdu)
        return bytes((0x30, len(rest))) + rest

    responder = SnmpResponder(make_board().mib, SECRETS)
    assert responder.answer(message(asked), 1.0) == message(answered)


def test_pysnmp_reads_our_answers():
    responder = SnmpResponder(make_board().mib, SECRETS)
    names = [(*SYSTEM, 3, 0), (*DMS, 6, 5, 0), (*DMS, 6, 6, 0), (*SYSTEM, 2, 0), (*DMS, 99, 0)]
    request, _ = request_of(1, v2c.GetRequestPDU, [(name, v2c.Null("")) for name in names])
    answer, rest = decoder.decode(responder.answer(request, 12.5), asn1Spec=rfc1901.Message())
    assert not rest
    binds = v2c.apiPDU.get_varbinds(v2c.apiMessage.get_pdu(answer))
    values = [value for _, value in binds]
    assert int(values[0]) == 1250
    assert isinstance(values[0], rfc1902.TimeTicks)
    assert bytes(values[1]) == bytes.fromhex("0700010000")
    assert values[2].prettyPrint() == "0.0.0.0"
    assert tuple(values[3]) == DMS
    assert values[4].isSameTypeWith(rfc1905.noSuchObject)


def test_cipher_feedback_of_sp_800_38a():
    """SP 800-38A, F.3.13 and F.3.14."""
    key = bytes.fromhex("2b7e151628aed2a6abf7158809cf4f3c")
    vector = bytes(range(16))
    text = bytes.fromhex(
        "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
        "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710"
    )
    cipher = bytes.fromhex(
        "3b3fd92eb72dad20333449f8e83cfb4ac8a64537a0b3a93fcde3cdad9f1ce58b"
        "26751f67a3cbb140b1808cf187a4f4dfc04b05357c5d1c0eeac4c66f9ff7f2e6"
    )
    assert encrypt_cfb(key, vector, text) == cipher
    assert decrypt_cfb(key, vector, cipher) == text
    assert encrypt_cfb(key, vector, text[:21]) == cipher[:21]


def test_key_localization_of_rfc_3414():
    """RFC 3414, appendix A.3.2."""
    engine_id = bytes.fromhex("000000000000000000000002")
    key = localized_key(b"maplesyrup", engine_id)
    assert key.hex() == "6695febc9288e36282235fc7151f128497b38f3f"


DISCOVERY = bytes.fromhex(  # as net-snmp 5.9 sends it, but for the two ids
    "303e020103301102040000000102030 0ffe30401040201030410300e0400020100020100040004000400"
    "301404000400a00e02040000000102010002010030 00".replace(" ", "")
)


def test_discovery_is_answered_with_engine_boots_and_time():
    mib = make_board().mib
    answer = SnmpResponder(mib, SECRETS).answer(DISCOVERY, 100.0)
    assert answer is not None
    given_back = SecureMessage.from_bytes(answer)
    assert given_back.message_id == 1
    assert given_back.parameters.engine_id == mib.engine_id
    assert mib.engine_id[:5] == struct.pack(">IB", 0x80000000 | 1206, 5)
    assert (given_back.parameters.boots, given_back.parameters.time_s) == (1, 100)
    assert bytes.fromhex("2b060106030f01010400") in answer  # usmStatsUnknownEngineIDs.0
    unreportable = DISCOVERY.replace(bytes.fromhex("040104"), bytes.fromhex("040100"))
    assert SnmpResponder(mib, SECRETS).answer(unreportable, 100.0) is None


def test_mac_covers_everything_but_itself():
    message = bytes(range(60))
    mac = mac_of(message, b"key", 20)
    assert mac == mac_of(message[:20] + b"x" * 12 + message[32:], b"key", 20)
    assert mac != mac_of(b"x" + message[1:], b"key", 20)


SEEDS = st.sampled_from(
    [
        GET_SYS_DESCR,
        DISCOVERY,
        request_of(1, v2c.SetRequestPDU, [((*DMS, 6, 3, 0), v2c.OctetString(bytes(12)))])[0],
        request_of(0, v1.GetNextRequestPDU, [(DMS, v1.Null(""))])[0],
        request_of(1, v2c.GetBulkRequestPDU, [(DMS, v2c.Null("")), (SYSTEM, v2c.Null(""))])[0],
    ]
)


@st.composite
def spoiled(draw):
    data = bytearray(draw(SEEDS))
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(data) - 1))
        data[at : at + draw(st.integers(0, 2))] = draw(st.binary(max_size=3))
        data = data or bytearray(b"0")
    return bytes(data)


@settings(max_examples=300)
@given(st.one_of(st.binary(max_size=120), spoiled()))
def test_any_bytes_meet_silence_or_a_message(datagram):
    answer = SnmpResponder(make_board().mib, SECRETS).answer(datagram, 5.0)
    if answer is not None:
        assert len(answer) < 65508
        version = Reader(answer).sequence().integer()
        if version == 3:
            assert SecureMessage.from_bytes(answer).flags == 0
        else:
            spec = (v1, v2c)[version].Message()
            assert decoder.decode(answer, asn1Spec=spec)[1] == b""


@settings(max_examples=300)
@given(st.one_of(st.binary(max_size=120), spoiled()), st.booleans())
@example(b"", True)
def test_any_bytes_are_explained_in_order(datagram, is_reply):
    at = 0
    for part in explain(datagram, is_reply=is_reply):
        assert at <= part.start < part.end <= len(datagram)
        assert part.name
        assert part.text
        at = part.end


def test_bulk_ends_where_the_objects_end():
    _, message = request_of(1, v2c.GetBulkRequestPDU, [((*DMS, 9, 9, 5, 0), v2c.Null(""))])
    v2c.apiBulkPDU.set_max_repetitions(v2c.apiMessage.get_pdu(message), 20)
    answer = SnmpResponder(make_board().mib, SECRETS).answer(encoder.encode(message), 0.0)
    decoded, _ = decoder.decode(answer, asn1Spec=v2c.Message())
    binds = v2c.apiPDU.get_varbinds(v2c.apiMessage.get_pdu(decoded))
    assert [tuple(name) for name, _ in binds] == [(*DMS, 9, 9, 6, 0)] * 2
    assert binds[1][1].isSameTypeWith(rfc1905.endOfMibView)


@pytest.mark.parametrize(
    ("version", "value"),
    [
        (0, "0c00"),
        (0, "460101"),
        (1, "0500ff"),
        (1, "400101"),
        (1, "4105ffffffffff"),
        (1, "060180"),
    ],
)
def test_value_that_is_none_of_snmp_is_not_echoed(version, value):
    name, content = encoded_oid((*DMS, 6, 4, 0)), bytes.fromhex(value)
    bind = encoded(SEQUENCE, name, content)
    pdu = encoded_pdu(PduKind.SET, 7, 0, 0, bind)
    community = encoded_octets(SECRETS.read_write_community.encode())
    request = encoded(SEQUENCE, encoded_integer(version), community, pdu)
    assert SnmpResponder(make_board().mib, SECRETS).answer(request, 0.0) is None


@pytest.mark.parametrize("content", ["", "80", "8001", "2b8001", "2bff", "2b9080808000"])
def test_object_identifiers_that_are_none(content):
    with pytest.raises(BerError):
        oid_of(bytes.fromhex(content))


class Manager:
    """Asks for the control mode, by SNMPv3."""

    def __init__(self) -> None:
        self.mib = make_board().mib
        self.responder = SnmpResponder(self.mib, SECRETS)

    def ask(self, *, boots=1, time_s=100, context=b"", flags=7, salt=bytes(8), at_s=100.0):
        """The parameters and the content of the answer."""
        engine_id = self.mib.engine_id
        auth = localized_key(SECRETS.v3_auth.encode(), engine_id)
        priv = localized_key(SECRETS.v3_priv.encode(), engine_id)[:16]
        varbind = encoded(SEQUENCE, encoded_oid((*DMS, 6, 1, 0)), b"\x05\x00")
        pdu = encoded_pdu(PduKind.GET, 99, 0, 0, varbind)
        scoped = encoded(SEQUENCE, encoded_octets(engine_id), encoded_octets(context), pdu)
        vector = struct.pack(">ii", boots, time_s) + salt.ljust(8, b"x")[:8]
        numbers = encoded_integer(5), encoded_integer(9000)
        parameters = encoded(
            SEQUENCE,
            encoded_octets(engine_id),
            encoded_integer(boots),
            encoded_integer(time_s),
            encoded_octets(SECRETS.v3_user.encode()),
            encoded_octets(bytes(12)),
            encoded_octets(salt),
        )
        message = encoded(
            SEQUENCE,
            encoded_integer(3),
            encoded(SEQUENCE, *numbers, encoded_octets(bytes((flags,))), encoded_integer(3)),
            encoded_octets(parameters),
            encoded_octets(encrypt_cfb(priv, vector, scoped)),
        )
        at = message.index(bytes(12), message.index(SECRETS.v3_user.encode()))
        message = message[:at] + mac_of(message, auth, at) + message[at + 12 :]
        answer = self.responder.answer(message, at_s)
        if answer is None:
            return None
        read = SecureMessage.from_bytes(answer)
        content = decrypted(read, priv) if read.flags & 2 else read.scoped
        return read.parameters, content


NOT_IN_TIME_WINDOWS = bytes.fromhex("2b060106030f01010200")
DECRYPTION_ERRORS = bytes.fromhex("2b060106030f01010600")
UNKNOWN_CONTEXTS = bytes.fromhex("2b060106030c010500")
CENTRAL = bytes.fromhex("020104")


def test_secure_request_is_answered_in_its_time_only():
    manager = Manager()
    for time_s in (100, 0, 250):
        assert manager.ask(time_s=time_s)[1].endswith(CENTRAL)
    for wrong in ({"time_s": 251}, {"boots": 2}, {"at_s": 251.0}):
        parameters, report = manager.ask(**wrong)
        assert NOT_IN_TIME_WINDOWS in report
        assert len(parameters.mac) == 12, "the manager may trust the report's time"
    assert manager.ask(time_s=251, flags=3) is None, "not reportable"
    assert manager.ask(time_s=-5, at_s=10.0) is None


def test_no_two_secure_answers_are_encrypted_alike():
    manager = Manager()
    salts = {manager.ask()[0].salt for _ in range(3)}
    assert len(salts) == 3


def test_strange_contexts_and_salts_are_reported():
    manager = Manager()
    assert UNKNOWN_CONTEXTS in manager.ask(context=b"otro")[1]
    assert DECRYPTION_ERRORS in manager.ask(salt=b"1234567")[1]


def test_long_lengths_are_bounded():
    for head in ("3084ffffffff", "30850000000001", "3080", "30"):
        with pytest.raises(BerError):
            CommunityMessage.from_bytes(bytes.fromhex(head) + bytes(20))
    assert Reader(encoded_octets(bytes(300))).octets() == bytes(300)
