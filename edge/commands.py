"""Commands: each is carried out once, in time, by the sign it is for; and always answered."""

import asyncio
import logging
import sqlite3
from collections.abc import Awaitable, Callable, Mapping
from typing import Literal, Protocol

from gateway.contract.codec import ContractError, decode, encode
from gateway.contract.messages import Command, CommandResult
from gateway.spool.spool import Spool

log = logging.getLogger("aburra.edge")

_CLOCKS_APART_MS = 5_000
"""So far the centre's clock may be ahead without confusing the order of its commands."""


class Executor(Protocol):
    """What carries out a command, unless it has expired by then, and says how it ended."""

    async def carry_out(self, command: Command) -> CommandResult: ...


class _Post:
    """The one command that waits for a sign, and when the newest one so far was issued."""

    def __init__(self) -> None:
        self.waiting: Command | None = None
        self.newest_ms = 0
        self.arrived = asyncio.Event()


class CommandDesk:
    """Takes payloads of the command topic; `publish` sends a result.

    A repeated id is answered with the same result and never acted on again, also after a restart.
    While a sign is busy one command waits for it: a newer one takes its place, and one that comes
    late, after a newer one, is refused.
    """

    def __init__(
        self,
        source: str,
        signs: Mapping[str, Executor],
        spool: Spool,
        publish: Callable[[bytes], Awaitable[object]],
        now_ms: Callable[[], int],
    ) -> None:
        self._signs = {f"{source}/{name}": sign for name, sign in signs.items()}
        self._posts = {target: _Post() for target in self._signs}
        self._spool = spool
        self._publish = publish
        self._now_ms = now_ms
        self._in_hand: set[str] = set()
        self.malformed_count = 0

    async def receive(self, payload: bytes) -> None:
        """Answer at once or leave it for the sign; what is no Command is counted and dropped."""
        try:
            command = decode(payload, Command)
        except ContractError as error:
            self.malformed_count += 1
            log.warning("command refused (%d so far): %s", self.malformed_count, error)
            return
        if command.id in self._in_hand:
            return
        known = await asyncio.to_thread(self._spool.result_of, command.id)
        if known is not None:
            await self._publish(known)
            return
        post = self._posts.get(command.target)
        if post is None:
            log.warning("command %s is for %s, not here", command.id, command.target)
            await self._answer(command, "refused", "destino desconocido · unknown target")
        elif self._is_expired(command):
            await self._answer(command, "expired", "")
        elif command.issued_ms < post.newest_ms:
            await self._answer(command, "refused", "superseded")
        else:
            # Bounded: a centre whose clock was ahead must not lock itself out for long.
            post.newest_ms = min(command.issued_ms, self._now_ms() + _CLOCKS_APART_MS)
            self._in_hand.add(command.id)
            older, post.waiting = post.waiting, command
            post.arrived.set()
            if older is not None:
                await self._answer(older, "refused", "superseded")

    async def run(self) -> None:
        """Carry out what arrives, one command at a time per sign; for ever."""
        async with asyncio.TaskGroup() as group:
            for target, post in self._posts.items():
                group.create_task(self._serve(self._signs[target], post))

    async def _serve(self, sign: Executor, post: _Post) -> None:
        while True:
            await post.arrived.wait()
            post.arrived.clear()
            command, post.waiting = post.waiting, None
            if command is None:
                continue
            await self._finish(await sign.carry_out(command))

    def _is_expired(self, command: Command) -> bool:
        return self._now_ms() >= command.expires_ms

    async def _answer(
        self, command: Command, status: Literal["refused", "expired"], detail: str
    ) -> None:
        result = CommandResult(
            id=command.id,
            target=command.target,
            status=status,
            done_ms=self._now_ms(),
            detail=detail,
        )
        await self._finish(result)

    async def _finish(self, result: CommandResult) -> None:
        payload = encode(result)
        try:
            await asyncio.to_thread(self._spool.remember_result, result.id, payload)
        except sqlite3.OperationalError as error:
            log.error("the result of %s can't be kept: %s", result.id, error)
        finally:
            self._in_hand.discard(result.id)
        await self._publish(payload)
