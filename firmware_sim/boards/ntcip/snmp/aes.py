"""AES-128 in cipher feedback mode (FIPS 197; SP 800-38A, CFB128), as SNMPv3's privacy needs it.

For the bench only: it takes its time and hides nothing from somebody who measures it.
"""

from functools import lru_cache

BLOCK = 16
ROUNDS = 10
_POLYNOMIAL = 0x11B


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


_BOX = _substitutions()
_TWICE = bytes(_doubled(byte) for byte in range(256))
_SHIFTED_ROWS = tuple(5 * place % BLOCK for place in range(BLOCK))


@lru_cache(maxsize=1024)
def _round_keys(key: bytes) -> tuple[bytes, ...]:
    words = [key[at : at + 4] for at in range(0, BLOCK, 4)]
    constant = 1
    while len(words) < 4 * (ROUNDS + 1):
        word = words[-1]
        if len(words) % 4 == 0:
            word = bytes(_BOX[byte] for byte in word[1:] + word[:1])
            word = bytes((word[0] ^ constant, *word[1:]))
            constant = _TWICE[constant]
        words.append(_xor(word, words[-4]))
    return tuple(b"".join(words[at : at + 4]) for at in range(0, len(words), 4))


def encrypted_block(key: bytes, block: bytes) -> bytes:
    keys = _round_keys(key)
    state = _xor(block, keys[0])
    for number in range(1, ROUNDS + 1):
        state = bytes(_BOX[state[place]] for place in _SHIFTED_ROWS)
        if number < ROUNDS:
            state = _mixed(state)
        state = _xor(state, keys[number])
    return state


def _mixed(state: bytes) -> bytes:
    mixed = bytearray()
    for at in range(0, BLOCK, 4):
        a, b, c, d = state[at : at + 4]
        every = a ^ b ^ c ^ d
        mixed += bytes(
            (
                a ^ every ^ _TWICE[a ^ b],
                b ^ every ^ _TWICE[b ^ c],
                c ^ every ^ _TWICE[c ^ d],
                d ^ every ^ _TWICE[d ^ a],
            )
        )
    return bytes(mixed)


def _xor(one: bytes, other: bytes) -> bytes:
    """As long as the shorter one."""
    return bytes(a ^ b for a, b in zip(one, other, strict=False))


def encrypt_cfb(key: bytes, initial: bytes, text: bytes) -> bytes:
    """`key` and `initial` have 16 bytes; the result is as long as the text."""
    cipher, feedback = b"", initial
    for at in range(0, len(text), BLOCK):
        feedback = _xor(text[at : at + BLOCK], encrypted_block(key, feedback))
        cipher += feedback
    return cipher


def decrypt_cfb(key: bytes, initial: bytes, cipher: bytes) -> bytes:
    text, feedback = b"", initial
    for at in range(0, len(cipher), BLOCK):
        block = cipher[at : at + BLOCK]
        text += _xor(block, encrypted_block(key, feedback))
        feedback = block
    return text
