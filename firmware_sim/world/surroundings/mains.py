"""The network that feeds a cabinet: its voltage sags when the city cooks; one frequency for all."""

from collections.abc import Callable

from firmware_sim.world.noise import SmoothNoise
from firmware_sim.world.surroundings.hours import at_hour
from firmware_sim.world.surroundings.showers import Showers

NOMINAL_HZ = 60.0
PHASES = 3
# Deviation with the network's load, highest from 18 to 21 h. All of it stays far within the
# ±10 % that Colombia allows (NTC 1340).
SAG = (
    0.006, 0.008, 0.009, 0.009, 0.007, 0.002, -0.003, -0.004, -0.003, -0.004, -0.006, -0.009,
    -0.010, -0.007, -0.005, -0.005, -0.006, -0.010, -0.017, -0.020, -0.017, -0.010, -0.003, 0.002,
)  # fmt: skip
DRY_LEAKAGE_MA, WET_LEAKAGE_MA = 1.2, 3.5


class Mains:
    def __init__(
        self,
        key: str,
        nominal_v: float,
        local_hour: Callable[[float], float],
        showers: Showers,
        region: str,
    ) -> None:
        self._nominal_v = nominal_v
        self._local_hour = local_hour
        self._showers = showers
        self._neighbours = [SmoothNoise(f"{key}/L{n + 1}/neighbours", 900) for n in range(PHASES)]
        self._flicker = [SmoothNoise(f"{key}/L{n + 1}/flicker", 5) for n in range(PHASES)]
        self._leaking = SmoothNoise(f"{key}/leakage", 300)
        self._balance = SmoothNoise(f"{region}/hertz", 20)

    def voltage_v(self, phase: int, at_s: float) -> float:
        """`phase`: 0 to 2."""
        return self._nominal_v * (
            1
            + at_hour(SAG, self._local_hour(at_s))
            + 0.008 * self._neighbours[phase](at_s)
            + 0.0015 * self._flicker[phase](at_s)
        )

    def frequency_hz(self, at_s: float) -> float:
        return NOMINAL_HZ + 0.03 * self._balance(at_s)

    def leakage_ma(self, at_s: float) -> float:
        """To earth: damp insulation leaks more."""
        damp_ma = WET_LEAKAGE_MA * self._showers.dampness(at_s)
        return DRY_LEAKAGE_MA + damp_ma + 0.2 * self._leaking(at_s)
