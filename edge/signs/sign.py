"""One variable message sign: its face is read at intervals, and commands are carried out on it."""

import asyncio
import logging
from collections.abc import Callable
from typing import Literal

from edge.clock import Clock
from edge.faults import AnswerError
from edge.health import DeviceHealth
from edge.plausible import only_plausible
from edge.signs.face import Face, read_face
from edge.signs.sequence import SignRefusedError, TooLateError, blank, prepare, show
from edge.signs.settings import SignSettings
from edge.signs.snmp import Snmp
from gateway.contract.messages import Command, CommandResult, Observation

log = logging.getLogger("aburra.edge")


_PREPARATIONS_MAX = 3


class Sign:
    """Emits a `sign_state` per good reading; a failed reading is no observation."""

    def __init__(
        self,
        settings: SignSettings,
        snmp: Snmp,
        clock: Clock,
        emit: Callable[[Observation], None],
    ) -> None:
        self.health = DeviceHealth(settings.name, settings.poll_s)
        self._poll_s = settings.poll_s
        self._snmp = snmp
        self._clock = clock
        self._emit = emit
        self._preparations_left = _PREPARATIONS_MAX
        self._one_at_a_time = asyncio.Lock()

    async def run(self) -> None:
        """Read the face for ever."""
        try:
            while True:
                async with self._one_at_a_time:
                    await self._read()
                await asyncio.sleep(self._poll_s)
        finally:
            self._snmp.close()

    async def carry_out(self, command: Command) -> CommandResult:
        """Show or blank as commanded, ahead of the next reading, and say what the face shows."""
        async with self._one_at_a_time:
            status, detail = await self._attempt(command)
            face = await self._read()
        wanted = command.multi if command.action == "show" else ""
        if status == "confirmed" and face is None:
            status, detail = "failed", "sin lectura de vuelta · no read-back"
        elif status == "confirmed" and face is not None and face.shows != wanted:
            status, detail = "failed", "el panel muestra otra cosa · the sign shows something else"
        log.info("%s: command %s: %s", self.health.device, command.id, f"{status} {detail}".strip())
        return CommandResult(
            id=command.id,
            target=command.target,
            status=status,
            done_ms=self._clock.now_ms(),
            detail=detail[:200],
            shows_multi=None if face is None else face.shows,
        )

    async def _attempt(
        self, command: Command
    ) -> tuple[Literal["confirmed", "refused", "expired", "failed"], str]:
        def is_expired() -> bool:
            return self._clock.now_ms() >= command.expires_ms

        if is_expired():
            return "expired", ""  # while it waited for a reading of a sign that did not answer
        try:
            if command.action == "blank" or not command.multi:
                await blank(self._snmp)
            else:
                await show(
                    self._snmp, command.multi, command.duration_min, command.priority, is_expired
                )
        except TooLateError:
            return "expired", "mientras el panel validaba · while the sign validated"
        except SignRefusedError as refusal:
            return "refused", str(refusal)
        except AnswerError as fault:
            self._failed(fault)
            return "failed", str(fault)
        return "confirmed", ""

    async def _read(self) -> Face | None:
        """The face, emitted as an observation; None, and a fault counted, when it can't be read."""
        try:
            asked_s = self._clock.monotonic_s()
            face = await read_face(self._snmp)
        except AnswerError as fault:
            self._failed(fault)
            return None
        now_s = self._clock.monotonic_s()
        self.health.answered(now_s)
        if self._preparations_left:
            await self._prepare()
        fields, fault_in_values = only_plausible(
            "sign_state",
            {
                "is_blank": face.is_blank,
                "message_crc": face.crc,
                "remaining_min": face.remaining_min,
                "control_mode": face.control_mode,
                "short_error_bits": face.short_error_bits,
            },
        )
        if fault_in_values:
            self.health.failed(fault_in_values)
        self._emit(
            Observation(
                device=self.health.device,
                kind="sign_state",
                time_ms=self._clock.utc_ms((asked_s + now_s) / 2),
                fields=fields,
                texts={"multi": face.shows},
            )
        )
        return face

    async def _prepare(self) -> None:
        """Each time the sign has been away: it may be another one, or a replaced controller.

        Some signs say nothing at all to an object they do not have, so that silence here, after
        the face was read, is no sign of absence.
        """
        try:
            await prepare(self._snmp)
        except AnswerError as fault:
            self._preparations_left = self._preparations_left - 1 if fault.reason == "silent" else 0
            if not self._preparations_left:
                log.warning("%s: not all dead-man settings: %s", self.health.device, fault)
        else:
            self._preparations_left = 0

    def _failed(self, fault: AnswerError) -> None:
        self.health.failed(fault)
        if fault.reason == "silent":
            self._preparations_left = _PREPARATIONS_MAX
