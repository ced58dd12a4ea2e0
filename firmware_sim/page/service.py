"""What the page, and whoever else speaks to its addresses, asks of a running bench."""

from collections.abc import Sequence
from typing import Any, Protocol

from firmware_sim.world.traffic.plan import DisturbanceKind


class Service(Protocol):
    """Answers are plain data, ready for JSON. What cannot be is refused with `RequestError`.

    `at` and `pattern` are names, municipality/site/name, with `*` for any part of them.
    """

    def places(self) -> dict[str, Any]:
        """What stays: title, all cabinets and roads by name, the catalogue of faults, and `run`."""

    def summary(self) -> dict[str, Any]:
        """Time and its pace; the number of faults that are on, of each cabinet that has some. A new
        `run` says that it is another bench, whose `places` must be asked for again.
        """

    def cabinet(self, name: str) -> dict[str, Any]:
        """`targets`: a row for each line, its devices after it, and for each sign."""

    def rows(self, pattern: str | None) -> list[dict[str, Any]]:
        """A row for each target that is meant; None: for all of them."""

    def target(self, name: str) -> dict[str, Any]:
        """One row with all that there is to know of it; a sign's has its `face`'s size."""

    def face_png(self, name: str) -> bytes:
        """What a sign's face looks like now."""

    def face_text(self, name: str) -> str:
        """The same for a terminal, in half blocks."""

    def road(self, name: str) -> dict[str, Any]:
        """Where its vehicles are now, lane by lane, and what disturbs them."""

    def switch_on(
        self,
        at: str,
        name: str,
        *,
        rate: float = 1.0,
        for_s: float | None = None,
        amount: float | None = None,
        reading: str | None = None,
    ) -> list[str]:
        """A fault, from now on; returns the names of those that have it."""

    def clear(self, at: str | None = None, name: str | None = None) -> int:
        """Faults off; returns how many there were."""

    def hold(self, at: str, reading: str, value: float | None) -> list[str]:
        """A reading stays at this value; None gives it back to the world."""

    def set_time(self, *, speed: float | None = None, is_paused: bool | None = None) -> None:
        """`speed`: the scenario's seconds in one of ours."""

    def disturb(
        self,
        road: str,
        *,
        kind: DisturbanceKind = "incident",
        position_m: float,
        length_m: float,
        speed_kmh: float,
        for_s: float,
        lanes: Sequence[str] = (),
    ) -> None:
        """An incident or works, from now on; no lanes named: all of them."""

    def lift(self, road: str) -> int:
        """Ends what disturbs the road now; returns how many that were."""
