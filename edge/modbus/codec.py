"""Modbus RTU frames (Modbus over serial line V1.02). No I/O.

Frame: unit, function, data, CRC-16 (polynomial 0xA001 reflected, initial 0xFFFF, low byte first).
"""

from collections.abc import Sequence

from edge.faults import AnswerError, Reason

READ_HOLDING = 3
READ_INPUT = 4
WRITE_ONE = 6
WRITE_MANY = 16
REGISTERS_MAX = 125
EXCEPTION_LENGTH = 5
WRITE_REPLY_LENGTH = 8
_EXCEPTION_BIT = 0x80
_GATEWAY_TARGET_SILENT = 11
_EXCEPTIONS = {
    1: "illegal function",
    2: "illegal data address",
    3: "illegal data value",
    4: "device failure",
    6: "device busy",
    10: "gateway path unavailable",
    _GATEWAY_TARGET_SILENT: "gateway target did not answer",
}


def _crc_table() -> tuple[int, ...]:
    table = []
    for byte in range(256):
        crc = byte
        for _ in range(8):
            crc = crc >> 1 ^ (0xA001 if crc & 1 else 0)
        table.append(crc)
    return tuple(table)


_TABLE = _crc_table()


def crc16(data: bytes) -> bytes:
    """The two CRC bytes as they follow `data` on the wire."""
    crc = 0xFFFF
    for byte in data:
        crc = crc >> 8 ^ _TABLE[(crc ^ byte) & 0xFF]
    return crc.to_bytes(2, "little")


def _frame(unit: int, function: int, data: bytes) -> bytes:
    body = bytes((unit, function)) + data
    return body + crc16(body)


def read_request(unit: int, function: int, register: int, count: int) -> bytes:
    """Functions 3 and 4: `count` registers from `register` on."""
    return _frame(unit, function, register.to_bytes(2, "big") + count.to_bytes(2, "big"))


def write_one_request(unit: int, register: int, value: int) -> bytes:
    """Function 6."""
    return _frame(unit, WRITE_ONE, register.to_bytes(2, "big") + value.to_bytes(2, "big"))


def write_many_request(unit: int, register: int, values: Sequence[int]) -> bytes:
    """Function 16."""
    words = b"".join(value.to_bytes(2, "big") for value in values)
    head = register.to_bytes(2, "big") + len(values).to_bytes(2, "big") + bytes((len(words),))
    return _frame(unit, WRITE_MANY, head + words)


def read_reply_length(count: int) -> int:
    """Bytes of a good reply to a read of `count` registers."""
    return 5 + 2 * count


def is_exception(head: bytes) -> bool:
    """Whether a reply that begins so is an exception (and `EXCEPTION_LENGTH` long)."""
    return len(head) > 1 and bool(head[1] & _EXCEPTION_BIT)


def exception_fault(code: int) -> AnswerError:
    """What an exception says. A gateway's word that the unit is silent counts as silence."""
    reason: Reason = "silent" if code == _GATEWAY_TARGET_SILENT else "refused"
    return AnswerError(reason, f"Modbus exception {code} ({_EXCEPTIONS.get(code, 'unknown')})")


def decode_read_reply(request: bytes, reply: bytes) -> bytes:
    """The registers' bytes; raises `AnswerError`."""
    _check(request, reply)
    count = int.from_bytes(request[4:6], "big")
    if len(reply) != read_reply_length(count) or reply[2] != 2 * count:
        raise AnswerError("length", f"expected {2 * count} data bytes: {reply.hex()}")
    return reply[3:-2]


def check_write_reply(request: bytes, reply: bytes) -> None:
    """A write's reply repeats the address and the value (or count); raises `AnswerError`."""
    _check(request, reply)
    if len(reply) != WRITE_REPLY_LENGTH:
        raise AnswerError("length", f"expected {WRITE_REPLY_LENGTH} bytes: {reply.hex()}")
    if reply[:6] != request[:6]:
        raise AnswerError("content", f"reply to another request: {reply.hex()}")


def _check(request: bytes, reply: bytes) -> None:
    if len(reply) < EXCEPTION_LENGTH:
        raise AnswerError("length", f"only {len(reply)} bytes: {reply.hex()}")
    expected = crc16(reply[:-2])
    if reply[-2:] != expected:
        detail = f"CRC {reply[-2:].hex()}, expected {expected.hex()}: {reply.hex()}"
        raise AnswerError("checksum", detail)
    if reply[0] != request[0] or reply[1] & ~_EXCEPTION_BIT != request[1]:
        raise AnswerError("content", f"reply of another unit or function: {reply.hex()}")
    if is_exception(reply):
        raise exception_fault(reply[2])
