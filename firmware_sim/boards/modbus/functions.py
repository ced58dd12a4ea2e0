"""Modbus's own names: functions, tables, exception codes (Modbus application protocol 1.1b3)."""

from collections.abc import Mapping, Sequence
from enum import IntEnum, StrEnum
from typing import Protocol


class Function(IntEnum):
    READ_COILS = 1
    READ_DISCRETE_INPUTS = 2
    READ_HOLDING_REGISTERS = 3
    READ_INPUT_REGISTERS = 4
    WRITE_COIL = 5
    WRITE_REGISTER = 6
    DIAGNOSTICS = 8
    WRITE_COILS = 15
    WRITE_REGISTERS = 16
    REPORT_SERVER_ID = 17
    READ_DEVICE_IDENTIFICATION = 43


class Space(StrEnum):
    """The four tables of a Modbus device; each has addresses 0 to 65535."""

    COIL = "coil"
    DISCRETE = "discrete"
    HOLDING = "holding"
    INPUT = "input"

    @property
    def has_bits(self) -> bool:
        return self in (Space.COIL, Space.DISCRETE)


SPACES = {
    Function.READ_COILS: Space.COIL,
    Function.READ_DISCRETE_INPUTS: Space.DISCRETE,
    Function.READ_HOLDING_REGISTERS: Space.HOLDING,
    Function.READ_INPUT_REGISTERS: Space.INPUT,
    Function.WRITE_COIL: Space.COIL,
    Function.WRITE_REGISTER: Space.HOLDING,
    Function.WRITE_COILS: Space.COIL,
    Function.WRITE_REGISTERS: Space.HOLDING,
}
"""Which table a function reads or writes."""
WRITES = frozenset(
    {
        Function.WRITE_COIL,
        Function.WRITE_REGISTER,
        Function.WRITE_COILS,
        Function.WRITE_REGISTERS,
    }
)
COIL_ON, COIL_OFF = 0xFF00, 0


class Code(IntEnum):
    """Exception codes."""

    ILLEGAL_FUNCTION = 1
    ILLEGAL_ADDRESS = 2
    ILLEGAL_VALUE = 3
    DEVICE_FAILURE = 4
    ACKNOWLEDGE = 5
    BUSY = 6
    MEMORY_PARITY = 8
    GATEWAY_PATH = 10
    GATEWAY_TARGET = 11


class ModbusError(Exception):
    """The server refuses."""

    def __init__(self, code: Code) -> None:
        super().__init__(code.name)
        self.code = code


class ModbusDevice(Protocol):
    """The tables of one device. A bit is 0 or 1, a register 0 to 65535."""

    @property
    def functions(self) -> frozenset[int]:
        """The functions it knows."""

    @property
    def server_id(self) -> bytes:
        """What it answers to report server id, before the run indicator."""

    @property
    def identification(self) -> Mapping[int, bytes]:
        """Objects of its basic identification: 0 vendor, 1 product code, 2 revision."""

    def check_ready(self, at_s: float) -> None:
        """Raises `ModbusError` when it cannot serve anything now."""

    def read(self, space: Space, address: int, count: int, at_s: float) -> Sequence[int]:
        """`count` bits or registers; raises `ModbusError`."""

    def write(self, space: Space, address: int, values: Sequence[int], at_s: float) -> None:
        """All of the values, or none and `ModbusError`."""
