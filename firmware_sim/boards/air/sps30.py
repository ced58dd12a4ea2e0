"""Sensirion SPS30 particle sensor on its serial interface: SHDLC at 115200 8N1.

Source: Sensirion, "Datasheet SPS30", version 1.0 of March 2020, chapters 4 and 5.
"""

import enum
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from firmware_sim.boards.air import shdlc
from firmware_sim.boards.air.fan import settled_share
from firmware_sim.boards.air.sps30_explaining import explain
from firmware_sim.boards.air.sps30_values import FLOATS, INTEGERS, Values, values_of
from firmware_sim.boards.board import Board, Part, Sense, Shown

OK, WRONG_LENGTH, UNKNOWN_COMMAND, ILLEGAL_PARAMETER, NOT_ALLOWED = 0x00, 0x01, 0x02, 0x04, 0x43
WAKE = 0x11
SAMPLE_S = 1.0
SETTLE_S = 8.0
"""Start-up time for 200 to 3000 particles/cm³."""
CLEANING_S = 10.0
"""Measured values are not updated meanwhile."""
CLEANING_INTERVAL_S = 604_800
"""Between two automatic cleanings, unless set otherwise: one week."""
PULSE_S = 0.1
"""How long the interface of a sleeping sensor stays on after a pulse."""
PRODUCT_TYPE = "00080000"
SERIAL_NUMBER_MAX = 31
"""Characters; the 32nd byte is the final null."""
VERSION = bytes((2, 2, 0, 7, 0, 2, 0))
"""Firmware 2.2, hardware 7, SHDLC 2.0."""


class State(enum.Enum):
    IDLE = "idle"
    MEASURING = "measuring"
    SLEEPING = "sleeping"


AWAKE = (State.IDLE, State.MEASURING)


@dataclass(frozen=True, slots=True)
class _Rule:
    lengths: tuple[int, ...]
    """Of the data that may come with the command."""
    states: tuple[State, ...]
    """In which it is allowed."""
    obey: "Callable[[Sps30, bytes, float], bytes | None]"
    """Returns the answer's data; None: an illegal parameter."""


class Sps30(Board):
    """Powers up idle; keeps its cleaning interval through a power failure."""

    protocol: ClassVar[str] = "shdlc"
    measures = ("pm1_ugm3", "pm25_ugm3", "pm4_ugm3", "pm10_ugm3")

    def __init__(self, sense: Sense, serial_number: str) -> None:
        """`serial_number`: up to 31 ASCII characters."""
        if not serial_number.isascii() or len(serial_number) > SERIAL_NUMBER_MAX:
            raise ValueError(f"serial number {serial_number!r} is not up to 31 ASCII characters")
        self._sense = sense
        self._serial_number = serial_number
        self._receiver = shdlc.Receiver()
        self._cleaning_interval_s = CLEANING_INTERVAL_S
        self.power_up(0.0)

    def power_up(self, at_s: float) -> None:
        self._receiver.clear()
        self._state = State.IDLE
        self._format = FLOATS
        self._started_s = at_s
        self._read_sample = 0
        self._cleaned_s = at_s
        self._is_cleaning = False
        self._pulse_s = -math.inf

    def tick(self, at_s: float) -> None:
        if self._state is not State.MEASURING:
            return
        if self._is_cleaning and at_s >= self._cleaned_s + CLEANING_S:
            self._is_cleaning = False
        interval_s = self._cleaning_interval_s
        if interval_s and at_s >= self._cleaned_s + interval_s:
            self._clean(b"", at_s)

    def receive(self, data: bytes, at_s: float) -> bytes:
        return b"".join(self._take(value, at_s) for value in data)

    def keep(self) -> dict[str, Any]:
        return {"cleaning_interval_s": self._cleaning_interval_s}

    def restore(self, kept: dict[str, Any]) -> None:
        self._cleaning_interval_s = kept.get("cleaning_interval_s", CLEANING_INTERVAL_S)

    def shows(self, at_s: float) -> Shown:
        mode = "cleaning" if self._is_cleaning else self._state.value
        if self._state is not State.MEASURING:
            return {"mode": mode}
        values = self._values(at_s)
        masses = zip(self.measures, values.masses_ugm3, strict=True)
        return {
            **{name: round(mass, 2) for name, mass in masses},
            "typical_size_um": round(values.size_um, 2),
            "mode": mode,
        }

    def with_wrong_checksum(self, frame: bytes) -> bytes:
        before, _, stuffed = frame[:-1].rpartition(bytes((shdlc.FLAG,)))
        content = bytes(byte.value for byte in shdlc.unstuffed(stuffed))
        return before + shdlc.framed(content[:-1], wrong=0xFF)

    def explain(self, frame: bytes, request: bytes | None) -> list[Part]:
        return explain(frame, is_answer=request is not None)

    def _take(self, value: int, at_s: float) -> bytes:
        if self._state is State.SLEEPING and at_s > self._pulse_s + PULSE_S:
            # The interface is off. This byte turns it on and is lost; if it was not the FF that
            # the data sheet asks for but began a frame, that frame is lost too.
            self._receiver.clear()
            self._pulse_s = at_s
            return b""
        command = self._receiver.take(value)
        if command is None or command.address != 0:
            return b""
        if self._state is State.SLEEPING and command.code != WAKE:
            return b""
        state, data = self._answer(command, at_s)
        return shdlc.answer(command.code, state, data)

    def _answer(self, command: shdlc.Command, at_s: float) -> tuple[int, bytes]:
        rule = self._rules.get(command.code)
        if rule is None:
            return UNKNOWN_COMMAND, b""
        if len(command.data) not in rule.lengths:
            return WRONG_LENGTH, b""
        if self._state not in rule.states:
            return NOT_ALLOWED, b""
        data = rule.obey(self, command.data, at_s)
        return (ILLEGAL_PARAMETER, b"") if data is None else (OK, data)

    def _start(self, data: bytes, at_s: float) -> bytes | None:
        subcommand, output_format = data
        if subcommand != 1 or output_format not in (FLOATS, INTEGERS):
            return None
        self._format = output_format
        self._state = State.MEASURING
        self._started_s = at_s
        self._read_sample = 0
        return b""

    def _stop(self, data: bytes, at_s: float) -> bytes:
        self._state = State.IDLE
        self._is_cleaning = False
        return b""

    def _read(self, data: bytes, at_s: float) -> bytes:
        """Each sample is given once; empty while there is no new one."""
        sample = int((at_s - self._started_s) / SAMPLE_S)
        if self._state is State.IDLE or self._is_cleaning or sample <= self._read_sample:
            return b""
        self._read_sample = sample
        return self._values(self._started_s + sample * SAMPLE_S).to_bytes(self._format)

    def _sleep(self, data: bytes, at_s: float) -> bytes:
        self._state = State.SLEEPING
        self._pulse_s = -math.inf
        return b""

    def _wake(self, data: bytes, at_s: float) -> bytes:
        self._state = State.IDLE
        return b""

    def _clean(self, data: bytes, at_s: float) -> bytes:
        self._is_cleaning = True
        self._cleaned_s = at_s
        return b""

    def _interval(self, data: bytes, at_s: float) -> bytes | None:
        if data[0] != 0:
            return None
        if len(data) == 1:
            return self._cleaning_interval_s.to_bytes(4, "big")
        self._cleaning_interval_s = int.from_bytes(data[1:], "big")
        return b""

    def _information(self, data: bytes, at_s: float) -> bytes | None:
        text = {0: PRODUCT_TYPE, 3: self._serial_number}.get(data[0])
        return None if text is None else text.encode("ascii") + b"\0"

    def _version(self, data: bytes, at_s: float) -> bytes:
        return VERSION

    def _status(self, data: bytes, at_s: float) -> bytes | None:
        return bytes(5) if data[0] in (0, 1) else None

    def _reset(self, data: bytes, at_s: float) -> bytes:
        self.power_up(at_s)
        return b""

    def _values(self, at_s: float) -> Values:
        share = settled_share(at_s - self._started_s, SETTLE_S)
        return values_of(*(share * max(0.0, self._sense(name, at_s)) for name in self.measures))

    _rules: ClassVar[Mapping[int, _Rule]] = {
        0x00: _Rule((2,), (State.IDLE,), _start),
        0x01: _Rule((0,), (State.MEASURING,), _stop),
        0x03: _Rule((0,), AWAKE, _read),
        0x10: _Rule((0,), (State.IDLE,), _sleep),
        WAKE: _Rule((0,), (State.SLEEPING,), _wake),
        0x56: _Rule((0,), (State.MEASURING,), _clean),
        0x80: _Rule((1, 5), AWAKE, _interval),
        0xD0: _Rule((1,), AWAKE, _information),
        0xD1: _Rule((0,), AWAKE, _version),
        0xD2: _Rule((1,), AWAKE, _status),
        0xD3: _Rule((0,), AWAKE, _reset),
    }
