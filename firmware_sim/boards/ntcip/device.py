"""The whole sign: controller, sensors, objects and face under one name."""

from collections.abc import Callable
from typing import Any

from firmware_sim.boards.board import Part, Sense, Shown
from firmware_sim.boards.ntcip import nonvolatile
from firmware_sim.boards.ntcip.controller import SignController
from firmware_sim.boards.ntcip.message import ActivationCode
from firmware_sim.boards.ntcip.mib import SignMib
from firmware_sim.boards.ntcip.objects import starting_settings
from firmware_sim.boards.ntcip.plan import SignPlan, SignType
from firmware_sim.boards.ntcip.render import Face, all_lit, dark, drawn, page_at, seen
from firmware_sim.boards.ntcip.sensors import LEVELS, SignSensors
from firmware_sim.boards.ntcip.shown import shown
from firmware_sim.boards.ntcip.snmp.explain import explain
from firmware_sim.faults.switches import Switches

DIMMEST = 0.35
"""What the lowest level leaves of a colour, to an eye that has got used to the night."""

KINDS = {
    SignType.CHARACTER_MATRIX: "matriz de caracteres · character matrix",
    SignType.LINE_MATRIX: "matriz de líneas · line matrix",
    SignType.FULL_MATRIX: "matriz completa · full matrix",
}


class SignBoard:
    """Pure: `mib` is what an SNMP agent needs, the rest is for whoever looks at the sign."""

    measures = SignSensors.measures

    def __init__(
        self,
        plan: SignPlan,
        sense: Sense,
        switches: Switches,
        *,
        now_s: float,
        clock_ms: Callable[[float], int],
    ) -> None:
        """`clock_ms`: the sign's own clock, by which its timer dims: UTC at a scenario's second."""
        self.plan = plan
        self.controller = SignController(plan, switches, starting_settings(), now_s=now_s)
        self.sensors = SignSensors(self.controller, sense, switches, clock_ms)
        self.mib = SignMib(self.controller, self.sensors)

    @property
    def title(self) -> str:
        width_px, height_px = self.plan.size_px
        kind = KINDS[self.plan.type]
        if self.plan.type is SignType.CHARACTER_MATRIX:
            return f"{kind}, {self.plan.lines} x {self.plan.columns}"
        return f"{kind}, {width_px} x {height_px} px"

    @property
    def size_px(self) -> tuple[int, int]:
        """Width and height of the face."""
        return self.plan.size_px

    def is_on(self, at_s: float) -> bool:
        """Is there power, from the mains or the battery?"""
        return self.controller.is_on(at_s)

    def tick(self, at_s: float) -> None:
        """Whatever time alone brings about."""
        self.controller.tick(at_s)

    def power_fail(self, at_s: float) -> None:
        self.controller.power_fail(at_s)

    def power_up(self, at_s: float) -> None:
        self.controller.power_up(at_s)

    def activate_locally(self, code: ActivationCode, at_s: float) -> None:
        """At the panel in the cabinet; raises `ActivationRefusedError`."""
        self.controller.activate(code, at_s, locally=True)

    def keep(self) -> dict[str, Any]:
        """What outlives a power failure, as plain data for JSON."""
        return nonvolatile.keep(self.controller)

    def restore(self, kept: dict[str, Any], at_s: float) -> None:
        """Puts back what `keep` gave, if anything, and lets the sign power up."""
        if kept:
            nonvolatile.restore(self.controller, kept, at_s)

    def face(self, at_s: float) -> Face:
        """What a driver sees now."""
        self.tick(at_s)
        state = self.controller.state
        if not self.is_on(at_s) or self.sensors.is_too_hot(at_s):
            return dark(self.plan)
        second_s = at_s - state.shown_since_s
        page = page_at(state.pages, second_s)
        if at_s < state.pixel_test_ends_s:
            face = all_lit(self.plan)
        else:
            face = dark(self.plan) if page is None else drawn(page, self.plan, second_s)
        brightness = DIMMEST + (1 - DIMMEST) * self.sensors.level(at_s) / LEVELS
        return seen(face, frozenset(self.sensors.dead_pixels(at_s)), brightness)

    def shows(self, at_s: float) -> Shown:
        self.tick(at_s)
        return shown(self.controller, self.sensors, at_s)

    def explain(self, datagram: bytes, *, is_reply: bool) -> list[Part]:
        """The meaning of a datagram's bytes, in order, whatever they are."""
        return explain(datagram, is_reply=is_reply)
