import pytest
from center_bench import BrokerProcess, CenterProcess


@pytest.fixture
def broker():
    process = BrokerProcess()
    yield process
    process.kill()


@pytest.fixture
def center(tmp_path, broker):
    process = CenterProcess(tmp_path, broker.port)
    process.start()
    yield process
    process.kill()
