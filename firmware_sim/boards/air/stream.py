"""Requests of a fixed length, cut out of whatever bytes come."""

from collections.abc import Callable


class FixedRequests:
    """Finds requests that begin with a two-byte head; holds back less than one request."""

    def __init__(self, head: bytes, length: int, is_right: Callable[[bytes], bool]) -> None:
        """`is_right` judges `length` bytes that begin with the head: checksum, tail."""
        self._head = head
        self._length = length
        self._is_right = is_right
        self._buffer = bytearray()

    def cut(self, data: bytes) -> list[bytes]:
        self._buffer += data
        requests: list[bytes] = []
        while (start := self._buffer.find(self._head)) >= 0:
            del self._buffer[:start]
            if len(self._buffer) < self._length:
                return requests
            request = bytes(self._buffer[: self._length])
            if self._is_right(request):
                requests.append(request)
                del self._buffer[: self._length]
            else:
                del self._buffer[0]
        # The first byte of a head may be waiting for its second.
        is_waiting = self._buffer.endswith(self._head[:1])
        self._buffer[:] = self._head[:1] if is_waiting else b""
        return requests

    def clear(self) -> None:
        self._buffer.clear()
