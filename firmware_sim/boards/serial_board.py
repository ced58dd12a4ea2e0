"""What a pseudo-terminal needs to know of the board behind it."""

from typing import Protocol


class SerialBoard(Protocol):
    """A board on a serial line. Pure: it is handed bytes and the scenario's second."""

    @property
    def quiet_characters(self) -> float:
        """Silence, in characters, after which a request is over or given up."""

    @property
    def push_period_s(self) -> float | None:
        """How often the board may speak unasked; None: it only answers."""

    def receive(self, data: bytes, at_s: float) -> bytes:
        """Bytes from the wire; returns what the board sends at once."""

    def quiet(self, at_s: float) -> bytes:
        """The line has been silent for `quiet_characters`."""

    def push(self, at_s: float) -> bytes:
        """What the board sends unasked now."""
