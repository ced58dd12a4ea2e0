"""A line's end as a pseudo-terminal, reached through a stable link, that can be pulled out."""

import asyncio
import contextlib
import fcntl
import os
import pty
import struct
import termios
import tty
from collections import deque
from collections.abc import Callable
from pathlib import Path

from firmware_sim.wires.paced_line import PacedLine

UNREAD_MAX_S = 2.0
"""A UART that nobody reads overruns. Older bytes are not kept for a reader that comes later."""
KERNEL_LAG_S = 0.25
"""A busy kernel carries bytes from master to slave late: missing there, they were not yet read."""
LOOK_S = 0.25
"""Whoever was seen to read is believed so long: to look takes a system call."""
READ_BYTES = 4096


class PtyPort:
    """`link` makes the stable name lead to a path, or to nothing; it returns the name."""

    def __init__(self, line: PacedLine, link: Callable[[Path | None], Path]) -> None:
        """Raises `OSError` when the system has no pseudo-terminal left."""
        self._line = line
        self._link = link
        self._loop = asyncio.get_running_loop()
        self._master = self._slave = -1
        self._was_read_s = 0.0
        self._unread_count = 0
        self._in_kernel: deque[tuple[float, int]] = deque()
        line.ends.append(self._hand_over)
        self.path = self.plug()

    @property
    def is_plugged(self) -> bool:
        return self._master >= 0

    def plug(self) -> Path:
        # Our own slave descriptor keeps the line alive and raw while readers come and go.
        self._master, self._slave = pty.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self._was_read_s = self._loop.time()
        self._unread_count = 0
        self._in_kernel.clear()
        self._loop.add_reader(self._master, self._on_readable)
        return self._link(Path(os.ttyname(self._slave)))

    def unplug(self) -> None:
        """Whoever has the port open is told by the system that it is gone."""
        if not self.is_plugged:
            return
        self._loop.remove_reader(self._master)
        os.close(self._master)
        os.close(self._slave)
        self._master = self._slave = -1
        self._link(None)

    def follow(self, is_unplugged: bool) -> None:
        """Plugs in or out, as the line's switch says."""
        if is_unplugged:
            self.unplug()
        elif not self.is_plugged:
            self.plug()

    def close(self) -> None:
        self.unplug()

    def _on_readable(self) -> None:
        with contextlib.suppress(BlockingIOError):
            self._line.hear(os.read(self._master, READ_BYTES))

    def _hand_over(self, chunk: bytes) -> None:
        if not self.is_plugged:
            return
        now_s = self._loop.time()
        if now_s - self._was_read_s >= LOOK_S:
            self._forget_unread(now_s)
        with contextlib.suppress(BlockingIOError):  # the reader's buffer is full: an overrun
            written = os.write(self._master, chunk)
            self._unread_count += written
            self._in_kernel.append((now_s, written))

    def _forget_unread(self, now_s: float) -> None:
        unread = struct.unpack("i", fcntl.ioctl(self._slave, termios.FIONREAD, b"\0" * 4))[0]
        while self._in_kernel and now_s - self._in_kernel[0][0] > KERNEL_LAG_S:
            self._in_kernel.popleft()
        perhaps_on_the_way = sum(count for _, count in self._in_kernel)
        if unread == 0 or unread < self._unread_count - perhaps_on_the_way:
            self._was_read_s = now_s
        elif now_s - self._was_read_s > UNREAD_MAX_S:
            termios.tcflush(self._slave, termios.TCIFLUSH)
            unread = 0
        self._unread_count = unread
