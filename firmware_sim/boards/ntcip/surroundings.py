"""The former way to tell a sign about its surroundings, as `sign.py` is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Surroundings:
    daylight_lux: Callable[[float], float]
    ambient_c: Callable[[float], float]
    dead_pixels: Sequence[tuple[int, int]]
    is_door_open: bool

    def sense(self, name: str, at_s: float) -> float:
        return self.daylight_lux(at_s) if name == "light_lux" else self.ambient_c(at_s)
