"""What every simulated board is: bytes in, bytes out, and what it has to say of itself."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

Sense = Callable[[str, float], float]
"""What the world is like where the board stands: `sense("pm25_ugm3", at_s)`.

Names are the quantity and its unit; `at_s` is the scenario's second. A board asks only for the
names in its `measures`.
"""

Shown = Mapping[str, float | int | str]
"""What a board would say now, by name with the unit last."""


@dataclass(frozen=True, slots=True)
class Part:
    """Bytes `start` to `end` (exclusive) of a frame, what they are, and what they say."""

    start: int
    end: int
    name: str
    text: str


class Board(ABC):
    """A device on a serial line. Pure: it is handed bytes and the scenario's second.

    The seconds it is handed never go back. What a subclass does not say is true of a board that
    only answers, keeps nothing through a power failure, and measures nothing.
    """

    protocol: ClassVar[str] = ""
    """All boards on one line speak the same."""
    quiet_characters: ClassVar[float] = 20.0
    """Silence, in characters, after which a request is over or given up."""
    measures: tuple[str, ...] = ()
    """The names it asks its `Sense` for."""

    @property
    def push_period_s(self) -> float | None:
        """How often the board may speak unasked; None: it only answers."""
        return None

    @abstractmethod
    def receive(self, data: bytes, at_s: float) -> bytes:
        """Bytes from the wire, any number of any kind; returns what the board sends at once."""

    def quiet(self, at_s: float) -> bytes:
        """The line has been silent for `quiet_characters`; returns what the board sends."""
        return b""

    def push(self, at_s: float) -> bytes:
        """What the board sends unasked now."""
        return b""

    def tick(self, at_s: float) -> None:
        """About once a second, and before each of the calls above: what goes on unasked."""

    def power_up(self, at_s: float) -> None:
        """Power came back after it failed: forget what a power failure forgets."""

    def keep(self) -> dict[str, Any]:
        """What outlives a power failure, as plain data for JSON."""
        return {}

    def restore(self, kept: dict[str, Any]) -> None:
        """Puts back what `keep` gave, if anything; before anything else is called."""

    @abstractmethod
    def shows(self, at_s: float) -> Shown:
        """What it would say now, decoded: a display's content, or its registers' meaning."""

    @abstractmethod
    def explain(self, frame: bytes, request: bytes | None) -> list[Part]:
        """The meaning of a frame's bytes, in order. Any bytes may come: those that make no sense
        are said to make none.

        `request` is None for what was sent to the board; else `frame` is what it sent, in answer
        to `request` (empty: unasked).
        """

    @abstractmethod
    def with_wrong_checksum(self, frame: bytes) -> bytes:
        """One of its own frames, right but for the checksum."""
