"""The loop card's bytes, against the golden ones of the protocol's description."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_sim.boards.detectors.canoga import CanogaCard
from firmware_sim.faults.switches import Fault, Switches
from firmware_sim.lines.device import Device
from firmware_sim.lines.line import Line

POLL = bytes.fromhex("3C3038002A31453E")
VERSION = bytes.fromhex("3C3038004237363E")
GOLDEN = bytes.fromhex("00015E000186A00500") + bytes(27) + b"\x7d"
AT_REST = bytes(37)


def card(address: int = 0) -> CanogaCard:
    return CanogaCard(address, serial_number=b"SERIAL-00007", version=b"V 1.23    ")


def pass_over(board: CanogaCard, number: int, onset_s: float, duration_s: float) -> None:
    board.loop(number, True, onset_s)
    board.loop(number, False, onset_s + duration_s)


def golden_card() -> CanogaCard:
    board = card()
    for second in (60, 70, 80, 90, 100):
        pass_over(board, 1, second, 0.350)
    return board


def test_reply_to_poll_is_the_golden_one():
    assert golden_card().receive(POLL, 101.0) == GOLDEN


def test_card_that_saw_nothing_is_all_zero():
    assert card().receive(POLL, 101.0) == AT_REST


def test_vehicle_counts_when_it_has_left_the_loop():
    board = card()
    board.loop(2, True, 10.0)
    assert board.receive(POLL, 10.4) == AT_REST
    board.loop(2, False, 10.5)
    assert board.receive(POLL, 10.6)[9:18] == bytes.fromhex("0001F4 00002710 01 00")


@pytest.mark.parametrize(("vehicles", "count"), [(255, 255), (256, 0), (257, 1), (600, 88)])
def test_count_wraps_at_256(vehicles, count):
    board = card()
    for second in range(vehicles):
        pass_over(board, 4, second, 0.1)
    assert board.receive(POLL, 1000.0)[27 + 7] == count


def test_start_wraps_after_49_days():
    board = card()
    pass_over(board, 1, 4_294_967.296 + 1.0, 0.1)
    assert board.receive(POLL, 5e6)[3:7] == bytes.fromhex("000003E8")


def test_long_occupation_does_not_overflow_its_field():
    board = card()
    pass_over(board, 1, 1.0, 20_000.0)
    assert board.receive(POLL, 5e6)[:3] == b"\xff\xff\xff"


def test_power_up_zeroes_all_and_start_counts_from_there():
    board = golden_card()
    board.loop(1, True, 110.0)
    board.power_up(111.0)
    board.loop(1, False, 112.0)  # it stood there at power-up: the card has tuned to it
    assert board.receive(POLL, 113.0) == AT_REST
    pass_over(board, 1, 114.5, 0.1)
    assert board.receive(POLL, 115.0)[:9] == bytes.fromhex("000064 00000DAC 01 00")


def test_version_and_serial_number_are_framed_with_payload_at_offset_5():
    version = card().receive(VERSION, 0.0)
    assert version[:5] == b"<12\x00B"
    assert version[5:15] == b"V 1.23    "
    assert len(version) == 18
    serial_number = card(3).receive(request(3, b"a"), 0.0)
    assert (serial_number[:5], serial_number[5:17]) == (b"<14\x03a", b"SERIAL-00007")
    assert len(serial_number) == 20


def test_golden_framed_replies():
    """Put together by hand: the XOR of all that precedes it stands before the end."""
    version = "3C 3132 00 42 5620312E3233 20202020 3135 3E"
    assert card().receive(VERSION, 0.0) == bytes.fromhex(version)
    serial_number = "3C 3134 03 61 53455249414C2D3030303037 3431 3E"
    asked = bytes.fromhex("3C 3038 03 61 3536 3E")
    assert card(3).receive(asked, 0.0) == bytes.fromhex(serial_number)


def test_only_the_addressed_card_answers():
    first, second = card(0), card(128)
    assert first.receive(POLL, 0.0)
    assert not second.receive(POLL, 0.0)
    assert second.receive(request(128, b"*"), 0.0) == AT_REST
    assert not first.receive(request(128, b"*"), 0.0)


def test_two_cards_on_one_line_of_which_one_loses_power():
    cards = [golden_card(), card(1)]
    pass_over(cards[1], 1, 10.0, 0.1)
    devices = [
        Device(f"card {one.address}", "canoga", "Canoga", one, Switches(f"{one.address}"))
        for one in cards
    ]
    line = Line("loops", devices, Switches("loops"), baud=9600, is_half_duplex=False)
    assert [burst.data for burst in line.receive(POLL, 101.0)] == [GOLDEN]
    devices[0].switches.switch_on(Fault("brown-out", start_s=110.0, end_s=110.5, amount=3.0))
    line.tick(110.0)
    assert line.receive(POLL + request(1, b"*"), 112.0)[0].device == "card 1"
    (burst,) = line.receive(POLL, 113.5)
    assert burst.data == AT_REST
    assert cards[1].shows(114.0)["input_1_count"] == 1


@pytest.mark.parametrize("address", [-1, 16, 127, 256])
def test_there_are_no_other_addresses(address):
    with pytest.raises(ValueError, match=str(address)):
        card(address)


@pytest.mark.parametrize(
    "data",
    [
        POLL[:-1],
        POLL[1:],
        POLL.replace(b"1E", b"1F"),
        b"<08\x00?0B>",
        b"<09\x00*x67>",
        POLL[:-1] + b"?",
        b"<00" + POLL[3:],
        b"<07\x00*11>",
    ],
    ids=[
        "cut short",
        "first byte lost",
        "wrong checksum",
        "unknown type",
        "data with a poll",
        "wrong end",
        "no length",
        "too short",
    ],
)
def test_what_is_no_request_meets_silence(data):
    board = card()
    assert board.receive(data, 0.0) == b""
    board.quiet(0.1)
    assert board.receive(POLL, 0.2) == AT_REST


def test_request_comes_byte_by_byte_after_noise_and_a_start_byte_twice():
    board = card()
    sent = b"\x00\xff<<3" + POLL + POLL
    answers = [board.receive(bytes((byte,)), 0.0) for byte in sent]
    assert b"".join(answers) == AT_REST * 2
    assert answers[-1] == AT_REST


def test_shows_count_and_last_duration():
    assert golden_card().shows(101.0) == {
        **{f"input_{number}_count": 0 for number in (2, 3, 4)},
        **{f"input_{number}_duration_ms": 0 for number in (2, 3, 4)},
        "input_1_count": 5,
        "input_1_duration_ms": 350,
    }


def test_explains_poll_and_reply():
    board = golden_card()
    asked = {part.name: part.text for part in board.explain(POLL, None)}
    assert asked["dirección · address"] == "0"
    assert asked["tipo · type"] == "sondeo de detección · detection poll"
    assert asked["suma XOR · XOR checksum"] == "1E correcta · right"
    told = {part.name: part.text for part in board.explain(GOLDEN, POLL)}
    assert told["entrada 1 duración · input 1 duration"] == "350 ms"
    assert told["entrada 1 inicio · input 1 start"] == "100000 ms"
    assert told["entrada 1 cuenta · input 1 count"] == "5"
    assert told["suma XOR · XOR checksum"] == "7D correcta · right"
    late = {part.name: part.text for part in board.explain(bytes(3) + b"\xff" * 34, POLL)}
    assert late["entrada 1 inicio · input 1 start"] == "4294967295 ms"
    version = {part.name: part.text for part in board.explain(board.receive(VERSION, 0), VERSION)}
    assert version["datos · data"] == "V 1.23    "


@pytest.mark.parametrize("asked", [POLL, VERSION])
def test_wrong_checksum_is_all_that_is_wrong_and_is_said_to_be(asked):
    board = golden_card()
    right = board.receive(asked, 101.0)
    wrong = board.with_wrong_checksum(right)
    assert len(wrong) == len(right)
    expected = f"{right[-1]:02X}" if asked == POLL else right[-3:-1].decode()
    (said,) = [p.text for p in board.explain(wrong, asked) if p.name == "suma XOR · XOR checksum"]
    assert said.endswith(f"errónea · wrong: {expected}")


@given(st.lists(st.one_of(st.binary(max_size=60), st.sampled_from([POLL, VERSION, b"<FF"]))))
def test_any_bytes_in_any_chunks_meet_an_answer_or_silence(chunks):
    board = card()
    for chunk in chunks:
        answer = board.receive(chunk, 1.0)
        while answer.startswith(AT_REST):
            answer = answer[37:]
        assert not answer or answer.startswith((b"<12\x00B", b"<14\x00a"))
        assert len(board._buffer) < 256


@given(st.binary(max_size=80), st.one_of(st.none(), st.binary(max_size=20), st.just(POLL)))
def test_explains_anything_in_order(frame, asked):
    at = 0
    for part in card().explain(frame, asked):
        assert at <= part.start < part.end <= len(frame)
        at = part.end


def request(address: int, kind: bytes) -> bytes:
    body = b"<08%c%b" % (address, kind)
    checksum = 0
    for byte in body:
        checksum ^= byte
    return body + b"%02X>" % checksum
