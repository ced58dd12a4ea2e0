"""Modbus TCP: pymodbus asks and listens; when to ask, reconnect and give up is ours.

Imported only where the settings name such a line: pymodbus is a large import for a small computer.
"""

import asyncio
import errno
import logging
import socket
import struct
from collections.abc import Awaitable, Callable, Sequence

from pymodbus.client import AsyncModbusTcpClient
from pymodbus.exceptions import ConnectionException
from pymodbus.pdu import DecodePDU, ModbusPDU

from edge.faults import AnswerError
from edge.health import DeviceHealth
from edge.lines.port import PortLostError, PortUnavailableError
from edge.modbus.codec import READ_HOLDING, exception_fault

log = logging.getLogger("aburra.edge")
# What the library warns of at every poll is counted per device here.
logging.getLogger("pymodbus").setLevel(logging.CRITICAL)

_CONNECT_S = 3.0
_RECONNECT_S = 1.0
_ANSWER_S = 1.0
_UNACKNOWLEDGED_S = 10
"""So long without a TCP acknowledgement, the kernel gives the connection up (cable, power)."""
_EXCEPTION_BIT = 0x80

_FAULTS = {
    errno.ECONNREFUSED: "conexión rechazada: revise `port` y el Modbus TCP del equipo"
    " · connection refused: check `port`, and that the device serves Modbus TCP",
    errno.ETIMEDOUT: "no contesta: revise la alimentación, la red y `host`"
    " · does not answer: check its power, the network and `host`",
    errno.EHOSTUNREACH: "no se alcanza: revise el cable, la red y `host`"
    " · cannot be reached: check the cable, the network and `host`",
    errno.ENETUNREACH: "no hay red: revise el cable · no network: check the cable",
    socket.EAI_NONAME: "nombre desconocido: corrija `host` · unknown name: correct `host`",
    socket.EAI_AGAIN: "el DNS no contesta: use una dirección IP en `host`"
    " · DNS does not answer: use an IP address as `host`",
}


class _Decoder(DecodePDU):
    """The library drops the connection on an answer it can't decode: all units would pay for one.

    Here such an answer is one without registers.
    """

    def decode(self, frame: bytes) -> ModbusPDU:
        pdu = super().decode(frame)
        if pdu is None:
            pdu = ModbusPDU()
            pdu.function_code = frame[0]
        return pdu


class TcpPort:
    """One connection, which stands where a serial port stands for a line and its units.

    An answer that comes too late carries another transaction id: pymodbus drops it, so there is
    nothing to wait for between requests.
    """

    character_s = 0.0

    def __init__(self, host: str, port: int, on_answer: Callable[[], None]) -> None:
        self._on_answer = on_answer
        self._address = f"{host}:{port}"
        # Without a time-out of its own: on Python 3.11 its `wait_for` can swallow a cancellation.
        self._client = AsyncModbusTcpClient(
            host,
            port=port,
            retries=0,
            reconnect_delay=0,
            timeout=None,  # type: ignore[arg-type]
        )
        self._client.ctx.framer.decoder = _Decoder(is_server=False)

    async def open(self) -> None:
        """Raises `PortUnavailableError`."""
        try:
            async with asyncio.timeout(_CONNECT_S):
                # The client's own `connect` keeps to itself why it failed.
                transport, _ = await self._client.ctx.call_create()
        except OSError as error:
            number = errno.ETIMEDOUT if isinstance(error, TimeoutError) else error.errno
            words = _FAULTS.get(number or 0, str(error))
            raise PortUnavailableError(f"{self._address}: {words}") from error
        transport.get_extra_info("socket").setsockopt(
            socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _UNACKNOWLEDGED_S * 1000
        )

    async def read_registers(self, unit: int, function: int, register: int, count: int) -> bytes:
        """`2 * count` bytes; raises `AnswerError`, or `PortLostError`."""
        client = self._client
        is_holding = function == READ_HOLDING
        read = client.read_holding_registers if is_holding else client.read_input_registers
        try:
            async with asyncio.timeout(_ANSWER_S):
                reply = await read(register, count=count, device_id=unit)
        except TimeoutError as error:
            if not client.connected:
                raise self._lost() from error
            raise AnswerError("silent", f"{_ANSWER_S} s") from error
        except ConnectionException as error:
            raise self._lost() from error
        self._on_answer()
        return _registers(reply, function, count)

    async def settle(self, silence_s: float, at_most_s: float) -> None:
        """Nothing to wait for."""

    def close(self) -> None:
        self._client.close()

    def _lost(self) -> PortLostError:
        return PortLostError(f"{self._address}: conexión perdida · connection lost")


def _registers(reply: ModbusPDU, function: int, count: int) -> bytes:
    """What pymodbus leaves unchecked; it lets transaction id 0 pass as any."""
    if not reply.transaction_id:
        raise AnswerError("content", "reply without the request's transaction id")
    if reply.function_code == function | _EXCEPTION_BIT:
        raise exception_fault(reply.exception_code)
    if reply.function_code != function:
        raise AnswerError("content", f"reply of function {reply.function_code}")
    if len(reply.registers) != count:
        raise AnswerError("length", f"expected {count} registers, not {len(reply.registers)}")
    return struct.pack(f">{count}H", *reply.registers)


class TcpLine:
    """Connects to `host`, hands the connection to `serve`, again and again."""

    def __init__(
        self,
        host: str,
        port: int,
        serve: Callable[[TcpPort], Awaitable[None]],
        healths: Sequence[DeviceHealth],
    ) -> None:
        self._host = host
        self._port = port
        self._serve = serve
        self._healths = healths
        self._told_fault = ""

    async def run(self) -> None:
        """For ever; cancel to stop."""
        while True:
            port = TcpPort(self._host, self._port, self._answered)
            try:
                await port.open()
                self._set_fault("")
                await self._serve(port)
            except (PortUnavailableError, PortLostError) as error:
                self._set_fault(str(error))
            finally:
                port.close()
            await asyncio.sleep(_RECONNECT_S)

    def _set_fault(self, fault: str) -> None:
        for health in self._healths:
            health.port_fault = fault
        if fault not in ("", self._told_fault):
            log.warning("%s", fault)
            self._told_fault = fault

    def _answered(self) -> None:
        # Only an answer ends a fault: a gateway whose places are all taken lets us in as well.
        if self._told_fault:
            log.info("%s:%s: answers", self._host, self._port)
            self._told_fault = ""
