"""Real servers on free ports of 127.0.0.1, for every room's tests."""

import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_INFLUXD = """
reporting-disabled = true
bind-address = "127.0.0.1:{rpc}"
[meta]
  dir = "{home}/meta"
[data]
  dir = "{home}/data"
  wal-dir = "{home}/wal"
  index-version = "inmem"
[monitor]
  store-enabled = false
[http]
  bind-address = "127.0.0.1:{http}"
  log-enabled = false
"""


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


def embedded_broker() -> BrokerProcess:
    """Ours, not started yet."""
    port = free_port()
    return BrokerProcess([sys.executable, "-m", "aburra", "broker", "--port", str(port)], port)


def mosquitto(directory: Path) -> BrokerProcess:
    """Debian's, not started yet; skips the test where it is not installed."""
    binary = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")
    if binary is None:
        pytest.skip("Debian's mosquitto is not installed")
    port = free_port()
    settings = directory / "mosquitto.conf"
    settings.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\n")
    return BrokerProcess([binary, "-c", str(settings)], port)


@contextmanager
def influxd(home: Path) -> Iterator[str]:
    """Debian's influxd 1.6.7 and its address; skips the test where it is not installed."""
    program = shutil.which("influxd")
    if program is None:
        pytest.skip("influxd (Debian package influxdb) is not installed")
    http = free_port()
    config = home / "influxd.conf"
    config.write_text(_INFLUXD.format(home=home, http=http, rpc=free_port()))
    with (home / "log").open("wb") as log:
        process = subprocess.Popen([program, "-config", config], stdout=log, stderr=log)
    url = f"http://127.0.0.1:{http}"
    try:
        deadline_s = time.monotonic() + 20
        while not _answers(url):
            assert process.poll() is None, (home / "log").read_text()[-2000:]
            assert time.monotonic() < deadline_s, "influxd did not answer within 20 s"
            time.sleep(0.05)
        yield url
    finally:
        process.kill()
        process.wait()


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/ping", timeout=1) as answer:
            return answer.status == 204
    except (urllib.error.URLError, OSError):
        return False
