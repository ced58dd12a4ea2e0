"""The contract: shapes, topics, admission. The JSON here is what a technician would type."""

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.contract.admission import AHEAD_MS, BEHIND_MS, admit_frame
from gateway.contract.codec import MAX_BYTES, ContractError, decode, encode
from gateway.contract.kinds import KINDS
from gateway.contract.messages import Ack, Command, Frame
from gateway.contract.topics import Topic, parse_topic

NOW_MS = 1_795_000_000_000
UP = Topic("medellin", "av-regional", "up")
INTERVAL = {
    "device": "vds-1",
    "kind": "vds_interval",
    "time_ms": NOW_MS - 5_000,
    "fields": {"period_s": 5, "completeness_pct": 100, "volume_count": 3, "speed_kmh": 61.5},
    "tags": {"lane": "1"},
}
FRAME = {
    "v": 1,
    "source": "medellin/av-regional",
    "epoch": "00112233445566ff",
    "sequence": 7,
    "sent_ms": NOW_MS,
    "clock": "synchronised",
    "observations": [INTERVAL],
}


def frame_with(**changes) -> bytes:
    return orjson.dumps(FRAME | changes)


def interval_with(**changes) -> bytes:
    return frame_with(observations=[INTERVAL, INTERVAL | changes])


def test_a_good_frame_is_admitted_whole():
    admission = admit_frame(UP, frame_with(), NOW_MS)
    assert not admission.refusals
    assert admission.observations[0].fields["speed_kmh"] == 61.5
    assert admission.head.sequence == 7


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"", "malformed"),
        (b"not json", "malformed"),
        (b"[]", "malformed"),
        (b'{"v":1}', "malformed"),
        (b"[" * 100_000, "malformed"),
        (frame_with(v=2), "malformed"),
        (frame_with(sequence=0), "malformed"),
        (frame_with(epoch="short"), "malformed"),
        (frame_with(epoch="00112233445566ff\n"), "malformed"),
        (frame_with(source="medellin/av-regional\n"), "malformed"),
        (frame_with(extra=1), "malformed"),
        (frame_with(clock="maybe"), "malformed"),
        (b" " * (MAX_BYTES + 1), "oversized"),
        (frame_with(source="itagui/autopista-sur"), "foreign"),
        (
            frame_with(origin={"source": "medellin/x", "epoch": "0" * 16, "sequence": 1}),
            "foreign",
        ),
    ],
)
def test_a_bad_frame_is_refused_whole(payload, reason):
    admission = admit_frame(UP, payload, NOW_MS)
    assert admission.frame is None
    assert admission.observations == ()
    assert [refusal.reason for refusal in admission.refusals] == [reason]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"extra": 1}, "malformed"),
        ({"time_ms": "now"}, "malformed"),
        ({"fields": {"period_s": None}}, "malformed"),
        ({"device": "VDS 1"}, "malformed"),
        ({"kind": "vds_unknown"}, "malformed"),
        ({"tags": {}}, "malformed"),
        ({"tags": {"lane": "1", "colour": "red"}}, "malformed"),
        ({"fields": {"period_s": 5}}, "malformed"),
        ({"fields": INTERVAL["fields"] | {"speed_mph": 30}}, "malformed"),
        ({"texts": {"multi": "HOLA"}}, "malformed"),
        ({"fields": INTERVAL["fields"] | {"speed_kmh": 900}}, "implausible"),
        ({"fields": INTERVAL["fields"] | {"volume_count": -1}}, "implausible"),
        ({"time_ms": NOW_MS + AHEAD_MS + 1}, "time"),
        ({"time_ms": NOW_MS - BEHIND_MS - 1}, "time"),
    ],
)
def test_a_bad_observation_never_costs_its_neighbours(changes, reason):
    admission = admit_frame(UP, interval_with(**changes), NOW_MS)
    assert len(admission.observations) == 1
    assert [refusal.reason for refusal in admission.refusals] == [reason]
    assert admission.refused_count == 1


def test_a_frame_of_a_newer_version_can_still_be_acknowledged():
    """Else its sender would fill its window with it and send nothing any more."""
    admission = admit_frame(UP, frame_with(v=2), NOW_MS)
    assert (admission.head.sequence, admission.refused_count) == (7, 1)


def test_a_stranger_gets_no_acknowledgement():
    stranger = frame_with(v=2, source="itagui/autopista-sur")
    assert admit_frame(UP, stranger, NOW_MS).head is None


def test_a_gateway_speaks_for_its_own_municipality_only():
    topic = Topic("medellin", "gateway", "up")
    origin = {"source": "medellin/av-regional", "epoch": "0" * 16, "sequence": 1}
    good = frame_with(source="medellin/gateway", origin=origin)
    assert admit_frame(topic, good, NOW_MS).observations
    bad = frame_with(source="medellin/gateway", origin=origin | {"source": "itagui/x"})
    admission = admit_frame(topic, bad, NOW_MS)
    assert admission.refusals[0].reason == "foreign"
    assert admission.observations == ()
    assert admission.head.sequence == 7, "else the gateway repeats it for ever"
    assert admission.refused_count == 1


@given(st.binary(max_size=300))
def test_any_bytes_are_refused_not_raised(payload):
    assert admit_frame(UP, payload, NOW_MS).frame is None


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*FRAME, *INTERVAL]), inner, max_size=6)
    ),
    max_leaves=12,
)


@given(st.sampled_from([*FRAME]), _json)
def test_any_json_in_any_place_is_refused_or_admitted_not_raised(key, value):
    try:
        payload = orjson.dumps(FRAME | {key: value})
    except (TypeError, orjson.JSONEncodeError):
        return  # an integer beyond 64 bits: JSON that orjson itself will not write
    admission = admit_frame(UP, payload, NOW_MS)
    assert admission.frame is not None or admission.refusals


def test_not_a_number_is_refused():
    for word in (b"NaN", b"Infinity", b"1e999"):
        payload = frame_with().replace(b"61.5", word)
        assert admit_frame(UP, payload, NOW_MS).observations == ()


def test_messages_come_back_as_they_were():
    frame = decode(frame_with(), Frame)
    assert decode(encode(frame), Frame) == frame
    ack = Ack(source="medellin/av-regional", epoch="0" * 16, sequences=(1, 2))
    assert encode(ack) == (
        b'{"source":"medellin/av-regional","epoch":"0000000000000000","sequences":[1,2]}'
    )


def test_a_command_of_unknown_action_is_refused():
    with pytest.raises(ContractError, match="action"):
        decode(
            b'{"id":"12345678","target":"a/b/c","action":"explode","issued_ms":1,"expires_ms":2,'
            b'"authority":"x","reason":"y"}',
            Command,
        )


@pytest.mark.parametrize(
    "text",
    ["aburra/v1/medellin/av-regional/up", "aburra/v1/medellin/gateway/state/av-regional"],
)
def test_topics_come_back_as_they_were(text):
    assert str(parse_topic(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "aburra/v2/medellin/av-regional/up",
        "aburra/v1/medellin/av-regional/other",
        "aburra/v1/medellin/av-regional/up/more",
        "aburra/v1/medellin/av-regional/state/av-regional",
        "aburra/v1/Medellín/av-regional/up",
        "aburra/v1/medellin/av regional/up",
        "aburra/v1/medellin/av-regional/up\n",
        "aburra/v1/../av-regional/up",
    ],
)
def test_what_is_no_topic_of_ours_is_none(text):
    assert parse_topic(text) is None


def test_the_table_of_kinds_holds_together():
    for name, kind in KINDS.items():
        assert not set(kind.tags) & (set(kind.fields) | set(kind.texts)), name
        assert any(rule.always for rule in kind.fields.values()) or kind.time == "instant", name
        assert all(rule.low < rule.high for rule in kind.fields.values()), name
        assert kind.stale_after_s > kind.period_s, name
        if kind.time == "interval":
            assert kind.fields["period_s"].always, name
