"""Mounting a device: its board is built, and joined to what it senses at its spot."""

import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from firmware_sim.boards.air.mhz19b import MhZ19b
from firmware_sim.boards.air.pms5003 import Pms5003, Pms5003t
from firmware_sim.boards.air.sds011 import Sds011
from firmware_sim.boards.air.sps30 import Sps30
from firmware_sim.boards.board import Board
from firmware_sim.boards.detectors.canoga import CanogaCard
from firmware_sim.boards.detectors.heads import LoopHead, RadarHead
from firmware_sim.boards.detectors.rtms_g4.board import RtmsG4
from firmware_sim.boards.detectors.ss125.board import Ss125
from firmware_sim.boards.modbus.board import ModbusBoard
from firmware_sim.boards.modbus.device import ProfileDevice
from firmware_sim.faults.catalogue import Where
from firmware_sim.faults.switches import Switches
from firmware_sim.lines.device import Device
from firmware_sim.lines.probe import DeviceClock, Probe
from firmware_sim.scenario.cabinet import CabinetPart
from firmware_sim.scenario.road import RoadPart
from firmware_sim.world.surroundings.circuit import Circuit
from firmware_sim.world.surroundings.place import Place
from firmware_sim.world.traffic.loops import DualLoop
from firmware_sim.world.traffic.road import Road

LANES_PER_CARD = 2
CANOGA_VERSION = b"SIM 2.00  "
SETBACK_M, LANE_WIDTH_M = 5.0, 3.5
"""Of a side-fired radar from the road's edge, and of the lanes that it looks across."""
WARM_S = 600.0


@dataclass(slots=True)
class Spot:
    """Where a cabinet's devices are mounted."""

    part: CabinetPart
    road_part: RoadPart
    road: Road
    place: Place
    start_ms: int
    now_s: float
    lamps: list[ProfileDevice] = field(default_factory=list)
    """Grows as they are mounted; the first one is the circuit's load."""
    circuit: Circuit = field(init=False)

    def __post_init__(self) -> None:
        pole = self.part.pole
        self.circuit = Circuit(
            self.place,
            standby_w=pole.standby_w,
            lamp_w=pole.lamp_w,
            lamp_level_pct=self._lamp_level_pct,
        )

    def _lamp_level_pct(self, at_s: float) -> float:
        return self.lamps[0].level_pct(at_s) if self.lamps else 0.0

    @property
    def lanes(self) -> range:
        return range(len(self.road_part.lanes))

    def position_m(self, part: Any) -> float:
        """Of a detector along the road."""
        return float(self.part.position_m + part.at_m)


@dataclass(frozen=True, slots=True)
class _Mounting:
    """What a builder may use."""

    spot: Spot
    key: str
    switches: Switches
    probe: Probe
    clock: DeviceClock


def mount(part: Any, name: str, key: str, spot: Spot) -> Device:
    """`part` is one of a scenario's devices."""
    switches = Switches(key)
    probe = Probe(key, spot.circuit.sense, switches)
    kind = _kind_of(part)
    mounting = _Mounting(spot, key, switches, probe, DeviceClock(spot.start_ms, switches))
    board = kind.build(part, mounting)
    prone_to: set[Where] = {"device", *kind.prone_to}
    if board.measures:
        prone_to.add("reading")
    return Device(
        name=name,
        type=part.type,
        title=kind.title,
        board=board,
        switches=switches,
        probe=probe if board.measures else None,
        where=f"{kind.address} {getattr(part, kind.address)}" if kind.address else "",
        prone_to=frozenset(prone_to),
    )


def _canoga(part: Any, mounting: _Mounting) -> Board:
    spot = mounting.spot
    number = f"{spot.part.site[:8].upper():<8}{part.address:04d}"
    card = CanogaCard(part.address, serial_number=number.encode("ascii"), version=CANOGA_VERSION)
    card.power_up(spot.now_s)
    loops = DualLoop(**spot.road_part.loops.model_dump())
    heads = []
    for place, lane in enumerate(spot.lanes[part.first_lane - 1 :][:LANES_PER_CARD]):
        key = f"{mounting.key}/{lane}"
        heads.append(LoopHead(card, 2 * place + 1, mounting.switches, key=key))
        loops.attach(spot.road, lane, spot.position_m(part), heads[-1].feel)
    _make_neighbours(heads)
    return card


def _ss125(part: Any, mounting: _Mounting) -> Board:
    spot = mounting.spot
    radar = Ss125(
        part.sub_net,
        part.device_id,
        lanes=len(spot.lanes),
        clock_ms=mounting.clock,
        period_s=part.period_s,
    )
    radar.power_up(spot.now_s)
    _see_all_lanes(radar, part, mounting)
    return radar


def _rtms_g4(part: Any, mounting: _Mounting) -> Board:
    spot = mounting.spot
    radar = RtmsG4(
        part.sensor_id, zones=len(spot.lanes), clock_ms=mounting.clock, period_s=part.period_s
    )
    radar.power_up(spot.now_s)
    _see_all_lanes(radar, part, mounting)
    return radar


def _see_all_lanes(radar: Any, part: Any, mounting: _Mounting) -> None:
    spot = mounting.spot
    position_m = spot.position_m(part)
    share = spot.road_part.loops.motorcycles_detected
    heads = []
    for lane in spot.lanes:
        head = RadarHead(
            radar,
            lane,
            mounting.switches,
            key=f"{mounting.key}/{lane}",
            range_m=SETBACK_M + LANE_WIDTH_M * (lane + 0.5),
            motorcycles_detected=share,
        )
        spot.road.watch(position_m, lane, head.front)
        spot.road.watch(position_m + head.zone_m, lane, head.rear, rear=True)
        heads.append(head)
    _make_neighbours(heads)


def _make_neighbours(heads: Any) -> None:
    """Under cross-talk a lane is heard in the next one, the last in the one before it."""
    for place, head in enumerate(heads):
        if len(heads) > 1:
            head.neighbour = heads[place + 1] if place + 1 < len(heads) else heads[place - 1]


def _modbus(part: Any, mounting: _Mounting) -> Board:
    spot = mounting.spot
    profile = part.registers()
    device = ProfileDevice(profile, mounting.probe, key=mounting.key, now_s=spot.now_s)
    if profile.has_lamp:
        spot.lamps.append(device)
    return ModbusBoard(part.unit, device)


def _sps30(_: Any, mounting: _Mounting) -> Board:
    return Sps30(mounting.probe, f"{zlib.crc32(mounting.key.encode()):016X}")


def _mhz19b(_: Any, mounting: _Mounting) -> Board:
    # It was warm long before anybody looked.
    return MhZ19b(mounting.probe, mounting.spot.now_s - WARM_S)


@dataclass(frozen=True, slots=True)
class _Kind:
    title: str
    build: Callable[[Any, _Mounting], Board]
    address: str = ""
    """The key of a scenario's device that tells it from its neighbours on the line."""
    prone_to: tuple[Where, ...] = ()


KINDS = {
    "canoga": _Kind("Canoga, espiras · loops", _canoga, "address", ("loops",)),
    "ss125": _Kind("SmartSensor SS125, radar", _ss125, "device_id", ("loops", "clock")),
    "rtms-g4": _Kind("RTMS G4, radar", _rtms_g4, "sensor_id", ("loops", "clock")),
    "pms5003": _Kind("Plantower PMS5003, PM", lambda _, m: Pms5003(m.probe)),
    "pms5003t": _Kind("Plantower PMS5003T, PM, T, RH", lambda _, m: Pms5003t(m.probe)),
    "sds011": _Kind(
        "Nova SDS011, PM", lambda part, m: Sds011(m.probe, part.device_id), "device_id"
    ),
    "sps30": _Kind("Sensirion SPS30, PM", _sps30),
    "mhz19b": _Kind("Winsen MH-Z19B, CO2", _mhz19b),
}


def _kind_of(part: Any) -> _Kind:
    if part.type in KINDS:
        return KINDS[part.type]
    profile = part.registers()
    return _Kind(f"{profile.es} · {profile.en}", _modbus, "unit")
