"""The spool: what was committed is there after anything, and gone only when acknowledged."""

import os
import signal
import subprocess
import sys

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.contract.messages import Observation, Origin
from gateway.spool.cutting import FRAME_OBSERVATIONS_MAX
from gateway.spool.spool import Spool, SpoolSettings

NOW_MS = 1_795_000_000_000


def observation(kind="weather", time_ms=NOW_MS, device="weather-1", **fields) -> Observation:
    if kind == "vds_interval":
        fields = {"period_s": 5, "completeness_pct": 100} | fields
        return Observation(
            device=device, kind=kind, time_ms=time_ms, fields=fields, tags={"lane": "1"}
        )
    return Observation(device=device, kind=kind, time_ms=time_ms, fields=fields)


@pytest.fixture
def spool(tmp_path):
    spool = Spool(tmp_path / "spool.sqlite", SpoolSettings(), lambda: NOW_MS)
    yield spool
    spool.close()


def waiting(spool) -> list[int]:
    return [frame.sequence for frame in spool.frames(0, None, 10_000)]


def test_an_ack_removes_what_it_names_and_nothing_else(spool):
    for number in range(4):
        spool.commit([observation(temperature_c=number)])
    assert spool.acknowledge(spool.epoch, (1, 3), 0) == 2
    assert waiting(spool) == [2, 4]


def test_an_ack_of_another_epoch_removes_nothing(spool):
    spool.commit([observation()])
    assert spool.acknowledge("f" * 16, (1,), 0) == 0
    assert waiting(spool) == [1]


def test_a_repeated_ack_counts_refusals_once(spool):
    spool.commit([observation()])
    for _ in range(2):
        spool.acknowledge(spool.epoch, (1,), 1)
    assert spool.state().refused_count == 1


def test_sequences_grow_after_everything_was_acknowledged_and_restarted(tmp_path):
    path = tmp_path / "spool.sqlite"
    first = Spool(path, SpoolSettings(), lambda: NOW_MS)
    first.commit([observation()])
    first.acknowledge(first.epoch, (1,), 0)
    first.close()
    second = Spool(path, SpoolSettings(), lambda: NOW_MS)
    second.commit([observation()])
    assert waiting(second) == [2]
    assert second.epoch == first.epoch


def test_counts_travel_apart_from_telemetry_and_frames_are_bounded(spool):
    many = [observation(time_ms=NOW_MS + n) for n in range(FRAME_OBSERVATIONS_MAX + 1)]
    spool.commit([*many, observation("vds_interval")])
    kinds = [
        {o["kind"] for o in orjson.loads(frame.observations)} for frame in spool.frames(0, None, 9)
    ]
    assert kinds == [{"weather"}, {"weather"}, {"vds_interval"}]


def test_the_origin_travels_with_the_frame_and_stays_out_of_the_ledger(spool):
    origin = Origin(source="medellin/av-regional", epoch="0" * 16, sequence=5)
    spool.commit([observation()], origin)
    (frame,) = spool.frames(0, None, 9)
    assert orjson.loads(frame.origin)["sequence"] == 5
    assert spool.ledger() == {}


def test_the_ledger_counts_by_minute_device_and_kind(spool):
    minute_ms = NOW_MS // 60_000 * 60_000
    spool.commit([observation(time_ms=minute_ms), observation(time_ms=minute_ms + 59_999)])
    spool.commit([observation(time_ms=minute_ms + 60_000), observation("vds_interval")])
    assert spool.ledger() == {
        ("weather-1", "weather"): {minute_ms: 2, minute_ms + 60_000: 1},
        ("weather-1", "vds_interval"): {NOW_MS // 60_000 * 60_000: 1},
    }
    assert spool.state().measured_count == 4


def test_a_full_spool_drops_the_oldest_telemetry_and_keeps_counts(tmp_path):
    spool = Spool(tmp_path / "spool.sqlite", SpoolSettings(max_mb=1), lambda: NOW_MS)
    spool.commit([observation("vds_interval")])
    batch = [observation(time_ms=NOW_MS + n, temperature_c=20.125) for n in range(200)]
    for _ in range(80):
        spool.commit(batch)
    state = spool.state()
    assert state.bytes <= 1_000_000
    assert state.dropped_count > 0
    assert (
        state.dropped_count
        + sum(len(orjson.loads(f.observations)) for f in spool.frames(0, None, 10_000))
        == 80 * 200 + 1
    )
    assert waiting(spool)[0] == 1, "the counts, older than all telemetry, are still here"


def test_old_frames_are_dropped_and_counted(tmp_path):
    now_ms = [NOW_MS]
    spool = Spool(tmp_path / "spool.sqlite", SpoolSettings(max_age_days=1), lambda: now_ms[0])
    spool.commit([observation()])
    now_ms[0] += 2 * 86_400_000
    spool.commit([observation()])
    assert waiting(spool) == [2]
    assert spool.state().dropped_count == 1


def steps_of(spool, work) -> int:
    """How many hundreds of instructions SQLite needs for it."""
    count = 0

    def step():
        nonlocal count
        count += 1

    spool._database.set_progress_handler(step, 100)
    work()
    spool._database.set_progress_handler(None, 0)
    return count


@pytest.mark.parametrize("max_mb", [1, 100])
def test_a_long_outage_makes_no_commit_slower(tmp_path, max_mb):
    spool = Spool(tmp_path / "spool.sqlite", SpoolSettings(max_mb=max_mb), lambda: NOW_MS)
    value = [observation(temperature_c=20.5)]
    spool.commit(value)
    few = steps_of(spool, lambda: (spool.commit(value), spool.state()))
    spool.commit_all([(value, None)] * 20_000)
    many = steps_of(spool, lambda: (spool.commit(value), spool.state()))
    assert many < few + 20
    spool.close()


def test_a_forwarded_frame_stays_one_frame(spool):
    """The live engines know it by its origin: a second part would be a repeat to them."""
    origin = Origin(source="medellin/av-regional", epoch="0" * 16, sequence=5)
    telemetry = [observation(time_ms=NOW_MS + n, temperature_c=20) for n in range(300)]
    spool.commit([*telemetry, observation("vds_interval")], origin)
    (frame,) = spool.frames(0, None, 9)
    assert len(orjson.loads(frame.observations)) == 301
    spool.commit([], origin)
    assert waiting(spool) == [1]


@pytest.mark.parametrize("damage", ["header", "middle"])
def test_a_damaged_spool_is_set_aside_and_a_new_one_begun(tmp_path, damage):
    path = tmp_path / "spool.sqlite"
    first = Spool(path, SpoolSettings(), lambda: NOW_MS)
    for number in range(200):
        first.commit([observation(temperature_c=number)])
    first.close()
    data = bytearray(path.read_bytes())
    start = 0 if damage == "header" else 4096
    data[start : start + 8192] = os.urandom(8192)
    path.write_bytes(data)
    second = Spool(path, SpoolSettings(), lambda: NOW_MS)
    assert second.epoch != first.epoch
    assert second.state().set_aside == f"spool.sqlite.damaged-{NOW_MS}"
    assert (tmp_path / second.state().set_aside).exists()
    second.commit([observation()])
    assert waiting(second) == [1]


def test_a_spool_has_one_owner(tmp_path):
    path = tmp_path / "spool.sqlite"
    first = Spool(path, SpoolSettings(), lambda: NOW_MS)
    with pytest.raises(BlockingIOError, match="another program"):
        Spool(path, SpoolSettings(), lambda: NOW_MS)
    first.close()
    Spool(path, SpoolSettings(), lambda: NOW_MS).close()


def test_a_result_is_remembered_over_a_restart(tmp_path):
    path = tmp_path / "spool.sqlite"
    first = Spool(path, SpoolSettings(), lambda: NOW_MS)
    first.remember_result("command-1", b"shown")
    first.close()
    second = Spool(path, SpoolSettings(), lambda: NOW_MS)
    assert second.result_of("command-1") == b"shown"
    assert second.result_of("command-2") is None


@given(
    st.lists(st.tuples(st.integers(1, 5), st.lists(st.integers(1, 30), max_size=6)), max_size=12)
)
@settings(max_examples=40, deadline=None)
def test_nothing_vanishes_without_an_ack(tmp_path_factory, steps):
    """Whatever is committed and acknowledged in whatever order: waiting = committed - acked."""
    path = tmp_path_factory.mktemp("spool") / "spool.sqlite"
    spool = Spool(path, SpoolSettings(), lambda: NOW_MS)
    expected: set[int] = set()
    given_out = 0
    for commits, acks in steps:
        for _ in range(commits):
            spool.commit([observation()])
            given_out += 1
            expected.add(given_out)
        spool.acknowledge(spool.epoch, acks, 0)
        expected -= set(acks)
    assert waiting(spool) == sorted(expected)
    assert spool.state().bytes == sum(len(f.observations) for f in spool.frames(0, None, 10_000))
    spool.close()


_VICTIM = """
import sys
from pathlib import Path
from gateway.contract.messages import Observation
from gateway.spool.spool import Spool, SpoolSettings
spool = Spool(Path(sys.argv[1]), SpoolSettings(), lambda: 1_795_000_000_000)
number = 0
while True:
    number += 1
    spool.commit([Observation(device="d", kind="weather", time_ms=number)])
    print(number, flush=True)
"""


def test_what_was_committed_survives_a_kill(tmp_path):
    path = tmp_path / "spool.sqlite"
    victim = subprocess.Popen([sys.executable, "-c", _VICTIM, str(path)], stdout=subprocess.PIPE)
    said = 0
    while said < 50:
        said = int(victim.stdout.readline())
    victim.send_signal(signal.SIGKILL)
    rest = victim.stdout.read().split()
    victim.wait()
    said = int(rest[-1]) if rest else said
    spool = Spool(path, SpoolSettings(), lambda: NOW_MS)
    measured = spool.state().measured_count
    assert measured in (said, said + 1)
    assert len(waiting(spool)) == measured
