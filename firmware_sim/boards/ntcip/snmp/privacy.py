"""AES-128 in cipher feedback mode, as SNMPv3's privacy has it (RFC 3826; SP 800-38A, CFB128)."""

from cryptography.hazmat.decrepit.ciphers.modes import CFB
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES


def encrypt_cfb(key: bytes, initial: bytes, text: bytes) -> bytes:
    """`key` and `initial` have 16 bytes; the result is as long as the text."""
    context = Cipher(AES(key), CFB(initial)).encryptor()
    return context.update(text) + context.finalize()


def decrypt_cfb(key: bytes, initial: bytes, cipher: bytes) -> bytes:
    context = Cipher(AES(key), CFB(initial)).decryptor()
    return context.update(cipher) + context.finalize()
