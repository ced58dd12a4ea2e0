"""What the settings of a cabinet name, built and ready to run."""

from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, NamedTuple

from edge.canoga.card import CanogaCard
from edge.canoga.settings import CanogaLine
from edge.clock import Clock
from edge.health import DeviceHealth
from edge.lines.line import Line, serve_polls
from edge.modbus.master import read_registers
from edge.modbus.settings import ModbusLine, ModbusTcpLine
from edge.modbus.unit import ModbusUnit, ReadRegisters
from edge.pms5003.sensor import Pms5003Sensor
from edge.settings import EdgeSettings
from edge.settings import Line as LineSettings
from edge.signs.sign import Sign
from edge.signs.snmp import SnmpManager
from gateway.contract.messages import BirthDevice, Observation

Emit = Callable[[Observation], None]
Job = Callable[[], Coroutine[Any, Any, None]]
Serve = Callable[..., Coroutine[Any, Any, None]]


class Equipment(NamedTuple):
    """Health and birth of every device, the work that runs for ever, and the signs by name."""

    healths: list[DeviceHealth]
    births: list[BirthDevice]
    jobs: list[Job]
    signs: dict[str, Sign]


def equip(
    settings: EdgeSettings, communities: dict[str, str], clock: Clock, emit: Emit
) -> Equipment:
    """Build every line and sign; nothing is opened yet."""
    equipment = Equipment([], [], [], {})
    for line in settings.lines:
        serve: Serve
        if isinstance(line, CanogaLine):
            cards = [CanogaCard(d, settings.bin_s, clock, emit) for d in line.devices]
            serve = partial(serve_polls, cards, clock.monotonic_s)
            healths = [card.health for card in cards]
            births = [_birth(d.name, "Canoga", d.title, "vds_interval") for d in line.devices]
            equipment.jobs.extend(card.keep_intervals for card in cards)
        elif isinstance(line, ModbusLine | ModbusTcpLine):
            read = _register_reader(line)
            units = [ModbusUnit(d, clock, emit, read) for d in line.devices]
            serve = partial(serve_polls, units, clock.monotonic_s)
            healths = [unit.health for unit in units]
            births = [
                _birth(device.name, unit.profile.model, device.title, unit.profile.kind)
                for device, unit in zip(line.devices, units, strict=True)
            ]
        else:
            (device,) = line.devices
            sensor = Pms5003Sensor(device, clock, emit)
            serve = sensor.serve
            healths = [sensor.health]
            births = [_birth(device.name, "PMS5003", device.title, "air_particulate")]
        equipment.healths.extend(healths)
        equipment.births.extend(births)
        equipment.jobs.append(_line_job(line, serve, healths))
    for row in settings.signs:
        manager = SnmpManager(row.host, row.port, communities[row.name])
        sign = Sign(row, manager, clock, emit)
        equipment.signs[row.name] = sign
        equipment.healths.append(sign.health)
        equipment.births.append(_birth(row.name, "NTCIP 1203", row.title, "sign_state"))
        equipment.jobs.append(sign.run)
    return equipment


# pymodbus is a large import: only a cabinet with a line on TCP pays for it.


def _register_reader(line: ModbusLine | ModbusTcpLine) -> ReadRegisters:
    if isinstance(line, ModbusLine):
        return read_registers
    from edge.modbus.tcp import TcpPort  # noqa: PLC0415

    return TcpPort.read_registers


def _line_job(line: LineSettings, serve: Serve, healths: list[DeviceHealth]) -> Job:
    if not isinstance(line, ModbusTcpLine):
        return Line(line.port, line.baud, serve, healths).run
    from edge.modbus.tcp import TcpLine  # noqa: PLC0415

    return TcpLine(line.host, line.port, serve, healths).run


def _birth(name: str, model: str, title: str, kind: str) -> BirthDevice:
    return BirthDevice(device=name, model=model, title=title, kinds=(kind, "device_health"))
