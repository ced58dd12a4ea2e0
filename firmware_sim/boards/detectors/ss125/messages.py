"""Bodies of the SS125's answers, without their CRC."""

from dataclasses import dataclass
from enum import IntEnum

from firmware_sim.boards.detectors.bins import Bin
from firmware_sim.boards.detectors.detection import Pass
from firmware_sim.boards.detectors.ss125.packet import READ, RESULT
from firmware_sim.boards.detectors.ss125.values import (
    FEET_PER_M,
    MPH_PER_KMH,
    fixed16,
    fixed24,
    stamp,
    u24,
)

FULL_OCCUPANCY = 0x6400
"""100 %, with 8 bits after the point."""


class Message(IntEnum):
    GENERAL_CONFIG = 0x00
    DATA_CONFIG = 0x03
    VERSION = 0x04
    FLASH_CONFIG = 0x08
    CLOCK = 0x0E
    CLASS_CONFIG = 0x13
    ACTIVE_EVENT = 0x67
    CLEAR_EVENTS = 0x6D
    INTERVAL = 0x71


class Code(IntEnum):
    """Results."""

    DONE = 0
    PAYLOAD_SIZE = 1
    BODY_CRC = 2
    READ_ONLY = 3
    NO_INTERVAL = 15
    PUSH_STATE = 19
    CLOCK_NOT_SET = 20


@dataclass(frozen=True, slots=True)
class Event:
    vehicle: Pass
    lane: int
    utc_ms: int
    """When it entered."""
    length_class: int

    def body(self, *, is_metric: bool) -> bytes:
        speeds, lengths = _scales(is_metric)
        return (
            bytes((Message.ACTIVE_EVENT, 1, READ))
            + stamp(self.utc_ms)
            + bytes((self.lane,))
            + fixed16(self.vehicle.range_m * lengths)
            + u24((self.vehicle.left_s - self.vehicle.entered_s) * 1000)
            + fixed24(self.vehicle.speed_kmh * speeds)
            + bytes((self.length_class,))
            + fixed16(self.vehicle.length_m * lengths)
        )


NO_EVENT = bytes((Message.ACTIVE_EVENT, 0, READ)) + bytes(20)
"""Sub id 0: the FIFO is empty, and the rest says nothing."""


def interval_body(
    lane: Bin, *, packet: int, index: int, end_ms: int, lanes: int, approaches: int, is_metric: bool
) -> bytes:
    """`lane` may be an approach; packets count from 0 through the lanes, then the approaches.

    Headway and gap are in ms, 0 when there is none: their unit, like the other times' of this
    protocol, and how it marks a missing one are not documented publicly.
    """
    speeds, _ = _scales(is_metric)
    return (
        bytes((Message.INTERVAL, packet, READ))
        + u24(index)
        + stamp(end_ms)
        + fixed24(_times(lane.speed_kmh, speeds))
        + u24(lane.volume)
        + round(lane.occupancy * FULL_OCCUPANCY).to_bytes(2, "big")
        + b"".join(map(u24, lane.classes))
        + fixed24(_times(lane.speed_85_kmh, speeds))
        + u24((lane.headway_s or 0) * 1000)
        + u24((lane.gap_s or 0) * 1000)
        + bytes((lanes, approaches))
    )


def result(message_id: int, sub_id: int, code: Code) -> bytes:
    return bytes((message_id, sub_id, RESULT)) + code.to_bytes(2, "big")


def _scales(is_metric: bool) -> tuple[float, float]:
    """From km/h, and from m."""
    return (1.0, 1.0) if is_metric else (MPH_PER_KMH, FEET_PER_M)


def _times(value: float | None, scale: float) -> float | None:
    return None if value is None else value * scale
