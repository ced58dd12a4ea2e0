"""A whole bench as a process of its own, and its page's interface for whoever tests it."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any, Self

ROOT = Path(__file__).parents[1]
PROGRAM = "from firmware_sim.cli.app import sim; sim()"
DEADLINE_S = 20.0


class RunningBench:
    """`aburra sim` on free ports, from when it listens until `stop`. A context manager, too: then
    it must have ended without an error.
    """

    def __init__(self, run_dir: Path, scenario: str = "demo", *options: str) -> None:
        """`scenario` is a file, or the name of a shipped one."""
        self.run_dir = run_dir
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-c", PROGRAM, scenario),
                *("--run-dir", str(run_dir), "--page-port", "0", *options),
            ],
            cwd=ROOT,
            # Which bench was started last is remembered there; it is not this one.
            env=os.environ | {"XDG_STATE_HOME": f"{run_dir}.state"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        end_s = time.monotonic() + DEADLINE_S
        while not (run_dir / "bench.json").exists():
            assert self.process.poll() is None, "the bench ended before it listened"
            if time.monotonic() > end_s:
                self.process.kill()
                raise AssertionError("the bench does not listen")
            time.sleep(0.02)
        told = json.loads((run_dir / "bench.json").read_text())
        self.page: str = told["page"]
        """Its address."""
        self.cabinets: list[dict[str, Any]] = told["cabinets"]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self.stop() == 0

    def stop(self, number: int = signal.SIGTERM) -> int:
        """The status with which it ended."""
        self.process.send_signal(number)
        return self.process.wait(DEADLINE_S)

    def get(self, path: str) -> Any:
        """From the page's interface: `summary`, `targets/…`."""
        with urllib.request.urlopen(f"{self.page}api/{path}", timeout=DEADLINE_S) as answer:
            return json.load(answer)

    def post(self, path: str, **body: Any) -> Any:
        request = urllib.request.Request(
            f"{self.page}api/{path}",
            data=json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=DEADLINE_S) as answer:
            return json.load(answer)
