"""A bench as a process of its own, and the reader that loads it as another."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Self

from benchmarks.plan import LoadPlan

ROOT = Path(__file__).parents[1]
PROGRAM = "from firmware_sim.cli.app import sim; sim()"
START_TIMEOUT_S = 180.0
STOP_TIMEOUT_S = 20.0


class BenchProcess:
    """`aburra sim`, from when it listens to the end of the with block."""

    def __init__(self, scenario: Path, folder: Path) -> None:
        began_s = time.monotonic()
        self._told = folder / "bench.json"
        self.process = subprocess.Popen(  # noqa: S603 - our own program, our own files
            [
                *(sys.executable, "-c", PROGRAM, str(scenario)),
                *("--run-dir", str(folder), "--page-port", "0"),
            ],
            cwd=ROOT,
            # Which bench was started last is remembered there; it is not this one.
            env=os.environ | {"XDG_STATE_HOME": f"{folder}.state"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        while not self._told.exists():
            if self.process.poll() is not None or time.monotonic() - began_s > START_TIMEOUT_S:
                self._stop()
                raise RuntimeError(f"{scenario}: the bench does not start: try aburra sim with it")
            time.sleep(0.02)
        self.start_s = time.monotonic() - began_s

    @property
    def entries(self) -> list[dict[str, Any]]:
        """Its cabinets, with where their boards are reached."""
        entries: list[dict[str, Any]] = json.loads(self._told.read_text(encoding="utf-8"))[
            "cabinets"
        ]
        return entries

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    def _stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class ReaderProcess:
    """Reads a bench by its plan, from now on."""

    def __init__(self, plan: LoadPlan, path: Path, for_s: float, warm_up_s: float) -> None:
        plan.write(path)
        self.process = subprocess.Popen(  # noqa: S603 - our own program, our own files
            [sys.executable, "-m", "benchmarks.load", str(path), str(for_s), str(warm_up_s)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
        )

    def result(self) -> dict[str, Any]:
        """Waits for its end."""
        told, _ = self.process.communicate()
        if self.process.returncode:
            raise RuntimeError(f"the reader ended with status {self.process.returncode}")
        result: dict[str, Any] = json.loads(told)
        return result
