"""A street lamp's driver: the photocell's servant until somebody commands it."""

from collections.abc import Callable, Mapping
from typing import Any

DARK_BELOW_LUX, LIGHT_ABOVE_LUX = 16.0, 24.0
"""A photocell switches on at nightfall, and off at 1.5 times that light (ANSI C136.10)."""
SCENES_PCT: Mapping[int, float] = {0: 0, 1: 25, 2: 50, 3: 75, 4: 100}
"""Levels stored in the driver. A scene without one changes nothing (DALI's MASK)."""
FULL_PCT = 100.0
STATE_OFF, STATE_ON, STATE_FADING = 0, 1, 2


class Lamp:
    """Goes to the commanded level within the fade time; dusk and dawn end what was commanded."""

    readings = ("lamp_state", "lamp_lit", "lamp_actual_pct")
    controls = (
        "lamp_actual_pct",  # writing it commands, as gateways have it with one register for both
        "lamp_commanded_pct",
        "lamp_on",
        "lamp_scene",
        "lamp_fade_s",
        "lamp_power_on_pct",
        "lamp_by_command",  # writing 0 hands the lamp back to the photocell
    )

    def __init__(self, light_lux: Callable[[float], float]) -> None:
        """The light at the photocell, by the scenario's second."""
        self._light_lux = light_lux
        self._is_dark: bool | None = None
        self._set = dict.fromkeys(self.controls[1:], 0.0) | {"lamp_power_on_pct": FULL_PCT}
        self._from_pct = 0.0
        self._fade_from_s = 0.0

    def tick(self, at_s: float) -> None:
        """Lets the photocell look."""
        limit_lux = LIGHT_ABOVE_LUX if self._is_dark else DARK_BELOW_LUX
        is_dark = self._light_lux(at_s) < limit_lux
        if is_dark == self._is_dark:
            return
        dusk_pct = self._set["lamp_power_on_pct"] if self._is_dark is None else FULL_PCT
        if self._is_dark is None:
            self._from_pct = dusk_pct if is_dark else 0.0
        else:
            self._hold(at_s)
        self._is_dark = is_dark
        self._photocell_sets(dusk_pct)

    def level_pct(self, at_s: float) -> float:
        """What the lamp gives now, on its way from the level before to the commanded one."""
        target_pct = self._target_pct
        fade_s = self._set["lamp_fade_s"]
        if fade_s <= 0:
            return target_pct
        share = max(0.0, min(1.0, (at_s - self._fade_from_s) / fade_s))
        return self._from_pct + (target_pct - self._from_pct) * share

    def value(self, quantity: str, at_s: float) -> float:
        """Of one of `readings` and `controls`."""
        actual_pct = self.level_pct(at_s)
        if quantity == "lamp_actual_pct":
            return actual_pct
        if quantity == "lamp_lit":
            return float(actual_pct > 0)
        if quantity == "lamp_state":
            if actual_pct != self._target_pct:
                return STATE_FADING
            return STATE_ON if actual_pct else STATE_OFF
        return self._set[quantity]

    def command(self, wanted: Mapping[str, float], at_s: float) -> None:
        """Sets several `controls` at once, from one request."""
        self._hold(at_s)
        changes = {name: wanted[name] for name in wanted if name != "lamp_actual_pct"}
        if "lamp_actual_pct" in wanted:
            changes["lamp_commanded_pct"] = wanted["lamp_actual_pct"]
        scene_pct = SCENES_PCT.get(int(wanted.get("lamp_scene", -1)))
        if scene_pct is not None:
            changes.setdefault("lamp_commanded_pct", scene_pct)
        if "lamp_commanded_pct" in changes:
            changes.setdefault("lamp_on", float(changes["lamp_commanded_pct"] > 0))
        elif changes.get("lamp_on") and not self._set["lamp_commanded_pct"]:
            changes["lamp_commanded_pct"] = FULL_PCT
        if "lamp_on" in changes:
            changes.setdefault("lamp_by_command", 1.0)
        self._set |= changes
        if changes.get("lamp_by_command") == 0:
            self._photocell_sets(FULL_PCT)

    def power_up(self, at_s: float) -> None:
        """The lamp is found as the photocell and the power-on level will have it."""
        self._is_dark = None
        self.tick(at_s)

    def keep(self) -> dict[str, Any]:
        return {name: self._set[name] for name in ("lamp_fade_s", "lamp_power_on_pct")}

    def restore(self, kept: Mapping[str, Any]) -> None:
        self._set |= kept

    @property
    def _target_pct(self) -> float:
        return self._set["lamp_commanded_pct"] if self._set["lamp_on"] else 0.0

    def _hold(self, at_s: float) -> None:
        """A new way to a new level begins where the lamp is now."""
        self._from_pct = self.level_pct(at_s)
        self._fade_from_s = at_s

    def _photocell_sets(self, dusk_pct: float) -> None:
        self._set |= {
            "lamp_commanded_pct": dusk_pct if self._is_dark else 0.0,
            "lamp_on": float(bool(self._is_dark)),
            "lamp_by_command": 0.0,
        }
