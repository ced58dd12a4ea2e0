"""What only a file can suffer: power loss, damage, a full disk, a table of kinds that grows."""

import asyncio
import signal
import sqlite3
import subprocess
import sys

import msgspec
import pytest
from test_store_contract import HOUR_MS, NOW_MS, lane, sample_of

from control_center.store import embedded
from control_center.store.embedded import DAY_MS, EmbeddedStore
from control_center.store.protocol import SeriesName, StoreFault, StoreUnavailable
from gateway.contract.kinds import KINDS, FieldRule

KEY = ("medellin/av-regional", "vds-1", "vds_interval")
SPEED = SeriesName("vds_interval", "speed_kmh", *KEY[:2], {"lane": "1"})

WRITER = """
import asyncio, sys, time
from pathlib import Path
sys.path.insert(0, "tests/store")
from test_store_contract import lane
from control_center.store.embedded import EmbeddedStore

async def main():
    store = EmbeddedStore(Path(sys.argv[1]))
    await store.open()
    await store.write([lane(int(sys.argv[2]) + i * 30_000) for i in range(100)])
    print("written", flush=True)
    time.sleep(60)

asyncio.run(main())
"""


async def opened(path, now_ms=lambda: NOW_MS):
    store = EmbeddedStore(path, now_ms)
    await store.open()
    return store


async def total(store):
    return sum(sum(m.values()) for m in (await store.counts(0, 2**53)).values())


async def test_what_was_written_survives_a_killed_process(tmp_path):
    path = tmp_path / "store.sqlite"
    arguments = [sys.executable, "-c", WRITER, str(path), str(NOW_MS - HOUR_MS)]
    writer = await asyncio.create_subprocess_exec(*arguments, stdout=subprocess.PIPE)
    try:
        assert await writer.stdout.readline() == b"written\n"
    finally:
        writer.send_signal(signal.SIGKILL)
        await writer.wait()
    store = await opened(path)
    assert await total(store) == 100
    await store.close()


async def test_every_commit_reaches_the_disk(tmp_path):
    store = await opened(tmp_path / "store.sqlite")
    full, write_ahead_log = 2, "wal"
    assert store._connection.execute("PRAGMA synchronous").fetchone() == (full,)
    assert store._connection.execute("PRAGMA journal_mode").fetchone() == (write_ahead_log,)
    await store.close()


async def test_the_first_value_of_a_point_stays(tmp_path):
    store = await opened(tmp_path / "store.sqlite")
    await store.write([lane(NOW_MS, speed_kmh=12.0)])
    await store.write([lane(NOW_MS, speed_kmh=90.0)])
    assert await store.series(SPEED, 0, NOW_MS + 1) == [(NOW_MS, 12.0)]
    await store.close()


async def test_a_damaged_file_is_set_aside_and_said(tmp_path, caplog):
    path = tmp_path / "store.sqlite"
    path.write_bytes(b"no soy una base de datos" * 500)
    store = await opened(path)
    assert await store.write([lane(NOW_MS)]) == []
    assert await total(store) == 1
    await store.close()
    aside = path.with_name(f"store.sqlite.damaged-{NOW_MS}")
    assert aside.read_bytes().startswith(b"no soy")
    assert "is damaged" in caplog.text


async def test_damage_that_shows_while_running_costs_no_new_point(tmp_path, caplog):
    path = tmp_path / "store.sqlite"
    store = await opened(path)
    await store.write([lane(NOW_MS - i * 1000) for i in range(3000)])
    await store.close()
    store = await opened(path)
    with path.open("r+b") as file:
        for page in range(1, 200):
            file.seek(page * 4096)
            file.write(b"\xff" * 4096)
    assert await store.write([lane(NOW_MS + i) for i in range(10)]) == []
    assert await total(store) == 10
    assert "is damaged" in caplog.text
    await store.close()


async def test_a_new_field_becomes_a_column_and_old_points_stay(tmp_path, monkeypatch):
    path = tmp_path / "store.sqlite"
    store = await opened(path)
    await store.write([lane(NOW_MS - 1)])
    await store.close()
    kind = KINDS["vds_interval"]
    rule = FieldRule(low=0, high=100, unit="s", title="Time headway")
    grown = msgspec.structs.replace(kind, fields={**kind.fields, "headway_s": rule})
    monkeypatch.setitem(KINDS, "vds_interval", grown)
    store = await opened(path)
    newer = lane(NOW_MS)
    await store.write([newer._replace(fields={**newer.fields, "headway_s": 2.5})])
    assert await store.series(SPEED, 0, 2**53) == [(NOW_MS - 1, 40.0), (NOW_MS, 40.0)]
    headway = SPEED._replace(field="headway_s")
    assert await store.series(headway, 0, 2**53) == [(NOW_MS, 2.5)]
    await store.close()


async def test_a_changed_key_is_refused_with_what_to_do(tmp_path, monkeypatch):
    path = tmp_path / "store.sqlite"
    await (await opened(path)).close()
    changed = msgspec.structs.replace(KINDS["vds_interval"], tags=("lane", "direction"))
    monkeypatch.setitem(KINDS, "vds_interval", changed)
    with pytest.raises(StoreFault, match="vds_interval") as caught:
        await opened(path)
    assert "Move the file" in caught.value.remedy


async def test_points_past_their_retention_go_a_bounded_number_at_a_time(tmp_path, monkeypatch):
    monkeypatch.setattr(embedded, "EXPIRE_AT_ONCE", 10)
    clock = [NOW_MS]
    store = await opened(tmp_path / "store.sqlite", lambda: clock[0])
    old_ms = NOW_MS - KINDS["device_health"].retention_d * DAY_MS
    health = sample_of("device_health", old_ms)
    old = [health._replace(time_ms=old_ms - 1 - i) for i in range(25)]
    await store.write([*old, health._replace(time_ms=old_ms + HOUR_MS), lane(old_ms - 1)])
    left = [await total(store)]
    while len(left) < 4:
        clock[0] += embedded.EXPIRE_EVERY_MS
        await store.write([])
        left.append(await total(store))
    assert left == [17, 7, 2, 2]
    await store.close()


async def test_another_program_that_holds_the_file_is_waited_for(tmp_path):
    path = tmp_path / "store.sqlite"
    store = await opened(path)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable, match="locked"):
        await store.write([lane(NOW_MS)])
    other.execute("ROLLBACK")
    other.close()
    assert await store.write([lane(NOW_MS)]) == []
    assert await total(store) == 1
    await store.close()


async def test_a_full_disk_is_unavailable_and_mends(tmp_path):
    store = await opened(tmp_path / "store.sqlite")
    await store.write([lane(NOW_MS)])
    pages = store._connection.execute("PRAGMA page_count").fetchone()[0]
    store._connection.execute(f"PRAGMA max_page_count = {pages}")
    many = [lane(NOW_MS + i) for i in range(2000)]
    with pytest.raises(StoreUnavailable, match="full"):
        await store.write(many)
    assert await total(store) == 1
    store._connection.execute("PRAGMA max_page_count = 100000")
    await store.write(many)
    assert await total(store) == 2000
    await store.close()


async def test_a_place_that_cannot_hold_a_file_is_named(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(StoreFault, match="file") as caught:
        await opened(blocked / "store.sqlite")
    assert "permissions" in caught.value.remedy


async def test_the_loop_runs_on_while_the_disk_works(tmp_path):
    store = await opened(tmp_path / "store.sqlite")
    writing = asyncio.create_task(store.write([lane(NOW_MS + i) for i in range(20_000)]))
    turns = 0
    while not writing.done():
        await asyncio.sleep(0)
        turns += 1
    assert turns > 10
    assert await total(store) == 20_000
    await store.close()
