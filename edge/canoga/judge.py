"""What a card's reply proves, compared with the one before. Pure: given the time.

A reply whose checksum is right can still be wrong (a dropped first byte leaves the XOR as it was),
the card can have been reset, and its 8-bit counters wrap.
"""

from collections.abc import Sequence
from enum import Enum, auto
from typing import NamedTuple

from edge.canoga.codec import LoopRecord
from edge.faults import AnswerError

GAP_S = 240.0
"""After so long without a reply the 8-bit counter may have wrapped."""
MISSED_MAX = 16
"""More vehicles than this between two polls are a gap, not a count."""
DURATION_MS_MAX = 120_000
_CLOCK_SLACK_MS = 2000
_START_MODULUS = 1 << 32


class Passage(NamedTuple):
    """What happened on one input since the previous good reply.

    `proven` is False when the counters can't say (first reply, reset, gap). `vehicle_count`
    vehicles left the loop; `last` is the last of them.
    """

    proven: bool
    vehicle_count: int
    last: LoopRecord | None


_UNPROVEN = Passage(proven=False, vehicle_count=0, last=None)
_NOTHING = Passage(proven=True, vehicle_count=0, last=None)


class _Change(Enum):
    SAME = auto()
    VEHICLES = auto()
    RESET = auto()
    CORRUPT = auto()


class CardJudge:
    """Follows the records of one card.

    Two successive replies that contradict the past but not each other are believed: the card then
    is what it says it is, and counting starts afresh.
    """

    def __init__(self) -> None:
        self._previous: tuple[LoopRecord, ...] | None = None
        self._previous_s = 0.0
        self._left_after_s: list[float | None] = []
        self._suspect: tuple[LoopRecord, ...] | None = None

    def judge(self, records: Sequence[LoopRecord], now_s: float) -> tuple[Passage, ...]:
        """One Passage per input; raises `AnswerError("content")` for a reply no card would give."""
        new = tuple(records)
        old = self._previous
        if old is None or now_s - self._previous_s > GAP_S:
            return self._begin(new, now_s)
        changes = [
            _change(before, now, None if left_s is None else now_s - left_s)
            for before, now, left_s in zip(old, new, self._left_after_s, strict=True)
        ]
        if _Change.CORRUPT in changes:
            if self._suspect is not None and _agree(self._suspect, new):
                return self._begin(new, now_s)
            self._suspect = new
            raise AnswerError("content", f"records contradict the last reply: {_show(old, new)}")
        if _Change.RESET in changes:
            return self._begin(new, now_s)
        passages = tuple(_passage(before, now) for before, now in zip(old, new, strict=True))
        for index, passage in enumerate(passages):
            if passage.vehicle_count:
                self._left_after_s[index] = self._previous_s
            elif not passage.proven:
                self._left_after_s[index] = None
        self._previous, self._previous_s, self._suspect = new, now_s, None
        return passages

    def _begin(self, new: tuple[LoopRecord, ...], now_s: float) -> tuple[Passage, ...]:
        self._previous, self._previous_s, self._suspect = new, now_s, None
        self._left_after_s = [None] * len(new)
        return (_UNPROVEN,) * len(new)


def _change(old: LoopRecord, new: LoopRecord, left_ago_s: float | None) -> _Change:
    """`left_ago_s`: the old record's vehicle left at most so long ago; None = not known."""
    if new[:3] == old[:3]:
        return _Change.SAME
    if not any(new[:3]):
        return _Change.RESET
    if (
        new.start_ms == old.start_ms
        or new.counter == old.counter
        or new.duration_ms > DURATION_MS_MAX
    ):
        return _Change.CORRUPT
    headway_ms = (new.start_ms - old.start_ms) % _START_MODULUS
    looks_shifted = old.duration_ms > 0 and new.duration_ms >> 8 == old.duration_ms
    if left_ago_s is None:
        headway_ms_max = _START_MODULUS // 2
        if looks_shifted:
            return _Change.CORRUPT
    else:
        headway_ms_max = round(left_ago_s * 1010) + old.duration_ms + _CLOCK_SLACK_MS
    if old.duration_ms <= headway_ms <= headway_ms_max:
        return _Change.VEHICLES
    if looks_shifted or new.start_ms > old.start_ms:
        return _Change.CORRUPT
    return _Change.RESET


def _passage(old: LoopRecord, new: LoopRecord) -> Passage:
    count = (new.counter - old.counter) % 256
    if count == 0:
        return _NOTHING
    if count - 1 > MISSED_MAX:
        return _UNPROVEN
    return Passage(proven=True, vehicle_count=count, last=new)


def _agree(old: Sequence[LoopRecord], new: Sequence[LoopRecord]) -> bool:
    changes = {_change(a, b, None) for a, b in zip(old, new, strict=True)}
    return changes <= {_Change.SAME, _Change.VEHICLES}


def _show(old: Sequence[LoopRecord], new: Sequence[LoopRecord]) -> str:
    changed = [f"{a[:3]}→{b[:3]}" for a, b in zip(old, new, strict=True) if a[:3] != b[:3]]
    return ", ".join(changed)
