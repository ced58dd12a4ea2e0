"""What a technician does to a running bench: faults on and off, readings held by hand.

Pure: it is told the scenario's second. Whatever cannot be is refused with a text that says what
can.
"""

import math
from collections.abc import Iterable, Sequence

from firmware_sim.faults.switches import Fault
from firmware_sim.lines.line import Line
from firmware_sim.rig.target import Target
from firmware_sim.scenario.scenario import check_fault, matches

NAMES_SHOWN = 12
HELD_MAX = 1e9
"""Beyond any reading; meters add up what they are given, and could not take back the infinite."""


class RequestError(Exception):
    """Refused; the text says what, where and what is allowed."""


class Control:
    def __init__(self, targets: Iterable[Target]) -> None:
        self.targets = {target.name: target for target in targets}

    def find(self, pattern: str) -> list[Target]:
        """All whose name matches: municipality/site/name, `*` for any part of a name. A name's end
        alone is enough where only one has it. Raises `RequestError` when none does.
        """
        if found := [t for name, t in self.targets.items() if matches(pattern, name)]:
            return found
        ending = [t for name, t in self.targets.items() if name.endswith(f"/{pattern}")]
        if len(ending) == 1:
            return ending
        names = [target.name for target in ending] or list(self.targets)
        more = "" if len(names) <= NAMES_SHOWN else f" … ({len(names)} in all)"
        problem = "more than one" if ending else "nothing"
        shown = ", ".join(names[:NAMES_SHOWN])
        raise RequestError(f"{problem} here is called {pattern!r}; there are {shown}{more}")

    def switch_on(
        self,
        at: str,
        name: str,
        *,
        now_s: float,
        rate: float = 1.0,
        for_s: float | None = None,
        amount: float | None = None,
        reading: str | None = None,
    ) -> list[str]:
        """Switches a fault on from now; returns the names of those that have it."""
        if not 0 < rate <= 1:
            raise RequestError(f"rate must be above 0 and at most 1, not {rate:g}")
        if for_s is not None and not 0 < for_s < math.inf:
            raise RequestError(f"for_s must be above 0, not {for_s:g}")
        end_s = math.inf if for_s is None else now_s + for_s
        return self.schedule(at, Fault(name, rate, now_s, end_s, amount, reading))

    def schedule(self, at: str, fault: Fault) -> list[str]:
        """A fault with its time; of a line, those of devices go to all of its devices. Of many that
        are meant, those get it that can have it.
        """
        try:
            check_fault(fault.name, fault.amount, fault.rate, fault.reading)
        except ValueError as error:
            raise RequestError(str(error)) from error
        found = self.find(at)
        targets = [target for target in found if fault.name in target.faults]
        if not targets:
            one = found[0]
            raise RequestError(
                f"{one.name} ({one.type}) cannot have fault {fault.name}; "
                f"it can have {', '.join(one.faults)}"
            )
        if fault.reading is not None:
            for target in targets:
                _require_reading(target, fault.reading)
        struck = {one.name: one for target in targets for one in _struck(target, fault.name)}
        for target in struck.values():
            target.switches.switch_on(fault)
        return list(struck)

    def clear(self, at: str | None = None, name: str | None = None) -> int:
        """Faults off: of one or of all, one kind or all; returns how many were on."""
        targets = list(self.targets.values()) if at is None else self.find(at)
        everyone = [one for target in targets for one in _with_devices(target)]
        return sum(target.switches.clear(name) for target in everyone)

    def hold(self, at: str, reading: str, value: float | None) -> list[str]:
        """A reading stays at this value; None gives it back to the world."""
        targets = self.find(at)
        for target in targets:
            _require_reading(target, reading)
        if value is not None and not abs(value) <= HELD_MAX:
            raise RequestError(f"{reading} must be {-HELD_MAX:g} to {HELD_MAX:g}, not {value:g}")
        for target in targets:
            if target.probe is None:
                continue
            if value is None:
                target.probe.held.pop(reading, None)
            else:
                target.probe.held[reading] = value
        return [target.name for target in targets]


def _require_reading(target: Target, reading: str) -> None:
    if target.probe is None or not target.measures:
        raise RequestError(f"{target.name} ({target.type}) measures nothing that can be set")
    if reading not in target.measures:
        raise RequestError(
            f"{target.name} ({target.type}) has no reading {reading!r}; "
            f"it has {', '.join(target.measures)}"
        )


def _struck(target: Target, fault: str) -> Sequence[Target]:
    if isinstance(target, Line) and all(fault in device.faults for device in target.devices):
        return target.devices
    return [target]


def _with_devices(target: Target) -> Sequence[Target]:
    return [target, *target.devices] if isinstance(target, Line) else [target]
