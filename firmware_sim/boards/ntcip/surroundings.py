"""What the sign's own sensors tell: light, temperatures, door, dead pixels, and its errors."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from firmware_sim.boards.ntcip.sign import Sign

PIXEL_PITCH_MM = 20
BORDER_MM = 100
MANUAL = 4
BRIGHTEST_LUX = 20_000.0
"""Daylight at which the sign gives all its light."""
DARKEST_LEVEL = 2
SHORT_ERROR_COMM, SHORT_ERROR_PIXEL, SHORT_ERROR_DOOR = 1 << 1, 1 << 5, 1 << 13


@dataclass(frozen=True, slots=True)
class Surroundings:
    daylight_lux: Callable[[float], float]
    ambient_c: Callable[[float], float]
    dead_pixels: Sequence[tuple[int, int]]
    is_door_open: bool

    def read(self, name: str, sign: Sign, settings: Mapping[str, int | bytes], at_s: float) -> int:
        """The value of one of the read-only status objects; `KeyError` for any other name."""
        ambient_c = round(self.ambient_c(at_s))
        light = min(1.0, self.daylight_lux(at_s) / BRIGHTEST_LUX)
        levels = int(settings["dmsIllumNumBrightLevels"])
        level = DARKEST_LEVEL + round((levels - DARKEST_LEVEL) * light)
        if settings["dmsIllumControl"] == MANUAL:
            level = int(settings["dmsIllumManLevel"])
        values = {
            "dmsSignHeight": sign.height_px * PIXEL_PITCH_MM + 2 * BORDER_MM,
            "dmsSignWidth": sign.width_px * PIXEL_PITCH_MM + 2 * BORDER_MM,
            "dmsIllumPhotocellLevelStatus": round(65535 * light),
            "dmsIllumBrightLevelStatus": level,
            "dmsIllumLightOutputStatus": round(65535 * level / levels),
            "dmsStatDoorOpen": int(self.is_door_open),
            "shortErrorStatus": self._short_errors(sign),
            "pixelFailureTableNumRows": len(self.dead_pixels),
            "tempMinCtrlCabinet": ambient_c + 6,
            "tempMaxCtrlCabinet": ambient_c + 9,
            "tempMinAmbient": ambient_c,
            "tempMaxAmbient": ambient_c,
            "tempMinSignHousing": ambient_c + 8,
            "tempMaxSignHousing": ambient_c + 10 + level // 2,
        }
        return values[name]

    def _short_errors(self, sign: Sign) -> int:
        bits = SHORT_ERROR_COMM if sign.state.is_comm_lost else 0
        bits |= SHORT_ERROR_PIXEL if self.dead_pixels else 0
        return bits | (SHORT_ERROR_DOOR if self.is_door_open else 0)
