"""Datagrams said in words: every field with its meaning."""

from pysnmp.proto.api import v1, v2c
from sign_bench import SECRETS, activation, cell, make_board, message_id, show
from test_sim_snmp_codec import DISCOVERY, GET_SYS_DESCR, request_of

from firmware_sim.boards.ntcip.objects import DMS, SYSTEM
from firmware_sim.boards.ntcip.snmp.explain import explain
from firmware_sim.boards.ntcip.snmp.responder import SnmpResponder


def told(datagram: bytes, *, is_reply: bool = False) -> list[tuple[str, str]]:
    return [(part.name, part.text) for part in explain(datagram, is_reply=is_reply)]


def values(datagram: bytes, *, is_reply: bool = True) -> dict[str, str]:
    """What is said of each object's value."""
    parts = told(datagram, is_reply=is_reply)
    names = [text.partition(" = ")[0] for name, text in parts if name == "objeto · object"]
    return dict(zip(names, [text for name, text in parts if name == "valor · value"], strict=True))


def test_request_of_net_snmp():
    assert told(GET_SYS_DESCR) == [
        ("mensaje · message", "41 bytes"),
        ("versión · version", "SNMPv2c"),
        ("comunidad · community", "6 bytes, secreta · secret"),
        ("PDU", "leer · GET, 28 bytes"),
        ("request-id", "1"),
        ("error-status", "0 sin error · noError"),
        ("error-index", "0"),
        ("objetos · varbinds", "14 bytes"),
        ("objeto · varbind", "12 bytes"),
        ("objeto · object", "sysDescr.0 = 1.3.6.1.2.1.1.1.0"),
        ("valor · value", "se pide · asked for"),
    ]


def test_parts_cover_a_right_datagram_without_a_hole():
    for datagram in (GET_SYS_DESCR, DISCOVERY):
        parts = explain(datagram, is_reply=False)
        assert [part.start for part in parts] == [0, *(part.end for part in parts[:-1])]
        assert parts[-1].end == len(datagram)


def test_no_secret_is_said():
    assert "public" not in str(told(GET_SYS_DESCR))


def test_answers_in_words():
    board = make_board(is_door_open=True)
    show(board, "CONGESTIÓN")
    responder = SnmpResponder(board.mib, SECRETS)
    wanted = {
        (*DMS, 6, 1, 0): "4 central",
        (*DMS, 6, 4, 0): "10 min",
        (*DMS, *cell(9)): "4 valid",
        (*DMS, *cell(3)): "“CONGESTIÓN”",
        (*DMS, 6, 6, 0): "10.0.0.7",
        (*DMS, 9, 7, 1, 0): "0x2000: puerta · door",
        (*DMS, 9, 9, 3, 0): "21 °C",
        (*DMS, 99, 0): "no existe el objeto · noSuchObject",
        (*DMS, 6, 12, 0): "en blanco · blank 1, CRC 0x0000",
        (*SYSTEM, 3, 0): "100 · 0.01 s",
        (*SYSTEM, 2, 0): "1.3.6.1.4.1.1206.4.2.3",
    }
    request, _ = request_of(1, v2c.GetRequestPDU, [(oid, v2c.Null("")) for oid in wanted])
    answer = responder.answer(request, 1.0)
    assert answer is not None
    assert list(values(answer).values()) == list(wanted.values())
    assert list(values(answer))[:4] == [
        "dmsControlMode.0",
        "dmsMessageTimeRemaining.0",
        "dmsMessageStatus.3.1",
        "dmsMessageMultiString.3.1",
    ]


def test_codes_of_messages_in_words():
    code = v2c.OctetString(activation("TEST"))
    short = v2c.OctetString(message_id("TEST")[:4])
    request, _ = request_of(
        1, v2c.SetRequestPDU, [((*DMS, 6, 3, 0), code), ((*DMS, 6, 15, 0), short)]
    )
    assert values(request) == {
        "dmsActivateMessage.0": "modificable · changeable 1, CRC 0x6d50; 10 min; "
        "prioridad · priority 255; de · from 10.0.0.7",
        "dmsEndDurationMessage.0": "03 00 01 6d: longitud errónea · wrong length",
    }


def test_refusal_in_words():
    responder = SnmpResponder(make_board().mib, SECRETS)
    request, _ = request_of(0, v1.GetRequestPDU, [((*DMS, 99, 0), v1.Null(""))])
    answer = responder.answer(request, 1.0)
    assert answer is not None
    parts = dict(told(answer, is_reply=True))
    assert parts["error-status"] == "2 noSuchName"
    assert parts["error-index"] == "1"


def test_version_3_in_words():
    parts = dict(told(DISCOVERY))
    assert parts["versión · version"] == "SNMPv3"
    assert parts["msgFlags"] == "pide informe · reportable"
    answer = SnmpResponder(make_board().mib, SECRETS).answer(DISCOVERY, 7.0)
    assert answer is not None
    parts = dict(told(answer, is_reply=True))
    assert parts["tiempo · msgAuthoritativeEngineTime"] == "7 s"
    assert parts["PDU"] == "informe · REPORT, 28 bytes"
    assert parts["objeto · object"].startswith("unknown engine ids = ")
    assert parts["valor · value"] == "1"


def test_cut_datagram_is_told_as_far_as_it_goes():
    parts = told(GET_SYS_DESCR[:-3])
    assert parts[0] == ("mensaje · message", "41 bytes, faltan · missing 3")
    assert ("request-id", "1") in parts
    assert parts[-1][0] == "?"
    assert "makes no sense" in parts[-1][1]


def test_spoiled_bytes_are_said_to_make_no_sense():
    broken = GET_SYS_DESCR[:2] + b"\x05\x01" + GET_SYS_DESCR[4:]
    assert [name for name, _ in told(broken)] == ["mensaje · message", "?"]
    assert told(b"hola") == [
        ("?", "sin sentido desde el byte 0 · makes no sense: at 0: expected tag 0x30")
    ]
