"""Modbus boards where other people's masters reach them: on a pseudo-terminal, on TCP."""

import asyncio
import os
import pty
import tty
from contextlib import asynccontextmanager

from modbus_asking import ask

from firmware_sim.boards.modbus.rtu import with_crc

QUIET_S = 0.005
TARGET_SILENT = 0x0B


@asynccontextmanager
async def on_pty(boards, at_s=0.0):
    """All on one line; yields the path of its other end."""
    loop = asyncio.get_running_loop()
    master, slave = pty.openpty()
    tty.setraw(slave)
    heard = bytearray()
    timer = None

    def quiet():
        frame = bytes(heard)
        heard.clear()
        os.write(master, ask(boards, frame, at_s))

    def readable():
        nonlocal timer
        heard.extend(os.read(master, 4096))
        if timer is not None:
            timer.cancel()
        timer = loop.call_later(QUIET_S, quiet)

    loop.add_reader(master, readable)
    try:
        yield os.ttyname(slave)
    finally:
        loop.remove_reader(master)
        if timer is not None:
            timer.cancel()
        os.close(master)
        os.close(slave)


@asynccontextmanager
async def on_tcp(boards, at_s=0.0):
    """Behind a gateway that takes Modbus TCP; yields its port on 127.0.0.1."""

    async def serve(reader, writer):
        try:
            while True:
                head = await reader.readexactly(7)
                body = await reader.readexactly(int.from_bytes(head[4:6], "big") - 1)
                reply = ask(boards, with_crc(head[6:] + body), at_s)
                told = reply[1:-2] or bytes((body[0] | 0x80, TARGET_SILENT))
                length = (len(told) + 1).to_bytes(2, "big")
                writer.write(head[:4] + length + head[6:] + told)
        except asyncio.IncompleteReadError:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]
