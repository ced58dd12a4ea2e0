"""What a Modbus server does with a request (Modbus application protocol 1.1b3, chapter 6).

A request and its answer are function and data, without unit and CRC.
"""

import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from firmware_sim.boards.modbus.functions import (
    COIL_OFF,
    COIL_ON,
    SPACES,
    Code,
    Function,
    ModbusDevice,
    ModbusError,
    Space,
)
from firmware_sim.boards.modbus.rtu import EXCEPTION_BIT

READ_BITS_MAX, READ_REGISTERS_MAX = 2000, 125
WRITE_BITS_MAX, WRITE_REGISTERS_MAX = 0x07B0, 123
TWO_WORDS = struct.Struct(">HH")
RETURN_QUERY_DATA = b"\0\0"
"""Sub-function of diagnostics: the loop-back."""
RUNNING = b"\xff"
"""Run indicator in the answer to report server id."""
IDENTIFICATION = 0x0E
"""The encapsulated interface (MEI) that reads the identification."""
IDENTIFICATION_LENGTH = 3
STREAMS, ONE_OBJECT = (1, 2, 3), 4
"""Access: basic, regular, extended; one object by its number."""
CONFORMITY = 0x81
"""Basic identification, as a stream and object by object."""


@dataclass(frozen=True, slots=True)
class _Request:
    device: ModbusDevice
    function: Function
    data: bytes
    at_s: float

    @property
    def space(self) -> Space:
        return SPACES[self.function]

    def two_words(self) -> tuple[int, int]:
        if len(self.data) != TWO_WORDS.size:
            raise ModbusError(Code.ILLEGAL_VALUE)
        first, second = TWO_WORDS.unpack(self.data)
        return first, second

    def range(self, count_max: int) -> tuple[int, int]:
        """First address and count, with which the data begins."""
        if len(self.data) < TWO_WORDS.size:
            raise ModbusError(Code.ILLEGAL_VALUE)
        address, count = TWO_WORDS.unpack_from(self.data)
        if not 1 <= count <= count_max:
            raise ModbusError(Code.ILLEGAL_VALUE)
        return address, count

    def values(self, length: int) -> bytes:
        """The bytes to be written, after their own length."""
        after = self.data[TWO_WORDS.size :]
        if len(after) != 1 + length or after[0] != length:
            raise ModbusError(Code.ILLEGAL_VALUE)
        return after[1:]


def serve(device: ModbusDevice, request: bytes, at_s: float) -> bytes:
    """The answer to any bytes, of which the first is the function."""
    number = request[0]
    try:
        return bytes((number,)) + _answer(device, number, request[1:], at_s)
    except ModbusError as error:
        return bytes((number | EXCEPTION_BIT, error.code))


def _answer(device: ModbusDevice, number: int, data: bytes, at_s: float) -> bytes:
    if number not in device.functions:
        raise ModbusError(Code.ILLEGAL_FUNCTION)
    device.check_ready(at_s)
    function = Function(number)
    return _HANDLERS[function](_Request(device, function, data, at_s))


def pack_bits(bits: Sequence[int]) -> bytes:
    """The first bit is the lowest of the first byte; the rest of the last byte is 0."""
    number = sum(bit << place for place, bit in enumerate(bits))
    return number.to_bytes((len(bits) + 7) // 8, "little")


def unpack_bits(data: bytes, count: int) -> list[int]:
    number = int.from_bytes(data, "little")
    return [number >> place & 1 for place in range(count)]


def _read_bits(request: _Request) -> bytes:
    request.two_words()
    address, count = request.range(READ_BITS_MAX)
    packed = pack_bits(request.device.read(request.space, address, count, request.at_s))
    return bytes((len(packed),)) + packed


def _read_registers(request: _Request) -> bytes:
    request.two_words()
    address, count = request.range(READ_REGISTERS_MAX)
    words = request.device.read(request.space, address, count, request.at_s)
    return struct.pack(f">B{count}H", 2 * count, *words)


def _write_coil(request: _Request) -> bytes:
    address, value = request.two_words()
    if value not in (COIL_ON, COIL_OFF):
        raise ModbusError(Code.ILLEGAL_VALUE)
    request.device.write(Space.COIL, address, [int(value == COIL_ON)], request.at_s)
    return request.data


def _write_register(request: _Request) -> bytes:
    address, value = request.two_words()
    request.device.write(Space.HOLDING, address, [value], request.at_s)
    return request.data


def _write_coils(request: _Request) -> bytes:
    address, count = request.range(WRITE_BITS_MAX)
    bits = unpack_bits(request.values((count + 7) // 8), count)
    request.device.write(Space.COIL, address, bits, request.at_s)
    return TWO_WORDS.pack(address, count)


def _write_registers(request: _Request) -> bytes:
    address, count = request.range(WRITE_REGISTERS_MAX)
    words = struct.unpack(f">{count}H", request.values(2 * count))
    request.device.write(Space.HOLDING, address, words, request.at_s)
    return TWO_WORDS.pack(address, count)


def _diagnostics(request: _Request) -> bytes:
    if request.data[:2] != RETURN_QUERY_DATA:
        raise ModbusError(Code.ILLEGAL_FUNCTION)
    if len(request.data) % 2:
        raise ModbusError(Code.ILLEGAL_VALUE)
    return request.data


def _report_server_id(request: _Request) -> bytes:
    if request.data:
        raise ModbusError(Code.ILLEGAL_VALUE)
    told = request.device.server_id + RUNNING
    return bytes((len(told),)) + told


def _identify(request: _Request) -> bytes:
    if request.data[:1] != bytes((IDENTIFICATION,)):
        raise ModbusError(Code.ILLEGAL_FUNCTION)
    if len(request.data) != IDENTIFICATION_LENGTH:
        raise ModbusError(Code.ILLEGAL_VALUE)
    _, access, first = request.data
    objects = request.device.identification
    if access in STREAMS:
        # An object that is not there begins the stream anew; what is asked beyond the device's
        # conformity level is answered at that level.
        wanted = [number for number in objects if number >= first or first not in objects]
    elif access != ONE_OBJECT:
        raise ModbusError(Code.ILLEGAL_VALUE)
    elif first not in objects:
        raise ModbusError(Code.ILLEGAL_ADDRESS)
    else:
        wanted = [first]
    head = bytes((IDENTIFICATION, access, CONFORMITY, 0, 0, len(wanted)))
    told = [bytes((number, len(objects[number]))) + objects[number] for number in wanted]
    return head + b"".join(told)


_HANDLERS: Mapping[Function, Callable[[_Request], bytes]] = {
    Function.READ_COILS: _read_bits,
    Function.READ_DISCRETE_INPUTS: _read_bits,
    Function.READ_HOLDING_REGISTERS: _read_registers,
    Function.READ_INPUT_REGISTERS: _read_registers,
    Function.WRITE_COIL: _write_coil,
    Function.WRITE_REGISTER: _write_register,
    Function.DIAGNOSTICS: _diagnostics,
    Function.WRITE_COILS: _write_coils,
    Function.WRITE_REGISTERS: _write_registers,
    Function.REPORT_SERVER_ID: _report_server_id,
    Function.READ_DEVICE_IDENTIFICATION: _identify,
}
