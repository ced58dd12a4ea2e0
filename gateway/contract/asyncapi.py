"""AsyncAPI 3.0: every topic of the contract, what it carries, who sends it and who receives it."""

from inspect import getdoc
from typing import Any, Literal, NamedTuple

from gateway.contract.messages import (
    VERSION,
    Ack,
    Birth,
    Command,
    CommandResult,
    Frame,
    Message,
    Presence,
    QuarantineNotice,
)
from gateway.contract.topics import GATEWAY_SITE, Channel, Topic

Json = dict[str, Any]
Role = Literal["site", "gateway", "center"]

_BINDING_VERSION = "0.2.0"


MESSAGE_OF: dict[Channel, type[Message]] = {
    "up": Frame,
    "ack": Ack,
    "state": Presence,
    "birth": Birth,
    "cmd": Command,
    "result": CommandResult,
    "quarantine": QuarantineNotice,
}
_RETAINED = ("state", "birth")


class Crossing(NamedTuple):
    """One channel from one role to another."""

    topic: Topic
    sender: Role
    receiver: Role
    summary: str

    @property
    def name(self) -> str:
        place = "gateway" if self.topic.site == GATEWAY_SITE else "site"
        return f"{place}_{self.topic.channel}{'_of_site' if self.topic.about else ''}"

    @property
    def message(self) -> type[Message]:
        return MESSAGE_OF[self.topic.channel]


def _site(channel: Channel) -> Topic:
    return Topic("{municipality}", "{site}", channel)


def _gateway(channel: Channel, about: str | None = None) -> Topic:
    return Topic("{municipality}", GATEWAY_SITE, channel, about)


CROSSINGS: tuple[Crossing, ...] = (
    Crossing(_site("up"), "site", "gateway", "What a site measured"),
    Crossing(_site("ack"), "gateway", "site", "Frames the gateway has kept"),
    Crossing(_site("state"), "site", "gateway", "Whether the site is connected"),
    Crossing(_site("birth"), "site", "gateway", "What the site has and will send"),
    Crossing(_site("cmd"), "gateway", "site", "What one of its signs should show"),
    Crossing(_site("result"), "site", "gateway", "How a command ended"),
    Crossing(_gateway("up"), "gateway", "center", "What was admitted; `origin` names its frame"),
    Crossing(_gateway("ack"), "center", "gateway", "Frames that are stored"),
    Crossing(_gateway("state"), "gateway", "center", "Whether the gateway is connected"),
    Crossing(_gateway("birth"), "gateway", "center", "Who the gateway is"),
    Crossing(_gateway("state", "{site}"), "gateway", "center", "A site's presence, as it came"),
    Crossing(_gateway("birth", "{site}"), "gateway", "center", "A site's birth, as it came"),
    Crossing(_gateway("cmd"), "center", "gateway", "A command for one of the gateway's sites"),
    Crossing(_gateway("result"), "gateway", "center", "A result of a site, or the gateway's own"),
    Crossing(_gateway("quarantine"), "gateway", "center", "What was refused: some of it, not all"),
)

_PARAMETERS: dict[str, Json] = {
    "municipality": {
        "description": "Lower-case letters, digits and inner hyphens; at most 40 characters.",
        "examples": ["medellin", "itagui"],
    },
    "site": {
        "description": "As municipality; unique in it, and not `gateway`.",
        "examples": ["av-regional", "autopista-sur"],
    },
}

_DESCRIPTION = """\
Roles, as tags of the operations: `site` (a cabinet), `gateway` (one per municipality), `center`
(the metropolitan monitoring centre). Implement the operations of your role only; a cabinet needs
the six of `site`. Where there is no gateway, the center does what the gateway does for a site.
MQTT 3.1.1 or later, QoS 1, JSON in UTF-8, at most 128 KiB per message."""


def asyncapi(schema_file: str) -> Json:
    """The document; its payloads are definitions in `schema_file`, beside it."""
    operations: Json = {}
    for crossing in CROSSINGS:
        sends = f"{crossing.sender}_sends_{crossing.name}"
        receives = f"{crossing.receiver}_receives_{crossing.name}"
        operations[sends] = _operation(crossing, "send", crossing.sender)
        operations[receives] = _operation(crossing, "receive", crossing.receiver)
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Aburrá",
            "version": f"{VERSION}.0.0",
            "description": _DESCRIPTION,
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {crossing.name: _channel(crossing) for crossing in CROSSINGS},
        "operations": operations,
        "components": {
            "messages": {m.__name__: _message(m, schema_file) for m in MESSAGE_OF.values()},
            "parameters": _PARAMETERS,
        },
    }


def _channel(crossing: Crossing) -> Json:
    address = str(crossing.topic)
    name = crossing.message.__name__
    return {
        "address": address,
        "summary": crossing.summary,
        "messages": {name: {"$ref": f"#/components/messages/{name}"}},
        "parameters": {
            parameter: {"$ref": f"#/components/parameters/{parameter}"}
            for parameter in _PARAMETERS
            if f"{{{parameter}}}" in address
        },
    }


def _operation(crossing: Crossing, action: Literal["send", "receive"], role: Role) -> Json:
    message = f"#/channels/{crossing.name}/messages/{crossing.message.__name__}"
    retain = {"retain": crossing.topic.channel in _RETAINED} if action == "send" else {}
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{crossing.name}"},
        "messages": [{"$ref": message}],
        "tags": [{"name": role}],
        "bindings": {"mqtt": {"qos": 1, **retain, "bindingVersion": _BINDING_VERSION}},
    }


def _message(message: type[Message], schema_file: str) -> Json:
    return {
        "name": message.__name__,
        "summary": (getdoc(message) or "").partition("\n")[0],
        "payload": {"$ref": f"./{schema_file}#/$defs/{message.__name__}"},
    }
