"""What crosses: the messages of contract version 1, as immutable types.

Times are UTC in milliseconds since 1970. Text limits bound what a hostile sender can make us keep.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

VERSION = 1
FRAME_OBSERVATIONS_MAX = 2000
BIRTH_DEVICES_MAX = 256

_NAME = "[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?"
_END = r"$(?!\n)"
"""Python's `$` also matches before a final line feed, JSON Schema's does not."""

Name = Annotated[str, Meta(pattern=f"^{_NAME}{_END}")]
Source = Annotated[str, Meta(pattern=f"^{_NAME}/{_NAME}{_END}")]
Target = Annotated[str, Meta(pattern=f"^{_NAME}/{_NAME}/{_NAME}{_END}")]
Epoch = Annotated[str, Meta(pattern=f"^[0-9a-f]{{16}}{_END}")]
Sequence = Annotated[int, Meta(ge=1, le=2**53)]
UtcMs = Annotated[int, Meta(ge=0, le=2**53)]
Identifier = Annotated[str, Meta(min_length=8, max_length=64, pattern=f"^[A-Za-z0-9._-]+{_END}")]
Key = Annotated[str, Meta(pattern=f"^[a-z][a-z0-9_]{{0,39}}{_END}")]
Short = Annotated[str, Meta(max_length=200)]
Text = Annotated[str, Meta(max_length=1024)]
Version = Annotated[int, Meta(ge=VERSION, le=VERSION)]
ClockState = Literal["synchronised", "unsynchronised"]


class Message(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of all messages: immutable, no unknown fields."""


class Observation(Message, frozen=True, kw_only=True, omit_defaults=True):
    """One measurement of one device of the frame's source.

    `fields` hold numbers whose unit is the end of their name; what is not known is absent, never 0.
    `quality` names why it is not good (empty = good). `kind` says which fields and tags exist
    (see kinds.toml) and whether `time_ms` is an instant or the start of an interval.
    """

    device: Name
    kind: Key
    time_ms: UtcMs
    fields: Annotated[dict[Key, float], Meta(max_length=64)] = {}
    tags: Annotated[dict[Key, Annotated[str, Meta(max_length=40)]], Meta(max_length=8)] = {}
    texts: Annotated[dict[Key, Text], Meta(max_length=8)] = {}
    quality: Annotated[tuple[Key, ...], Meta(max_length=8)] = ()


class Origin(Message, frozen=True, kw_only=True):
    """Where a forwarded frame came from, and its number there."""

    source: Source
    epoch: Epoch
    sequence: Sequence


class Frame(Message, frozen=True, kw_only=True, omit_defaults=True):
    """Many observations in one MQTT message, numbered without holes by the source's spool.

    `epoch` changes when the spool is a new one; (source, epoch, sequence) names a frame for ever.
    A gateway's frame carries the observations of one frame of a site, and names it in `origin`.
    """

    v: Version
    source: Source
    epoch: Epoch
    sequence: Sequence
    sent_ms: UtcMs
    clock: ClockState
    observations: Annotated[tuple[Observation, ...], Meta(max_length=FRAME_OBSERVATIONS_MAX)]
    origin: Origin | None = None


class Ack(Message, frozen=True, kw_only=True, omit_defaults=True):
    """These frames are durable at the next place, or refused there for good.

    `refused_count` counts observations of these frames that went to quarantine.
    """

    source: Source
    epoch: Epoch
    sequences: Annotated[tuple[Sequence, ...], Meta(max_length=1000)]
    refused_count: Annotated[int, Meta(ge=0)] = 0


class Presence(Message, frozen=True, kw_only=True, omit_defaults=True):
    """Retained: whether a source is connected; `online=false` is also its last will."""

    source: Source
    online: bool
    since_ms: UtcMs
    program: Short = ""


class BirthDevice(Message, frozen=True, kw_only=True, omit_defaults=True):
    """One device that a source has: its name, what it is, and the kinds it will send."""

    device: Name
    model: Short
    title: Short = ""
    kinds: Annotated[tuple[Key, ...], Meta(max_length=16)] = ()


class Birth(Message, frozen=True, kw_only=True, omit_defaults=True):
    """Retained: what a source has and will send. `latitude_deg`, `longitude_deg` are WGS 84."""

    source: Source
    title: Short
    time_ms: UtcMs
    devices: Annotated[tuple[BirthDevice, ...], Meta(max_length=BIRTH_DEVICES_MAX)]
    latitude_deg: Annotated[float, Meta(ge=-90, le=90)] | None = None
    longitude_deg: Annotated[float, Meta(ge=-180, le=180)] | None = None


class Command(Message, frozen=True, kw_only=True, omit_defaults=True):
    """Show `multi` on a sign for `duration_min`, or blank it when `multi` is empty.

    Checked at each border: past `expires_ms` it is refused. The same `id` is carried out once and
    answered with the same result. `authority` names who answers for it (`engine:congestion`,
    `operator:ana`), `reason` the readings behind it.
    """

    id: Identifier
    target: Target
    action: Literal["show", "blank"]
    issued_ms: UtcMs
    expires_ms: UtcMs
    authority: Short
    reason: Short
    multi: Text = ""
    duration_min: Annotated[int, Meta(ge=1, le=1440)] = 2
    priority: Annotated[int, Meta(ge=1, le=255)] = 100


class CommandResult(Message, frozen=True, kw_only=True, omit_defaults=True):
    """How a command ended, and what the device said it shows when it was read back.

    `shows_multi` is None when the read-back failed, "" when the face is blank.
    """

    id: Identifier
    target: Target
    status: Literal["confirmed", "refused", "expired", "failed"]
    done_ms: UtcMs
    detail: Short = ""
    shows_multi: Text | None = None


class QuarantineNotice(Message, frozen=True, kw_only=True):
    """One refused message or observation, for the people who watch: not data, never stored as such.

    `reason` is one of `malformed`, `oversized`, `foreign`, `implausible`, `time`; `excerpt` is the
    beginning of what was refused, made printable.
    """

    time_ms: UtcMs
    topic: Annotated[str, Meta(max_length=200)]
    reason: Key
    detail: Short
    excerpt: Short
