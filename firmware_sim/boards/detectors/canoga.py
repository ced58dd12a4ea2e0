"""A Canoga loop card: four inductive loops on a backplane whose line it shares with other cards.

The card remembers, per input, the last vehicle that left it and how many have (modulo 256). The
meaning of the state byte's bits is not documented publicly: it stays 0.
"""

from dataclasses import dataclass
from typing import ClassVar

from firmware_sim.boards.board import Board, Part, Shown
from firmware_sim.boards.detectors import canoga_frame
from firmware_sim.boards.detectors.canoga_frame import (
    DETECT,
    INPUTS,
    SERIAL_NUMBER,
    VERSION,
    Frame,
    checksum,
)
from firmware_sim.boards.detectors.detection import Head

BACKPLANE_ADDRESSES = range(16)
EEPROM_ADDRESSES = range(128, 256)
DURATION_MAX_MS = 0xFFFFFF
START_WRAPS_MS = 1 << 32
COUNT_WRAPS = 256


@dataclass(slots=True)
class Input:
    duration_ms: int = 0
    """Of the last vehicle, as are the others."""
    start_ms: int = 0
    """From the card's reset to the onset."""
    count: int = 0
    onset_s: float | None = None
    """Of the vehicle that stands on the loop now."""

    def record(self) -> bytes:
        return (
            self.duration_ms.to_bytes(3, "big")
            + self.start_ms.to_bytes(4, "big")
            + bytes((self.count, 0))
        )


class CanogaCard(Board):
    protocol: ClassVar[str] = "canoga"
    heads: list[Head]
    """They hand over what they felt before anything else is done."""

    def __init__(self, address: int, *, serial_number: bytes, version: bytes) -> None:
        """The serial number has 12 ASCII characters, the version 10."""
        if address not in BACKPLANE_ADDRESSES and address not in EEPROM_ADDRESSES:
            raise ValueError(f"no address of a Canoga card: {address}")
        self.address = address
        self._constants = {
            SERIAL_NUMBER: Frame(address, SERIAL_NUMBER, serial_number).to_bytes(),
            VERSION: Frame(address, VERSION, version).to_bytes(),
        }
        self.heads = []
        self._buffer = bytearray()
        self._reset_s = 0.0
        self._inputs = [Input() for _ in range(INPUTS)]

    def power_up(self, at_s: float) -> None:
        """All zero. A vehicle that stands on a loop now is taken for the empty loop."""
        self._reset_s = at_s
        self._inputs = [Input() for _ in range(INPUTS)]
        self._buffer.clear()

    def loop(self, number: int, is_on: bool, time_s: float) -> None:
        """Loop `number` (1 to 4) begins to feel metal, or no longer does; in order of time."""
        place = self._inputs[number - 1]
        if is_on and time_s >= self._reset_s:
            place.onset_s = time_s
        elif not is_on and place.onset_s is not None:
            place.duration_ms = min(DURATION_MAX_MS, round((time_s - place.onset_s) * 1000))
            place.start_ms = round((place.onset_s - self._reset_s) * 1000) % START_WRAPS_MS
            place.count = (place.count + 1) % COUNT_WRAPS
            place.onset_s = None

    def tick(self, at_s: float) -> None:
        for head in self.heads:
            head.advance(at_s)

    def receive(self, data: bytes, at_s: float) -> bytes:
        self._buffer += data
        answers = b""
        while (request := canoga_frame.cut(self._buffer)) is not None:
            if request.address == self.address and not request.data:
                is_poll = request.type == DETECT
                answers += self._detection() if is_poll else self._constants.get(request.type, b"")
        return answers

    def quiet(self, at_s: float) -> bytes:
        self._buffer.clear()
        return b""

    def shows(self, at_s: float) -> Shown:
        shown: dict[str, float | int | str] = {}
        for number, place in enumerate(self._inputs, 1):
            shown[f"input_{number}_count"] = place.count
            shown[f"input_{number}_duration_ms"] = place.duration_ms
        return shown

    def explain(self, frame: bytes, request: bytes | None) -> list[Part]:
        asked = canoga_frame.cut(bytearray(request or b""))
        is_detection = frame[:1] != b"<" if asked is None else asked.type == DETECT
        is_detection &= request is not None
        return canoga_frame.explain(frame, is_detection=is_detection)

    def with_wrong_checksum(self, frame: bytes) -> bytes:
        return canoga_frame.with_wrong_checksum(frame)

    def _detection(self) -> bytes:
        data = b"".join(place.record() for place in self._inputs)
        return data + bytes((checksum(data),))
