"""The Basic Encoding Rules as far as SNMP uses them (X.690; RFC 3417, section 8).

A `Reader` walks over part of a buffer and never looks outside of it; offsets are the buffer's own.
"""

from dataclasses import dataclass

from firmware_sim.boards.ntcip.objects import IpAddress, Oid, TimeTicks, Value

INTEGER, OCTET_STRING, NULL, OBJECT_IDENTIFIER, SEQUENCE = 0x02, 0x04, 0x05, 0x06, 0x30
IP_ADDRESS, COUNTER, GAUGE, TIME_TICKS, OPAQUE, COUNTER_64 = 0x40, 0x41, 0x42, 0x43, 0x44, 0x46
LONG_FORM = 0x80
LENGTH_BYTES_MAX = 4
INTEGER_BYTES_MAX = 4
"""Of Integer32, the only number that a request brings."""
SUBIDENTIFIER_MAX = 2**32 - 1
SUBIDENTIFIERS_MAX = 128


class BerError(Exception):
    """The bytes at `position` are not what BER, or SNMP, has there."""

    def __init__(self, position: int, expected: str) -> None:
        super().__init__(f"at {position}: expected {expected}")
        self.position = position


@dataclass(frozen=True, slots=True)
class Element:
    """One tag with its length and content: bytes `start` to `end`, content from `content`."""

    tag: int
    start: int
    content: int
    end: int


class Reader:
    def __init__(self, data: bytes, start: int = 0, end: int | None = None) -> None:
        self.data = data
        self.at = start
        self.end = len(data) if end is None else end

    @property
    def is_over(self) -> bool:
        return self.at >= self.end

    def head(self) -> tuple[int, int, int]:
        """Tag, offset of the content, and the length that is told; does not step."""
        data, start = self.data, self.at
        if start + 2 > self.end:
            raise BerError(start, "an element")
        length, content = data[start + 1], start + 2
        if length >= LONG_FORM:
            count = length - LONG_FORM
            if not 1 <= count <= LENGTH_BYTES_MAX or content + count > self.end:
                raise BerError(start + 1, "a length")
            length = int.from_bytes(data[content : content + count], "big")
            content += count
        return data[start], content, length

    def element(self, tag: int | None = None) -> Element:
        """The next element, of this tag if one is given; steps behind it."""
        start = self.at
        found, content, length = self.head()
        if content + length > self.end:
            raise BerError(start + 1, f"a length of at most {self.end - content}")
        if tag is not None and found != tag:
            raise BerError(start, f"tag {tag:#04x}")
        self.at = content + length
        return Element(found, start, content, self.at)

    def inside(self, element: Element) -> "Reader":
        return Reader(self.data, element.content, element.end)

    def sequence(self) -> "Reader":
        return self.inside(self.element(SEQUENCE))

    def integer(self) -> int:
        element = self.element(INTEGER)
        return integer_of(self.data[element.content : element.end], element.content)

    def octets(self) -> bytes:
        element = self.element(OCTET_STRING)
        return self.data[element.content : element.end]

    def oid(self) -> Oid:
        element = self.element(OBJECT_IDENTIFIER)
        return oid_of(self.data[element.content : element.end], element.content)

    def finish(self) -> None:
        """Nothing may follow."""
        if not self.is_over:
            raise BerError(self.at, "the end")


def integer_of(content: bytes, position: int = 0) -> int:
    if not 1 <= len(content) <= INTEGER_BYTES_MAX:
        raise BerError(position, f"1 to {INTEGER_BYTES_MAX} bytes of a number")
    return int.from_bytes(content, "big", signed=True)


def oid_of(content: bytes, position: int = 0) -> Oid:
    numbers, number = [], 0
    for byte in content:
        if number == 0 and byte == LONG_FORM:
            raise BerError(position, "a subidentifier without leading zeros")
        number = number << 7 | byte & 0x7F
        if number > SUBIDENTIFIER_MAX:
            raise BerError(position, "a subidentifier below 2^32")
        if byte < LONG_FORM:
            numbers.append(number)
            number = 0
    if not numbers or content[-1] >= LONG_FORM or len(numbers) >= SUBIDENTIFIERS_MAX:
        raise BerError(position, "an object identifier")
    first = min(numbers[0] // 40, 2)
    return (first, numbers[0] - 40 * first, *numbers[1:])


def encoded(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    length = len(content)
    if length < LONG_FORM:
        return bytes((tag, length)) + content
    count = (length.bit_length() + 7) // 8
    return bytes((tag, LONG_FORM | count)) + length.to_bytes(count, "big") + content


def encoded_integer(number: int, tag: int = INTEGER) -> bytes:
    size = number.bit_length() // 8 + 1 if number >= 0 else (number + 1).bit_length() // 8 + 1
    return encoded(tag, number.to_bytes(size, "big", signed=True))


def encoded_octets(content: bytes) -> bytes:
    return encoded(OCTET_STRING, content)


def encoded_oid(oid: Oid) -> bytes:
    first, second, *rest = oid
    return encoded(OBJECT_IDENTIFIER, *map(_subidentifier, (40 * first + second, *rest)))


def encoded_value(value: Value) -> bytes:
    if isinstance(value, TimeTicks):
        return encoded_integer(value, TIME_TICKS)
    if isinstance(value, int):
        return encoded_integer(value)
    if isinstance(value, tuple):
        return encoded_oid(value)
    return encoded(IP_ADDRESS if isinstance(value, IpAddress) else OCTET_STRING, value)


def _subidentifier(number: int) -> bytes:
    groups = [number & 0x7F]
    while number := number >> 7:
        groups.append(LONG_FORM | number & 0x7F)
    return bytes(reversed(groups))
