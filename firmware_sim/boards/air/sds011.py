"""Nova SDS011 particle sensor: 9600 8N1.

Reports every second (active) or when queried. Source: Nova Fitness, "Laser Dust Sensor Control
Protocol V1.3" (2015), whose examples (sensor A160) are in the tests.
"""

import math
from typing import Any, ClassVar

from firmware_sim.boards.air.explaining import checksum, cut_short, explained
from firmware_sim.boards.air.fan import settled_share
from firmware_sim.boards.air.stream import FixedRequests
from firmware_sim.boards.board import Board, Part, Sense, Shown

HEAD, TAIL = 0xAA, 0xAB
REQUEST, READING, REPLY = 0xB4, 0xC0, 0xC5
REQUEST_LENGTH, ANSWER_LENGTH = 19, 10
MODE, QUERY, DEVICE_ID, SLEEP, FIRMWARE, PERIOD = 0x02, 0x04, 0x05, 0x06, 0x07, 0x08
ANY_ID = 0xFFFF
FIRMWARE_DATE = bytes((15, 7, 10))
"""Year, month, day: the version in the protocol's example."""
WORK_S = 30.0
"""Under a working period it works so long, reports, and sleeps for the rest of the period."""
PERIOD_MAX_MIN = 30
CONCENTRATION_MAX = 9999
"""999.9 µg/m³"""
SETTINGS = {
    MODE: ("modo / mode", ("activo / active", "consulta / query")),
    SLEEP: ("reposo / sleep", ("dormir / sleep", "trabajar / work")),
}


def _check(message: bytes) -> int:
    """Of a whole message: the sum of its data bytes, to 8 bits."""
    return sum(message[2:-2]) & 0xFF


def answer(kind: int, data: bytes) -> bytes:
    """`data`: six bytes, the last two the sensor's id."""
    return bytes((HEAD, kind, *data, sum(data) & 0xFF, TAIL))


def _is_right(request: bytes) -> bool:
    return request[-1] == TAIL and request[-2] == _check(request)


class Sds011(Board):
    """Mode, id and working period outlive a power failure; sleep does not."""

    protocol: ClassVar[str] = "sds011"
    measures: ClassVar[tuple[str, ...]] = ("pm25_ugm3", "pm10_ugm3")

    def __init__(self, sense: Sense, device_id: int) -> None:
        """`device_id`: 0 to 0xFFFE, as printed on it, first byte high."""
        if not 0 <= device_id < ANY_ID:
            raise ValueError(f"device id {device_id:#x} is not in 0 to 0xFFFE")
        self._sense = sense
        self._device_id = device_id
        self._requests = FixedRequests(bytes((HEAD, REQUEST)), REQUEST_LENGTH, _is_right)
        self._is_queried = False
        self._period_min = 0
        self._is_awake = True
        self._fan_since_s = -math.inf
        self._period_since_s = 0.0
        self._reported_round = -1

    @property
    def push_period_s(self) -> float:
        return 1.0

    def receive(self, data: bytes, at_s: float) -> bytes:
        return b"".join(self._obey(request, at_s) for request in self._requests.cut(data))

    def quiet(self, at_s: float) -> bytes:
        self._requests.clear()
        return b""

    def push(self, at_s: float) -> bytes:
        if self._is_queried or not self._is_awake:
            return b""
        if self._period_min:
            period, phase_s = divmod(at_s - self._period_since_s, 60.0 * self._period_min)
            if phase_s < WORK_S or period == self._reported_round:
                return b""
            self._reported_round = int(period)
        return self._reading(at_s)

    def power_up(self, at_s: float) -> None:
        self._requests.clear()
        self._is_awake = True
        self._start(at_s)

    def keep(self) -> dict[str, Any]:
        return {
            "device_id": self._device_id,
            "is_queried": self._is_queried,
            "period_min": self._period_min,
        }

    def restore(self, kept: dict[str, Any]) -> None:
        if kept:
            self._device_id = kept["device_id"]
            self._is_queried = kept["is_queried"]
            self._period_min = kept["period_min"]

    def shows(self, at_s: float) -> Shown:
        shown: dict[str, float | int | str] = {"device_id": f"{self._device_id:04X}"}
        if not self._is_awake:
            return {**shown, "mode": "sleeping"}
        pm25, pm10 = self._raw(at_s)
        return {
            "pm25_ugm3": pm25 / 10,
            "pm10_ugm3": pm10 / 10,
            **shown,
            "mode": "query" if self._is_queried else "active",
            "period_min": self._period_min,
        }

    def with_wrong_checksum(self, frame: bytes) -> bytes:
        return frame[:-2] + bytes((frame[-2] ^ 0xFF, frame[-1]))

    def explain(self, frame: bytes, request: bytes | None) -> list[Part]:
        return explained(frame, _explain_request if request is None else _explain_answer)

    def _start(self, at_s: float) -> None:
        self._fan_since_s = self._period_since_s = at_s
        self._reported_round = -1

    def _obey(self, request: bytes, at_s: float) -> bytes:
        command, is_set, value = request[2:5]
        if int.from_bytes(request[15:17], "big") not in (self._device_id, ANY_ID):
            return b""
        if not self._is_awake:
            # Asleep it hears nothing but the call to work.
            if (command, is_set, value) != (SLEEP, 1, 1):
                return b""
            self._is_awake = True
            self._start(at_s)
            return self._reply(command, is_set, value)
        if command == QUERY:
            return self._reading(at_s)
        if command == FIRMWARE:
            return self._reply(command, *FIRMWARE_DATE)
        if command == DEVICE_ID:
            return self._rename(int.from_bytes(request[13:15], "big"))
        if is_set not in (0, 1):
            return b""
        return self._set(command, value, at_s) if is_set else self._tell(command)

    def _rename(self, device_id: int) -> bytes:
        if device_id == ANY_ID:
            return b""
        self._device_id = device_id
        return self._reply(DEVICE_ID)

    def _set(self, command: int, value: int, at_s: float) -> bytes:
        if command == MODE and value in (0, 1):
            self._is_queried = bool(value)
        elif command == SLEEP and value in (0, 1):
            self._is_awake = bool(value)
        elif command == PERIOD and value <= PERIOD_MAX_MIN:
            self._period_min = value
            self._start(at_s)
        else:
            return b""
        return self._reply(command, 1, value)

    def _tell(self, command: int) -> bytes:
        values = {MODE: int(self._is_queried), SLEEP: 1, PERIOD: self._period_min}
        return self._reply(command, 0, values[command]) if command in values else b""

    def _reply(self, *data: int) -> bytes:
        return answer(REPLY, bytes(data).ljust(4, b"\0") + self._device_id.to_bytes(2, "big"))

    def _reading(self, at_s: float) -> bytes:
        data = b"".join(raw.to_bytes(2, "little") for raw in self._raw(at_s))
        return answer(READING, data + self._device_id.to_bytes(2, "big"))

    def _raw(self, at_s: float) -> tuple[int, int]:
        """PM2.5 and PM10 in 0.1 µg/m³; in the sleeping part of a period the last ones measured."""
        fan_since_s = self._fan_since_s
        if self._period_min:
            phase_s = (at_s - self._period_since_s) % (60.0 * self._period_min)
            fan_since_s = at_s - phase_s
            at_s = min(at_s, fan_since_s + WORK_S)
        share = settled_share(at_s - fan_since_s, WORK_S)
        pm25, pm10 = (
            max(0, min(CONCENTRATION_MAX, round(10 * share * self._sense(name, at_s))))
            for name in self.measures
        )
        return pm25, pm10


def _explain_request(frame: bytes, at: int) -> list[Part]:
    if frame[at : at + 2] != bytes((HEAD, REQUEST)):
        return []
    if at + REQUEST_LENGTH > len(frame):
        return [cut_short(at, len(frame), REQUEST_LENGTH)]
    message = frame[at : at + REQUEST_LENGTH]
    command, is_set, value = message[2:5]
    parts = [
        Part(at, at + 2, "inicio / start", "petición / request"),
        Part(at + 2, at + 3, "comando / command", f"{command:02X}: {_command(command)}"),
    ]
    if command in SETTINGS or command == PERIOD:
        parts += [
            Part(at + 3, at + 4, "acción / action", _action(is_set)),
            Part(at + 4, at + 5, "valor / value", _value(command, value)),
            Part(at + 5, at + 15, "relleno / padding", ""),
        ]
    elif command == DEVICE_ID:
        parts += [
            Part(at + 3, at + 13, "relleno / padding", ""),
            Part(at + 13, at + 15, "nuevo id / new id", message[13:15].hex().upper()),
        ]
    else:
        parts.append(Part(at + 3, at + 15, "relleno / padding", ""))
    return [*parts, *_explain_end(message, at)]


def _explain_answer(frame: bytes, at: int) -> list[Part]:
    kinds = {READING: "medida / reading", REPLY: "respuesta / reply"}
    if frame[at] != HEAD or at + 1 >= len(frame) or frame[at + 1] not in kinds:
        return []
    if at + ANSWER_LENGTH > len(frame):
        return [cut_short(at, len(frame), ANSWER_LENGTH)]
    message = frame[at : at + ANSWER_LENGTH]
    start = Part(at, at + 2, "inicio / start", kinds[message[1]])
    if message[1] == READING:
        pm25, pm10 = (int.from_bytes(message[place : place + 2], "little") for place in (2, 4))
        middle = [
            Part(at + 2, at + 4, "PM2.5", f"{pm25 / 10} µg/m³"),
            Part(at + 4, at + 6, "PM10", f"{pm10 / 10} µg/m³"),
        ]
    else:
        command, first, second, third = message[2:6]
        name = f"{command:02X}: {_command(command)}"
        middle = [Part(at + 2, at + 3, "comando / command", name)]
        if command == FIRMWARE:
            date = f"20{first:02}-{second:02}-{third:02}"
            middle.append(Part(at + 3, at + 6, "versión / version", date))
        elif command in SETTINGS or command == PERIOD:
            middle += [
                Part(at + 3, at + 4, "acción / action", _action(first)),
                Part(at + 4, at + 5, "valor / value", _value(command, second)),
                Part(at + 5, at + 6, "relleno / padding", ""),
            ]
        else:
            middle.append(Part(at + 3, at + 6, "relleno / padding", ""))
    return [start, *middle, *_explain_end(message, at)]


def _explain_end(message: bytes, at: int) -> list[Part]:
    end = at + len(message)
    device_id = message[-4:-2].hex().upper()
    is_any = " (cualquiera / any)" if device_id == f"{ANY_ID:X}" else ""
    tail = "AB" if message[-1] == TAIL else f"{message[-1]:02X} erróneo / wrong: AB"
    return [
        Part(end - 4, end - 2, "id", device_id + is_any),
        checksum(end - 2, end - 1, message[-2], _check(message)),
        Part(end - 1, end, "fin / end", tail),
    ]


def _command(command: int) -> str:
    names = {
        QUERY: "consultar medida / query reading",
        DEVICE_ID: "cambiar id / set id",
        FIRMWARE: "versión / firmware version",
        PERIOD: "período de trabajo / working period",
    }
    if command in SETTINGS:
        return SETTINGS[command][0]
    return names.get(command, "desconocido / unknown")


def _action(is_set: int) -> str:
    return {0: "consultar / ask", 1: "fijar / set"}.get(
        is_set, f"{is_set:02X} desconocida / unknown"
    )


def _value(command: int, value: int) -> str:
    if command == PERIOD:
        return f"{value} min" if value else "0 min: continuo / continuous"
    names = SETTINGS[command][1]
    return names[value] if value < len(names) else f"{value:02X} desconocido / unknown"
