"""Fixtures of every room: real brokers and a real InfluxDB."""

import pytest
from servers import embedded_broker, influxd, mosquitto


@pytest.fixture(params=["embedded", "mosquitto"])
def broker(request, tmp_path):
    """Each of the two brokers in turn."""
    process = embedded_broker() if request.param == "embedded" else mosquitto(tmp_path)
    process.start()
    yield process
    process.kill()


@pytest.fixture(scope="session")
def influxd_url(tmp_path_factory):
    with influxd(tmp_path_factory.mktemp("influxd")) as url:
        yield url
