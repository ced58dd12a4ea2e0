"""A line's end as a raw TCP port, as serial-to-Ethernet servers offer: bytes in, bytes out."""

import asyncio
import socket

from firmware_sim.wires.paced_line import PacedLine

CLIENTS_MAX = 4
READ_BYTES = 4096
WAITING_MAX_BYTES = 16384
"""A client that does not read is hung up on: the line does not wait for it."""


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


class TcpPort:
    """Serves the listening socket, which it then owns; needs a running event loop."""

    def __init__(self, line: PacedLine, listener: socket.socket) -> None:
        self._line = line
        self._clients: set[asyncio.StreamWriter] = set()
        self._serving = asyncio.create_task(self._serve(listener))
        self._serving.add_done_callback(lambda _: listener.close())
        line.ends.append(self._hand_over)

    def close(self) -> None:
        self._serving.cancel()
        self._hang_up()

    def follow(self, is_unplugged: bool) -> None:
        """While the line is unplugged, whoever connects is hung up on."""
        if is_unplugged:
            self._hang_up()

    def _hang_up(self) -> None:
        for client in self._clients:
            client.transport.abort()

    async def _serve(self, listener: socket.socket) -> None:
        server = await asyncio.start_server(self._talk, sock=listener)
        await server.serve_forever()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if len(self._clients) < CLIENTS_MAX:
                self._clients.add(writer)
                while data := await reader.read(READ_BYTES):
                    self._line.hear(data)
        except OSError:
            pass  # gone without saying so
        except asyncio.CancelledError:
            pass  # Python 3.11's streams would tell of it as an error
        finally:
            self._clients.discard(writer)
            writer.close()

    def _hand_over(self, chunk: bytes) -> None:
        for client in self._clients:
            if client.transport.get_write_buffer_size() > WAITING_MAX_BYTES:
                client.transport.abort()
            else:
                client.write(chunk)
