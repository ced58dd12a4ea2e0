"""A Modbus unit on a line, read as its profile says."""

from collections.abc import Awaitable, Callable
from typing import Any

from edge.clock import Clock
from edge.health import DeviceHealth
from edge.modbus.master import read_registers
from edge.modbus.profile import decode_block, load_profile, plan_reads
from edge.modbus.settings import ModbusDevice
from edge.plausible import only_plausible
from gateway.contract.messages import Observation

ReadRegisters = Callable[[Any, int, int, int, int], Awaitable[bytes]]
"""(port, unit, function, register, count) -> `2 * count` bytes; raises `AnswerError`."""


class ModbusUnit:
    """One poll is one observation of the profile's kind, with the fields that have a value."""

    def __init__(
        self,
        settings: ModbusDevice,
        clock: Clock,
        emit: Callable[[Observation], None],
        read: ReadRegisters = read_registers,
    ) -> None:
        """`read` is the wire's own way to ask; RTU's unless told."""
        self.health = DeviceHealth(settings.name, settings.poll_s)
        self.poll_s = settings.poll_s
        self.profile = load_profile(settings.profile)
        self._unit = settings.unit
        self._blocks = plan_reads(self.profile)
        self._clock = clock
        self._emit = emit
        self._read = read

    async def poll(self, port: Any) -> None:
        """Read all blocks; the first that fails ends the poll without an observation."""
        asked_s = self._clock.monotonic_s()
        read: dict[str, float] = {}
        for block in self._blocks:
            data = await self._read(
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
