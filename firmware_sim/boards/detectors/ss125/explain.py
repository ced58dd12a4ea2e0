"""An SS125's packets, field by field."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from firmware_sim.boards.board import Part
from firmware_sim.boards.detectors.fields import (
    Field,
    explain_fields,
    hexadecimal,
    number,
    one_of,
    text,
    verdict,
)
from firmware_sim.boards.detectors.ss125.messages import FULL_OCCUPANCY, Code, Message
from firmware_sim.boards.detectors.ss125.packet import (
    BODY_MIN,
    HEADER_SIZE,
    READ,
    RESULT,
    WRITE,
    crc8,
)
from firmware_sim.boards.detectors.ss125.values import from_fixed16, from_fixed24, from_stamp

Say = Callable[[bytes], str]

MESSAGES = {
    Message.GENERAL_CONFIG: "configuración general · general configuration",
    Message.DATA_CONFIG: "configuración de datos · data configuration",
    Message.VERSION: "versión · version",
    Message.FLASH_CONFIG: "guardar en flash · write to flash",
    Message.CLOCK: "reloj · clock",
    Message.CLASS_CONFIG: "clases por longitud · length classes",
    Message.ACTIVE_EVENT: "evento de vehículo · vehicle event",
    Message.CLEAR_EVENTS: "vaciar eventos · clear events",
    Message.INTERVAL: "datos de intervalo · interval data",
}
KINDS = {READ: "leer · read", WRITE: "escribir · write", RESULT: "resultado · result"}
CODES = {
    Code.DONE: "hecho · done",
    Code.PAYLOAD_SIZE: "longitud errónea · wrong payload size",
    Code.BODY_CRC: "CRC del cuerpo erróneo · wrong body CRC",
    Code.READ_ONLY: "solo lectura · read only",
    Code.NO_INTERVAL: "no existe el intervalo · no such interval",
    Code.PUSH_STATE: "envío no permitido · invalid push state",
    Code.CLOCK_NOT_SET: "hora imposible · clock not set",
}
STORAGE = {0: "ninguno · none", 1: "circular", 2: "hasta llenarse · until full"}
NO_VALUE = "sin valor · no value"
OCCUPANCY_MISSING = 0x7FFF
"""From here on."""


def explain(frame: bytes, *, is_metric: bool) -> list[Part]:
    """One packet, or several that follow each other."""
    parts: list[Part] = []
    at = 0
    while at < len(frame):
        size = frame[at + 9] if len(frame) > at + 9 else 0
        end = at + HEADER_SIZE + size + 1
        parts += _explain_packet(frame, at, size, is_metric=is_metric)
        at = end
    return parts


def _explain_packet(frame: bytes, at: int, size: int, *, is_metric: bool) -> list[Part]:
    header_crc = crc8(frame[at : at + HEADER_SIZE - 1])
    body = frame[at + HEADER_SIZE : at + HEADER_SIZE + size]
    known = _body_fields(body, is_metric=is_metric)
    rest = size - sum(field.size for field in known)
    fields = [
        Field(2, "inicio · start", _sentinel),
        Field(3, "destino (subred/equipo) · destination (sub-net/id)", _address),
        Field(3, "origen (subred/equipo) · source (sub-net/id)", _address),
        Field(1, "secuencia · sequence", number()),
        Field(1, "longitud del cuerpo · body length", number("bytes")),
        Field(1, "CRC de cabecera · header CRC", lambda data: verdict(data[0], header_crc, 2)),
        *known,
        *([Field(rest, "contenido · payload", hexadecimal)] if rest else []),
        Field(1, "CRC del cuerpo · body CRC", lambda data: verdict(data[0], crc8(body), 2)),
    ]
    return explain_fields(frame, at, fields)


def _body_fields(body: bytes, *, is_metric: bool) -> list[Field]:
    """Of the body without its CRC: as many fields as are known and have room in it."""
    kind = body[2:3]
    fields = [
        Field(1, "mensaje · message", one_of({int(k): v for k, v in MESSAGES.items()})),
        Field(1, "subíndice · sub id", number()),
        Field(1, "tipo · type", one_of(KINDS)),
    ]
    if kind == bytes((RESULT,)):
        fields.append(Field(2, "resultado · result", one_of({int(k): v for k, v in CODES.items()})))
    elif len(body) > BODY_MIN:
        fields += _payload_fields(body, "km/h" if is_metric else "mph", "m" if is_metric else "ft")
    while fields and sum(field.size for field in fields) > len(body):
        fields.pop()
    return fields


def _payload_fields(body: bytes, speed: str, length: str) -> Sequence[Field]:
    message_id, size = body[0], len(body) - BODY_MIN
    index = Field(3, "índice · index", number("intervalos atrás · intervals back"))
    clock = Field(8, "hora UTC · UTC time", _stamp)
    if message_id == Message.INTERVAL and size > index.size:
        return (index, clock, *_interval_fields(speed))
    tables: dict[int, Sequence[Field]] = {
        Message.GENERAL_CONFIG: (
            Field(2, "orientación · orientation", text),
            Field(32, "lugar · location", text),
            Field(32, "descripción · description", text),
            Field(16, "número de serie · serial number", text),
            Field(1, "unidades · units", one_of({0: "mph, ft", 1: "km/h, m"})),
        ),
        Message.DATA_CONFIG: (
            Field(2, "intervalo · interval", number("s")),
            Field(1, "almacenamiento · storage", one_of(STORAGE)),
            Field(6, "envío de eventos · event push", _push),
            Field(6, "envío de intervalos · interval push", _push),
            Field(6, "envío de presencia · presence push", _push),
            Field(2, "separación de lazos · loop separation", _fixed16(length)),
            Field(2, "tamaño de lazo · loop size", _fixed16(length)),
        ),
        Message.VERSION: tuple(
            Field(4, f"versión · version: {name}", hexadecimal)
            for name in ("digital", "algoritmo · algorithm", "FPGA", "FPAA")
        ),
        Message.CLOCK: (clock,),
        Message.CLASS_CONFIG: tuple(
            Field(2, f"clase {place} hasta · class {place} up to", _fixed16(length))
            for place in range(4)
        ),
        Message.ACTIVE_EVENT: (
            clock,
            Field(1, "carril (desde 0) · lane (from 0)", number()),
            Field(2, "distancia · range", _fixed16(length)),
            Field(3, "duración · duration", number("ms")),
            Field(3, "velocidad · speed", _fixed24(speed)),
            Field(1, "clase · class", number()),
            Field(2, "longitud · length", _fixed16(length)),
        ),
        Message.INTERVAL: (index,),
    }
    return tables.get(message_id, ())


def _interval_fields(speed: str) -> Sequence[Field]:
    return (
        Field(3, "velocidad media · mean speed", _fixed24(speed)),
        Field(3, "volumen · volume", number("veh")),
        Field(2, "ocupación · occupancy", _occupancy),
        *(Field(3, f"clase {place} · class {place}", number("veh")) for place in range(4)),
        Field(3, "velocidad 85 % · 85 % speed", _fixed24(speed)),
        Field(3, "intervalo entre vehículos · headway", number("ms")),
        Field(3, "brecha · gap", number("ms")),
        Field(1, "carriles · lanes", number()),
        Field(1, "sentidos · approaches", number()),
    )


def _sentinel(data: bytes) -> str:
    return "Z1" if data == b"Z1" else f"{hexadecimal(data)} no es · is not Z1"


def _address(data: bytes) -> str:
    return f"{data[0]}/{int.from_bytes(data[1:], 'big')}"


def _stamp(data: bytes) -> str:
    utc_ms = from_stamp(data)
    if utc_ms is None:
        return "no es una hora · no time"
    moment = datetime.fromtimestamp(utc_ms // 1000, UTC)
    return f"{moment:%Y-%m-%d %H:%M:%S}.{utc_ms % 1000:03d}"


def _fixed16(unit: str) -> Say:
    return lambda data: f"{from_fixed16(data):.2f} {unit}"


def _fixed24(unit: str) -> Say:
    def say(data: bytes) -> str:
        value = from_fixed24(data)
        return NO_VALUE if value is None else f"{value:.2f} {unit}"

    return say


def _occupancy(data: bytes) -> str:
    raw = int.from_bytes(data, "big")
    return f"{100 * raw / FULL_OCCUPANCY:.2f} %" if raw < OCCUPANCY_MISSING else NO_VALUE


def _push(data: bytes) -> str:
    return f"{'sí · on' if data[2] else 'no · off'}, {_address(data[3:])}"
