"""The sites' retained words: presence and birth, checked and passed on under the gateway's name."""

from gateway.contract.admission import Refusal, excerpt_of
from gateway.contract.codec import ContractError, decode
from gateway.contract.messages import Birth, Presence
from gateway.contract.topics import Topic, topic_of
from gateway.link.link import Link
from gateway.municipal.refusals import Refusals

_TYPES: dict[str, type[Presence | Birth]] = {"state": Presence, "birth": Birth}


class Sites:
    """Remembers the last word of each site, to say it again after each reconnection."""

    def __init__(self, source: str, metropolitan: Link, refusals: Refusals) -> None:
        self._source = source
        self._metropolitan = metropolitan
        self._refusals = refusals
        self._last: dict[str, bytes] = {}

    async def take(self, topic: Topic, payload: bytes) -> None:
        try:
            message = decode(payload, _TYPES[topic.channel])
        except ContractError as error:
            refusal = Refusal(error.reason, error.detail, excerpt_of(payload))
            self._refusals.add(str(topic), refusal)
            return
        if message.source != topic.source:
            detail = f"message names {message.source}, its topic {topic.source}"
            self._refusals.add(str(topic), Refusal("foreign", detail, excerpt_of(payload)))
            return
        onward = topic_of(self._source, topic.channel, topic.site)
        self._last[onward] = payload
        await self._metropolitan.publish(onward, payload, retain=True)

    async def say_again(self) -> None:
        for topic, payload in list(self._last.items()):  # a site may speak meanwhile
            await self._metropolitan.publish(topic, payload, retain=True)
