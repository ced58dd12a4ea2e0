"""The devices that come with the bench, by the name of their profile."""

from firmware_sim.boards.board import Sense
from firmware_sim.boards.modbus.board import ModbusBoard
from firmware_sim.boards.modbus.device import ProfileDevice
from firmware_sim.boards.modbus.profile import shipped_profile


def shipped_device(name: str, sense: Sense, *, key: str, now_s: float) -> ProfileDevice:
    """`name`: `sdm120`, `smart_pole`, …, one of `profile.shipped_profiles()`. The rest is as for
    `ProfileDevice`.
    """
    return ProfileDevice(shipped_profile(name), sense, key=key, now_s=now_s)


def shipped_board(
    name: str, sense: Sense, *, key: str, now_s: float, unit: int | None = None
) -> ModbusBoard:
    """As `shipped_device`, on a line. `unit`: None is the address it comes with."""
    device = shipped_device(name, sense, key=key, now_s=now_s)
    return ModbusBoard(device.profile.unit if unit is None else unit, device)
