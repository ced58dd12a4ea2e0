"""The former way to build a sign, until the bench builds `VariableMessageSign`s."""

from firmware_sim.boards.ntcip.controller import SignController
from firmware_sim.boards.ntcip.objects import starting_settings
from firmware_sim.boards.ntcip.plan import SignPlan
from firmware_sim.boards.ntcip.state import ControlMode
from firmware_sim.faults.switches import Switches

LOCAL, CENTRAL = ControlMode.LOCAL, ControlMode.CENTRAL


class Sign(SignController):
    def __init__(
        self, *, width_px: int, height_px: int, changeable: int, control_mode: int, now_s: float
    ) -> None:
        plan = SignPlan(
            width_px=width_px,
            height_px=height_px,
            colours="full",
            changeable_messages=changeable,
            is_local=control_mode == LOCAL,
        )
        super().__init__(plan, Switches("sign"), starting_settings(), now_s=now_s)
