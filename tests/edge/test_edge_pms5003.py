"""The particle sensor's stream: golden frame, cut, damaged, mixed with acknowledgements."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.faults import AnswerError
from edge.pms5003.codec import Particulate, StreamParser

GOLDEN = bytes.fromhex(
    "424d001c 0000 0008 0008 0000 0008 0008 00d2 0046 002d 001e 0000 0000 9700 02c5"
)
READING = Particulate(0, 8, 8)
SLEEP_ACK = bytes.fromhex("424d0004 e400 0177")


def with_checksum(frame):
    return frame[:-2] + sum(frame[:-2]).to_bytes(2, "big")


def reasons(found):
    return [f.reason if isinstance(f, AnswerError) else f for f in found]


def test_golden_frame():
    assert StreamParser().feed(GOLDEN) == [READING]


def test_byte_by_byte():
    parser = StreamParser()
    found = [f for byte in GOLDEN * 2 for f in parser.feed(bytes([byte]))]
    assert found == [READING, READING]


@pytest.mark.parametrize(
    ("stream", "expected"),
    [
        (SLEEP_ACK + GOLDEN, [READING]),
        (GOLDEN[5:] + GOLDEN, ["length", READING]),
        (b"\x42\x4d\x42" + GOLDEN, ["length", READING]),
        (GOLDEN[:-1] + b"\xc6" + GOLDEN, ["checksum", "length", READING]),
        (GOLDEN[:20] + GOLDEN + GOLDEN, ["checksum", "length", READING, READING]),
        (with_checksum(GOLDEN[:29] + b"\x01" + GOLDEN[30:]) + GOLDEN, ["content", READING]),
        (with_checksum(GOLDEN[:12] + b"\x03\xe9" + GOLDEN[14:]), ["content"]),
    ],
    ids=["ack", "tail", "false start", "checksum", "cut", "error byte", "1001 µg/m³"],
)
def test_streams(stream, expected):
    assert reasons(StreamParser().feed(stream)) == expected


@given(st.lists(st.binary(max_size=50), max_size=20))
def test_any_bytes_then_good_frames(chunks):
    parser = StreamParser()
    for chunk in chunks:
        parser.feed(chunk)
    # At most one frame is lost to what came before it.
    assert READING in parser.feed(GOLDEN * 3)


@given(st.lists(st.integers(1, 40), min_size=1), st.integers(1, 5))
def test_cuts_do_not_matter(cuts, count):
    stream, parser, found = GOLDEN * count, StreamParser(), []
    while stream:
        size = cuts[len(stream) % len(cuts)]
        found += parser.feed(stream[:size])
        stream = stream[size:]
    assert found == [READING] * count
