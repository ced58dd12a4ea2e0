"""Winsen MH-Z19B CO2 sensor: 9600 8N1, only answers.

Source: MH-Z19B manual; detection range in bytes 6 and 7 as in its version 1.2 (2017), quoted by
ESPEasy's plugin 49 (version 1.0 had them elsewhere, in error). The temperature in byte 4 and the
acknowledgements (command, then 01) are not in the manual: for the first see revspace.nl/MHZ19, for
the second Winsen's reply in esphome/issues#5515.
"""

from typing import Any, ClassVar

from firmware_sim.boards.air.explaining import checksum, coded, cut_short, explained
from firmware_sim.boards.air.stream import FixedRequests
from firmware_sim.boards.board import Board, Part, Sense, Shown

START, SENSOR_NUMBER = 0xFF, 0x01
LENGTH = 9
READ, AUTO_CALIBRATION, ZERO, SPAN, RANGE = 0x86, 0x79, 0x87, 0x88, 0x99
AUTO_ON, AUTO_OFF = 0xA0, 0x00
COMMANDS = {
    READ: "leer CO2 / read CO2",
    AUTO_CALIBRATION: "autocalibración / self-calibration (ABC)",
    ZERO: "calibrar cero / calibrate zero point",
    SPAN: "calibrar rango / calibrate span point",
    RANGE: "rango de medida / detection range",
}
SWITCH = {AUTO_ON: "encender / on", AUTO_OFF: "apagar / off"}
RESULT = {1: "hecho / done"}
WARM_UP_S = 180.0
WARM_UP_PPM = 410
"""Read while warming up, whatever the air: strange-v/MHZ19#13."""
ZERO_PPM = 400
"""The zero point is clean outdoor air."""
SPAN_MIN_PPM = 1000
"""The manual advises against spans below."""
RANGES_PPM = (2000, 5000, 10_000)
TEMPERATURE_OFFSET_C = 40


def check(message: bytes) -> int:
    """Of a whole message: minus the sum of bytes 1 to 7, to 8 bits."""
    return -sum(message[1:8]) & 0xFF


def _closed(body: bytes) -> bytes:
    """The eight bytes, padded, and their check."""
    body = body.ljust(LENGTH - 1, b"\0")
    return body + bytes((check(body),))


def reading(co2_ppm: int, temperature_c: int) -> bytes:
    temperature = max(0, min(0xFF, temperature_c + TEMPERATURE_OFFSET_C))
    return _closed(bytes((START, READ, *co2_ppm.to_bytes(2, "big"), temperature)))


def acknowledgement(command: int) -> bytes:
    return _closed(bytes((START, command, 1)))


def _is_right(request: bytes) -> bool:
    return request[-1] == check(request)


class MhZ19b(Board):
    """Keeps calibration and range through a power failure, and self-calibration is on again.

    The bench's sensor does not calibrate itself; it only remembers whether it should.
    """

    protocol: ClassVar[str] = "winsen"
    measures = ("co2_ppm", "temperature_c")

    def __init__(self, sense: Sense, power_up_s: float) -> None:
        """`power_up_s`: the scenario's second at which it got power; may be negative."""
        self._sense = sense
        self._requests = FixedRequests(bytes((START, SENSOR_NUMBER)), LENGTH, _is_right)
        self._zero_ppm = float(ZERO_PPM)
        self._gain = 1.0
        self._range_ppm = 5000
        self.power_up(power_up_s)

    def power_up(self, at_s: float) -> None:
        self._requests.clear()
        self._power_up_s = at_s
        self._is_self_calibrating = True

    def receive(self, data: bytes, at_s: float) -> bytes:
        return b"".join(self._obey(request, at_s) for request in self._requests.cut(data))

    def quiet(self, at_s: float) -> bytes:
        self._requests.clear()
        return b""

    def keep(self) -> dict[str, Any]:
        return {"zero_ppm": self._zero_ppm, "gain": self._gain, "range_ppm": self._range_ppm}

    def restore(self, kept: dict[str, Any]) -> None:
        if kept:
            self._zero_ppm, self._gain = kept["zero_ppm"], kept["gain"]
            self._range_ppm = kept["range_ppm"]

    def shows(self, at_s: float) -> Shown:
        is_warm = at_s - self._power_up_s >= WARM_UP_S
        return {
            "co2_ppm": self._co2_ppm(at_s),
            "temperature_c": round(self._sense("temperature_c", at_s)),
            "mode": "measuring" if is_warm else "warming up",
            "range_ppm": self._range_ppm,
            "self_calibration": "on" if self._is_self_calibrating else "off",
        }

    def with_wrong_checksum(self, frame: bytes) -> bytes:
        return frame[:-1] + bytes((frame[-1] ^ 0xFF,))

    def explain(self, frame: bytes, request: bytes | None) -> list[Part]:
        return explained(frame, _explain_request if request is None else _explain_answer)

    def _co2_ppm(self, at_s: float) -> int:
        if at_s - self._power_up_s < WARM_UP_S:
            return WARM_UP_PPM
        found_ppm = ZERO_PPM + (self._sense("co2_ppm", at_s) - self._zero_ppm) * self._gain
        return max(0, min(self._range_ppm, round(found_ppm)))

    def _obey(self, request: bytes, at_s: float) -> bytes:
        command = request[2]
        if command == READ:
            return reading(self._co2_ppm(at_s), round(self._sense("temperature_c", at_s)))
        is_done = (
            (command == AUTO_CALIBRATION and self._set_self_calibration(request[3]))
            or (command == ZERO and self._calibrate_zero(at_s))
            or (command == SPAN and self._calibrate_span(request, at_s))
            or (command == RANGE and self._set_range(request))
        )
        return acknowledgement(command) if is_done else b""

    def _set_self_calibration(self, value: int) -> bool:
        if value not in (AUTO_ON, AUTO_OFF):
            return False
        self._is_self_calibrating = value == AUTO_ON
        return True

    def _calibrate_zero(self, at_s: float) -> bool:
        """The air of now is taken for clean, even where it is not: a common mistake."""
        self._zero_ppm = self._sense("co2_ppm", at_s)
        return True

    def _calibrate_span(self, request: bytes, at_s: float) -> bool:
        """The air of now is taken for air of so many ppm."""
        span_ppm = int.from_bytes(request[3:5], "big")
        above_zero_ppm = self._sense("co2_ppm", at_s) - self._zero_ppm
        if span_ppm < SPAN_MIN_PPM or above_zero_ppm <= 0:
            return False
        self._gain = (span_ppm - ZERO_PPM) / above_zero_ppm
        return True

    def _set_range(self, request: bytes) -> bool:
        range_ppm = int.from_bytes(request[4:8], "big")
        if range_ppm not in RANGES_PPM:
            return False
        self._range_ppm = range_ppm
        return True


def _explain_request(frame: bytes, at: int) -> list[Part]:
    if frame[at : at + 2] != bytes((START, SENSOR_NUMBER)):
        return []
    if at + LENGTH > len(frame):
        return [cut_short(at, len(frame), LENGTH)]
    message = frame[at : at + LENGTH]
    command = message[2]
    parts = [
        Part(at, at + 1, "inicio / start", "FF"),
        Part(at + 1, at + 2, "sensor", str(SENSOR_NUMBER)),
        Part(at + 2, at + 3, "comando / command", coded(command, COMMANDS)),
    ]
    if command == AUTO_CALIBRATION:
        text = coded(message[3], SWITCH)
        parts += [Part(at + 3, at + 4, "valor / value", text), _padding(at + 4, at + 8)]
    elif command == SPAN:
        span = f"{int.from_bytes(message[3:5], 'big')} ppm"
        parts += [Part(at + 3, at + 5, "rango / span", span), _padding(at + 5, at + 8)]
    elif command == RANGE:
        range_ppm = f"{int.from_bytes(message[4:8], 'big')} ppm"
        parts += [_padding(at + 3, at + 4), Part(at + 4, at + 8, "rango / range", range_ppm)]
    else:
        parts.append(_padding(at + 3, at + 8))
    return [*parts, checksum(at + 8, at + 9, message[8], check(message))]


def _explain_answer(frame: bytes, at: int) -> list[Part]:
    if frame[at] != START or at + 1 >= len(frame) or frame[at + 1] not in COMMANDS:
        return []
    if at + LENGTH > len(frame):
        return [cut_short(at, len(frame), LENGTH)]
    message = frame[at : at + LENGTH]
    command = message[1]
    parts = [
        Part(at, at + 1, "inicio / start", "FF"),
        Part(at + 1, at + 2, "comando / command", coded(command, COMMANDS)),
    ]
    if command == READ:
        co2 = f"{int.from_bytes(message[2:4], 'big')} ppm"
        temperature = f"{message[4] - TEMPERATURE_OFFSET_C} °C"
        parts += [
            Part(at + 2, at + 4, "CO2", co2),
            Part(at + 4, at + 5, "temperatura / temperature", temperature),
            _padding(at + 5, at + 8),
        ]
    else:
        result = coded(message[2], RESULT)
        parts += [Part(at + 2, at + 3, "resultado / result", result), _padding(at + 3, at + 8)]
    return [*parts, checksum(at + 8, at + 9, message[8], check(message))]


def _padding(start: int, end: int) -> Part:
    return Part(start, end, "relleno / padding", "")
