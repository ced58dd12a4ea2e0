"""A street lamp behind a Modbus-DALI gateway: a photocell's servant until somebody commands it.

Registers of DALI line 0 (base 6800), read with function 3, written with 6 or 16: level 0-100 %,
+1 off/on, +5 scene, +8 fade time in s, +12 level at power-on. The registers between are reserved
and read 0.
"""

from collections.abc import Callable, Sequence

from firmware_sim.boards.modbus_rtu import (
    ILLEGAL_ADDRESS,
    ILLEGAL_FUNCTION,
    ILLEGAL_VALUE,
    READ_HOLDING,
    ModbusError,
)

BASE = 6800
LEVEL, ON, SCENE, FADE, POWER_ON_LEVEL = 0, 1, 5, 8, 12
LENGTH = 13
HIGHEST = {LEVEL: 100, ON: 1, SCENE: 15, FADE: 90, POWER_ON_LEVEL: 100}


class Luminaire:
    def __init__(self, is_dark: Callable[[float], bool]) -> None:
        self._is_dark = is_dark
        self._was_dark: bool | None = None
        self._registers = dict.fromkeys(HIGHEST, 0) | {POWER_ON_LEVEL: 100}
        self._from_pct = 0.0
        self._fade_from_s = 0.0

    def level_pct(self, at_s: float) -> float:
        """What the lamp gives now, on its way from the level before to the commanded one."""
        self._follow_photocell(at_s)
        target_pct = float(self._registers[LEVEL] * self._registers[ON])
        fade_s = self._registers[FADE]
        if not fade_s:
            return target_pct
        share = max(0.0, min(1.0, (at_s - self._fade_from_s) / fade_s))
        return self._from_pct + (target_pct - self._from_pct) * share

    def read(self, function: int, address: int, count: int, at_s: float) -> Sequence[int]:
        if function != READ_HOLDING:
            raise ModbusError(ILLEGAL_FUNCTION)
        offset = address - BASE
        if offset < 0 or offset + count > LENGTH:
            raise ModbusError(ILLEGAL_ADDRESS)
        now = self._registers | {LEVEL: round(self.level_pct(at_s))}
        return [now.get(place, 0) for place in range(offset, offset + count)]

    def write(self, address: int, words: Sequence[int], at_s: float) -> None:
        wanted = {address - BASE + place: word for place, word in enumerate(words)}
        if not wanted.keys() <= HIGHEST.keys():
            raise ModbusError(ILLEGAL_ADDRESS)
        if any(word > HIGHEST[place] for place, word in wanted.items()):
            raise ModbusError(ILLEGAL_VALUE)
        if LEVEL in wanted and ON not in wanted:
            wanted[ON] = int(wanted[LEVEL] > 0)
        self._set(wanted, at_s)

    def _follow_photocell(self, at_s: float) -> None:
        """Dusk and dawn end whatever was commanded before."""
        dark = self._is_dark(at_s)
        if dark != self._was_dark:
            level_pct = self._registers[POWER_ON_LEVEL] if self._was_dark is None else 100
            self._was_dark = dark
            self._set({LEVEL: level_pct if dark else 0, ON: int(dark)}, at_s)

    def _set(self, wanted: dict[int, int], at_s: float) -> None:
        self._from_pct = self.level_pct(at_s)
        self._fade_from_s = at_s
        if wanted.get(ON) == 1 and LEVEL not in wanted and not self._registers[LEVEL]:
            wanted = wanted | {LEVEL: 100}
        self._registers |= wanted
