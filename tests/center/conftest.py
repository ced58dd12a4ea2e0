import pytest
from center_bench import CenterProcess
from servers import embedded_broker


@pytest.fixture
def broker():
    process = embedded_broker()
    process.start()
    yield process
    process.kill()


@pytest.fixture
def center(tmp_path, broker):
    process = CenterProcess(tmp_path, broker.port)
    process.start()
    yield process
    process.kill()
