"""A serial line on a pseudo-terminal: bytes travel at the baud rate's pace, 10 bits each."""

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

from firmware_sim.boards.serial_board import SerialBoard

BITS_PER_CHARACTER = 10
CHUNK_CHARACTERS = 8
"""Handed over at once, as a UART's FIFO or a USB adapter does."""
UNREAD_MAX_S = 2.0
"""A UART that nobody reads overruns. Older bytes are not kept for a reader that comes later."""
KERNEL_LAG_S = 0.25
"""A busy kernel carries bytes from master to slave late: missing there, they were not yet read."""
BACKLOG_MAX_S = 5.0
"""Wire time of what may wait to be sent; a real board would not queue even this much."""


class PtyLine:
    """Joins one board to the master side; the slave side is reached through a stable link."""

    def __init__(
        self,
        board: SerialBoard,
        *,
        baud: int,
        is_half_duplex: bool,
        scenario_s: Callable[[], float],
    ) -> None:
        self._board = board
        self._character_s = BITS_PER_CHARACTER / baud
        self._is_half_duplex = is_half_duplex
        self._scenario_s = scenario_s
        self._loop = asyncio.get_running_loop()
        self._outgoing: deque[bytes] = deque()
        self._heard_until_s = 0.0
        self._sent_until_s = 0.0
        self._was_read_s = self._loop.time()
        self._unread_count = 0
        self._in_kernel: deque[tuple[float, int]] = deque()
        self._is_open = True
        self._timers: dict[str, asyncio.TimerHandle] = {}
        # Our own slave descriptor keeps the line alive and raw while readers come and go.
        self._master, self._slave = pty.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self.slave_path = Path(os.ttyname(self._slave))
        self._loop.add_reader(self._master, self._on_readable)
        if board.push_period_s is not None:
            self._push()

    def close(self) -> None:
        self._is_open = False
        for timer in self._timers.values():
            timer.cancel()
        self._loop.remove_reader(self._master)
        os.close(self._master)
        os.close(self._slave)

    def _on_readable(self) -> None:
        try:
            data = os.read(self._master, 4096)
        except BlockingIOError:
            return
        now_s = self._loop.time()
        if self._is_half_duplex and now_s < self._sent_until_s:
            return  # talked over our answer: nobody understands it
        # The bytes came in at once, but on a wire the last one would arrive only now:
        self._heard_until_s = max(self._heard_until_s, now_s) + len(data) * self._character_s
        self._loop.call_at(self._heard_until_s, self._receive, data)
        quiet_s = self._board.quiet_characters * self._character_s
        self._set_timer("quiet", self._heard_until_s + quiet_s, self._quiet)

    def _receive(self, data: bytes) -> None:
        self._send(self._board.receive(data, self._scenario_s()))

    def _quiet(self) -> None:
        self._send(self._board.quiet(self._scenario_s()))

    def _push(self) -> None:
        self._send(self._board.push(self._scenario_s()))
        period_s = self._board.push_period_s
        if period_s is not None:
            self._set_timer("push", self._loop.time() + period_s, self._push)

    def _send(self, data: bytes) -> None:
        now_s = self._loop.time()
        begin_s = max(self._sent_until_s, now_s)
        if not data or not self._is_open or begin_s - now_s > BACKLOG_MAX_S:
            return
        if not self._outgoing:
            self._set_timer("send", begin_s, self._send_chunk)
        self._sent_until_s = begin_s + len(data) * self._character_s
        self._outgoing.extend(
            data[at : at + CHUNK_CHARACTERS] for at in range(0, len(data), CHUNK_CHARACTERS)
        )

    def _send_chunk(self) -> None:
        """Called when the first of the waiting characters starts; hands it over when it is out."""
        chunk = self._outgoing[0]
        out_s = self._loop.time() + len(chunk) * self._character_s
        self._set_timer("send", out_s, self._hand_over)

    def _hand_over(self) -> None:
        chunk = self._outgoing.popleft()
        self._forget_unread()
        with contextlib.suppress(BlockingIOError):  # the reader's buffer is full: an overrun
            written = os.write(self._master, chunk)
            self._unread_count += written
            self._in_kernel.append((self._loop.time(), written))
        if self._outgoing:
            self._send_chunk()

    def _forget_unread(self) -> None:
        unread = struct.unpack("i", fcntl.ioctl(self._slave, termios.FIONREAD, b"\0" * 4))[0]
        now_s = self._loop.time()
        while self._in_kernel and now_s - self._in_kernel[0][0] > KERNEL_LAG_S:
            self._in_kernel.popleft()
        perhaps_on_the_way = sum(count for _, count in self._in_kernel)
        if unread == 0 or unread < self._unread_count - perhaps_on_the_way:
            self._was_read_s = now_s
        elif now_s - self._was_read_s > UNREAD_MAX_S:
            termios.tcflush(self._slave, termios.TCIFLUSH)
            unread = 0
        self._unread_count = unread

    def _set_timer(self, name: str, when_s: float, action: Callable[[], None]) -> None:
        if name in self._timers:
            self._timers[name].cancel()
        self._timers[name] = self._loop.call_at(when_s, action)
