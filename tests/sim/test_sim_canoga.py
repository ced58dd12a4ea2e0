"""The loop card's bytes, against the golden ones of the protocol's description."""

from hypothesis import given
from hypothesis import strategies as st

from firmware_sim.boards.canoga import CanogaBackplane, CanogaCard

POLL = bytes.fromhex("3C3038002A31453E")
VERSION = bytes.fromhex("3C3038004237363E")
AT_REST = bytes(37)


def backplane(reset_s: float = 0.0) -> CanogaBackplane:
    cards = {
        address: CanogaCard(
            reset_s=reset_s, serial_number=b"SERIAL-%05d" % address, version=b"V 1.23    "
        )
        for address in (0, 1)
    }
    return CanogaBackplane(cards)


def test_reply_to_poll_is_the_golden_one():
    line = backplane()
    for count in range(5):
        line.cards[0].detect(1, 100.0 - 10 * (4 - count), 0.350)
    expected = bytes.fromhex("00015E000186A00500") + bytes(27) + b"\x7d"
    assert line.receive(POLL, 101.0) == expected


def test_card_after_reset_is_all_zero():
    line = backplane()
    line.cards[0].detect(1, 5.0, 0.3)
    line.cards[0].reset(10.0)
    assert line.receive(POLL, 20.0) == AT_REST


def test_vehicle_counts_when_it_has_left_the_loop():
    line = backplane()
    line.cards[0].detect(2, 10.0, 0.5)
    assert line.receive(POLL, 10.4) == AT_REST
    assert line.receive(POLL, 10.6)[9:18] == bytes.fromhex("0001F4 00002710 01 00")


def test_count_wraps_after_255():
    line = backplane()
    for second in range(257):
        line.cards[0].detect(4, float(second), 0.1)
    assert line.receive(POLL, 1000.0)[27 + 7] == 1


def test_start_is_counted_from_the_reset():
    line = backplane(reset_s=100.0)
    line.cards[0].detect(1, 99.0, 0.1)  # before the reset: not the card's business
    line.cards[0].detect(1, 103.5, 0.1)
    assert line.receive(POLL, 104.0)[:9] == bytes.fromhex("000064 00000DAC 01 00")


def test_version_and_serial_number_are_framed_with_payload_at_offset_5():
    line = backplane()
    reply = line.receive(VERSION, 0.0)
    assert (len(reply), reply[5:15]) == (18, b"V 1.23    ")
    assert reply[:5] == b"<12\x00B"
    assert reply.endswith(b">")
    serial_request = b"<08\x01a" + b"%02X>" % (ord("<") ^ ord("0") ^ ord("8") ^ 1 ^ ord("a"))
    reply = line.receive(serial_request, 0.0)
    assert (len(reply), reply[5:17]) == (20, b"SERIAL-00001")


def test_requests_of_others_and_damaged_ones_meet_silence():
    line = backplane()
    other = b"<08\x07*" + b"%02X>" % (ord("<") ^ ord("0") ^ ord("8") ^ 7 ^ ord("*"))
    assert line.receive(other, 0.0) == b""
    for place in range(len(POLL)):
        damaged = bytearray(POLL)
        damaged[place] ^= 0x04
        assert line.receive(bytes(damaged), 0.0) == b"", place
        line.quiet(0.0)


def test_request_is_found_after_garbage_and_in_pieces():
    line = backplane()
    answers = [line.receive(bytes((byte,)), 0.0) for byte in b"<<F\xff<zz" + POLL]
    # "<F\xff" and "<zz" cannot begin a request, so the poll behind them is heard.
    assert answers[-1] == AT_REST
    assert not any(answers[:-1])


def test_half_a_request_is_given_up_in_silence():
    line = backplane()
    assert line.receive(b"<F0\x00*", 0.0) == b""
    line.quiet(0.1)
    assert line.receive(POLL, 0.2) == AT_REST


@given(st.lists(st.one_of(st.binary(max_size=300), st.just(POLL), st.just(VERSION)), max_size=8))
def test_any_bytes_get_whole_answers_or_silence(pieces):
    line = backplane()
    for piece in pieces:
        answer = line.receive(piece, 0.0)
        assert not answer or len(answer) % 37 == 0 or answer.count(b">") >= 1
        assert len(line._buffer) < 256
    line.quiet(1.0)
    assert line.receive(POLL, 2.0) == AT_REST
