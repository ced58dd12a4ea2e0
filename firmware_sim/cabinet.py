"""The boards of one cabinet, each joined to the place that it measures. No I/O."""

from dataclasses import dataclass
from typing import Any

from firmware_sim.boards.canoga import CanogaBackplane, CanogaCard
from firmware_sim.boards.luminaire import Luminaire
from firmware_sim.boards.modbus_rtu import ModbusLine, ModbusUnit
from firmware_sim.boards.ntcip import nonvolatile
from firmware_sim.boards.ntcip.mib import SignMib
from firmware_sim.boards.ntcip.sign import CENTRAL, LOCAL, Sign
from firmware_sim.boards.ntcip.surroundings import Surroundings
from firmware_sim.boards.pms5003 import Pms5003
from firmware_sim.boards.sdm120 import Load, Sdm120
from firmware_sim.boards.serial_board import SerialBoard
from firmware_sim.boards.wn90lp import Wn90lp
from firmware_sim.scenario import CabinetPart, PolePart, SignPart
from firmware_sim.world.lane import LanePoint
from firmware_sim.world.loops import DualLoop
from firmware_sim.world.noise import smooth_noise
from firmware_sim.world.place import Place
from firmware_sim.world.vehicles import Crossing

BAUD = 9600
LAMP_UNIT, METER_UNIT, WEATHER_UNIT = 1, 2, 0x90
VERSION = b"SIM 1.00  "
MAINS_HZ = 60.0


@dataclass(frozen=True, slots=True)
class Line:
    name: str
    board: SerialBoard
    baud: int
    is_half_duplex: bool
    title: str


class Cabinet:
    def __init__(
        self, part: CabinetPart, place: Place, *, now_s: float, kept: dict[str, Any]
    ) -> None:
        """`kept` is what `keep` of an earlier run gave: what outlives a power failure."""
        self.part = part
        self._place = place
        self.name = f"{part.municipality}-{part.site}"
        self._lamp = Luminaire(place.weather.is_dark)
        self._meter = Sdm120(
            lambda at_s: _load(part.pole, self._lamp.level_pct(at_s), place.key, at_s),
            energy_kwh=kept.get("energy_kwh", 800 + 400 * smooth_noise(place.key, 0, 1)),
            now_s=now_s,
        )
        weather_station = Wn90lp(place.weather, power_up_s=now_s)
        cards = _cards(part, place, now_s)
        units: dict[int, ModbusUnit] = {
            LAMP_UNIT: self._lamp,
            METER_UNIT: self._meter,
            WEATHER_UNIT: weather_station,
        }
        self.pole = ModbusLine(units)
        self.lines = [
            Line("loops", CanogaBackplane(cards), BAUD, False, f"Canoga, cards {[*cards]}"),
            Line("air", Pms5003(place.air.particles), BAUD, False, "PMS5003"),
            Line("pole", self.pole, BAUD, True, f"Modbus RTU, units {[*units]}"),
        ]
        self.signs = {sign.name: _sign(sign, place, now_s) for sign in part.signs}
        for name, mib in self.signs.items():
            if name in kept.get("signs", {}):
                nonvolatile.restore(mib.sign, kept["signs"][name])

    def advance(self, to_s: float) -> None:
        """Lets the vehicles up to now cross the loops."""
        self._place.road.advance(to_s)

    def tick(self, at_s: float) -> None:
        """For what goes on while nobody asks."""
        self.advance(at_s)
        self._lamp.level_pct(at_s)
        self._meter.advance(at_s)
        for mib in self.signs.values():
            mib.sign.tick(at_s)

    def keep(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "energy_kwh": self._meter.energy_kwh,
            "signs": {name: nonvolatile.keep(mib.sign) for name, mib in self.signs.items()},
        }


def _cards(part: CabinetPart, place: Place, now_s: float) -> dict[int, CanogaCard]:
    """One card per station, addressed in driving order; two inputs per lane."""
    cards = {}
    for address in range(len(part.road.stations)):
        serial_number = f"{part.municipality[:6].upper():<6}{address:06d}".encode("ascii")
        card = CanogaCard(reset_s=now_s, serial_number=serial_number, version=VERSION)
        for place_in_road, lane in enumerate(place.road.lanes):
            _wire(lane.points[address], place.road.loops, card, 2 * place_in_road + 1)
        cards[address] = card
    return cards


def _wire(point: LanePoint, loops: DualLoop, card: CanogaCard, first_input: int) -> None:
    def feel(crossing: Crossing) -> None:
        if loops.feels(crossing):
            on_time_s = loops.on_time_s(crossing)
            second_s = crossing.time_s + loops.onset_difference_s(crossing)
            card.detect(first_input, crossing.time_s, on_time_s)
            card.detect(first_input + 1, second_s, on_time_s)

    point.listeners.append(feel)


def _sign(part: SignPart, place: Place, now_s: float) -> SignMib:
    sign = Sign(
        width_px=part.width_px,
        height_px=part.height_px,
        changeable=part.changeable_messages,
        control_mode=LOCAL if part.control == "local" else CENTRAL,
        now_s=now_s,
    )
    surroundings = Surroundings(
        place.weather.daylight_lux,
        place.weather.temperature_c,
        part.dead_pixels,
        part.is_door_open,
    )
    return SignMib(sign, surroundings)


def _load(part: PolePart, level_pct: float, key: str, at_s: float) -> Load:
    def noise(name: str, period_s: float) -> float:
        return smooth_noise(f"{key}/{name}", at_s, period_s)

    lamp_w = part.lamp_w * level_pct / 100
    return Load(
        voltage_v=part.mains_v * (1 + 0.015 * noise("volts", 120)),
        power_w=(part.standby_w + lamp_w) * (1 + 0.01 * noise("watts", 10)),
        # Drivers of LED lamps correct their power factor; the standby supply does not.
        power_factor=0.62 + 0.34 * min(1.0, lamp_w / part.lamp_w * 2),
        frequency_hz=MAINS_HZ + 0.03 * noise("hertz", 20),
    )
