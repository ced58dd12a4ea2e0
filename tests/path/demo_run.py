"""`aburra run` as a user starts it, watched and disturbed from outside."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from servers import free_port

ROOT = Path(__file__).parents[2]


class DemoRun:
    """One `aburra run` in a directory of its own; `report()` waits for its end.

    `by_make` runs the README's own command, where `make` has made its environment before.
    """

    def __init__(self, directory: Path, *options: str, by_make: bool = False) -> None:
        self.wall_port = free_port()
        self.wall_url = f"http://127.0.0.1:{self.wall_port}"
        self.data_dir = directory / "data"
        self._report = directory / "report.json"
        self._output = directory / "output.txt"
        arguments = [
            *("--wall-port", str(self.wall_port)),
            *("--data-dir", str(self.data_dir)),
            *("--report", str(self._report)),
            *options,
        ]
        command = [sys.executable, "-m", "aburra", "run", *arguments]
        if by_make and (ROOT / ".venv" / ".run").exists() and shutil.which("make"):
            command = ["make", "-C", str(ROOT), "run", f"ARGS={' '.join(arguments)}"]
        with self._output.open("wb") as output:
            self.process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)

    @property
    def output(self) -> str:
        return self._output.read_text(encoding="utf-8")

    def until_output(self, words: str, timeout_s: float = 60.0) -> None:
        deadline_s = time.monotonic() + timeout_s
        while words not in self.output:
            assert self.process.poll() is None, f"ended early:\n{self.output}{self.logs()}"
            assert time.monotonic() < deadline_s, f"no {words!r} in:\n{self.output}{self.logs()}"
            time.sleep(0.1)

    def broker_url(self) -> str:
        self.until_output("mqtt://")
        return re.search(r"mqtt://[\d.]+:\d+", self.output)[0]

    def view(self) -> dict:
        with urllib.request.urlopen(f"{self.wall_url}/api/view", timeout=5) as response:
            return json.load(response)

    def until_view(self, condition, timeout_s: float = 60.0) -> dict:
        """Ask the centre until the condition holds; a centre that is down is asked again."""
        deadline_s = time.monotonic() + timeout_s
        view = None
        while time.monotonic() < deadline_s:
            try:
                view = self.view()
            except (urllib.error.URLError, TimeoutError, ConnectionError):
                time.sleep(0.1)
                continue
            if condition(view):
                return view
            time.sleep(0.1)
        raise AssertionError(f"condition not met; last view: {view}\n{self.output}{self.logs()}")

    def programs(self) -> dict[int, str]:
        """The child processes: {pid: command line}."""
        pid = self.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        found = {}
        for child in children:
            line = Path(f"/proc/{child}/cmdline").read_bytes().replace(b"\0", b" ").decode()
            found[int(child)] = line
        return found

    def kill(self, words: str) -> None:
        """SIGKILL the program whose command line has these words."""
        (pid,) = [pid for pid, line in self.programs().items() if words in line]
        os.kill(pid, signal.SIGKILL)

    def interrupt(self) -> float:
        """Ctrl-C; returns how many seconds the end took."""
        began_s = time.monotonic()
        self.process.send_signal(signal.SIGINT)
        self.process.wait(timeout=20)
        return time.monotonic() - began_s

    def report(self, timeout_s: float = 150.0) -> dict:
        status = self.process.wait(timeout=timeout_s)
        assert status == 0, f"ended with {status}:\n{self.output}{self.logs()}"
        return json.loads(self._report.read_text())

    def logs(self) -> str:
        paths = sorted((self.data_dir / "logs").glob("*.log"))
        return "".join(f"\n== {p.name}\n{p.read_text(errors='replace')[-1500:]}" for p in paths)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def text_of(view: dict, target: str) -> str:
    """What a sign shows, its lines joined by " / "."""
    (sign,) = [sign for sign in view["signs"] if sign["target"] == target]
    return " / ".join(line for page in sign["pages"] for line in page)
