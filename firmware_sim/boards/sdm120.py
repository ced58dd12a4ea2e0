"""Eastron SDM120 energy meter: function 4, floats in two registers, high word first."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from firmware_sim.boards.modbus_rtu import (
    ILLEGAL_ADDRESS,
    ILLEGAL_FUNCTION,
    READ_INPUT,
    ModbusError,
)
from firmware_sim.boards.registers import float_words

VOLTAGE, CURRENT, POWER, FACTOR = 0x0000, 0x0006, 0x000C, 0x001E
FREQUENCY, IMPORT, TOTAL = 0x0046, 0x0048, 0x0156
LAST_REGISTER = 0x0157
PARAMETERS_MAX = 40
ENERGY_STEP_KWH = 0.01
"""The register steps by this, and each step is kept through a power failure."""


@dataclass(frozen=True, slots=True)
class Load:
    voltage_v: float
    power_w: float
    power_factor: float
    frequency_hz: float

    @property
    def current_a(self) -> float:
        return self.power_w / (self.voltage_v * self.power_factor)


class Sdm120:
    def __init__(self, load: Callable[[float], Load], *, energy_kwh: float, now_s: float) -> None:
        self._load = load
        self._energy_kwh = energy_kwh
        self._integrated_s = now_s

    @property
    def energy_kwh(self) -> float:
        """What the register shows: only ever grows."""
        return math.floor(self._energy_kwh / ENERGY_STEP_KWH + 1e-6) * ENERGY_STEP_KWH

    def advance(self, to_s: float) -> None:
        if to_s > self._integrated_s:
            hours = (to_s - self._integrated_s) / 3600
            self._energy_kwh += self._load(to_s).power_w / 1000 * hours
            self._integrated_s = to_s

    def read(self, function: int, address: int, count: int, at_s: float) -> Sequence[int]:
        if function != READ_INPUT:
            raise ModbusError(ILLEGAL_FUNCTION)
        if address % 2 or count % 2 or count > 2 * PARAMETERS_MAX:
            raise ModbusError(ILLEGAL_ADDRESS)
        if address + count > LAST_REGISTER + 1:
            raise ModbusError(ILLEGAL_ADDRESS)
        self.advance(at_s)
        load = self._load(at_s)
        values = {
            VOLTAGE: load.voltage_v,
            CURRENT: load.current_a,
            POWER: load.power_w,
            FACTOR: load.power_factor,
            FREQUENCY: load.frequency_hz,
            IMPORT: self.energy_kwh,
            TOTAL: self.energy_kwh,
        }
        parameters = range(address, address + count, 2)
        return [word for place in parameters for word in float_words(values.get(place, 0.0))]

    def write(self, address: int, words: Sequence[int], at_s: float) -> None:
        raise ModbusError(ILLEGAL_FUNCTION)
