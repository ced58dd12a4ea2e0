"""The power of one device, as its brown-out switch has it."""

from collections.abc import Callable

from firmware_sim.faults.switches import Fault, Switches


class Mains:
    """Once for a switch that is simply on; at a rate, it may fail whenever the device sends."""

    def __init__(
        self,
        switches: Switches,
        *,
        on_failure: Callable[[float], None],
        on_return: Callable[[float], None],
    ) -> None:
        """Told the second in which power fails, and comes back."""
        self._switches = switches
        self._on_failure = on_failure
        self._on_return = on_return
        self._cut_by: Fault | None = None
        self._until_s: float | None = None

    def follow(self, at_s: float) -> bool:
        """Is there power now?"""
        fault = self._switches.active("brown-out", at_s)
        if fault is not None and fault.rate >= 1 and fault is not self._cut_by:
            self._cut(fault, at_s)
        if self.is_cut(at_s):
            return False
        if self._until_s is not None:
            self._until_s = None
            self._on_return(at_s)
        return True

    def fails_now(self, at_s: float) -> bool:
        """Asked whenever the device would send something."""
        fault = self._switches.active("brown-out", at_s)
        if fault is None or fault.rate >= 1 or not self._switches.strikes("brown-out", at_s):
            return False
        self._cut(fault, at_s)
        return True

    def is_cut(self, at_s: float) -> bool:
        """A switch that was cleared meanwhile gives the power back."""
        return (
            self._until_s is not None
            and at_s < self._until_s
            and any(fault is self._cut_by for fault in self._switches.all())
        )

    def _cut(self, fault: Fault, at_s: float) -> None:
        self._cut_by, self._until_s = fault, at_s + fault.size
        self._on_failure(at_s)
