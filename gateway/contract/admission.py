"""Who may say what: a frame is admitted, or refused whole; each observation in it likewise.

Pure: no clock, no I/O. What is refused comes back with its reason, so that the caller can count it,
keep it in quarantine and tell the people who watch; it is never passed on as data.
"""

import math
from typing import NamedTuple

import msgspec
import orjson

from gateway.contract.codec import ContractError, decode
from gateway.contract.kinds import KINDS
from gateway.contract.messages import (
    FRAME_OBSERVATIONS_MAX,
    Epoch,
    Frame,
    Observation,
    Sequence,
    Source,
)
from gateway.contract.topics import GATEWAY_SITE, Topic

AHEAD_MS = 120_000
"""An observation this far in the future means a wrong clock, not a reading."""
BEHIND_MS = 400 * 86_400_000
"""Older than any spool may keep."""


class Refusal(NamedTuple):
    """Why something was refused: `malformed`, `oversized`, `foreign`, `implausible` or `time`."""

    reason: str
    detail: str
    excerpt: str


class FrameHead(msgspec.Struct, frozen=True):
    """What a frame must have to be acknowledged, even when the rest of it is refused."""

    source: Source
    epoch: Epoch
    sequence: Sequence
    observations: list[object] = []


class Admission(NamedTuple):
    """The frame (None when refused whole), its admitted observations, and what was refused.

    `head` is given whenever the sender is known to be who it says: acknowledge it, or the sender
    will repeat for ever what will never be admitted. `refused_count` counts observations.
    """

    frame: Frame | None
    head: FrameHead | None
    observations: tuple[Observation, ...]
    refusals: tuple[Refusal, ...]
    refused_count: int = 0


def excerpt_of(payload: bytes) -> str:
    """The beginning of a payload, printable, at most 160 characters."""
    return _printable(payload[:160].decode("utf-8", errors="replace"))


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else "·" for c in text[:160])


def admit_frame(topic: Topic, payload: bytes, now_ms: int) -> Admission:
    """Check size, shape, identity, kinds, plausible ranges and time.

    The only source that may be named is the topic's; a gateway may pass on sources of its own
    municipality. One bad observation never costs its neighbours.
    """
    refusals: list[Refusal] = []
    try:
        frame = decode(payload, Frame)
    except ContractError as error:
        salvaged = _salvage(payload) if error.reason == "malformed" else None
        if salvaged is None:
            refusal = Refusal(error.reason, error.detail, excerpt_of(payload))
            head = _head_of(topic, payload) if error.reason == "malformed" else None
            return Admission(None, head, (), (refusal,), len(head.observations) if head else 0)
        frame, refusals = salvaged
    head = FrameHead(frame.source, frame.epoch, frame.sequence)
    foreign = _foreign(topic, frame)
    if foreign is not None:
        refusal = Refusal("foreign", foreign, excerpt_of(payload))
        if frame.source != topic.source:
            return Admission(None, None, (), (refusal,))
        return Admission(None, head, (), (refusal,), len(frame.observations))
    admitted: list[Observation] = []
    for observation in frame.observations:
        fault = fault_of(observation, now_ms)
        if fault is None:
            admitted.append(observation)
        else:
            refusals.append(Refusal(*fault, excerpt=_printable(str(observation))))
    return Admission(frame, head, tuple(admitted), tuple(refusals), len(refusals))


def _salvage(payload: bytes) -> tuple[Frame, list[Refusal]] | None:
    """The frame with those of its observations that have the right shape; None without a frame."""
    try:
        found = orjson.loads(payload)
    except orjson.JSONDecodeError:
        return None
    observations = found.get("observations") if isinstance(found, dict) else None
    if not isinstance(observations, list) or len(observations) > FRAME_OBSERVATIONS_MAX:
        return None
    shaped: list[Observation] = []
    refusals: list[Refusal] = []
    for observation in observations:
        try:
            shaped.append(msgspec.convert(observation, type=Observation))
        except msgspec.ValidationError as error:
            refusals.append(Refusal("malformed", str(error)[:180], _printable(str(observation))))
    try:
        frame = msgspec.convert(found | {"observations": []}, type=Frame)
    except msgspec.ValidationError:
        return None
    return msgspec.structs.replace(frame, observations=tuple(shaped)), refusals


def _foreign(topic: Topic, frame: Frame) -> str | None:
    if frame.source != topic.source:
        return f"frame names {frame.source}, its topic {topic.source}"
    if frame.origin is None:
        return None
    if topic.site != GATEWAY_SITE:
        return f"{frame.source} is no gateway and may not pass on {frame.origin.source}"
    if frame.origin.source.split("/")[0] != topic.municipality:
        return f"{frame.origin.source} is not of {topic.municipality}"
    return None


def _head_of(topic: Topic, payload: bytes) -> FrameHead | None:
    try:
        head = msgspec.convert(orjson.loads(payload), type=FrameHead)
    except (orjson.JSONDecodeError, msgspec.ValidationError, RecursionError):
        return None
    return head if head.source == topic.source else None


def fault_of(observation: Observation, now_ms: int) -> tuple[str, str] | None:
    """(reason, detail) of the first thing wrong with an observation, or None."""
    kind = KINDS.get(observation.kind)
    where = f"{observation.device} {observation.kind}"
    if kind is None:
        return "malformed", f"{where}: unknown kind, allowed are {', '.join(KINDS)}"[:200]
    if set(observation.tags) != set(kind.tags):
        return "malformed", f"{where}: tags must be exactly {sorted(kind.tags)}"
    for name, value in observation.fields.items():
        rule = kind.fields.get(name)
        if rule is None:
            return "malformed", f"{where}: unknown field {name}"
        if not (math.isfinite(value) and rule.low <= value <= rule.high):
            detail = f"{where}: {name} {value:g} is outside {rule.low:g}…{rule.high:g} {rule.unit}"
            return "implausible", detail
    missing = [n for n, rule in kind.fields.items() if rule.always and n not in observation.fields]
    if missing:
        return "malformed", f"{where}: field {missing[0]} is missing"
    for name, text in observation.texts.items():
        text_rule = kind.texts.get(name)
        if text_rule is None or len(text) > text_rule.max_length:
            return "malformed", f"{where}: text {name} is unknown or too long"
    if not now_ms - BEHIND_MS <= observation.time_ms <= now_ms + AHEAD_MS:
        ahead_s = (observation.time_ms - now_ms) / 1000
        return "time", f"{where}: its time is {ahead_s:.0f} s away from now"
    return None
