"""Every MQTT message that reaches the centre: admitted and passed on, or quarantined. No I/O."""

from collections.abc import Callable
from typing import Protocol

from control_center.ingest.quarantine import Quarantine
from control_center.ingest.writer import FrameName, Waiting
from control_center.store.protocol import Point
from control_center.view import QuarantineView
from gateway.contract.admission import admit_frame, excerpt_of
from gateway.contract.codec import ContractError, decode
from gateway.contract.messages import (
    Birth,
    CommandResult,
    Frame,
    Observation,
    Presence,
    QuarantineNotice,
)
from gateway.contract.topics import GATEWAY_SITE, Topic, parse_topic
from gateway.link.seen import SeenFrames

_TOPIC_LENGTH = 200


class Listener(Protocol):
    """Who acts on what was admitted."""

    def observed(self, source: str, observations: tuple[Observation, ...]) -> None:
        """New observations of a site, each frame once."""

    def present(self, presence: Presence) -> None: ...

    def born(self, birth: Birth) -> None: ...

    def answered(self, result: CommandResult) -> None: ...


def subscriptions_of(upstream: str) -> tuple[str, ...]:
    """The topics the centre reads: what gateways let through, or edges themselves."""
    if upstream == "gateway":
        base = f"aburra/v1/+/{GATEWAY_SITE}"
        own = tuple(f"{base}/{c}" for c in ("up", "result", "quarantine", "state", "birth"))
        return (*own, f"{base}/state/+", f"{base}/birth/+")
    return tuple(f"aburra/v1/+/+/{c}" for c in ("up", "result", "state", "birth"))


class Intake:
    """Sorts messages by topic. Never raises for what a sender wrote.

    `offer` takes a frame for the store; what it leaves unacknowledged comes again.
    """

    def __init__(
        self,
        listener: Listener,
        quarantine: Quarantine,
        offer: Callable[[Waiting], bool],
        now_ms: Callable[[], int],
    ) -> None:
        self._listener = listener
        self._quarantine = quarantine
        self._offer = offer
        self._now_ms = now_ms
        self._seen = SeenFrames()
        self.repeated_frames = 0

    def receive(self, topic_text: str, payload: bytes) -> None:
        topic = parse_topic(topic_text)
        if topic is None:
            self._refuse(topic_text, "malformed", "no topic of the contract", payload)
            return
        try:
            self._dispatch(topic, payload)
        except ContractError as error:
            self._refuse(topic_text, error.reason, error.detail, payload)

    def _dispatch(self, topic: Topic, payload: bytes) -> None:
        match topic.channel:
            case "up":
                self._frame(topic, payload)
            case "state":
                presence = decode(payload, Presence)
                if self._speaks_for(topic, presence.source, payload):
                    self._listener.present(presence)
            case "birth":
                birth = decode(payload, Birth)
                if self._speaks_for(topic, birth.source, payload):
                    self._listener.born(birth)
            case "result":
                self._result(topic, decode(payload, CommandResult), payload)
            case "quarantine":
                # Its own time is the sender's word; what counts here is when we heard of it.
                notice = decode(payload, QuarantineNotice)
                self._keep(notice.topic, notice.reason, notice.detail, notice.excerpt)
            case _:
                self._refuse(str(topic), "foreign", "a channel the centre writes itself", payload)

    def _frame(self, topic: Topic, payload: bytes) -> None:
        admission = admit_frame(topic, payload, self._now_ms())
        head, frame = admission.head, admission.frame
        if head is None:
            for refusal in admission.refusals:
                self._keep(str(topic), *refusal)
            return
        sender = FrameName(head.source, head.epoch, head.sequence)
        source, born = _born(frame) if frame else (head.source, sender)
        if self._seen.is_new(*born):
            for refusal in admission.refusals:
                self._keep(str(topic), *refusal)
            self._listener.observed(source, admission.observations)
        else:
            self.repeated_frames += 1
        points = tuple(_point(source, observation) for observation in admission.observations)
        self._offer(Waiting(sender, points, admission.refused_count))

    def _speaks_for(self, topic: Topic, source: str, payload: bytes) -> bool:
        """A gateway passes on its sites' messages under their names; anyone else only its own."""
        allowed = f"{topic.municipality}/{topic.about}" if topic.about else topic.source
        if source == allowed:
            return True
        self._refuse(str(topic), "foreign", f"names {source}, its topic {allowed}", payload)
        return False

    def _result(self, topic: Topic, result: CommandResult, payload: bytes) -> None:
        source = result.target.rpartition("/")[0]
        is_gateway = topic.site == GATEWAY_SITE
        allowed = source.partition("/")[0] == topic.municipality if is_gateway else False
        if allowed or source == topic.source:
            self._listener.answered(result)
        else:
            detail = f"{topic.source} may not answer for {result.target}"
            self._refuse(str(topic), "foreign", detail, payload)

    def _refuse(self, topic: str, reason: str, detail: str, payload: bytes) -> None:
        self._keep(topic, reason, detail, excerpt_of(payload))

    def _keep(self, topic: str, reason: str, detail: str, excerpt: str) -> None:
        texts = map(_printable, (topic[:_TOPIC_LENGTH], reason, detail, excerpt))
        self._quarantine.add(QuarantineView(self._now_ms(), *texts))


def _printable(text: str) -> str:
    """Without what could clear a terminal or turn the direction of a page's text."""
    return "".join(c if c.isprintable() else "·" for c in text)


def _born(frame: Frame) -> tuple[str, FrameName]:
    """Whose observations they are, and the name the frame was born with: a gateway may forward
    the same frame of a site twice, under two numbers of its own.
    """
    born = frame.origin or frame
    return born.source, FrameName(born.source, born.epoch, born.sequence)


def _point(source: str, observation: Observation) -> Point:
    municipality, site = source.split("/")
    return Point(
        municipality,
        site,
        observation.device,
        observation.kind,
        observation.tags,
        observation.time_ms,
        observation.fields,
        observation.texts,
        observation.quality,
    )
