"""Nova SDS011 particle sensor: 9600 8N1.

Reports every second (active) or when queried. Source: Nova Fitness, "Laser Dust Sensor Control
Protocol V1.3" (2015), whose examples (sensor A160) are in the tests.
"""

import math
from typing import Any, ClassVar

from firmware_sim.boards.air.explaining import explained
from firmware_sim.boards.air.fan import settled_share
from firmware_sim.boards.air.sds011_explaining import explain_answer, explain_request
from firmware_sim.boards.air.sds011_frames import (
    ANY_ID,
    DEVICE_ID,
    FIRMWARE,
    HEAD,
    MODE,
    PERIOD,
    QUERY,
    READING,
    REPLY,
    REQUEST,
    REQUEST_LENGTH,
    SLEEP,
    answer,
    is_right,
)
from firmware_sim.boards.air.stream import FixedRequests
from firmware_sim.boards.board import Board, Part, Sense, Shown

FIRMWARE_DATE = bytes((15, 7, 10))
"""Year, month, day: the version in the protocol's example."""
WORK_S = 30.0
"""Under a working period it works so long, reports, and sleeps for the rest of the period."""
PERIOD_MAX_MIN = 30
CONCENTRATION_MAX = 9999
"""999.9 µg/m³"""


class Sds011(Board):
    """Mode, id and working period outlive a power failure; sleep does not."""

    protocol: ClassVar[str] = "sds011"
    measures = ("pm25_ugm3", "pm10_ugm3")

    def __init__(self, sense: Sense, device_id: int) -> None:
        """`device_id`: 0 to 0xFFFE, as printed on it, first byte high."""
        if not 0 <= device_id < ANY_ID:
            raise ValueError(f"device id {device_id:#x} is not in 0 to 0xFFFE")
        self._sense = sense
        self._device_id = device_id
        self._requests = FixedRequests(bytes((HEAD, REQUEST)), REQUEST_LENGTH, is_right)
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
        return explained(frame, explain_request if request is None else explain_answer)

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
