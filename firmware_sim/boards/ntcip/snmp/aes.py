"""AES-128 in cipher feedback mode (FIPS 197; SP 800-38A, CFB128), as SNMPv3's privacy needs it.

For the bench only: it hides nothing from somebody who measures how long it takes.
"""

import struct
from functools import lru_cache

BLOCK_BYTES = 16
ROUNDS = 10
_POLYNOMIAL = 0x11B

Words = tuple[int, int, int, int]
"""A block as its columns, 32 bits each."""


def _doubled(byte: int) -> int:
    return byte << 1 ^ (_POLYNOMIAL if byte & 0x80 else 0)


def _substitutions() -> bytes:
    """The S-box: walks through the field by its generator 3 and by the inverse of it at once."""
    box = bytearray(256)
    box[0] = 0x63
    power, inverse = 1, 1
    while True:
        power ^= _doubled(power)
        for shift in (1, 2, 4):
            inverse ^= inverse << shift & 0xFF
        inverse ^= 0x09 if inverse & 0x80 else 0
        spread = inverse ^ inverse << 1 ^ inverse << 2 ^ inverse << 3 ^ inverse << 4
        box[power] = (spread ^ spread >> 8) & 0xFF ^ 0x63
        if power == 1:
            return bytes(box)


def _rotated(word: int, bits: int) -> int:
    return word >> bits | word << 32 - bits & 0xFFFFFFFF


_BOX = _substitutions()
_MIXED = tuple(
    tuple(
        _rotated(_doubled(byte) << 24 | byte << 16 | byte << 8 | _doubled(byte) ^ byte, bits)
        for byte in _BOX
    )
    for bits in (0, 8, 16, 24)
)
"""What SubBytes and MixColumns make of a byte in the first to fourth row of a column."""


@lru_cache(maxsize=1024)
def _round_keys(key: bytes) -> tuple[Words, ...]:
    words = list(struct.unpack(">4I", key))
    constant = 1
    while len(words) < 4 * (ROUNDS + 1):
        word = words[-1]
        if len(words) % 4 == 0:
            turned = _rotated(word, 24)
            word = _substituted(turned, turned, turned, turned) ^ constant << 24
            constant = _doubled(constant)
        words.append(word ^ words[-4])
    return tuple((a, b, c, d) for a, b, c, d in zip(*4 * [iter(words)], strict=True))


def _substituted(a: int, b: int, c: int, d: int) -> int:
    """SubBytes of the first byte of `a`, the second of `b`, and so on."""
    return _BOX[a >> 24] << 24 | _BOX[b >> 16 & 255] << 16 | _BOX[c >> 8 & 255] << 8 | _BOX[d & 255]


def encrypted_block(key: bytes, block: bytes) -> bytes:
    """16 bytes from 16 bytes, by a key of 16."""
    first, *middle, last = _round_keys(key)
    rows_0, rows_1, rows_2, rows_3 = _MIXED
    a, b, c, d = (
        word ^ part for word, part in zip(struct.unpack(">4I", block), first, strict=True)
    )
    for e, f, g, h in middle:
        a, b, c, d = (
            e ^ rows_0[a >> 24] ^ rows_1[b >> 16 & 255] ^ rows_2[c >> 8 & 255] ^ rows_3[d & 255],
            f ^ rows_0[b >> 24] ^ rows_1[c >> 16 & 255] ^ rows_2[d >> 8 & 255] ^ rows_3[a & 255],
            g ^ rows_0[c >> 24] ^ rows_1[d >> 16 & 255] ^ rows_2[a >> 8 & 255] ^ rows_3[b & 255],
            h ^ rows_0[d >> 24] ^ rows_1[a >> 16 & 255] ^ rows_2[b >> 8 & 255] ^ rows_3[c & 255],
        )
    return struct.pack(
        ">4I",
        _substituted(a, b, c, d) ^ last[0],
        _substituted(b, c, d, a) ^ last[1],
        _substituted(c, d, a, b) ^ last[2],
        _substituted(d, a, b, c) ^ last[3],
    )


def _xor(text: bytes, stream: bytes) -> bytes:
    """As long as the text, which is not longer than the stream."""
    length = len(text)
    mixed = int.from_bytes(text, "big") ^ int.from_bytes(stream[:length], "big")
    return mixed.to_bytes(length, "big")


def encrypt_cfb(key: bytes, initial: bytes, text: bytes) -> bytes:
    """`key` and `initial` have 16 bytes; the result is as long as the text."""
    blocks, feedback = [], initial
    for at in range(0, len(text), BLOCK_BYTES):
        feedback = _xor(text[at : at + BLOCK_BYTES], encrypted_block(key, feedback))
        blocks.append(feedback)
    return b"".join(blocks)


def decrypt_cfb(key: bytes, initial: bytes, cipher: bytes) -> bytes:
    blocks, feedback = [], initial
    for at in range(0, len(cipher), BLOCK_BYTES):
        block = cipher[at : at + BLOCK_BYTES]
        blocks.append(_xor(block, encrypted_block(key, feedback)))
        feedback = block
    return b"".join(blocks)
