"""What passed on a line, kept for whoever wants to look: the last frames, each with its request."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

KEPT = 40
FRAME_MAX = 2048
"""A sender without any silence would else make one endless frame."""


@dataclass(frozen=True, slots=True)
class Frame:
    number: int
    """Grows by one a frame, from 1."""
    at_s: float
    device: str
    """Who sent it; empty: nobody (a request, or noise)."""
    data: bytes
    request: bytes | None
    """For a device's frame what it answers, empty if nothing; None for what it was asked."""
    faults: tuple[str, ...] = ()
    """Names of the faults that struck it."""


class FrameLog:
    def __init__(self) -> None:
        self.frames: deque[Frame] = deque(maxlen=KEPT)
        self.heard_count = 0
        """Frames that came to the line."""
        self.sent_count = 0
        """Frames that devices sent."""
        self._hearing = bytearray()
        self._asked = b""
        self._struck: dict[str, None] = {}

    def hear(self, data: bytes, faults: Iterable[str] = ()) -> None:
        """Bytes of a request that may not be whole yet."""
        self._hearing += data[: FRAME_MAX - len(self._hearing)]
        self._struck |= dict.fromkeys(faults)

    def end_request(self, at_s: float) -> None:
        """What was heard so far is a request: it was answered, or the line fell silent."""
        if self._hearing:
            self._asked = bytes(self._hearing)
            self._hearing.clear()
            self.heard_count += 1
            self._add(at_s, "", self._asked, None, tuple(self._struck))
            self._struck.clear()

    def send(self, at_s: float, device: str, data: bytes, faults: tuple[str, ...]) -> None:
        """A device's answer."""
        self.end_request(at_s)
        self.sent_count += 1
        self._add(at_s, device, data, self._asked, faults)

    def push(self, at_s: float, device: str, data: bytes, faults: tuple[str, ...]) -> None:
        """What a device says unasked."""
        self.sent_count += 1
        self._add(at_s, device, data, b"", faults)

    def _add(
        self, at_s: float, device: str, data: bytes, request: bytes | None, faults: tuple[str, ...]
    ) -> None:
        number = self.heard_count + self.sent_count
        self.frames.append(Frame(number, at_s, device, data, request, faults))
