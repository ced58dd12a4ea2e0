"""docs/contract is what the types say, and a stranger's validator judges with it as we do."""

import re
from copy import deepcopy
from pathlib import Path

import orjson
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from jsonschema.validators import Draft7Validator, Draft202012Validator
from paho.mqtt.client import topic_matches_sub

from gateway.contract.admission import admit_frame
from gateway.contract.asyncapi import MESSAGE_OF
from gateway.contract.codec import ContractError, decode
from gateway.contract.kinds import KINDS
from gateway.contract.publish import FILES, SCHEMA_FILE, publish
from gateway.contract.topics import Topic, parse_topic

ROOT = Path(__file__).parents[2]
PUBLISHED = ROOT / "docs" / "contract"
SCHEMA = orjson.loads((PUBLISHED / SCHEMA_FILE).read_bytes())
ASYNCAPI = orjson.loads((PUBLISHED / "asyncapi.json").read_bytes())
MESSAGES = {message.__name__: message for message in MESSAGE_OF.values()}
NOW_MS = 1_795_000_000_000
UP = Topic("medellin", "gateway", "up")
TARGET = f"{UP.source}/vms-1"
DEVICE = {"device": "air-1", "model": "PMS5003", "title": "Aire", "kinds": ["air_particulate"]}

HEAD = {"source": UP.source, "epoch": "00112233445566ff", "sequence": 7}
FRAME = HEAD | {"v": 1, "sent_ms": NOW_MS, "clock": "synchronised", "origin": HEAD}
EXAMPLES = {
    "Ack": {"source": UP.source, "epoch": "0" * 16, "sequences": [1, 2], "refused_count": 1},
    "Presence": {"source": UP.source, "online": True, "since_ms": 1, "program": "x"},
    "Birth": {"source": UP.source, "title": "Avenida", "time_ms": 1, "devices": [DEVICE]}
    | {"latitude_deg": 6.2331, "longitude_deg": -75.579},
    "Command": {"id": "7db8a041", "target": TARGET, "action": "show", "issued_ms": 1}
    | {"expires_ms": 2, "authority": "operator:ana", "reason": "obra", "multi": "HOLA"}
    | {"duration_min": 5, "priority": 9},
    "CommandResult": {"id": "7db8a041", "target": TARGET, "status": "confirmed", "done_ms": 1}
    | {"detail": "", "shows_multi": "HOLA"},
    "QuarantineNotice": {"time_ms": 1, "topic": "x", "reason": "time", "detail": "", "excerpt": ""},
}
"""One of each message beside Frame, with everything it may have."""

BEYOND = {n for k in KINDS.values() for r in k.fields.values() for n in (r.low - 1, r.high + 1)}
NASTY = [
    *(None, True, 0, 1, 0.5, 1441, 2**53, 2**53 + 1, *sorted(map(int, BEYOND))),
    *("", "A", "ñ", "air-1", "air-1\n", "reason", "reason\n", "medellin/x", "medellin/x\n", TARGET),
    *("x" * n for n in (7, 8, 40, 41, 64, 65, 200, 201, 1024, 1025)),
    *("0" * 16, f"{'0' * 16}\n", {}, {"extra": 1}, [], [1] * 1001, ["x"] * 9, [DEVICE] * 257),
]
"""One beyond each bound, and what else a program may put where it does not belong. Never 1.0."""
NEW_KEYS = ["extra", "Bad key", "period_s", "lane", "multi"]


def frame_of(*observations):
    return FRAME | {"observations": [*observations]}


def full(kind_name, bound="high"):
    """An observation with everything its kind may have."""
    kind = KINDS[kind_name]
    return {
        "device": "air-1",
        "kind": kind_name,
        "time_ms": NOW_MS,
        "fields": {name: getattr(rule, bound) for name, rule in kind.fields.items()},
        "tags": dict.fromkeys(kind.tags, "1"),
        "texts": {name: "é" * rule.max_length for name, rule in kind.texts.items()},
        "quality": ["incomplete"],
    }


def validator_of(name, draft=Draft202012Validator):
    return draft({"$ref": f"#/$defs/{name}", "$defs": SCHEMA["$defs"]})


VALIDATORS = {name: validator_of(name) for name in MESSAGES}
FRAME_DRAFT_7 = validator_of("Frame", Draft7Validator)


def our_verdict(name, message) -> bool | None:
    """None for what no schema can say: whose name it is. Time is not asked for either."""
    payload = orjson.dumps(message)
    if name == "Frame":
        refusals = admit_frame(UP, payload, NOW_MS).refusals
        reasons = {refusal.reason for refusal in refusals} - {"time"}
        return None if "foreign" in reasons else not reasons
    try:
        decode(payload, MESSAGES[name])
    except ContractError:
        return False
    return True


def places(node):
    """Every container in a document, itself too, with each of its keys."""
    for key, value in [*(node.items() if isinstance(node, dict) else enumerate(node))]:
        yield node, key
        if isinstance(value, dict | list):
            yield from places(value)


def variations(document):
    """The document with one thing removed, replaced or added, in turn; lent, not given."""
    yield document
    for container, key in [*places(document)]:
        kept = container.copy()
        del container[key]
        yield document
        for value in NASTY:
            container.clear()
            container.extend(kept) if isinstance(container, list) else container.update(kept)
            container[key] = value
            yield document
        container[key] = kept[key]
        for new_key in NEW_KEYS if isinstance(container, dict) else ():
            if new_key not in container:
                container[new_key] = "1"
                yield document
                del container[new_key]


DOCUMENTS = (
    *((name, example) for name, example in EXAMPLES.items()),
    ("Frame", frame_of()),
    *(("Frame", frame_of(full(name))) for name in KINDS),
)


@pytest.mark.parametrize(
    ("name", "document"), DOCUMENTS, ids=[*EXAMPLES, "Frame", *(f"Frame-{kind}" for kind in KINDS)]
)
def test_every_single_mistake_is_judged_as_by_us(name, document):
    verdicts = []
    is_about_kind = bool(document.get("observations"))
    document = orjson.loads(orjson.dumps(document))
    for varied in variations(document["observations"][0] if is_about_kind else document):
        whole = frame_of(varied) if is_about_kind else varied
        ours = our_verdict(name, whole)
        if ours is not None:
            assert VALIDATORS[name].is_valid(whole) == ours, whole
            verdicts.append(ours)
    assert verdicts[0]
    assert verdicts.count(False) > 50


@pytest.mark.parametrize("bound", ["low", "high"])
@pytest.mark.parametrize("kind_name", [*KINDS])
def test_the_bounds_themselves_pass(kind_name, bound):
    frame = frame_of(full(kind_name, bound))
    assert our_verdict("Frame", frame)
    VALIDATORS["Frame"].validate(frame)


@st.composite
def observations(draw):
    """One that the table of kinds allows."""
    observation = full(draw(st.sampled_from([*KINDS])))
    kind = KINDS[observation["kind"]]
    observation["fields"] = {
        name: draw(st.floats(rule.low, rule.high))
        for name, rule in kind.fields.items()
        if rule.always or draw(st.booleans())
    }
    for optional in ("fields", "tags", "texts", "quality"):
        if not observation[optional] and draw(st.booleans()):
            del observation[optional]
    return observation


@st.composite
def frames(draw):
    """Right ones, and those in which a thing or two were changed."""
    document = deepcopy(frame_of(*draw(st.lists(observations(), max_size=3))))
    for _ in range(draw(st.integers(0, 2))):
        container, key = draw(st.sampled_from([*places(document)]))
        value = draw(st.sampled_from(NASTY) | st.integers(-(2**63), 2**64 - 1))
        container[key] = deepcopy(value)
    return document


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(frames())
def test_the_schema_judges_any_frame_as_admission_does(frame):
    ours = our_verdict("Frame", frame)
    assume(ours is not None)
    assert VALIDATORS["Frame"].is_valid(frame) == ours
    assert FRAME_DRAFT_7.is_valid(frame) == ours


def test_an_integer_with_a_decimal_point_is_the_known_difference():
    """Told in the README: no schema can refuse it."""
    frame = frame_of() | {"sequence": 1.0}
    assert VALIDATORS["Frame"].is_valid(frame)
    assert our_verdict("Frame", frame) is False


def test_the_schema_is_one():
    Draft202012Validator.check_schema(SCHEMA)
    Draft7Validator.check_schema({**SCHEMA, "$schema": "http://json-schema.org/draft-07/schema#"})
    Draft202012Validator(SCHEMA).validate(frame_of())
    assert not Draft202012Validator(SCHEMA).is_valid({"v": 1})


def test_every_pattern_is_known_to_every_engine():
    """No look-around: Go's RE2 has none."""
    patterns = re.findall(r'"pattern":"((?:[^"\\]|\\.)*)"', orjson.dumps(SCHEMA).decode())
    assert len(patterns) > 20
    assert not [pattern for pattern in patterns if re.search(r"\(\?[=!<]", pattern)]


@pytest.mark.parametrize("name", [*FILES])
def test_the_published_file_is_what_the_types_say(name, tmp_path):
    publish(tmp_path)
    assert (PUBLISHED / name).read_bytes() == (tmp_path / name).read_bytes(), (
        "run: python -m gateway.contract.publish docs/contract"
    )


@pytest.mark.parametrize("document", [SCHEMA, ASYNCAPI], ids=["schema", "asyncapi"])
def test_every_reference_leads_somewhere(document):
    references = [container[key] for container, key in places(document) if key == "$ref"]
    assert references
    for reference in references:
        file, _, pointer = reference.partition("#/")
        target = SCHEMA if file == f"./{SCHEMA_FILE}" else document
        assert file in ("", f"./{SCHEMA_FILE}"), reference
        for key in pointer.split("/"):
            target = target[key]


def example_address(channel) -> str:
    """The channel's address with the first example of each of its parameters."""
    parameters = ASYNCAPI["components"]["parameters"]
    assert set(re.findall(r"{(\w+)}", channel["address"])) == set(channel["parameters"])
    examples = {name: parameters[name]["examples"][0] for name in channel["parameters"]}
    return channel["address"].format(**examples)


def test_every_channel_is_a_topic_of_the_contract_and_carries_its_message():
    told = set()
    for channel in ASYNCAPI["channels"].values():
        topic = parse_topic(example_address(channel))
        assert topic is not None, channel["address"]
        assert [*channel["messages"]] == [MESSAGE_OF[topic.channel].__name__]
        told.add(topic.channel)
    assert told == set(MESSAGE_OF)


@pytest.mark.parametrize(
    ("role", "user"),
    [("site", "medellin.av-regional"), ("gateway", "medellin.gateway"), ("center", "center")],
)
def test_who_sends_and_receives_is_who_may(role, user):
    """The rights on the broker were written by hand: neither they nor the channels say more."""
    acl = (ROOT / "deploy" / "mosquitto" / "acl").read_text()
    stanza = acl.partition(f"\nuser {user}\n")[2].partition("\nuser ")[0]
    rights = set(re.findall(r"^topic (read|write) (\S+)$", stanza, re.MULTILINE))
    used = set()
    for operation in ASYNCAPI["operations"].values():
        if operation["tags"] == [{"name": role}]:
            channel = ASYNCAPI["channels"][operation["channel"]["$ref"].rsplit("/", 1)[1]]
            verb = "write" if operation["action"] == "send" else "read"
            address = example_address(channel)
            allowing = {(v, f) for v, f in rights if v == verb and topic_matches_sub(f, address)}
            assert allowing, f"{user} may not {verb} {address}"
            used |= allowing
    assert used == rights


def readme_messages():
    """(topic, JSON) of each example: a fenced block under a line with its topic."""
    text = (PUBLISHED / "README.md").read_text(encoding="utf-8")
    return re.findall(r"^`(aburra/v1/\S+)`.*\n```json\n([^`]*)```", text, re.MULTILINE)


@pytest.mark.parametrize(("topic_text", "payload"), readme_messages())
def test_the_readme_tells_no_lies(topic_text, payload):
    topic = parse_topic(topic_text)
    message = decode(payload.encode(), MESSAGE_OF[topic.channel])
    VALIDATORS[type(message).__name__].validate(orjson.loads(payload))
    if topic.channel == "up":
        admission = admit_frame(topic, payload.encode(), message.sent_ms)
        assert admission.observations == message.observations != ()
        assert not admission.refusals


def test_the_readme_shows_what_a_cabinet_sends_and_gets():
    shown = {parse_topic(topic).channel for topic, _ in readme_messages()}
    assert shown == set(MESSAGE_OF) - {"quarantine"}
