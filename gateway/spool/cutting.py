"""Observations cut into frames that the next place will take. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

import msgspec
import orjson

from gateway.contract.kinds import KINDS
from gateway.contract.messages import Observation

FRAME_OBSERVATIONS_MAX = 200
FRAME_BYTES_MAX = 60_000
FORWARDED_OBSERVATIONS_MAX = 2_000
FORWARDED_BYTES_MAX = 120_000
"""What a site may say in one frame passes in one frame, but for the last 8 kB of `MAX_BYTES`."""
_KEEP = {"telemetry": 0, "counts": 1}


class NewFrame(NamedTuple):
    """`keep`: frames with the lowest are dropped first; `body` is a JSON array."""

    keep: int
    observation_count: int
    body: bytes


def own_frames(observations: Sequence[Observation]) -> Iterator[NewFrame]:
    """Counts apart from telemetry, so that each can be dropped without the other."""
    ordered = sorted(observations, key=_keep_of)
    for keep, group in groupby(ordered, key=_keep_of):
        yield from _cut(keep, group, FRAME_OBSERVATIONS_MAX, FRAME_BYTES_MAX)


def forwarded_frames(observations: Sequence[Observation]) -> Iterator[NewFrame]:
    """One frame stays one: the centre knows it by its origin, and takes a second for a repeat."""
    keep = max(map(_keep_of, observations), default=0)
    yield from _cut(keep, observations, FORWARDED_OBSERVATIONS_MAX, FORWARDED_BYTES_MAX)


def _cut(
    keep: int, observations: Iterable[Observation], count_max: int, bytes_max: int
) -> Iterator[NewFrame]:
    chunk: list[bytes] = []
    size = 0
    for observation in observations:
        body = orjson.dumps(msgspec.to_builtins(observation))
        if chunk and (len(chunk) >= count_max or size + len(body) > bytes_max):
            yield NewFrame(keep, len(chunk), b"[" + b",".join(chunk) + b"]")
            chunk, size = [], 0
        chunk.append(body)
        size += len(body)
    if chunk:
        yield NewFrame(keep, len(chunk), b"[" + b",".join(chunk) + b"]")


def _keep_of(observation: Observation) -> int:
    return _KEEP[KINDS[observation.kind].keep]
