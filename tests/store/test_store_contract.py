"""What every store promises, asked of both adapters."""

import itertools
import uuid

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from control_center.store import open_store
from control_center.store.embedded import EmbeddedStore, wall_clock_ms
from control_center.store.influx import InfluxStore
from control_center.store.protocol import MINUTE_MS, Point, SeriesName
from control_center.store.settings import StoreSettings
from gateway.contract.kinds import KINDS

NOW_MS = wall_clock_ms() // MINUTE_MS * MINUTE_MS
HOUR_MS = 3_600_000


def lane(time_ms: int, lane: str = "1", speed_kmh: float = 40.0, **changes) -> Point:
    fields = {"period_s": 30.0, "completeness_pct": 100.0, "speed_kmh": speed_kmh}
    point = Point(
        "medellin", "av-regional", "vds-1", "vds_interval", {"lane": lane}, time_ms, fields, {}, ()
    )
    return point._replace(**changes)


def sample_of(kind_name: str, time_ms: int) -> Point:
    """A point with every tag, field and text of its kind."""
    kind = KINDS[kind_name]
    return Point(
        municipality="itagui",
        site="autopista-sur",
        device="device-1",
        kind=kind_name,
        tags=dict.fromkeys(kind.tags, "1"),
        time_ms=time_ms,
        fields={name: rule.low for name, rule in kind.fields.items()},
        texts=dict.fromkeys(kind.texts, "texto"),
        quality=("incomplete",),
    )


@pytest.fixture(params=["embedded", "influx"])
def store_settings(request, tmp_path):
    """(settings, data_dir) of a store that nobody has used before."""
    if request.param == "embedded":
        return StoreSettings(), tmp_path
    url = request.getfixturevalue("influxd_url")
    name = f"t{uuid.uuid4().hex}"
    return StoreSettings(type="influx", url=url, database=name), tmp_path


@pytest.fixture
async def store(store_settings):
    store = open_store(*store_settings)
    await store.open()
    yield store
    await store.close()


async def test_the_settings_choose_the_adapter(store, store_settings):
    adapter = {"embedded": EmbeddedStore, "influx": InfluxStore}[store_settings[0].type]
    assert isinstance(store, adapter)


async def test_every_kind_is_kept_and_counted(store):
    points = [sample_of(kind, NOW_MS - HOUR_MS + 7) for kind in KINDS]
    assert await store.write(points) == []
    counts = await store.counts(NOW_MS - 2 * HOUR_MS, NOW_MS)
    expected = {NOW_MS - HOUR_MS: 1}
    assert counts == {("itagui/autopista-sur", "device-1", kind): expected for kind in KINDS}


async def test_lanes_are_points_of_their_own(store):
    start = NOW_MS - HOUR_MS
    await store.write([lane(start, "1"), lane(start, "2"), lane(start + 30_000, "2")])
    counts = await store.counts(start, NOW_MS)
    assert counts == {("medellin/av-regional", "vds-1", "vds_interval"): {start: 3}}


async def test_a_repeated_point_changes_nothing(store):
    points = [lane(NOW_MS - HOUR_MS + i * 30_000) for i in range(20)]
    for _ in range(3):
        assert await store.write(points + points[:5]) == []
    counts = await store.counts(0, NOW_MS)
    assert sum(counts["medellin/av-regional", "vds-1", "vds_interval"].values()) == 20


async def test_the_end_of_a_span_is_outside_and_its_beginning_inside(store):
    start = NOW_MS - HOUR_MS
    await store.write([lane(start), lane(start + MINUTE_MS)])
    key = ("medellin/av-regional", "vds-1", "vds_interval")
    assert (await store.counts(start, start + MINUTE_MS))[key] == {start: 1}
    assert await store.counts(start + 1, start + MINUTE_MS) == {}


async def test_a_series_has_its_lane_only_in_order_without_absent_values(store):
    start = NOW_MS - HOUR_MS
    silent = lane(start + 60_000, fields={"period_s": 30.0, "completeness_pct": 0.0})
    other = lane(start, "2", 99.0)
    await store.write([lane(start + 30_000, speed_kmh=31.5), lane(start), silent, other])
    name = SeriesName("vds_interval", "speed_kmh", "medellin/av-regional", "vds-1", {"lane": "1"})
    assert await store.series(name, start, NOW_MS) == [(start, 40.0), (start + 30_000, 31.5)]


async def test_a_point_no_store_takes_comes_back_alone_with_its_reason(store):
    good = lane(NOW_MS - HOUR_MS)
    bad = {
        "kind": good._replace(kind="vds_vortex"),
        "tags": good._replace(tags={}),
        "tag lane": good._replace(tags={"lane": "1\\"}),
        "fields": good._replace(fields={**good.fields, "speed_mph": 20.0}),
        "finite": good._replace(fields={**good.fields, "speed_kmh": float("nan")}),
        "Unicode": sample_of("sign_state", NOW_MS)._replace(texts={"multi": "\ud83d"}),
    }
    rejected = await store.write([*bad.values(), good])
    assert [r.point for r in rejected] == list(bad.values())
    assert all(word in r.reason for word, r in zip(bad, rejected, strict=True))
    assert sum(map(len, (await store.counts(0, NOW_MS + 1)).values())) == 1


async def test_opening_again_finds_everything(store_settings):
    first = open_store(*store_settings)
    await first.open()
    await first.write([lane(NOW_MS - HOUR_MS)])
    await first.close()
    second = open_store(*store_settings)
    await second.open()
    assert len(await second.counts(0, NOW_MS)) == 1
    await second.close()


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
async def test_any_order_and_repetition_gives_the_same_counts(store, data):
    site = f"s{uuid.uuid4().hex[:12]}"
    points = [
        lane(NOW_MS - HOUR_MS + i * 10_000, lane_name, site=site)
        for i, lane_name in itertools.product(range(12), ("1", "2"))
    ]
    writes = data.draw(st.lists(st.lists(st.sampled_from(points), max_size=20), max_size=6))
    for batch in [*writes, data.draw(st.permutations(points))]:
        assert await store.write(batch) == []
    counts = await store.counts(0, NOW_MS)
    expected = {NOW_MS - HOUR_MS: 12, NOW_MS - HOUR_MS + MINUTE_MS: 12}
    assert counts[f"medellin/{site}", "vds-1", "vds_interval"] == expected
