"""An RTMS G4's frames, field by field."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from firmware_sim.boards.board import Part
from firmware_sim.boards.detectors.fields import (
    Field,
    explain_fields,
    hexadecimal,
    number,
    one_of,
    verdict,
)
from firmware_sim.boards.detectors.rtms_g4.frame import (
    CHECKSUM_SIZE,
    HEADER_SIZE,
    ID_SIZE,
    SENTINEL,
    Qualifier,
    checksum,
)
from firmware_sim.boards.detectors.rtms_g4.messages import (
    COUNT_MAX,
    HEALTHY,
    OCCUPANCY_MAX,
    SPEED_MAX,
    TENTHS_MAX,
)
from firmware_sim.boards.detectors.rtms_g4.setup import FLAG_MPH, MODE_MASK, MODES
from firmware_sim.boards.detectors.rtms_g4.stamp import STAMP_SIZE, from_stamp

Say = Callable[[bytes], str]

NO_VALUE = "sin valor · no value"
NAMES = {
    Qualifier.COUNT: "volumen · volume",
    Qualifier.OCCUPANCY: "ocupación · occupancy",
    Qualifier.SPEED: "velocidad · speed",
    Qualifier.GAP: "brecha · gap",
    Qualifier.CLASS_1: "clase 1 · class 1",
    Qualifier.CLASS_2: "clase 2 · class 2",
    Qualifier.CLASS_3: "clase 3 · class 3",
    Qualifier.CLASS_4: "clase 4 · class 4",
    Qualifier.CLASS_5: "clase 5 · class 5",
    Qualifier.NAK: "rechazado · refused (NAK)",
    Qualifier.ACK: "aceptado · accepted (ACK)",
    Qualifier.HEADWAY: "intervalo entre vehículos · headway",
    Qualifier.SPEED_85: "velocidad 85 % · 85 % speed",
    Qualifier.INFORMATION: "datos del sensor · sensor information",
    Qualifier.SETUP: "configuración · setup",
    Qualifier.CLOCK: "reloj · clock",
    Qualifier.POLL: "sondeo · poll",
    Qualifier.CLASSES: "límites de clase · class bounds",
    Qualifier.VEHICLE: "vehículo · vehicle",
    Qualifier.HEADER: "encabezado · header",
    Qualifier.FOOTER: "fin · footer",
    Qualifier.INFORMATION_QUERY: "pide datos del sensor · asks for sensor information",
    Qualifier.SETUP_QUERY: "pide configuración · asks for setup",
    Qualifier.CLASSES_QUERY: "pide límites de clase · asks for class bounds",
    Qualifier.CLOCK_QUERY: "pide reloj · asks for clock",
}
UNITS = {
    Qualifier.OCCUPANCY: (OCCUPANCY_MAX, 0.1, "%"),
    Qualifier.GAP: (TENTHS_MAX, 0.1, "s"),
    Qualifier.HEADWAY: (TENTHS_MAX, 0.1, "s"),
}
"""Highest value, scale and unit of the statistics by zone; the others count vehicles."""
SPEEDS = (Qualifier.SPEED, Qualifier.SPEED_85)
STATISTICS = frozenset(range(Qualifier.COUNT, Qualifier.CLASS_5 + 1)) | {
    Qualifier.HEADWAY,
    Qualifier.SPEED_85,
}


def explain(frame: bytes, *, is_mph: bool) -> list[Part]:
    """One frame, or several that follow each other."""
    speed = "mph" if is_mph else "km/h"
    parts: list[Part] = []
    at = 0
    while at < len(frame):
        length = max(CHECKSUM_SIZE, frame[at + 3]) if len(frame) > at + 3 else CHECKSUM_SIZE
        end = at + HEADER_SIZE + ID_SIZE + length
        if frame[at + 2 : at + 3] == bytes((Qualifier.HEADER,)) and len(frame) > at + 9:
            speed = "mph" if frame[at + 9] & FLAG_MPH else "km/h"
        parts += _explain_frame(frame[:end], at, length - CHECKSUM_SIZE, speed)
        at = end
    return parts


def _explain_frame(frame: bytes, at: int, size: int, speed: str) -> list[Part]:
    expected = checksum(frame[at + HEADER_SIZE : at + HEADER_SIZE + ID_SIZE + size])
    known = _data_fields(frame[at + 2] if len(frame) > at + 2 else 0, size, speed)
    rest = size - sum(field.size for field in known)
    fields = [
        Field(2, "inicio · start", _sentinel),
        Field(1, "tipo · qualifier", one_of({int(key): name for key, name in NAMES.items()})),
        Field(1, "longitud (datos y suma) · length (data and checksum)", number("bytes")),
        Field(ID_SIZE, "sensor", number()),
        *known,
        *([Field(rest, "datos · data", hexadecimal)] if rest else []),
        Field(
            CHECKSUM_SIZE,
            "suma · checksum",
            lambda data: verdict(int.from_bytes(data, "big"), expected, 4),
        ),
    ]
    return explain_fields(frame, at, fields)


def _data_fields(qualifier: int, size: int, speed: str) -> list[Field]:
    """As many of the known fields as have room in the data."""
    fields = list(_table(qualifier, size, speed))
    while fields and sum(field.size for field in fields) > size:
        fields.pop()
    return fields


def _table(qualifier: int, size: int, speed: str) -> Sequence[Field]:
    if qualifier in STATISTICS:
        say = _statistic(qualifier, speed)
        return [Field(2, f"zona {zone} · zone {zone}", say) for zone in range(1, size // 2 + 1)]
    message = Field(1, "mensaje número · message number", number())
    stamp = Field(STAMP_SIZE, "hora UTC · UTC time", _stamp)
    period = Field(2, "periodo · period", number("s"))
    composition = Field(1, "composición · composition", hexadecimal)
    flags = Field(1, "indicadores · flags", _flags)
    tables: dict[int, Sequence[Field]] = {
        Qualifier.POLL: (Field(1, "reservado · reserved", hexadecimal),),
        Qualifier.HEADER: (
            message,
            Field(2, "página · page", number()),
            flags,
            stamp,
            Field(1, "zonas · zones", lambda data: f"{data[0] & 0xF}"),
            composition,
            period,
            Field(1, "alimentación · supply", number("V", 0.1)),
            Field(1, "salud · health", one_of({HEALTHY: "bien · good"})),
            Field(5, "reserva · spare", hexadecimal),
        ),
        Qualifier.FOOTER: (message,),
        Qualifier.CLOCK: (stamp, Field(STAMP_SIZE, "último reinicio · last reset", _stamp)),
        Qualifier.CLASSES: [
            Field(1, f"clase {place} desde · class {place} from", number("m", 0.1))
            for place in range(1, 6)
        ],
        Qualifier.SETUP: (
            Field(2, "sensor nuevo · new id", number()),
            Field(1, "zonas · zones", number()),
            period,
            Field(1, "sensibilidad · sensitivity", number()),
            composition,
            Field(2, "puerto 1 · port 1", _port),
            Field(2, "puerto 2 · port 2", _port),
            flags,
            Field(3, "fecha · date", lambda data: f"20{data[2]:02d}-{data[1]:02d}-{data[0]:02d}"),
        ),
        Qualifier.VEHICLE: (
            Field(1, "zona (desde 0) · zone (from 0)", number()),
            Field(1, "clase · class", number()),
            Field(1, "longitud · length", number("m", 0.1)),
            Field(1, "velocidad · speed", number(speed)),
            Field(2, "duración · duration", number("ms")),
            Field(1, "centésimas · hundredths", hexadecimal),
            stamp,
            Field(1, "unidad · unit", one_of({0: "km/h", 1: "mph"})),
        ),
    }
    return tables.get(qualifier, ())


def _sentinel(data: bytes) -> str:
    return hexadecimal(data) + ("" if data == SENTINEL else " no es · is not FF AA")


def _statistic(qualifier: int, speed: str) -> Say:
    if qualifier in SPEEDS:
        high, scale, unit = SPEED_MAX, 1.0, speed
    else:
        high, scale, unit = UNITS.get(Qualifier(qualifier), (COUNT_MAX, 1.0, "veh"))

    def say(data: bytes) -> str:
        value = int.from_bytes(data, "big")
        return f"{value * scale:g} {unit}" if value <= high else NO_VALUE

    return say


def _stamp(data: bytes) -> str:
    utc_ms = from_stamp(data)
    if utc_ms is None:
        return "no es una hora · no time"
    return f"{datetime.fromtimestamp(utc_ms // 1000, UTC):%Y-%m-%d %H:%M:%S}"


def _flags(data: bytes) -> str:
    return f"{data[0]:08b} ({'mph' if data[0] & FLAG_MPH else 'km/h'})"


def _port(data: bytes) -> str:
    word = int.from_bytes(data, "big")
    return f"{word:04X} {MODES.get(word & MODE_MASK, '?')}"
