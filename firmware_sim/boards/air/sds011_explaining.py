"""SDS011 messages told byte by byte."""

from firmware_sim.boards.air.explaining import checksum, coded, cut_short
from firmware_sim.boards.air.sds011_frames import (
    ANSWER_LENGTH,
    ANY_ID,
    DEVICE_ID,
    FIRMWARE,
    HEAD,
    MODE,
    PERIOD,
    QUERY,
    READING,
    REPLY,
    REQUEST,
    REQUEST_LENGTH,
    SLEEP,
    TAIL,
    check,
)
from firmware_sim.boards.board import Part

COMMANDS = {
    MODE: "modo / mode",
    QUERY: "consultar medida / query reading",
    DEVICE_ID: "cambiar id / set id",
    SLEEP: "reposo / sleep",
    FIRMWARE: "versión / firmware version",
    PERIOD: "período de trabajo / working period",
}
ACTIONS = {0: "consultar / ask", 1: "fijar / set"}
VALUES = {
    MODE: {0: "activo / active", 1: "consulta / query"},
    SLEEP: {0: "dormir / sleep", 1: "trabajar / work"},
    PERIOD: {0: "continuo / continuous", **{minutes: f"{minutes} min" for minutes in range(1, 31)}},
}
"""Of the settings, which all have the same form: ask or set, then the value."""


def explain_request(frame: bytes, at: int) -> list[Part]:
    if frame[at : at + 2] != bytes((HEAD, REQUEST)):
        return []
    if at + REQUEST_LENGTH > len(frame):
        return [cut_short(at, len(frame), REQUEST_LENGTH)]
    message = frame[at : at + REQUEST_LENGTH]
    command, is_set, value = message[2:5]
    parts = [
        Part(at, at + 2, "inicio / start", "petición / request"),
        Part(at + 2, at + 3, "comando / command", coded(command, COMMANDS)),
    ]
    if command in VALUES:
        parts += [
            Part(at + 3, at + 4, "acción / action", coded(is_set, ACTIONS)),
            Part(at + 4, at + 5, "valor / value", coded(value, VALUES[command])),
            Part(at + 5, at + 15, "relleno / padding", ""),
        ]
    elif command == DEVICE_ID:
        parts += [
            Part(at + 3, at + 13, "relleno / padding", ""),
            Part(at + 13, at + 15, "nuevo id / new id", message[13:15].hex().upper()),
        ]
    else:
        parts.append(Part(at + 3, at + 15, "relleno / padding", ""))
    return [*parts, *_explain_end(message, at)]


def explain_answer(frame: bytes, at: int) -> list[Part]:
    kinds = {READING: "medida / reading", REPLY: "respuesta / reply"}
    if frame[at] != HEAD or at + 1 >= len(frame) or frame[at + 1] not in kinds:
        return []
    if at + ANSWER_LENGTH > len(frame):
        return [cut_short(at, len(frame), ANSWER_LENGTH)]
    message = frame[at : at + ANSWER_LENGTH]
    start = Part(at, at + 2, "inicio / start", kinds[message[1]])
    if message[1] == READING:
        pm25, pm10 = (int.from_bytes(message[place : place + 2], "little") for place in (2, 4))
        middle = [
            Part(at + 2, at + 4, "PM2.5", f"{pm25 / 10} µg/m³"),
            Part(at + 4, at + 6, "PM10", f"{pm10 / 10} µg/m³"),
        ]
    else:
        command, first, second, third = message[2:6]
        middle = [Part(at + 2, at + 3, "comando / command", coded(command, COMMANDS))]
        if command == FIRMWARE:
            date = f"20{first:02}-{second:02}-{third:02}"
            middle.append(Part(at + 3, at + 6, "versión / version", date))
        elif command in VALUES:
            middle += [
                Part(at + 3, at + 4, "acción / action", coded(first, ACTIONS)),
                Part(at + 4, at + 5, "valor / value", coded(second, VALUES[command])),
                Part(at + 5, at + 6, "relleno / padding", ""),
            ]
        else:
            middle.append(Part(at + 3, at + 6, "relleno / padding", ""))
    return [start, *middle, *_explain_end(message, at)]


def _explain_end(message: bytes, at: int) -> list[Part]:
    end = at + len(message)
    device_id = message[-4:-2].hex().upper()
    is_any = " (cualquiera / any)" if device_id == f"{ANY_ID:X}" else ""
    tail = "AB" if message[-1] == TAIL else f"{message[-1]:02X} erróneo / wrong: AB"
    return [
        Part(end - 4, end - 2, "id", device_id + is_any),
        checksum(end - 2, end - 1, message[-2], check(message)),
        Part(end - 1, end, "fin / end", tail),
    ]
