"""One open serial port: bytes out, bytes in, and a clear word when it can't be had or is lost."""

import asyncio
import errno
from typing import cast

import serialx

_OPEN_FAULTS = {
    errno.ENOENT: "no existe: conecte el adaptador o corrija `port`"
    " · does not exist: plug in the adapter or correct `port`",
    errno.EACCES: "sin permiso: agregue el usuario al grupo dialout"
    " · no permission: add the user to group dialout",
    errno.EBUSY: "lo usa otro programa: ciérrelo · another program has it: stop that program",
    errno.ENOTTY: "no es un puerto serie: corrija `port` · is no serial port: correct `port`",
}


class PortUnavailableError(Exception):
    """A serial port that can't be opened; the text names it and what to do."""


class PortLostError(Exception):
    """The port went away: adapter unplugged, line hung up."""


class SerialPort(asyncio.Protocol):
    """Buffered bytes of one port; every call raises `PortLostError` once it is gone."""

    def __init__(self, baud: int) -> None:
        self.character_s = 10 / baud
        self._transport: asyncio.WriteTransport | None = None
        self._buffer = bytearray()
        self._changed = asyncio.Event()
        self._lost: str | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        self._changed.set()

    def connection_lost(self, exc: Exception | None) -> None:
        self._lost = str(exc or "closed")
        self._changed.set()

    def write(self, data: bytes) -> None:
        self._check()
        if self._transport is not None:
            try:
                self._transport.write(data)
            except OSError as error:
                raise PortLostError(str(error)) from error

    async def read(self, count: int, timeout_s: float) -> bytes:
        """`count` bytes, or the fewer that came within `timeout_s`."""
        deadline_s = asyncio.get_running_loop().time() + timeout_s
        while len(self._buffer) < count and await self._wait(deadline_s):
            pass
        self._check()
        data = bytes(self._buffer[:count])
        del self._buffer[:count]
        return data

    async def read_some(self, timeout_s: float) -> bytes:
        """All that has come, waiting up to `timeout_s` for the first byte."""
        self._check()
        if not self._buffer:
            await self._wait(asyncio.get_running_loop().time() + timeout_s)
        self._check()
        return self.discard()

    def discard(self) -> bytes:
        """Take what has come so far, without waiting."""
        data = bytes(self._buffer)
        self._buffer.clear()
        return data

    async def settle(self, silence_s: float, at_most_s: float) -> None:
        """Throw away what comes until the line has been silent for `silence_s`."""
        loop = asyncio.get_running_loop()
        deadline_s = loop.time() + at_most_s
        self.discard()
        while loop.time() < deadline_s and await self.read_some(silence_s):
            pass

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    async def _wait(self, deadline_s: float) -> bool:
        """Wait for a change; False when the deadline has passed."""
        self._check()
        self._changed.clear()
        try:
            async with asyncio.timeout_at(deadline_s):
                await self._changed.wait()
        except TimeoutError:
            return False
        return True

    def _check(self) -> None:
        if self._lost is not None:
            raise PortLostError(self._lost)


async def open_port(path: str, baud: int) -> SerialPort:
    """Open for ourselves alone, 8N1; raises `PortUnavailableError`."""
    loop = asyncio.get_running_loop()
    try:
        _, protocol = await serialx.create_serial_connection(
            loop, lambda: SerialPort(baud), path, baudrate=baud, exclusive=True
        )
    except (OSError, serialx.UnsupportedSetting) as error:
        number = error.errno if isinstance(error, OSError) else None
        words = _OPEN_FAULTS.get(number or 0, str(error))
        raise PortUnavailableError(f"{path}: {words}") from error
    return cast("SerialPort", protocol)
