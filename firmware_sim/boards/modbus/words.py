"""Functions, exceptions and odd bytes in words: Spanish · English."""

from collections.abc import Mapping

from firmware_sim.boards.modbus.functions import Code, Function

FUNCTIONS: Mapping[int, str] = {
    Function.READ_COILS: "leer salidas · read coils",
    Function.READ_DISCRETE_INPUTS: "leer entradas digitales · read discrete inputs",
    Function.READ_HOLDING_REGISTERS: "leer registros de ajuste · read holding registers",
    Function.READ_INPUT_REGISTERS: "leer registros de medida · read input registers",
    Function.WRITE_COIL: "escribir una salida · write a coil",
    Function.WRITE_REGISTER: "escribir un registro · write a register",
    Function.DIAGNOSTICS: "diagnóstico · diagnostics",
    Function.WRITE_COILS: "escribir salidas · write coils",
    Function.WRITE_REGISTERS: "escribir registros · write registers",
    Function.REPORT_SERVER_ID: "decir quién es · report server id",
    Function.READ_DEVICE_IDENTIFICATION: "leer la identificación · read device identification",
}
EXCEPTIONS: Mapping[int, str] = {
    Code.ILLEGAL_FUNCTION: "función no soportada · illegal function",
    Code.ILLEGAL_ADDRESS: "dirección que no existe · illegal data address",
    Code.ILLEGAL_VALUE: "valor o cantidad no permitida · illegal data value",
    Code.DEVICE_FAILURE: "falla del equipo · server device failure",
    Code.ACKNOWLEDGE: "aceptado, en proceso · acknowledge",
    Code.BUSY: "equipo ocupado · server device busy",
    Code.MEMORY_PARITY: "error de memoria · memory parity error",
    Code.GATEWAY_PATH: "pasarela sin camino · gateway path unavailable",
    Code.GATEWAY_TARGET: "el equipo no contesta a la pasarela · gateway target failed to respond",
}
IDENTIFICATION = ("fabricante · vendor", "producto · product", "versión · revision")
UNKNOWN = "desconocido · unknown"
RESERVED = "reservado · reserved"
NO_SENSE = "no cuadra con lo anterior · does not fit what stands before"
FRAME, UNIT, FUNCTION, CRC = "trama · frame", "unidad · unit", "función · function", "CRC"
ADDRESS, COUNT, BYTES = "dirección · address", "cantidad · count", "bytes"
DATA, VALUE, EXCEPTION = "datos · data", "valor · value", "excepción · exception"
OTHER_LENGTH = "pero siguen · but there follow {}"
REST = "resto · rest"
EVERYBODY = "a todos, nadie contesta · broadcast, nobody answers"
OURS, ANOTHER = "este equipo · this device", "otro equipo de la línea · another device on the line"
RIGHT, WRONG = "correcto · right", "incorrecto, debía ser · wrong, expected"
TOO_SHORT = "demasiado corta · too short"
EXCEPTION_TO = "excepción a · exception to"
EMPTY_OF = "no hay registro ahí · there is nothing at this address"
