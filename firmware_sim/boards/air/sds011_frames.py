"""Frames of the Nova SDS011: 19 bytes to it, 10 from it.

Source: Nova Fitness, "Laser Dust Sensor Control Protocol V1.3" (2015).
"""

HEAD, TAIL = 0xAA, 0xAB
REQUEST, READING, REPLY = 0xB4, 0xC0, 0xC5
REQUEST_LENGTH, ANSWER_LENGTH = 19, 10
MODE, QUERY, DEVICE_ID, SLEEP, FIRMWARE, PERIOD = 0x02, 0x04, 0x05, 0x06, 0x07, 0x08
ANY_ID = 0xFFFF


def check(message: bytes) -> int:
    """Of a whole message: the sum of its data bytes, to 8 bits."""
    return sum(message[2:-2]) & 0xFF


def is_right(request: bytes) -> bool:
    return request[-1] == TAIL and request[-2] == check(request)


def answer(kind: int, data: bytes) -> bytes:
    """`data`: six bytes, the last two the sensor's id."""
    return bytes((HEAD, kind, *data, sum(data) & 0xFF, TAIL))
