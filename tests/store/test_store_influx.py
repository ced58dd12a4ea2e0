"""What InfluxDB alone may do to us: hostile texts, refused lines, an unwilling server."""

import contextlib
import uuid

import orjson
import pytest
from aiohttp import web
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from servers import free_port
from test_store_contract import HOUR_MS, NOW_MS, lane, sample_of

from control_center.store.influx import InfluxStore
from control_center.store.influx_client import InfluxClient
from control_center.store.line_protocol import GOOD, QUALITY, line_of
from control_center.store.protocol import SeriesName, StoreFault, StoreUnavailable, fault_of
from control_center.store.settings import StoreSettings
from gateway.contract.kinds import KINDS

SPEED = SeriesName("vds_interval", "speed_kmh", "medellin/av-regional", "vds-1", {})


def influx_settings(url, **changes):
    return StoreSettings(type="influx", url=url, **changes)


@pytest.fixture
async def real(influxd_url):
    """(store, client) on a new database of a real server."""
    chosen = influx_settings(influxd_url, database=f"t{uuid.uuid4().hex}")
    store, client = InfluxStore(chosen), InfluxClient(chosen)
    await store.open()
    yield store, client
    await store.close()
    await client.close()


def test_a_line_as_the_reference_writes_it():
    # docs.influxdata.com, line protocol: special characters, and quality as a string field.
    point = lane(1_795_347_450_000, "norte, 1=a")._replace(
        fields={"period_s": 30, "speed_kmh": 12.5}, quality=("incomplete", "clock")
    )
    assert line_of(point) == (
        "vds_interval,municipality=medellin,site=av-regional,device=vds-1,lane=norte\\,\\ 1\\=a "
        'good=0.0,period_s=30.0,speed_kmh=12.5,quality="incomplete,clock" 1795347450000'
    )


def test_a_text_is_quoted_and_its_backslashes_doubled():
    point = sample_of("sign_state", 1)._replace(fields={}, texts={"multi": 'a"b\\c'}, quality=())
    assert line_of(point).split(" ", 1)[1] == 'good=1.0,multi="a\\"b\\\\c" 1'


def test_no_name_is_tag_and_field_at_once():
    for kind in KINDS.values():
        names = [*kind.tags, *kind.fields, *kind.texts, GOOD, QUALITY, "time"]
        names += ["municipality", "site", "device"]
        assert len(names) == len(set(names))


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(tag=st.text(min_size=1, max_size=40), text=st.text(max_size=60), number=st.floats(1.0, 1e15))
async def test_hostile_strings_come_back_from_a_real_server_as_they_were(real, tag, text, number):
    store, client = real
    device = f"d{uuid.uuid4().hex[:12]}"
    marked = lane(NOW_MS, tag, number, device=device)
    sign = sample_of("sign_state", NOW_MS)._replace(device=device, texts={"multi": text})
    rejected = await store.write([marked, sign])
    assert [r.point for r in rejected] == [p for p in (marked, sign) if fault_of(p)]
    name = SPEED._replace(device=device, tags={"lane": tag})
    if not fault_of(marked):
        assert await store.series(name, NOW_MS, NOW_MS + 1) == [(NOW_MS, number)]
    if not fault_of(sign):
        shown = await client.query(f"SELECT multi FROM sign_state WHERE device = '{device}'")
        assert shown[0]["values"] == [[NOW_MS, text]]


async def test_lines_the_server_refuses_come_back_and_the_rest_stays(real):
    store, client = real
    # Somebody else made speed_kmh a text in this hour's shard: a conflict of field type.
    assert await client.write([f'vds_interval,lane=9 speed_kmh="x" {NOW_MS - HOUR_MS}']) == ""
    points = [lane(NOW_MS - HOUR_MS + i * 1000) for i in range(50)]
    silent = {"period_s": 30.0, "completeness_pct": 0.0}
    good = [p if i in (7, 31, 32) else p._replace(fields=silent) for i, p in enumerate(points)]
    rejected = await store.write(good)
    assert [r.point for r in rejected] == [good[7], good[31], good[32]]
    assert "field type conflict" in rejected[0].reason
    counted = (await store.counts(0, NOW_MS))["medellin/av-regional", "vds-1", "vds_interval"]
    assert sum(counted.values()) == 47


async def test_a_batch_beyond_the_limit_is_split(real):
    store, _ = real
    points = [lane(NOW_MS - HOUR_MS + i) for i in range(12_001)]
    assert await store.write(points) == []
    counted = (await store.counts(0, NOW_MS))["medellin/av-regional", "vds-1", "vds_interval"]
    assert sum(counted.values()) == 12_001


async def test_a_lost_database_is_made_again_at_the_next_try(real):
    store, client = real
    await client.query(f'DROP DATABASE "{store._settings.database}"')
    with pytest.raises(StoreUnavailable, match="database not found"):
        await store.write([lane(NOW_MS)])
    assert await store.write([lane(NOW_MS)]) == []


@contextlib.asynccontextmanager
async def serving(*answers):
    """A server that plays 2.x: checks every request, answers writes in turn, keeps the bodies."""
    bodies: list[str] = []
    left = list(answers)

    async def write(request):
        assert request.headers["Authorization"] == "Token s3cret"
        assert dict(request.query) == {"db": "aburra", "precision": "ms"}
        bodies.append(await request.text())
        status, answer, headers = left.pop(0) if left else (204, "", {})
        return web.Response(status=status, text=answer, headers=headers)

    async def query(request):
        return web.json_response({"results": [{"statement_id": 0}]})

    async def ping(request):
        return web.Response(status=204, headers={"x-influxdb-version": "v2.7.10"})

    app = web.Application()
    routes = [web.post("/write", write), web.post("/query", query), web.get("/ping", ping)]
    app.add_routes(routes)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}", bodies
    finally:
        await runner.cleanup()


@pytest.fixture
def token_file(tmp_path):
    path = tmp_path / "token"
    path.write_text("s3cret\n")
    return path


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (429, '{"code":"too many requests","message":"write rate exceeded"}'),
        (503, '{"code":"unavailable","message":"server is busy"}'),
        (500, '{"error":"timeout"}'),
        (401, '{"code":"unauthorized","message":"unauthorized access"}'),
        (404, '{"code":"not found","message":"bucket not found"}'),
        (400, '{"error":"database is required"}'),
        (302, ""),
    ],
)
async def test_an_unwilling_server_costs_no_point(token_file, status, answer):
    refusal = (status, answer, {"Location": "http://127.0.0.1:9/"} if status == 302 else {})
    async with serving(refusal) as (url, bodies):
        store = InfluxStore(influx_settings(url, token_file=token_file))
        await store.open()
        with pytest.raises(StoreUnavailable, match=str(status)):
            await store.write([lane(1), lane(2)])
        assert await store.write([lane(1), lane(2)]) == []
        assert bodies[0] == bodies[1] == f"{line_of(lane(1))}\n{line_of(lane(2))}"
        await store.close()


async def test_the_words_of_2_x_for_a_refused_line_are_understood(token_file):
    partial = orjson.dumps(
        {
            "code": "unprocessable entity",
            "message": "failure writing points to database: partial write: field type conflict: "
            'input field "speed_kmh" on measurement "vds_interval" is type float, '
            "already exists as type string dropped=1",
        }
    ).decode()
    refused, taken = (422, partial, {}), (204, "", {})
    async with serving(refused, taken, refused) as (url, bodies):
        store = InfluxStore(influx_settings(url, token_file=token_file))
        rejected = await store.write([lane(1), lane(2)])
        assert [r.point for r in rejected] == [lane(2)]
        assert "already exists as type string" in rejected[0].reason
        assert len(bodies) == 3
        await store.close()


async def test_nobody_there_is_said_and_tried_again(influxd_url, unused_url):
    store = InfluxStore(influx_settings(unused_url))
    with pytest.raises(StoreUnavailable, match=unused_url):
        await store.open()
    with pytest.raises(StoreUnavailable):
        await store.write([lane(1)])
    await store.close()


async def test_an_unreadable_token_is_named_with_what_to_do(tmp_path):
    chosen = influx_settings("http://127.0.0.1:9", token_file=tmp_path / "missing")
    store = InfluxStore(chosen)
    with pytest.raises(StoreFault, match="missing") as caught:
        await store.open()
    assert "Check path and permissions" in caught.value.remedy
    await store.close()


@pytest.fixture
def unused_url():
    return f"http://127.0.0.1:{free_port()}"


async def test_a_server_that_is_not_there_is_said_in_few_words():
    url = f"http://127.0.0.1:{free_port()}"
    store = InfluxStore(StoreSettings(type="influx", url=url))
    try:
        with pytest.raises(StoreUnavailable) as caught:
            await store.open()
    finally:
        await store.close()
    assert str(caught.value) == f"{url}: Connection refused"
