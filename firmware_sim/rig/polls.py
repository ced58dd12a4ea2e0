"""What a usual reader asks each board, and how often: for recordings and benchmarks."""

import math
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from firmware_sim.boards.air.mhz19b import MhZ19b
from firmware_sim.boards.air.sps30 import Sps30
from firmware_sim.boards.board import Board
from firmware_sim.boards.detectors.canoga import CanogaCard
from firmware_sim.boards.detectors.canoga_frame import DETECT
from firmware_sim.boards.detectors.canoga_frame import Frame as CanogaFrame
from firmware_sim.boards.detectors.rtms_g4.board import RtmsG4
from firmware_sim.boards.detectors.rtms_g4.frame import Frame as RtmsFrame
from firmware_sim.boards.detectors.rtms_g4.frame import Qualifier
from firmware_sim.boards.detectors.ss125.board import Ss125
from firmware_sim.boards.detectors.ss125.packet import Address, Packet
from firmware_sim.boards.modbus.board import ModbusBoard
from firmware_sim.boards.modbus.functions import SPACES, WRITES, Function
from firmware_sim.boards.modbus.profile import Profile
from firmware_sim.boards.modbus.rtu import with_crc

READER = Address(0, 0)
LATEST_INTERVAL = bytes.fromhex("71 00 00 000000")
"""Message, sub id, read; index 0 is the latest."""
SPS30_START, SPS30_READ = bytes.fromhex("7e0000020103f97e"), bytes.fromhex("7e000300fc7e")
MHZ19B_READ = bytes.fromhex("ff01860000000000 79")
DETECTION_PERIOD_S = 0.2
AIR_PERIOD_S = 1.0
INTERVAL_PERIOD_S = 30.0
REGISTERS_PERIOD_S = 5.0


@dataclass(frozen=True, slots=True)
class Poll:
    request: bytes
    period_s: float
    """Infinite: asked once, to begin with."""


def polls_of(board: Board) -> list[Poll]:
    """Empty for boards that speak by themselves."""
    match board:
        case CanogaCard():
            return [Poll(CanogaFrame(board.address, DETECT).to_bytes(), DETECTION_PERIOD_S)]
        case Ss125():
            request = Packet(board.address, READER, 0, LATEST_INTERVAL).to_bytes()
            return [Poll(request, INTERVAL_PERIOD_S)]
        case RtmsG4():
            request = RtmsFrame(Qualifier.POLL, board.sensor_id, b"\0").to_bytes()
            return [Poll(request, INTERVAL_PERIOD_S)]
        case Sps30():
            return [Poll(SPS30_START, math.inf), Poll(SPS30_READ, AIR_PERIOD_S)]
        case MhZ19b():
            return [Poll(MHZ19B_READ, AIR_PERIOD_S)]
        case ModbusBoard():
            unit = bytes((board.units[0],))
            reads = _reads(board.device.profile)
            return [Poll(with_crc(unit + read), REGISTERS_PERIOD_S) for read in reads]
    return []


def _reads(profile: Profile) -> Iterator[bytes]:
    """Every register, in the fewest requests."""
    for function in sorted(profile.functions - WRITES):
        space = SPACES.get(Function(function))
        table = None if space is None else profile.table(space)
        if table is None:
            continue
        for first, count in _runs(sorted(table.addresses), profile.read_max):
            yield struct.pack(">BHH", function, first, count)


def _runs(places: Sequence[int], longest: int) -> Iterator[tuple[int, int]]:
    """Neighbouring numbers together: the first of them, and how many."""
    at = 0
    while at < len(places):
        end = at + 1
        while end < len(places) and places[end] == places[end - 1] + 1 and end - at < longest:
            end += 1
        yield places[at], end - at
        at = end
