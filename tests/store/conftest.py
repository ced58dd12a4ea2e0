"""A real influxd (Debian's 1.6.7) for the tests that want one, on free ports of 127.0.0.1."""

import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request

import pytest

CONFIG = """
reporting-enabled = false
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


@pytest.fixture(scope="session")
def influxd_url(tmp_path_factory):
    program = shutil.which("influxd")
    if program is None:
        pytest.skip("influxd (Debian package influxdb) is not installed")
    home = tmp_path_factory.mktemp("influxd")
    http = free_port()
    config = home / "influxd.conf"
    config.write_text(CONFIG.format(home=home, http=http, rpc=free_port()))
    with (home / "log").open("wb") as log:
        process = subprocess.Popen([program, "-config", config], stdout=log, stderr=log)
    url = f"http://127.0.0.1:{http}"
    try:
        deadline = time.monotonic() + 20
        while not _answers(url):
            assert process.poll() is None, (home / "log").read_text()[-2000:]
            assert time.monotonic() < deadline, "influxd did not answer within 20 s"
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
