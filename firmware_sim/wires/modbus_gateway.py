"""An Ethernet gateway before an RS-485 line: Modbus TCP on one side, RTU on the other.

Its clients take turns on the line, which carries one request at a time at its own pace.
"""

import asyncio
import socket
from collections.abc import Callable

from firmware_sim.boards.modbus_rtu import BROADCAST, ModbusLine, with_crc
from firmware_sim.wires.mbap import HEADER_LENGTH, MbapError, decode_header, encode_frame

CLIENTS_MAX = 8
"""Small gateways serve a few; one more is turned away."""
CHARACTER_BITS = 10
QUIET_CHARACTERS = 3.5
UNIT_TIMEOUT_S = 0.5
TARGET_SILENT = 11
"""Exception code: the gateway's target device failed to respond."""
EXCEPTION_BIT = 0x80
BUFFER_BYTES = 1024


def listen_tcp(host: str, port: int) -> socket.socket:
    """Raises `OSError` when the port is taken or not ours to take."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        # An earlier run's connections may still linger on the port.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen()
    except OSError:
        listener.close()
        raise
    listener.setblocking(False)
    return listener


class ModbusGateway:
    """Serves the listening socket, which it then owns; needs a running event loop."""

    def __init__(
        self,
        line: ModbusLine,
        listener: socket.socket,
        *,
        baud: int,
        scenario_s: Callable[[], float],
    ) -> None:
        self._line = line
        self._listener = listener
        self._character_s = CHARACTER_BITS / baud
        self._scenario_s = scenario_s
        self._turn = asyncio.Lock()
        self._clients: set[asyncio.StreamWriter] = set()
        self._serving = asyncio.create_task(self._serve())
        self._serving.add_done_callback(lambda _: listener.close())

    def close(self) -> None:
        self._serving.cancel()
        for client in self._clients:
            client.transport.abort()

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._talk, sock=self._listener, limit=BUFFER_BYTES)
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
        reply = self._line.answer(frame, self._scenario_s())
        if not reply and request[0] != BROADCAST:
            await asyncio.sleep(UNIT_TIMEOUT_S)
            return bytes((request[1] | EXCEPTION_BIT, TARGET_SILENT))
        await self._wire(len(reply))
        return reply[1:-2]

    async def _wire(self, characters: int) -> None:
        await asyncio.sleep((characters + QUIET_CHARACTERS) * self._character_s)
