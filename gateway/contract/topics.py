"""Topics: `aburra/v1/<municipality>/<site>/<channel>[/<about>]`.

A site's own channels have no `about`. A gateway (site `gateway`) passes on the retained `state`
and `birth` of each of its sites under `.../gateway/state/<site>` and `.../gateway/birth/<site>`,
so that the metropolitan side reads nothing but what a gateway let through.
"""

import re
from typing import Literal, NamedTuple, cast, get_args

PREFIX = "aburra/v1"
GATEWAY_SITE = "gateway"

Channel = Literal["up", "ack", "state", "birth", "cmd", "result", "quarantine"]

_NAME = r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?"
_TOPIC = re.compile(
    rf"aburra/v1/({_NAME})/({_NAME})/({'|'.join(get_args(Channel))})(?:/({_NAME}))?"
)


class Topic(NamedTuple):
    """One topic of the contract; `str()` gives its MQTT form."""

    municipality: str
    site: str
    channel: Channel
    about: str | None = None

    @property
    def source(self) -> str:
        """`municipality/site`, as messages name their sender."""
        return f"{self.municipality}/{self.site}"

    def __str__(self) -> str:
        tail = f"/{self.about}" if self.about else ""
        return f"{PREFIX}/{self.municipality}/{self.site}/{self.channel}{tail}"


def parse_topic(text: str) -> Topic | None:
    """The topic, or None when the text is none of the contract's topics."""
    match = _TOPIC.fullmatch(text)
    if match is None:
        return None
    municipality, site, channel, about = match.groups()
    if about is not None and (site != GATEWAY_SITE or channel not in ("state", "birth")):
        return None
    return Topic(municipality, site, cast("Channel", channel), about)


def topic_of(source: str, channel: Channel, about: str | None = None) -> str:
    """The topic text for a source `municipality/site`."""
    municipality, site = source.split("/")
    return str(Topic(municipality, site, channel, about))
