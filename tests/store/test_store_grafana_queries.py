"""Every query of the dashboard finds rows in a real influxd that has points of every kind."""

import uuid

import pytest
from dashboard_queries import dashboard_queries
from test_store_contract import MINUTE_MS, NOW_MS, sample_of

from control_center.store.influx import InfluxStore
from control_center.store.influx_client import InfluxClient
from control_center.store.settings import StoreSettings
from gateway.contract.kinds import KINDS

SINCE_MS = NOW_MS - 10 * MINUTE_MS


@pytest.fixture
async def client(influxd_url):
    chosen = StoreSettings(type="influx", url=influxd_url, database=f"t{uuid.uuid4().hex}")
    store, client = InfluxStore(chosen), InfluxClient(chosen)
    await store.open()
    points = [
        sample_of(kind, SINCE_MS + minute * MINUTE_MS) for kind in KINDS for minute in range(5)
    ]
    assert await store.write(points) == []
    await store.close()
    yield client
    await client.close()


async def test_every_query_finds_rows(client):
    for query in dashboard_queries(SINCE_MS, NOW_MS):
        series = await client.query(query)
        values = [value for s in series for row in s["values"] for value in row[1:]]
        assert [value for value in values if value is not None], query


async def test_the_table_of_signs_shows_the_last_message(client):
    [table] = [q for q in dashboard_queries(SINCE_MS, NOW_MS) if "sign_state" in q]
    [series] = await client.query(table)
    assert series["columns"] == ["time", "multi", "is_blank", "remaining_min"]
    assert series["values"] == [[SINCE_MS + 4 * MINUTE_MS, "texto", 0, 0]]
