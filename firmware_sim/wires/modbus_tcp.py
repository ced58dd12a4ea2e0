"""An Ethernet gateway before an RS-485 line: Modbus TCP on one side, RTU on the other.

Its clients take turns on the line, which carries one request at a time at its own pace.
"""

import asyncio
import socket
from collections.abc import Callable

from firmware_sim.boards.modbus.rtu import BROADCAST, EXCEPTION_BIT, is_whole, with_crc
from firmware_sim.lines.device import Burst
from firmware_sim.lines.line import Line
from firmware_sim.wires.mbap import HEADER_LENGTH, MbapError, decode_header, encode_frame

CLIENTS_MAX = 8
"""Small gateways serve a few; one more is turned away."""
UNIT_TIMEOUT_S = 0.5
TARGET_SILENT = 11
"""Exception code: the gateway's target device failed to respond."""
BUFFER_BYTES = 1024


class ModbusTcp:
    """Serves the listening socket, which it then owns; needs a running event loop."""

    def __init__(
        self, line: Line, listener: socket.socket, *, scenario_s: Callable[[], float]
    ) -> None:
        self._line = line
        self._scenario_s = scenario_s
        self._turn = asyncio.Lock()
        self._clients: set[asyncio.StreamWriter] = set()
        self._serving = asyncio.create_task(self._serve(listener))
        self._serving.add_done_callback(lambda _: listener.close())

    def close(self) -> None:
        self._serving.cancel()
        for client in self._clients:
            client.transport.abort()

    def follow(self, is_unplugged: bool) -> None:
        """The gateway itself stays; it says that nobody answers behind it."""

    async def _serve(self, listener: socket.socket) -> None:
        server = await asyncio.start_server(self._talk, sock=listener, limit=BUFFER_BYTES)
        await server.serve_forever()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if len(self._clients) < CLIENTS_MAX:
                self._clients.add(writer)
                while True:
                    await self._answer_one(reader, writer)
        except (MbapError, asyncio.IncompleteReadError, OSError):
            pass  # whoever cannot be understood, or has gone, is hung up on
        except asyncio.CancelledError:
            pass  # Python 3.11's streams would tell of it as an error
        finally:
            self._clients.discard(writer)
            writer.close()

    async def _answer_one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        header = decode_header(await reader.readexactly(HEADER_LENGTH))
        body = await reader.readexactly(header.body_length)
        async with self._turn:
            reply = await self._ask(bytes((header.unit,)) + body)
        if header.unit != BROADCAST:
            writer.write(encode_frame(header.transaction_id, header.unit, reply))
            await writer.drain()

    async def _ask(self, request: bytes) -> bytes:
        """Function and data of the unit's answer, or the exception that there is none."""
        frame = with_crc(request)
        await self._wire(len(frame))
        bursts = self._line.receive(frame, self._scenario_s())
        bursts += self._line.quiet(self._scenario_s())
        reply = await self._reply(bursts) if bursts else b""
        if request[0] == BROADCAST:
            return b""
        if not is_whole(reply) or reply[0] != request[0]:
            await asyncio.sleep(UNIT_TIMEOUT_S)
            return bytes((request[1] | EXCEPTION_BIT, TARGET_SILENT))
        return reply[1:-2]

    async def _reply(self, bursts: list[Burst]) -> bytes:
        """What arrives before the gateway gives up."""
        delay_s = max(burst.delay_s for burst in bursts)
        if delay_s > UNIT_TIMEOUT_S:
            return b""
        await asyncio.sleep(delay_s)
        await self._wire(sum(len(burst.data) * burst.pace for burst in bursts))
        return b"".join(burst.data for burst in bursts)

    async def _wire(self, characters: float) -> None:
        await asyncio.sleep((characters + self._line.quiet_characters) * self._line.character_s)
