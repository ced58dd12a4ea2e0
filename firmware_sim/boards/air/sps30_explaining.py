"""SPS30 frames told byte by byte: stuffed bytes are counted as they stand on the wire."""

import struct

from firmware_sim.boards.air import shdlc
from firmware_sim.boards.air.explaining import checksum, coded, senseless
from firmware_sim.boards.board import Part

START, READ, INTERVAL, INFORMATION, VERSION, STATUS = 0x00, 0x03, 0x80, 0xD0, 0xD1, 0xD2
COMMANDS = {
    START: "iniciar medición / start measurement",
    0x01: "detener medición / stop measurement",
    READ: "leer medida / read measured values",
    0x10: "dormir / sleep",
    0x11: "despertar / wake-up",
    0x56: "limpiar ventilador / start fan cleaning",
    INTERVAL: "intervalo de limpieza / auto cleaning interval",
    INFORMATION: "información / device information",
    VERSION: "versión / read version",
    STATUS: "registro de estado / status register",
    0xD3: "reiniciar / reset",
}
STATES = {
    0x00: "bien / no error",
    0x01: "longitud de datos errónea / wrong data length",
    0x02: "comando desconocido / unknown command",
    0x03: "sin derecho / no access right",
    0x04: "parámetro ilegal / illegal parameter",
    0x28: "argumento fuera de rango / argument out of range",
    0x43: "no permitido ahora / not allowed in current state",
}
ERROR_FLAG = 0x80
FORMATS = {3: "coma flotante / floats", 5: "enteros de 16 bits / 16-bit integers"}
AFTERWARDS = {0: "conservar / keep bits", 1: "borrar / clear bits"}
INFORMATIONS = {0: "tipo de producto / product type", 3: "número de serie / serial number"}
VALUES = (
    *((f"PM{size}", "µg/m³") for size in ("1", "2.5", "4", "10")),
    *((f"partículas / particles < {size} µm", "/cm³") for size in ("0.5", "1", "2.5", "4", "10")),
    ("tamaño típico / typical size", "µm"),
)


def explain(frame: bytes, *, is_answer: bool) -> list[Part]:
    parts: list[Part] = []
    is_open = False
    at = 0
    while at < len(frame):
        if frame[at] == shdlc.FLAG:
            parts.append(Part(at, at + 1, "inicio / start", "7E"))
            is_open = True
            at += 1
            continue
        end = frame.find(shdlc.FLAG, at)
        is_whole = is_open and end >= 0
        end = end if end >= 0 else len(frame)
        fields = _explain_content(frame[at:end], at, is_answer=is_answer) if is_whole else []
        if fields:
            parts += [*fields, Part(end, end + 1, "fin / end", "7E")]
            is_open = False
            at = end + 1
        else:
            parts.append(_explain_rest(frame, at, end, is_open=is_open))
            at = end
    return parts


def _explain_rest(frame: bytes, at: int, end: int, *, is_open: bool) -> Part:
    if is_open and end == len(frame):
        return Part(at, end, "trama cortada / cut short", "sin fin / without end")
    if not is_open and set(frame[at:end]) == {0xFF}:
        return Part(at, end, "pulso / pulse", "activa la línea / turns the interface on")
    return senseless(at, end)


def _explain_content(stuffed: bytes, start: int, *, is_answer: bool) -> list[Part]:
    """Empty if it has not the form of a frame."""
    content = shdlc.unstuffed(stuffed, start)
    head = 4 if is_answer else 3
    length = len(content) - head - 1
    is_ended = bool(content) and content[-1].end == start + len(stuffed)
    if not is_ended or length < 0 or content[head - 1].value != length:
        return []
    fields = content[:head]
    address, command = fields[0], fields[1]
    name = coded(command.value, COMMANDS)
    parts = [
        Part(address.start, address.end, "dirección / address", str(address.value)),
        Part(command.start, command.end, "comando / command", name),
    ]
    if is_answer:
        parts.append(
            Part(fields[2].start, fields[2].end, "estado / state", _state(fields[2].value))
        )
    parts.append(Part(fields[-1].start, fields[-1].end, "longitud / length", f"{length} bytes"))
    data = content[head:-1]
    parts += _answer_data(command.value, data) if is_answer else _request_data(command.value, data)
    expected = shdlc.check(bytes(byte.value for byte in content[:-1]))
    parts.append(checksum(content[-1].start, content[-1].end, content[-1].value, expected))
    return parts


def _state(value: int) -> str:
    flag = "; falla del equipo / device error" if value & ERROR_FLAG else ""
    return coded(value & ~ERROR_FLAG, STATES) + flag


def _part(data: list[shdlc.Byte], name: str, text: str) -> Part:
    return Part(data[0].start, data[-1].end, name, text)


def _request_data(command: int, data: list[shdlc.Byte]) -> list[Part]:
    if not data:
        return []
    values = bytes(byte.value for byte in data)
    subcommand = _part(data[:1], "subcomando / subcommand", f"{values[0]:02X}")
    if (command, len(data)) == (START, 2):
        text = coded(values[1], FORMATS)
        return [subcommand, _part(data[1:], "formato / format", text)]
    if (command, len(data)) == (INTERVAL, 1):
        return [subcommand]
    if (command, len(data)) == (INTERVAL, 5):
        return [subcommand, _part(data[1:], "intervalo / interval", _seconds(values[1:]))]
    if (command, len(data)) == (INFORMATION, 1):
        return [_part(data, "cuál / which", coded(values[0], INFORMATIONS))]
    if (command, len(data)) == (STATUS, 1):
        return [_part(data, "después / afterwards", coded(values[0], AFTERWARDS))]
    return [_part(data, "datos / data", values.hex(" "))]


def _answer_data(command: int, data: list[shdlc.Byte]) -> list[Part]:
    if not data:
        return []
    values = bytes(byte.value for byte in data)
    if command == READ and len(data) in (20, 40):
        return _measured(data)
    if (command, len(data)) == (INTERVAL, 4):
        return [_part(data, "intervalo / interval", _seconds(values))]
    if command == INFORMATION:
        text = values.rstrip(b"\0").decode("ascii", "backslashreplace")
        return [_part(data, "texto / text", text)]
    if (command, len(data)) == (VERSION, 7):
        return [
            _part(data[:2], "programa / firmware", f"{values[0]}.{values[1]}"),
            _part(data[2:4], "equipo / hardware", str(values[3])),
            _part(data[4:], "SHDLC", f"{values[5]}.{values[6]}"),
        ]
    if (command, len(data)) == (STATUS, 5):
        return [
            _part(data[:4], "registro / register", values[:4].hex().upper()),
            _part(data[4:], "reservado / reserved", ""),
        ]
    return [_part(data, "datos / data", values.hex(" "))]


def _measured(data: list[shdlc.Byte]) -> list[Part]:
    size = len(data) // len(VALUES)
    parts = []
    for place, (name, unit) in enumerate(VALUES):
        piece = data[place * size : (place + 1) * size]
        value = bytes(byte.value for byte in piece)
        if size == 2:  # noqa: PLR2004 - 16-bit integers: the size is in nm
            unit = "nm" if unit == "µm" else unit  # noqa: PLW2901 - of this format
            text = f"{int.from_bytes(value, 'big')} {unit}"
        else:
            text = f"{struct.unpack('>f', value)[0]:.4g} {unit}"
        parts.append(_part(piece, name, text))
    return parts


def _seconds(value: bytes) -> str:
    return f"{int.from_bytes(value, 'big')} s"
