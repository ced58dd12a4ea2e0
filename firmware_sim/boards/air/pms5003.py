"""Plantower PMS5003 and PMS5003T particle sensors: 9600 8N1.

They push a 32-byte frame by themselves (active mode) or answer a request (passive mode). Sources:
PMS5003 data manual V2.3 (2016), appendices I and II; for the PMS5003T's words the captured frames
of PyPMS.
"""

import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from firmware_sim.boards.air.explaining import UNKNOWN, checksum, cut_short, explained
from firmware_sim.boards.air.fan import settled_share
from firmware_sim.boards.air.stream import FixedRequests
from firmware_sim.boards.board import Board, Part, Sense, Shown

HEAD = b"\x42\x4d"
REQUEST_LENGTH = 7
READING_LENGTH = 32
ACKNOWLEDGEMENT_LENGTH = 8
MODE, READ, SLEEP = 0xE1, 0xE2, 0xE4
FAST_S, STABLE_S = 0.8, 2.3
"""Between frames in active mode: "fast" while the concentration changes, else "stable"."""
CHANGE_UGM3, CHANGE_SHARE = 3.0, 0.1
"""What counts as a change of PM2.5 from frame to frame. The manual does not say; this is ours."""
SETTLE_S = 30.0
"""Manual: stable data only 30 s after waking, because of the fan."""
COUNTS_PER_UGM3 = (180.0, 52.0, 9.0, 0.8, 0.15, 0.05)
"""Particles in 0.1 L above 0.3, 0.5, 1, 2.5, 5 and 10 µm, per µg/m³ of PM2.5: town air."""
COMMANDS: Mapping[tuple[int, int], str] = {
    (MODE, 0): "modo pasivo / passive mode",
    (MODE, 1): "modo activo / active mode",
    (READ, 0): "leer / read",
    (SLEEP, 0): "dormir / sleep",
    (SLEEP, 1): "despertar / wake",
}


@dataclass(frozen=True, slots=True)
class Word:
    """One of the thirteen 16-bit words of a reading but the last, which is version and error."""

    name: str
    unit: str
    per_unit: int = 1
    is_signed: bool = False

    def raw(self, value: float) -> int:
        low, high = (-0x8000, 0x7FFF) if self.is_signed else (0, 0xFFFF)
        return max(low, min(high, round(value * self.per_unit))) & 0xFFFF

    def text(self, data: bytes) -> str:
        value = int.from_bytes(data, "big", signed=self.is_signed)
        return f"{value / self.per_unit:g} {self.unit}"


MASS_WORDS = (
    *(Word(f"PM{size} fábrica / factory", "µg/m³") for size in ("1", "2.5", "10")),
    *(Word(f"PM{size} atmosférico / atmospheric", "µg/m³") for size in ("1", "2.5", "10")),
)
COUNT_WORDS = tuple(
    Word(f"partículas / particles > {size} µm", "/0.1 L")
    for size in ("0.3", "0.5", "1", "2.5", "5", "10")
)
CLIMATE_WORDS = (
    Word("temperatura / temperature", "°C", per_unit=10, is_signed=True),
    Word("humedad / humidity", "%", per_unit=10),
)


def reading(words: tuple[int, ...], version: int) -> bytes:
    """A frame of twelve raw words; its error byte says that all is well."""
    body = HEAD + struct.pack(">H12HBB", READING_LENGTH - 4, *words, version, 0)
    return body + struct.pack(">H", sum(body))


def acknowledgement(command: int, data: int) -> bytes:
    body = HEAD + struct.pack(">HBB", ACKNOWLEDGEMENT_LENGTH - 4, command, data)
    return body + struct.pack(">H", sum(body))


def _is_right(message: bytes) -> bool:
    return int.from_bytes(message[-2:], "big") == sum(message[:-2])


class Pms5003(Board):
    """Power failure puts it back to awake and active."""

    protocol: ClassVar[str] = "plantower"
    measures: tuple[str, ...] = ("pm1_ugm3", "pm25_ugm3", "pm10_ugm3")
    words: ClassVar[tuple[Word, ...]] = MASS_WORDS + COUNT_WORDS
    version: ClassVar[int] = 0x97

    def __init__(self, sense: Sense) -> None:
        self._sense = sense
        self._requests = FixedRequests(HEAD, REQUEST_LENGTH, _is_right)
        self._reset(-math.inf)

    def _reset(self, at_s: float) -> None:
        self._requests.clear()
        self._is_active = True
        self._is_awake = True
        self._fan_since_s = at_s
        self._pushed_ugm3 = math.nan
        self._is_stable = False

    @property
    def push_period_s(self) -> float:
        return STABLE_S if self._is_stable else FAST_S

    def receive(self, data: bytes, at_s: float) -> bytes:
        return b"".join(self._obey(request, at_s) for request in self._requests.cut(data))

    def quiet(self, at_s: float) -> bytes:
        self._requests.clear()
        return b""

    def push(self, at_s: float) -> bytes:
        if not (self._is_awake and self._is_active):
            self._is_stable = False
            return b""
        pm25 = self._masses(at_s)[1]
        change_ugm3 = abs(pm25 - self._pushed_ugm3)
        self._is_stable = change_ugm3 < max(CHANGE_UGM3, CHANGE_SHARE * pm25)
        self._pushed_ugm3 = pm25
        return self._reading(at_s)

    def power_up(self, at_s: float) -> None:
        self._reset(at_s)

    def shows(self, at_s: float) -> Shown:
        if not self._is_awake:
            return {"mode": "sleeping"}
        pm1, pm25, pm10 = self._masses(at_s)
        return {
            "pm1_ugm3": round(pm1),
            "pm25_ugm3": round(pm25),
            "pm10_ugm3": round(pm10),
            "mode": "active" if self._is_active else "passive",
        }

    def with_wrong_checksum(self, frame: bytes) -> bytes:
        return frame[:-1] + bytes((frame[-1] ^ 0xFF,))

    def explain(self, frame: bytes, request: bytes | None) -> list[Part]:
        return explained(frame, _explain_request if request is None else self._explain_answer)

    def _obey(self, request: bytes, at_s: float) -> bytes:
        command, data = request[2], int.from_bytes(request[3:5], "big")
        if (command, data) == (SLEEP, 1) and not self._is_awake:
            # It wakes into active mode and says so by its first frame, without acknowledgement:
            # PyPMS and jbanaszczyk/pms5003 both found it so.
            self._reset(at_s)
            return b""
        if not self._is_awake:
            return b""
        if (command, data) == (SLEEP, 0):
            self._is_awake = False
            return acknowledgement(command, data)
        if command == MODE and data in (0, 1):
            self._is_active = bool(data)
            return acknowledgement(command, data)
        if command == READ and not self._is_active:
            return self._reading(at_s)
        return b""

    def _masses(self, at_s: float) -> tuple[float, float, float]:
        """PM1, PM2.5 and PM10 in µg/m³, as the sensor finds them."""
        share = settled_share(at_s - self._fan_since_s, SETTLE_S)
        pm1, pm25, pm10 = (max(0.0, self._sense(name, at_s)) * share for name in self.measures[:3])
        return pm1, pm25, pm10

    def _reading(self, at_s: float) -> bytes:
        masses = self._masses(at_s)
        pm25 = masses[1]
        # Above about 30 µg/m³ the factory's own figure runs ahead of the atmospheric one.
        factor = 1.0 + 0.5 * max(0.0, min(1.0, (pm25 - 30.0) / 70.0))
        values = (
            *(mass * factor for mass in masses),
            *masses,
            *self._last_six(tuple(pm25 * count for count in COUNTS_PER_UGM3), at_s),
        )
        raw = tuple(word.raw(value) for word, value in zip(self.words, values, strict=True))
        return reading(raw, self.version)

    def _last_six(self, counts: tuple[float, ...], at_s: float) -> tuple[float, ...]:
        return counts

    def _explain_answer(self, frame: bytes, at: int) -> list[Part]:
        if frame[at : at + 3] != HEAD + b"\x00":
            return []
        length = 4 + frame[at + 3] if at + 3 < len(frame) else READING_LENGTH
        if length not in (ACKNOWLEDGEMENT_LENGTH, READING_LENGTH):
            return []
        if at + length > len(frame):
            return [cut_short(at, len(frame), length)]
        parts = [
            _head(at),
            Part(at + 2, at + 4, "longitud / length", f"{length - 4} bytes"),
        ]
        if length == ACKNOWLEDGEMENT_LENGTH:
            code = (frame[at + 4], frame[at + 5])
            text = COMMANDS.get(code, UNKNOWN)
            parts.append(Part(at + 4, at + 6, "acuse / acknowledgement", text))
        else:
            parts += self._explain_reading(frame, at + 4)
        return [*parts, _sum(frame, at, length)]

    def _explain_reading(self, frame: bytes, start: int) -> list[Part]:
        parts = []
        for word in self.words:
            parts.append(Part(start, start + 2, word.name, word.text(frame[start : start + 2])))
            start += 2
        return [
            *parts,
            Part(start, start + 1, "versión / version", f"{frame[start]:02X}"),
            Part(start + 1, start + 2, "error", f"{frame[start + 1]:02X}"),
        ]


class Pms5003t(Pms5003):
    """Instead of the particles above 5 and 10 µm it tells temperature and humidity."""

    measures = (*Pms5003.measures, "temperature_c", "humidity_pct")
    words: ClassVar[tuple[Word, ...]] = MASS_WORDS + COUNT_WORDS[:4] + CLIMATE_WORDS
    version: ClassVar[int] = 0x9A

    def shows(self, at_s: float) -> Shown:
        shown = super().shows(at_s)
        if not self._is_awake:
            return shown
        temperature_c, humidity_pct = self._climate(at_s)
        return {
            **shown,
            "temperature_c": round(temperature_c, 1),
            "humidity_pct": round(humidity_pct, 1),
        }

    def _last_six(self, counts: tuple[float, ...], at_s: float) -> tuple[float, ...]:
        return (*counts[:4], *self._climate(at_s))

    def _climate(self, at_s: float) -> tuple[float, float]:
        return self._sense("temperature_c", at_s), self._sense("humidity_pct", at_s)


def _explain_request(frame: bytes, at: int) -> list[Part]:
    if frame[at : at + 2] != HEAD:
        return []
    if at + REQUEST_LENGTH > len(frame):
        return [cut_short(at, len(frame), REQUEST_LENGTH)]
    data = int.from_bytes(frame[at + 3 : at + 5], "big")
    text = COMMANDS.get((frame[at + 2], data), UNKNOWN)
    return [
        _head(at),
        Part(at + 2, at + 3, "comando / command", f"{frame[at + 2]:02X}: {text}"),
        Part(at + 3, at + 5, "datos / data", str(data)),
        _sum(frame, at, REQUEST_LENGTH),
    ]


def _head(at: int) -> Part:
    return Part(at, at + 2, "inicio / start", "Plantower")


def _sum(frame: bytes, at: int, length: int) -> Part:
    end = at + length
    found = int.from_bytes(frame[end - 2 : end], "big")
    return checksum(end - 2, end, found, sum(frame[at : end - 2]))
