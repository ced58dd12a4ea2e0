"""A simulated sign for tests, and the steps of showing a message on it."""

from firmware_sim.boards.ntcip.device import SignBoard
from firmware_sim.boards.ntcip.message import ActivationCode, MessageId, message_crc
from firmware_sim.boards.ntcip.objects import DMS, Value
from firmware_sim.boards.ntcip.plan import SignPlan
from firmware_sim.boards.ntcip.snmp.responder import SnmpSecrets
from firmware_sim.faults.switches import Switches

SECRETS = SnmpSecrets(
    "lectura-secreta", "escritura-secreta", "tecnico", "frase-de-firma", "frase-de-cifrado"
)
NOON_MS = 17 * 3_600_000
"""UTC at scenario second 0: noon in Medellín."""


def make_board(
    switches: Switches | None = None,
    *,
    light_lux: float = 50_000.0,
    temperature_c: float = 21.4,
    now_s: float = 0.0,
    **plan,
) -> SignBoard:
    shape = {} if "lines" in plan else {"width_px": 108, "height_px": 27}
    world = {"light_lux": light_lux, "temperature_c": temperature_c}
    return SignBoard(
        SignPlan(**(shape | plan)),
        lambda name, _: world[name],
        switches or Switches("sign"),
        now_s=now_s,
        clock_ms=lambda at_s: NOON_MS + round(at_s * 1000),
    )


def get(board: SignBoard, *where: int, at_s: float = 0.0) -> Value | None:
    return board.mib.get((*DMS, *where), at_s)


def put(board: SignBoard, *parts: tuple[tuple[int, ...], Value], at_s: float = 0.0) -> None:
    board.mib.set([((*DMS, *where), value) for where, value in parts], at_s)


def cell(column: int, number: int = 1, memory: int = 3) -> tuple[int, ...]:
    return (5, 8, 1, column, memory, number)


def load(board: SignBoard, text: str, *, number: int = 1, memory: int = 3, at_s: float = 0.0):
    """Steps 1 to 5 of showing a message; the status is that of half a second later."""
    put(board, (cell(9, number, memory), 6), at_s=at_s)
    multi = text.encode("latin-1")
    put(board, (cell(3, number, memory), multi), (cell(8, number, memory), 40), at_s=at_s)
    put(board, (cell(9, number, memory), 7), at_s=at_s)
    return get(board, *cell(9, number, memory), at_s=at_s + 0.5)


def message_id(text: str, *, number: int = 1, memory: int = 3) -> bytes:
    crc = message_crc(text.encode("latin-1"), 0, 0)
    return MessageId(memory, number, crc).to_bytes()


def activation(text: str, *, minutes: int = 10, number: int = 1, memory: int = 3) -> bytes:
    code = MessageId.from_bytes(message_id(text, number=number, memory=memory))
    return ActivationCode(minutes, 255, code, bytes((10, 0, 0, 7))).to_bytes()


def show(board: SignBoard, text: str, *, at_s: float = 0.0, minutes: int = 10) -> None:
    """Loads it at `at_s` and activates it a second later."""
    assert load(board, text, at_s=at_s) == 4
    put(board, ((6, 3, 0), activation(text, minutes=minutes)), at_s=at_s + 1)
