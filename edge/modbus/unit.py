"""A Modbus unit on a line, read as its profile says."""

from collections.abc import Callable

from edge.clock import Clock
from edge.health import DeviceHealth
from edge.lines.port import SerialPort
from edge.modbus.master import read_registers
from edge.modbus.profile import decode_block, load_profile, plan_reads
from edge.modbus.settings import ModbusDevice
from edge.plausible import only_plausible
from gateway.contract.messages import Observation


class ModbusUnit:
    """One poll is one observation of the profile's kind, with the fields that have a value."""

    def __init__(
        self, settings: ModbusDevice, clock: Clock, emit: Callable[[Observation], None]
    ) -> None:
        self.health = DeviceHealth(settings.name, settings.poll_s)
        self.poll_s = settings.poll_s
        self.profile = load_profile(settings.profile)
        self._unit = settings.unit
        self._blocks = plan_reads(self.profile)
        self._clock = clock
        self._emit = emit

    async def poll(self, port: SerialPort) -> None:
        """Read all blocks; the first that fails ends the poll without an observation."""
        asked_s = self._clock.monotonic_s()
        read: dict[str, float] = {}
        for block in self._blocks:
            data = await read_registers(
                port, self._unit, self.profile.function, block.register, block.length
            )
            read |= decode_block(block, data)
        moment_s = (asked_s + self._clock.monotonic_s()) / 2
        fields, fault = only_plausible(self.profile.kind, read)
        if fields:
            self._emit(
                Observation(
                    device=self.health.device,
                    kind=self.profile.kind,
                    time_ms=self._clock.utc_ms(moment_s),
                    fields=fields,
                )
            )
        if fault:
            if not fields:
                raise fault
            self.health.failed(fault)
