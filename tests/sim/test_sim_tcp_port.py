"""A line's bytes on TCP, as serial-to-Ethernet servers offer them: any client, any bytes."""

import asyncio
import os
import socket
from contextlib import asynccontextmanager, suppress

import pytest
from echo_line import Echo, echo_line, switch_on
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_sim.boards.detectors.ss125.board import Ss125
from firmware_sim.wires.paced_line import PacedLine
from firmware_sim.wires.tcp_port import CLIENTS_MAX, WAITING_MAX_BYTES, TcpPort, listen_tcp

PATIENCE_S = 5.0
EVENT_READ = bytes.fromhex("5A310000010000000003 28 670000 BC")  # recorded from a real reader
NO_EVENT = bytes.fromhex("670000") + bytes(20)


@asynccontextmanager
async def serving(board, **options):
    """Yields the line and the number of its port."""
    line = echo_line(board, **({"baud": 115200} | options))
    paced = PacedLine(line, scenario_s=lambda: 0.0, speed=lambda: 1.0)
    listener = listen_tcp("127.0.0.1", 0)
    number = listener.getsockname()[1]
    port = TcpPort(paced, listener)
    await asyncio.sleep(0)
    try:
        yield paced, port, number
    finally:
        paced.close()
        port.close()


async def connect(number):
    return await asyncio.open_connection("127.0.0.1", number)


async def is_hung_up(reader) -> bool:
    async with asyncio.timeout(PATIENCE_S):
        try:
            while await reader.read(4096):
                pass
        except ConnectionResetError:
            pass
        return True


async def test_two_clients_share_the_line():
    async with serving(Echo()) as (_, _, number):
        first, second = await connect(number), await connect(number)
        first[1].write(b"asked by the first")
        for reader, _ in (first, second):
            assert await reader.readexactly(18) == b"asked by the first"
        second[1].write(b"and by the second")
        for reader, _ in (first, second):
            assert await reader.readexactly(17) == b"and by the second"
        for _, writer in (first, second):
            writer.close()


async def test_bytes_take_their_time_here_too():
    async with serving(Echo(), baud=1200) as (_, _, number):
        reader, writer = await connect(number)
        began_s = asyncio.get_running_loop().time()
        writer.write(b"x" * 24)
        assert await reader.readexactly(24) == b"x" * 24
        assert asyncio.get_running_loop().time() - began_s >= (24 + 3.5 + 24) / 120
        writer.close()


async def test_client_that_does_not_read_is_hung_up_on_and_costs_no_other():
    board = Echo(b"p" * 1024, push_period_s=0.02)
    async with serving(board, baud=10_000_000) as (_, port, number):
        with socket.socket() as deaf:
            # As little as the system allows: it is full soon.
            deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
            deaf.connect(("127.0.0.1", number))
            async with asyncio.timeout(PATIENCE_S):
                while not port._clients:
                    await asyncio.sleep(0)
            (deaf_client,) = port._clients
            sent_to_deaf = deaf_client.transport.get_extra_info("socket")
            sent_to_deaf.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1)
            board.pushed = b"p" * 8192
            reader, writer = await connect(number)
            async with asyncio.timeout(PATIENCE_S):
                while deaf_client in port._clients:
                    assert deaf_client.transport.get_write_buffer_size() <= (
                        WAITING_MAX_BYTES + 8192 * 3
                    )
                    assert await reader.read(65536)
            assert await reader.readexactly(1024)
            writer.close()


async def test_clients_are_bounded_and_places_come_free():
    async with serving(Echo()) as (_, port, number):
        clients = [await connect(number) for _ in range(CLIENTS_MAX)]
        for reader, writer in clients:
            writer.write(b"here")
            await reader.readexactly(4)
        reader, writer = await connect(number)
        assert await is_hung_up(reader)
        writer.close()
        clients.pop()[1].close()
        async with asyncio.timeout(PATIENCE_S):
            while len(port._clients) == CLIENTS_MAX:
                await asyncio.sleep(0.01)
        reader, writer = await connect(number)
        writer.write(b"free")
        async with asyncio.timeout(PATIENCE_S):
            while b"free" not in await reader.read(100):
                pass
        writer.close()
        for _, writer in clients:
            writer.close()


async def test_unplugged_line_hangs_up_and_answers_again_when_plugged_in():
    async with serving(Echo()) as (paced, port, number):
        reader, writer = await connect(number)
        writer.write(b"hello")
        assert await reader.readexactly(5) == b"hello"
        switch_on(paced.line, "unplugged")
        port.follow(is_unplugged=True)
        assert await is_hung_up(reader)
        writer.close()
        reader, writer = await connect(number)
        writer.write(b"anybody?")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await reader.read(10)
        paced.line.switches.clear()
        port.follow(is_unplugged=False)
        writer.write(b"hello")
        assert await reader.readexactly(5) == b"hello"
        writer.close()


async def test_closed_port_is_free_again():
    async with serving(Echo()) as (_, port, number):
        reader, writer = await connect(number)
        writer.write(b"x")
        await reader.readexactly(1)
        port.close()
        assert await is_hung_up(reader)
        writer.close()
        await asyncio.sleep(0.01)
        listen_tcp("127.0.0.1", number).close()


def radar():
    board = Ss125(0, 1, lanes=2, clock_ms=lambda at_s: round(at_s * 1000), period_s=30)
    board.power_up(0.0)
    return board


@settings(max_examples=30, deadline=None)
@given(st.lists(st.binary(max_size=300) | st.just(b"Z1" * 200), max_size=4))
def test_any_bytes_leave_a_radar_serving(chunks):
    async def talk():
        async with serving(radar(), baud=10_000_000) as (_, _, number):
            reader, writer = await connect(number)
            for chunk in chunks:
                writer.write(chunk)
            writer.write_eof()
            with suppress(ConnectionResetError, TimeoutError):
                async with asyncio.timeout(PATIENCE_S):
                    await reader.read()
            writer.close()
            reader, writer = await connect(number)
            await asyncio.sleep(0.002)  # silence on the line: what came before is over
            writer.write(EVENT_READ)
            async with asyncio.timeout(PATIENCE_S):
                answer = b""
                while NO_EVENT not in answer:
                    answer += await reader.readexactly(1)
            writer.close()

    asyncio.run(talk())


async def test_million_bytes_cost_no_memory():
    async with serving(Echo()) as (paced, _, number):
        _, writer = await connect(number)
        writer.write(os.urandom(1_000_000))
        await writer.drain()
        await asyncio.sleep(0.2)
        assert len(paced.line.devices[0].board.heard) < 20_000
        now_s = asyncio.get_running_loop().time()
        assert paced._heard_until_s - now_s < 6
        writer.close()
