"""One board behind a pseudo-terminal, for readers of other people's making.

Bytes are not paced; what the board says unasked comes at its period, and its line falls quiet after
as many characters of silence as it wants.
"""

import contextlib
import os
import pty
import select
import threading
import time
import tty
from collections.abc import Callable
from typing import Self

from firmware_sim.boards.board import Board

BITS_PER_CHARACTER = 10


class BoardOnPty:
    """A context manager; `path` is the terminal to open. A crash of the board fails the test.

    `at_s` gives the scenario's second of each call; it may be moved, never back.
    """

    def __init__(
        self, board: Board, *, baud: int = 9600, at_s: Callable[[], float] = lambda: 0.0
    ) -> None:
        self._board = board
        self._at_s = at_s
        self._quiet_s = board.quiet_characters * BITS_PER_CHARACTER / baud
        self._stop_reader, self._stop_writer = os.pipe()
        self._master, self._slave = pty.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self.path = os.ttyname(self._slave)
        self.sent = bytearray()
        """All that the board said."""
        self._crash: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        os.write(self._stop_writer, b".")
        self._thread.join()
        for descriptor in (self._master, self._slave, self._stop_reader, self._stop_writer):
            os.close(descriptor)
        if self._crash is not None:
            raise self._crash

    def _run(self) -> None:
        try:
            self._serve()
        except BaseException as crash:  # noqa: BLE001 - raised again in the test's own thread
            self._crash = crash

    def _serve(self) -> None:
        quiet_at_s = None
        push_at_s = self._next_push_s()
        while True:
            deadlines_s = [at_s for at_s in (quiet_at_s, push_at_s) if at_s is not None]
            wait_s = max(0.0, min(deadlines_s) - time.monotonic()) if deadlines_s else None
            ready, _, _ = select.select([self._master, self._stop_reader], [], [], wait_s)
            if self._stop_reader in ready:
                return
            scenario_s = self._at_s()
            self._board.tick(scenario_s)
            if self._master in ready:
                data = os.read(self._master, 4096)
                self._send(self._board.receive(data, scenario_s))
                quiet_at_s = time.monotonic() + self._quiet_s
            elif quiet_at_s is not None and time.monotonic() >= quiet_at_s:
                quiet_at_s = None
                self._send(self._board.quiet(scenario_s))
            elif push_at_s is not None and time.monotonic() >= push_at_s:
                self._send(self._board.push(scenario_s))
                push_at_s = self._next_push_s()

    def _next_push_s(self) -> float | None:
        period_s = self._board.push_period_s
        return None if period_s is None else time.monotonic() + period_s

    def _send(self, data: bytes) -> None:
        self.sent += data
        with contextlib.suppress(BlockingIOError):  # nobody reads: an overrun, as on a wire
            os.write(self._master, data)
