"""Real brokers and free ports for every room's tests."""

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for_port(port: int, timeout_s: float = 15.0) -> None:
    deadline_s = time.monotonic() + timeout_s
    while time.monotonic() < deadline_s:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise TimeoutError(f"nothing listens on {port}")


class BrokerProcess:
    """A broker that can be killed and started again on the same port."""

    def __init__(self, command: list[str], port: int) -> None:
        self._command = command
        self.port = port
        self.url = f"mqtt://127.0.0.1:{port}"
        self._process: subprocess.Popen | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(
            self._command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        wait_for_port(self.port)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()


@pytest.fixture(params=["embedded", "mosquitto"])
def broker(request, tmp_path) -> Iterator[BrokerProcess]:
    """Each of the two brokers; Debian's mosquitto where it is installed."""
    port = free_port()
    if request.param == "embedded":
        command = [sys.executable, "-m", "aburra", "broker", "--port", str(port)]
    else:
        binary = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")
        if binary is None:
            pytest.skip("Debian's mosquitto is not installed")
        settings = tmp_path / "mosquitto.conf"
        settings.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\n")
        command = [binary, "-c", str(settings)]
    process = BrokerProcess(command, port)
    process.start()
    yield process
    process.kill()
