"""A cabinet's electrical circuit: what hangs on which phase, and what a meter sees of it."""

import math
from collections.abc import Callable

from firmware_sim.world.noise import SmoothNoise
from firmware_sim.world.surroundings.place import Place

DRIVER_LOSS = 0.08
"""Of its rated power, what a lamp's driver keeps for itself at any level above 0."""
STANDBY_POWER_FACTOR = 0.62
"""Small switched-mode supplies do not correct theirs; drivers of LED lamps do, at high load."""
CAMERA_SHARE = 0.4
"""Of the standby power: camera and radio. The rest is controller and sensors."""
DRIVER_RISE_C = 28.0
"""Above the air, at full load, once warm."""
WARMING_S = 900.0


class Circuit:
    """L1: controller and sensors. L2: lamp. L3: camera and radio. A single-phase meter sees all.

    The driver's temperature lags behind the lamp, so the circuit remembers it: it is handed seconds
    that do not go back.
    """

    def __init__(
        self,
        place: Place,
        *,
        standby_w: float,
        lamp_w: float,
        lamp_level_pct: Callable[[float], float],
    ) -> None:
        """`lamp_w` is the lamp's rated power; `lamp_level_pct` what the luminaire gives now."""
        self._place = place
        self._standby_w = standby_w
        self._lamp_w = lamp_w
        self._lamp_level_pct = lamp_level_pct
        self._electronics = SmoothNoise(f"{place.key}/electronics", 10)
        self._lamp_jitter = SmoothNoise(f"{place.key}/lamp", 10)
        self._warmed_s: float | None = None
        self._warmth = 0.0
        self._readings: dict[str, Callable[[float], float]] = {
            "power_w": self._power_w,
            "power_l1_w": self._controller_w,
            "power_l2_w": self._lit_w,
            "power_l3_w": self._camera_w,
            "power_factor": self._power_factor,
            "lamp_level_pct": lamp_level_pct,
            "driver_temperature_c": self._driver_temperature_c,
        }
        self.names = place.names | self._readings.keys()

    def sense(self, name: str, at_s: float) -> float:
        """As `Place.sense`, and for what the circuit adds to it."""
        reading = self._readings.get(name)
        return self._place.sense(name, at_s) if reading is None else reading(at_s)

    def _power_w(self, at_s: float) -> float:
        return self._controller_w(at_s) + self._lit_w(at_s) + self._camera_w(at_s)

    def _controller_w(self, at_s: float) -> float:
        return self._standby_w * (1 - CAMERA_SHARE) * (1 + 0.03 * self._electronics(at_s))

    def _camera_w(self, at_s: float) -> float:
        return self._standby_w * CAMERA_SHARE * (1 - 0.03 * self._electronics(at_s))

    def _lit_w(self, at_s: float) -> float:
        level = self._lamp_level_pct(at_s) / 100
        if level <= 0:
            return 0.0
        share = DRIVER_LOSS + (1 - DRIVER_LOSS) * level
        return self._lamp_w * share * (1 + 0.005 * self._lamp_jitter(at_s))

    def _power_factor(self, at_s: float) -> float:
        """Of all loads together: their power over the apparent power."""
        lit_w = self._lit_w(at_s)
        power_w = self._controller_w(at_s) + self._camera_w(at_s) + lit_w
        if power_w <= 0:
            return 1.0
        load = lit_w / self._lamp_w if lit_w else 0.0
        lamp_factor = min(0.97, 0.6 + 0.5 * load)
        apparent_va = (power_w - lit_w) / STANDBY_POWER_FACTOR + lit_w / lamp_factor
        return power_w / apparent_va

    def _driver_temperature_c(self, at_s: float) -> float:
        load = self._lit_w(at_s) / self._lamp_w
        if self._warmed_s is None:
            self._warmed_s, self._warmth = at_s, load
        elif at_s > self._warmed_s:
            self._warmth += (load - self._warmth) * -math.expm1((self._warmed_s - at_s) / WARMING_S)
            self._warmed_s = at_s
        return self._place.sense("temperature_c", at_s) + DRIVER_RISE_C * self._warmth
