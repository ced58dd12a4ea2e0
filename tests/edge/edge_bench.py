"""Pseudo-terminals with a far end, and a loop card and a CRC written for these tests alone."""

import asyncio
import os
import time
import tty
from collections.abc import Callable
from functools import reduce
from operator import xor
from pathlib import Path


async def until(condition: Callable[[], object], timeout_s: float = 10.0) -> None:
    deadline_s = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline_s, "condition not met in time"
        await asyncio.sleep(0.01)


class Wire:
    """A pseudo-terminal behind a stable name; `answer(request) -> reply` is the far end."""

    def __init__(self, path: Path, answer: Callable[[bytes], bytes]) -> None:
        self.path = path
        self._answer = answer
        self.requests: list[tuple[float, bytes]] = []
        self.plug()

    def plug(self) -> None:
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self.path.unlink(missing_ok=True)
        self.path.symlink_to(os.ttyname(self._slave))
        asyncio.get_running_loop().add_reader(self._master, self._readable)

    def unplug(self) -> None:
        asyncio.get_running_loop().remove_reader(self._master)
        os.close(self._master)
        os.close(self._slave)
        self.path.unlink()

    def send(self, data: bytes) -> None:
        os.write(self._master, data)

    def _readable(self) -> None:
        request = os.read(self._master, 4096)
        self.requests.append((time.monotonic(), request))
        if reply := self._answer(request):
            self.send(reply)


class LoopCard:
    """A loop card, all in one: `vehicle()` puts one over both loops of lane 1."""

    def __init__(self) -> None:
        self.records = [(0, 0, 0)] * 4
        self.clock_ms = 1000

    def vehicle(self, duration_ms: int = 300, onset_ms: int = 250) -> None:
        self.clock_ms += 2000
        for index, start_ms in ((0, self.clock_ms), (1, self.clock_ms + onset_ms)):
            self.records[index] = (duration_ms, start_ms, (self.records[index][2] + 1) % 256)

    def answer(self, request: bytes) -> bytes:
        if request != bytes.fromhex("3C3038002A31453E"):
            return b""
        body = b"".join(
            duration.to_bytes(3, "big") + start.to_bytes(4, "big") + bytes((count, 0))
            for duration, start, count in self.records
        )
        return body + bytes((reduce(xor, body),))


def modbus_crc(data: bytes) -> bytes:
    """Bit by bit, as Modbus over serial line V1.02, 6.2.2 tells it."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ 0xA001 if crc & 1 else crc >> 1
    return bytes((crc & 0xFF, crc >> 8))
