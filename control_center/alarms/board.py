"""Open alarms with hold times: a condition must last to be raised, and be gone to be closed. Pure.

Six to twelve an hour is what a person can deal with (ISA-18.2); flicker must not make more.
"""

from collections.abc import Iterable
from typing import Literal, NamedTuple

from control_center.view import AlarmView

CLEAR_MS = 5_000


class Condition(NamedTuple):
    """Something wrong right now. `id` names it for ever; `hold_s` is how long it must last."""

    id: str
    severity: Literal[1, 2, 3]
    place: str
    text_es: str
    text_en: str
    hold_s: float = 0


class _Entry(NamedTuple):
    condition: Condition
    since_ms: int
    seen_ms: int
    raised: bool


class AlarmBoard:
    """Is told at each moment what is wrong; shows what has been wrong long enough."""

    def __init__(self) -> None:
        self._entries: dict[str, _Entry] = {}

    def update(self, conditions: Iterable[Condition], now_ms: int) -> list[AlarmView]:
        """Take everything that is wrong at `now_ms`; gives the alarms that this raised."""
        raised = []
        for condition in conditions:
            known = self._entries.get(condition.id)
            since_ms = known.since_ms if known else now_ms
            was_raised = known is not None and known.raised
            is_raised = was_raised or now_ms >= since_ms + condition.hold_s * 1000
            entry = _Entry(condition, since_ms, now_ms, is_raised)
            self._entries[condition.id] = entry
            if is_raised and not was_raised:
                raised.append(_view(entry))
        self._entries = {
            name: entry
            for name, entry in self._entries.items()
            if entry.seen_ms == now_ms or (entry.raised and now_ms < entry.seen_ms + CLEAR_MS)
        }
        return raised

    def open(self) -> tuple[AlarmView, ...]:
        """Most urgent first, then newest first."""
        entries = [entry for entry in self._entries.values() if entry.raised]
        entries.sort(key=lambda e: (e.condition.severity, -e.since_ms, e.condition.id))
        return tuple(_view(entry) for entry in entries)


def _view(entry: _Entry) -> AlarmView:
    condition = entry.condition
    return AlarmView(
        condition.id,
        condition.severity,
        entry.since_ms,
        condition.place,
        condition.text_es,
        condition.text_en,
    )
