"""Loop detector cards of the Canoga family that share one serial backplane.

Request: `<`, total length (2 ASCII hex), address (raw byte), type, data, checksum (2 ASCII hex),
`>`. The checksum is the XOR of everything before it. A poll (`*`) is answered by 37 bytes without
any framing; serial number (`a`) and version (`B`) are framed like the request.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import reduce
from operator import xor

INPUTS = 4
START, END = ord("<"), ord(">")
LENGTH_MIN = 8
ADDRESS_AT, TYPE_AT, DATA_AT = 3, 4, 5


def checksum(data: bytes) -> int:
    return reduce(xor, data, 0)


def framed(address: int, kind: bytes, payload: bytes) -> bytes:
    length = LENGTH_MIN + len(payload)
    body = b"<%02X%c%b%b" % (length, address, kind, payload)
    return body + b"%02X>" % checksum(body)


@dataclass(slots=True)
class _Input:
    duration_ms: int = 0
    start_ms: int = 0
    count: int = 0
    ahead: deque[tuple[float, float]] = field(default_factory=deque)
    """Onset and offset, in scenario s, of vehicles that have not left the loop yet."""

    def settle(self, at_s: float, reset_s: float) -> None:
        while self.ahead and self.ahead[0][1] <= at_s:
            onset_s, offset_s = self.ahead.popleft()
            self.duration_ms = min(0xFFFFFF, round((offset_s - onset_s) * 1000))
            self.start_ms = round((onset_s - reset_s) * 1000) & 0xFFFFFFFF
            self.count = (self.count + 1) & 0xFF

    def record(self) -> bytes:
        # The state byte's bits are not documented; a card at rest has been seen to send 0.
        return (
            self.duration_ms.to_bytes(3, "big")
            + self.start_ms.to_bytes(4, "big")
            + bytes((self.count, 0))
        )


class CanogaCard:
    """Keeps, per input, the last vehicle that left it and how many have (modulo 256)."""

    def __init__(self, *, reset_s: float, serial_number: bytes, version: bytes) -> None:
        """The serial number has 12 ASCII characters, the version 10."""
        self.serial_number = serial_number
        self.version = version
        self.reset(reset_s)

    def reset(self, at_s: float) -> None:
        self._reset_s = at_s
        self._inputs = [_Input() for _ in range(INPUTS)]

    def detect(self, number: int, onset_s: float, duration_s: float) -> None:
        """A vehicle is over loop `number` (1 to 4); told in the order of arrival."""
        if onset_s >= self._reset_s:
            loop = self._inputs[number - 1]
            loop.settle(onset_s, self._reset_s)
            loop.ahead.append((onset_s, onset_s + duration_s))

    def poll(self, at_s: float) -> bytes:
        for loop in self._inputs:
            loop.settle(at_s, self._reset_s)
        data = b"".join(loop.record() for loop in self._inputs)
        return data + bytes((checksum(data),))


class CanogaBackplane:
    """Cards by address on one line; whatever is not a request to one of them meets silence."""

    quiet_characters = 20.0
    push_period_s = None

    def __init__(self, cards: Mapping[int, CanogaCard]) -> None:
        self.cards = cards
        self._buffer = bytearray()

    def receive(self, data: bytes, at_s: float) -> bytes:
        self._buffer += data
        answers = b""
        while (request := self._next_request()) is not None:
            answers += self._answer(request, at_s)
        return answers

    def quiet(self, at_s: float) -> bytes:
        self._buffer.clear()
        return b""

    def push(self, at_s: float) -> bytes:
        return b""

    def _next_request(self) -> bytes | None:
        """Cuts the next whole request out of the buffer, stepping over what cannot be one."""
        while (start := self._buffer.find(START)) >= 0:
            del self._buffer[:start]
            if len(self._buffer) < ADDRESS_AT:
                return None
            length = _hexadecimal(bytes(self._buffer[1:ADDRESS_AT]))
            if length is not None and length >= LENGTH_MIN:
                if len(self._buffer) < length:
                    return None
                request = bytes(self._buffer[:length])
                if request[-1] == END and _hexadecimal(request[-3:-1]) == checksum(request[:-3]):
                    del self._buffer[:length]
                    return request
            del self._buffer[0]
        self._buffer.clear()
        return None

    def _answer(self, request: bytes, at_s: float) -> bytes:
        address, kind = request[ADDRESS_AT], request[TYPE_AT:DATA_AT]
        card = self.cards.get(address)
        if card is None:
            return b""
        if kind == b"*":
            return card.poll(at_s)
        if kind == b"a":
            return framed(address, kind, card.serial_number)
        if kind == b"B":
            return framed(address, kind, card.version)
        return b""


def _hexadecimal(digits: bytes) -> int | None:
    """Two upper-case or lower-case ASCII hex digits, or None."""
    try:
        return bytes.fromhex(digits.decode("ascii"))[0] if not digits.isspace() else None
    except (UnicodeDecodeError, ValueError, IndexError):
        return None
