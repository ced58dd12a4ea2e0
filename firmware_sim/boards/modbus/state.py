"""Everything that a device knows by name: sensed, derived, added up, set, or the lamp's."""

import random
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

from firmware_sim.boards.board import Sense
from firmware_sim.boards.modbus.derived import DERIVED
from firmware_sim.boards.modbus.lamp import Lamp
from firmware_sim.boards.modbus.profile import Profile, Row
from firmware_sim.boards.modbus.totals import Running

SERIAL_NUMBER = "serial_number"
LIGHT = "light_lux"
LAMP_QUANTITIES = frozenset((*Lamp.readings, *Lamp.controls))


class State:
    def __init__(self, profile: Profile, sense: Sense, *, key: str, now_s: float) -> None:
        self._rows = profile.rows
        self._totals_of = profile.totals
        self._sense = sense
        self._serial_number = zlib.crc32(key.encode()) % 100_000_000
        dice = random.Random(f"{key}/totals")  # noqa: S311 - not a secret
        self._totals = {
            name: Running(
                dice.uniform(*total.start), per_hour=total.per_hour, step=total.step, now_s=now_s
            )
            for name, total in profile.totals.items()
        }
        self._settings = {row.name: row.setting for row in self._rows if row.setting is not None}
        has_lamp = not LAMP_QUANTITIES.isdisjoint(row.quantity for row in self._rows)
        self._lamp = Lamp(lambda at_s: sense(LIGHT, at_s)) if has_lamp else None
        self._at_power_up = self._counted(now_s)

    @property
    def measures(self) -> tuple[str, ...]:
        """The names it asks its `Sense` for."""
        wanted = [row.quantity for row in self._rows if row.quantity is not None]
        wanted += [total.of for total in self._totals_of.values()]
        names = set() if self._lamp is None else {LIGHT}
        while wanted:
            name = wanted.pop()
            if name in DERIVED:
                wanted += DERIVED[name].needs
            elif name not in LAMP_QUANTITIES and name not in (*self._totals, SERIAL_NUMBER):
                names.add(name)
        return tuple(sorted(names))

    def tick(self, at_s: float) -> None:
        if self._lamp is not None:
            self._lamp.tick(at_s)
        now = Moment(self, at_s)
        for name, total in self._totals_of.items():
            self._totals[name].advance(now.value(total.of), at_s)

    def power_up(self, at_s: float) -> None:
        for total in self._totals.values():
            total.power_up(at_s)
        if self._lamp is not None:
            self._lamp.power_up(at_s)
        self._at_power_up = self._counted(at_s)

    def keep(self) -> dict[str, Any]:
        return {
            "totals": {name: total.amount for name, total in self._totals.items()},
            "settings": dict(self._settings),
            "lamp": {} if self._lamp is None else self._lamp.keep(),
        }

    def restore(self, kept: Mapping[str, Any]) -> None:
        for name, total in self._totals.items():
            total.restore(kept.get("totals", {}).get(name, 0.0))
        settings = kept.get("settings", {})
        self._settings |= {name: settings[name] for name in self._settings.keys() & settings.keys()}
        if self._lamp is not None:
            self._lamp.restore(kept.get("lamp", {}))

    def lamp_level_pct(self, at_s: float) -> float:
        """What its lamp gives now; 0 without a lamp."""
        if self._lamp is None:
            return 0.0
        self._lamp.tick(at_s)
        return self._lamp.level_pct(at_s)

    def set(self, wanted: Sequence[tuple[Row, float]], at_s: float) -> None:
        """A master has written these rows, all in one request."""
        controls = {}
        for row, value in wanted:
            if row.quantity is None:
                self._settings[row.name] = value
            else:
                controls[row.quantity] = value
        if controls and self._lamp is not None:
            self._lamp.command(controls, at_s)

    def quantity(self, name: str, at_s: float) -> float:
        """Of what is not derived from others."""
        if name in self._totals:
            return self._totals[name].amount
        if name == SERIAL_NUMBER:
            return self._serial_number
        if self._lamp is not None and name in LAMP_QUANTITIES:
            return self._lamp.value(name, at_s)
        return self._sense(name, at_s)

    def setting(self, row: Row) -> float:
        return self._settings[row.name]

    def at_power_up(self, name: str) -> float:
        """What a quantity had counted when power last came."""
        return self._at_power_up[name]

    def _counted(self, at_s: float) -> dict[str, float]:
        names = [row.quantity for row in self._rows if row.since_power_up and row.quantity]
        now = Moment(self, at_s)
        return {name: now.value(name) for name in names}


class Moment:
    """A state at one second: everything is sensed once, so that values that belong together do."""

    def __init__(self, state: State, at_s: float) -> None:
        self._state = state
        self._at_s = at_s
        self._known: dict[str, float] = {}

    def value(self, name: str) -> float:
        if name not in self._known:
            derived = DERIVED.get(name)
            self._known[name] = (
                self._state.quantity(name, self._at_s)
                if derived is None
                else derived.compute(*map(self.value, derived.needs))
            )
        return self._known[name]

    def row(self, row: Row) -> float | str:
        if row.constant is not None:
            return row.constant
        if row.quantity is None:
            return self._state.setting(row)
        if row.since_power_up:
            return max(0.0, self.value(row.quantity) - self._state.at_power_up(row.quantity))
        return self.value(row.quantity)
