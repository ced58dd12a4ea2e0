"""What the sign's own sensors tell: light, temperatures, door, dead pixels, and its errors."""

import random
from collections.abc import Callable, Sequence
from functools import lru_cache

from firmware_sim.boards.board import Sense
from firmware_sim.boards.ntcip.controller import SignController
from firmware_sim.boards.ntcip.plan import SignPlan
from firmware_sim.boards.ntcip.state import ActivateError
from firmware_sim.faults.switches import Switches

PHOTOCELL, TIMER, MANUAL = 2, 3, 4
"""dmsIllumControl."""
BRIGHTEST_LUX = 20_000.0
"""Daylight at which the sign gives all its light."""
LEVELS = 16
NIGHT_LEVEL = 2
DAY_HOURS = range(6, 18)
LOCAL_TIME_H = -5
HOUR_MS = 3_600_000
CABINET_RISE_C, HOUSING_RISE_C = 6, 8
WARM_C, CRITICAL_C = 60, 75
"""Housing temperatures from which the sign warns, and from which its face stays dark."""
POWER_BIT, COMM_BIT, PIXEL_BIT, MESSAGE_BIT = 2, 1, 5, 7
TEMPERATURE_BIT, CRITICAL_TEMPERATURE_BIT, DOOR_BIT = 9, 11, 13
"""Bits of shortErrorStatus."""

Dot = tuple[int, int]
"""Column and row of a pixel, counted from 1 at the upper left."""


class SignSensors:
    measures = ("light_lux", "temperature_c")

    def __init__(
        self,
        controller: SignController,
        sense: Sense,
        switches: Switches,
        clock_ms: Callable[[float], int],
    ) -> None:
        """`clock_ms`: the sign's own clock, by which the timer dims."""
        self._controller = controller
        self._sense = sense
        self._switches = switches
        self._clock_ms = clock_ms

    def ambient_c(self, at_s: float) -> int:
        return round(self._sense("temperature_c", at_s))

    def cabinet_c(self, at_s: float) -> tuple[int, int]:
        """Lowest and highest."""
        low_c = self.ambient_c(at_s) + self._heat_c(at_s) + CABINET_RISE_C
        return low_c, low_c + 3

    def housing_c(self, at_s: float) -> tuple[int, int]:
        """Lowest and highest; LEDs that give more light give more heat."""
        low_c = self.ambient_c(at_s) + self._heat_c(at_s) + HOUSING_RISE_C
        return low_c, low_c + 2 + self.level(at_s) // 2

    def is_too_hot(self, at_s: float) -> bool:
        """The face is switched off to save the LEDs."""
        return self.housing_c(at_s)[1] >= CRITICAL_C

    def photocell(self, at_s: float) -> float:
        """0 to 1."""
        return max(0.0, min(1.0, self._sense("light_lux", at_s) / BRIGHTEST_LUX))

    def level(self, at_s: float) -> int:
        """0 to `LEVELS`: dmsIllumBrightLevelStatus."""
        control = self._controller.state.number("dmsIllumControl")
        if control == MANUAL:
            return self._controller.state.number("dmsIllumManLevel")
        if control == TIMER:
            hour = (self._clock_ms(at_s) // HOUR_MS + LOCAL_TIME_H) % 24
            return LEVELS if hour in DAY_HOURS else NIGHT_LEVEL
        return NIGHT_LEVEL + round((LEVELS - NIGHT_LEVEL) * self.photocell(at_s))

    def is_door_open(self, at_s: float) -> bool:
        return self._controller.plan.is_door_open or bool(self._switches.active("door-open", at_s))

    def dead_pixels(self, at_s: float) -> Sequence[Dot]:
        plan = self._controller.plan
        fault = self._switches.active("dead-pixels", at_s)
        return _dead_pixels(plan, round(fault.size) if fault else 0)

    def pixel_table(self, at_s: float) -> Sequence[Dot]:
        """The failures that the sign knows of: its drivers find them unless the table was cleared
        and no test has run since.
        """
        state = self._controller.state
        is_blind = state.is_pixel_table_cleared or at_s < state.pixel_test_ends_s
        return () if is_blind else self.dead_pixels(at_s)

    def short_errors(self, at_s: float) -> int:
        """Bits, see above: shortErrorStatus."""
        state, housing_c = self._controller.state, self.housing_c(at_s)[1]
        bits = {
            COMM_BIT: state.is_comm_lost,
            POWER_BIT: state.failed_s is not None,
            PIXEL_BIT: bool(self.pixel_table(at_s)),
            MESSAGE_BIT: state.activate_error is not ActivateError.NONE,
            TEMPERATURE_BIT: housing_c >= WARM_C,
            CRITICAL_TEMPERATURE_BIT: housing_c >= CRITICAL_C,
            DOOR_BIT: self.is_door_open(at_s),
        }
        return sum(1 << bit for bit, is_set in bits.items() if is_set)

    def _heat_c(self, at_s: float) -> int:
        fault = self._switches.active("overheating", at_s)
        return round(fault.size) if fault else 0


@lru_cache(maxsize=512)
def _dead_pixels(plan: SignPlan, more: int) -> tuple[Dot, ...]:
    """Those of the plan and `more`, always in the same places: the first ones stay."""
    dead = dict.fromkeys(plan.dead_pixels)
    width_px, height_px = plan.size_px
    more = min(more, width_px * height_px - len(dead))
    dice = random.Random(f"{plan.key}/dead-pixels")  # noqa: S311 - not a secret
    while more:
        dot = (dice.randint(1, width_px), dice.randint(1, height_px))
        if dot not in dead:
            dead[dot] = None
            more -= 1
    return tuple(dead)
