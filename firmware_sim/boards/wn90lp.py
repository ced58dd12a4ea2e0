"""Ecowitt WN90LP weather station: address 0x90, function 3, registers 0x165 to 0x16D."""

from collections.abc import Sequence

from firmware_sim.boards.modbus_rtu import (
    ILLEGAL_ADDRESS,
    ILLEGAL_FUNCTION,
    READ_HOLDING,
    ModbusError,
)
from firmware_sim.boards.registers import unsigned
from firmware_sim.world.weather import Weather

FIRST, LENGTH = 0x165, 9


class Wn90lp:
    """Its rain counter restarts at power-up."""

    def __init__(self, weather: Weather, *, power_up_s: float) -> None:
        self._weather = weather
        self._rain_before_mm = weather.rain_total_mm(power_up_s)

    def read(self, function: int, address: int, count: int, at_s: float) -> Sequence[int]:
        if function != READ_HOLDING:
            raise ModbusError(ILLEGAL_FUNCTION)
        offset = address - FIRST
        if offset < 0 or offset + count > LENGTH:
            raise ModbusError(ILLEGAL_ADDRESS)
        return self._registers(at_s)[offset : offset + count]

    def write(self, address: int, words: Sequence[int], at_s: float) -> None:
        raise ModbusError(ILLEGAL_FUNCTION)

    def _registers(self, at_s: float) -> list[int]:
        weather = self._weather
        return [
            unsigned(weather.daylight_lux(at_s), 0.1),
            unsigned(weather.uv_index(at_s), 10),
            unsigned(weather.temperature_c(at_s), 10, 400),
            unsigned(weather.humidity_pct(at_s)),
            unsigned(weather.wind_ms(at_s), 10),
            unsigned(weather.gust_ms(at_s), 10),
            unsigned(weather.wind_direction_deg(at_s)) % 360,
            unsigned(weather.rain_total_mm(at_s) - self._rain_before_mm, 10),
            unsigned(weather.pressure_hpa(at_s), 10),
        ]
