"""How a message gets on a sign: the NTCIP 1203 steps, and reading the face back."""

import asyncio
from collections.abc import Callable

from edge.faults import AnswerError
from edge.signs.face import as_type, read_face
from edge.signs.objects import (
    ACTIVATE_ERROR,
    ACTIVATE_ERRORS,
    ACTIVATE_MESSAGE,
    BLANK_MESSAGE,
    CHANGEABLE,
    COMM_LOSS_MESSAGE,
    COMM_LOSS_TIME,
    CONTROL_MODE,
    DURATION_FOR_EVER,
    ERROR,
    LOCAL,
    LONG_POWER_RECOVERY_MESSAGE,
    MODIFY_REQUEST,
    MULTI_ERROR,
    MULTI_ERROR_POSITION,
    MULTI_ERRORS,
    NO_SUCH_MESSAGE,
    ROW,
    SHORT_POWER_RECOVERY_MESSAGE,
    TIME_REMAINING,
    VALID,
    VALIDATE_ERROR,
    VALIDATE_REQUEST,
    WORTH_ANOTHER_TRY,
    MessageId,
    MessageRow,
    activation_code,
    message_crc,
    message_row,
)
from edge.signs.snmp import Snmp

COMM_LOSS_MIN = 2
"""Without a request for so long the sign blanks itself."""
_OWNER = b"aburra"
_VALIDATION_S = 10.0
_READ_BACK_S = 3.0
_LOOK_S = 0.1
_EMPTY_PRIORITY = 1


class SignRefusedError(Exception):
    """The sign, or someone standing at it, does not let this message be shown."""


class TooLateError(Exception):
    """The command expired while the sign was being made ready: its face was left as it was."""


async def prepare(snmp: Snmp) -> None:
    """Dead man: after a power cut, and when nobody asks any more, the sign is to be blank."""
    blank = BLANK_MESSAGE.to_bytes()
    await snmp.set((COMM_LOSS_MESSAGE, blank), (COMM_LOSS_TIME, COMM_LOSS_MIN))
    await snmp.set((SHORT_POWER_RECOVERY_MESSAGE, blank), (LONG_POWER_RECOVERY_MESSAGE, blank))


async def show(
    snmp: Snmp, multi: str, duration_min: int, priority: int, is_expired: Callable[[], bool]
) -> None:
    """Show a message, and wait until the face shows it.

    Validation may take seconds: `is_expired` is asked again before the face changes. Raises
    `SignRefusedError`, `TooLateError` and `AnswerError`.
    """
    try:
        text = multi.encode("latin-1")
    except UnicodeEncodeError as error:
        raise SignRefusedError(f"carácter fuera de Latin-1 · not Latin-1: {error}") from error
    message = MessageId(CHANGEABLE, ROW, message_crc(text))
    face = await read_face(snmp)
    _check_control(face.control_mode)
    if face.source == message and face.multi == multi:
        await snmp.set((TIME_REMAINING, duration_min))
        return
    await _write(snmp, text, priority, message.crc)
    if is_expired():
        raise TooLateError
    activate_error = await _activate(snmp, message, duration_min)
    if activate_error in WORTH_ANOTHER_TRY:
        await _write(snmp, text, priority, message.crc)
        activate_error = await _activate(snmp, message, duration_min)
    _check_activated(activate_error)
    await _wait_until_shown(snmp, multi)


async def blank(snmp: Snmp) -> None:
    """Blank the sign, and wait until it is; raises as `show` does.

    A sign without blank memory is shown an empty message.
    """
    (control_mode,) = await snmp.get(CONTROL_MODE)
    _check_control(as_type(control_mode, int))
    activate_error = await _activate(snmp, BLANK_MESSAGE, DURATION_FOR_EVER)
    if activate_error in NO_SUCH_MESSAGE:
        empty = MessageId(CHANGEABLE, ROW, message_crc(b""))
        await _write(snmp, b"", _EMPTY_PRIORITY, empty.crc)
        activate_error = await _activate(snmp, empty, DURATION_FOR_EVER)
    _check_activated(activate_error)
    await _wait_until_shown(snmp, "")


def _check_control(control_mode: int) -> None:
    if control_mode == LOCAL:
        raise SignRefusedError("el panel está en control local · the sign is under local control")


def _check_activated(error: int | None) -> None:
    if error is not None:
        name = ACTIVATE_ERRORS.get(error, str(error))
        raise SignRefusedError(f"activación rechazada · activation refused: {name}")


async def _write(snmp: Snmp, text: bytes, priority: int, crc: int) -> None:
    """Put the message in its row and have the sign validate it."""
    row = message_row(CHANGEABLE, ROW)
    sign_crc = await _fill(
        snmp, row, (row.multi, text), (row.owner, _OWNER), (row.priority, priority)
    )
    if sign_crc != crc:
        # The CRC covers beacon and pixel service: another system may have left them on.
        sign_crc = await _fill(
            snmp, row, (row.multi, text), (row.beacon, 0), (row.pixel_service, 0)
        )
    if sign_crc != crc:
        raise SignRefusedError(f"CRC {sign_crc!r}, esperado · expected {crc}")


async def _fill(snmp: Snmp, row: MessageRow, *values: tuple[str, int | bytes]) -> object:
    """Modify the row and have it validated; the CRC that the sign makes of it."""
    try:
        await snmp.set((row.status, MODIFY_REQUEST))
    except AnswerError as fault:
        if fault.reason != "refused":  # some signs refuse it when the row is being modified
            raise
    await snmp.set(*values)
    await snmp.set((row.status, VALIDATE_REQUEST))
    deadline_s = asyncio.get_running_loop().time() + _VALIDATION_S
    while True:
        status, sign_crc = await snmp.get(row.status, row.crc)
        if status == VALID:
            return sign_crc
        if status == ERROR:
            raise SignRefusedError(await _why_invalid(snmp))
        if asyncio.get_running_loop().time() > deadline_s:
            raise SignRefusedError(
                "el panel no termina de validar · the sign does not end validating"
            )
        await asyncio.sleep(_LOOK_S)


async def _why_invalid(snmp: Snmp) -> str:
    error, multi_error, position = await snmp.get(VALIDATE_ERROR, MULTI_ERROR, MULTI_ERROR_POSITION)
    name = MULTI_ERRORS.get(as_type(multi_error, int), str(multi_error))
    return f"mensaje inválido · invalid message: {name} at {position!r} (validate error {error!r})"


async def _activate(snmp: Snmp, message: MessageId, duration_min: int) -> int | None:
    """Activate; the activate error, or None when it was accepted."""
    try:
        await snmp.set((ACTIVATE_MESSAGE, activation_code(message, duration_min)))
    except AnswerError as fault:
        if fault.reason != "refused":
            raise
        (error,) = await snmp.get(ACTIVATE_ERROR)
        return as_type(error, int)
    return None


async def _wait_until_shown(snmp: Snmp, multi: str) -> None:
    """Signs take a moment to change; who asks reads the face afterwards and judges for himself."""
    deadline_s = asyncio.get_running_loop().time() + _READ_BACK_S
    while (await read_face(snmp)).shows != multi:
        if asyncio.get_running_loop().time() > deadline_s:
            return
        await asyncio.sleep(_LOOK_S)
