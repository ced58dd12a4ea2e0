"""What faults do to bytes on their way. Pure: the dice are handed in."""

import random
from collections.abc import Iterator

DATA_BITS = 8
BIT = 1
RESTING = 1


def flip_bits(data: bytes, count: int, dice: random.Random) -> bytes:
    """As many different bits inverted, or all there are."""
    flipped = bytearray(data)
    bits = len(data) * DATA_BITS
    for bit in dice.sample(range(bits), min(count, bits)):
        flipped[bit // DATA_BITS] ^= BIT << bit % DATA_BITS
    return bytes(flipped)


def truncate(data: bytes, dice: random.Random) -> bytes:
    """At least one byte is missing at the end, and at least one is left of two or more."""
    return data[: dice.randrange(min(1, len(data) - 1), len(data))] if data else data


def collide(data: bytes, dice: random.Random) -> bytes:
    """Two senders at once, the other a little later: a bit is 0 where either pulls the line low.

    The other says much the same with other values, as a second device on the same address would.
    """
    other = flip_bits(data, max(1, len(data)), dice)
    late = dice.randrange(1, 4)
    both = bytes(byte & other[at - late] if at >= late else byte for at, byte in enumerate(data))
    return both + other[max(0, len(data) - late) :]


def misread(data: bytes) -> bytes:
    """What a UART reads that samples at twice the sender's rate: real bits, wrong bytes.

    A character is a start bit 0, eight data bits, lowest first, and a stop bit 1; between
    characters the line rests at 1.
    """
    samples = [bit for byte in data for bit in _character(byte) for _ in range(2)]
    end = len(samples)
    samples += [RESTING] * DATA_BITS  # a character that began with the last bits ends in the rest
    read = bytearray()
    at = 0
    while at < end:
        if samples[at]:
            at += 1
            continue
        bits = samples[at + 1 : at + 1 + DATA_BITS]
        read.append(sum(bit << place for place, bit in enumerate(bits)))
        at += 2 + DATA_BITS
    return bytes(read)


def _character(byte: int) -> Iterator[int]:
    yield 0
    for place in range(DATA_BITS):
        yield byte >> place & BIT
    yield 1
