"""One Modbus RTU transaction on an open port.

A library's master would do for TCP; on a serial line pymodbus takes a late reply for the answer to
the next request and leaves no silence between frames.
"""

import asyncio

from edge.faults import AnswerError
from edge.lines.port import SerialPort
from edge.modbus.codec import (
    EXCEPTION_LENGTH,
    decode_read_reply,
    is_exception,
    read_reply_length,
    read_request,
)

_TURNAROUND_S = 0.25
_SILENCE_CHARACTERS = 3.5
_SILENCE_S_MIN = 0.00175
"""Above 19 200 baud the silence between frames is fixed (Modbus over serial line V1.02, 2.5.1)."""


async def read_registers(
    port: SerialPort, unit: int, function: int, register: int, count: int
) -> bytes:
    """`2 * count` bytes; raises `AnswerError`."""
    request = read_request(unit, function, register, count)
    reply = await _transact(port, request, read_reply_length(count))
    return decode_read_reply(request, reply)


async def _transact(port: SerialPort, request: bytes, reply_length: int) -> bytes:
    await asyncio.sleep(max(_SILENCE_CHARACTERS * port.character_s, _SILENCE_S_MIN))
    port.discard()
    port.write(request)
    timeout_s = _TURNAROUND_S + (len(request) + reply_length) * port.character_s
    reply = await port.read(EXCEPTION_LENGTH, timeout_s)
    if not reply:
        raise AnswerError("silent", f"{_TURNAROUND_S} s")
    if len(reply) == EXCEPTION_LENGTH and not is_exception(reply):
        reply += await port.read(reply_length - EXCEPTION_LENGTH, timeout_s)
    return reply + port.discard()
