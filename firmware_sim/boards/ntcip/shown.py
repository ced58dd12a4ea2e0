"""What a sign would say of itself now, in words: Spanish first, English beside it."""

from firmware_sim.boards.board import Shown
from firmware_sim.boards.ntcip.controller import SignController
from firmware_sim.boards.ntcip.message import FOR_EVER_MIN, Memory
from firmware_sim.boards.ntcip.multi import plain_text
from firmware_sim.boards.ntcip.sensors import LEVELS, SignSensors
from firmware_sim.boards.ntcip.state import ActivateError, ControlMode, SourceMode

MODES = {
    ControlMode.LOCAL: "local · local",
    ControlMode.CENTRAL: "central · central",
    ControlMode.CENTRAL_OVERRIDE: "central forzado · central override",
}
SOURCES = {
    SourceMode.LOCAL: "panel local · local panel",
    SourceMode.CENTRAL: "centro de control · control centre",
    SourceMode.POWER_RECOVERY: "regreso de la energía · power recovery",
    SourceMode.RESET: "reinicio · reset",
    SourceMode.COMM_LOSS: "sin comunicación · communications loss",
    SourceMode.POWER_LOSS: "sin energía · power loss",
    SourceMode.END_DURATION: "fin de la duración · end of duration",
}
MEMORIES = {
    Memory.PERMANENT: "permanente · permanent",
    Memory.CHANGEABLE: "modificable · changeable",
    Memory.VOLATILE: "volátil · volatile",
    Memory.BLANK: "en blanco · blank",
}
REFUSALS = {
    ActivateError.PRIORITY: "prioridad insuficiente · priority too low",
    ActivateError.MESSAGE_STATUS: "mensaje no válido · message not valid",
    ActivateError.MEMORY_TYPE: "tipo de memoria · memory type",
    ActivateError.MESSAGE_NUMBER: "número de mensaje · message number",
    ActivateError.MESSAGE_CRC: "CRC del mensaje · message CRC",
    ActivateError.SYNTAX_MULTI: "sintaxis MULTI · MULTI syntax",
    ActivateError.LOCAL_MODE: "control local · local control",
    ActivateError.CENTRAL_MODE: "control central · central control",
    ActivateError.CENTRAL_OVERRIDE_MODE: "control central forzado · central override",
}
ERRORS = (
    (1, "comunicación · communications"),
    (2, "energía · power"),
    (5, "píxeles · pixels"),
    (7, "mensaje · message"),
    (9, "temperatura · temperature"),
    (11, "temperatura crítica · critical temperature"),
    (13, "puerta · door"),
)
"""Bits of shortErrorStatus that this sign can set."""


def error_words(bits: int) -> str:
    """Bits of shortErrorStatus in words; those that this sign never sets as numbers."""
    known = dict(ERRORS)
    words = [known.get(bit, f"bit {bit}") for bit in range(16) if bits >> bit & 1]
    return "; ".join(words) or "ninguno · none"


def shown(sign: SignController, sensors: SignSensors, at_s: float) -> Shown:
    state = sign.state
    values: dict[str, float | int | str] = {
        "control_mode": MODES[sign.control_mode(at_s)],
        "multi": state.shown.multi.decode("latin-1"),
    }
    for number, text in enumerate(plain_text(state.shown.multi), start=1):
        values[f"page_{number}"] = text or "(apagado · blank)"
    remaining_min = sign.remaining_min(at_s)
    is_endless = remaining_min == FOR_EVER_MIN
    memory = MEMORIES[Memory(state.source.memory)]
    values |= {
        "shown_because": SOURCES[state.source_mode],
        "message": f"{memory} {state.source.number}",
        "message_crc": f"{state.source.crc:#06x}",
        "run_time_priority": state.shown.priority,
        "remaining_min": "sin límite · for ever" if is_endless else remaining_min,
        "errors": error_words(sensors.short_errors(at_s)),
        "last_refusal": REFUSALS.get(state.activate_error, "ninguna · none"),
        "brightness_pct": round(100 * sensors.level(at_s) / LEVELS),
        "housing_max_c": sensors.housing_c(at_s)[1],
        "cabinet_max_c": sensors.cabinet_c(at_s)[1],
        "ambient_c": sensors.ambient_c(at_s),
        "dead_pixels": len(sensors.pixel_table(at_s)),
        "comm_loss_min": state.number("dmsTimeCommLoss"),
    }
    if not sign.is_on(at_s):
        values["power"] = "sin energía · no power"
    return values
