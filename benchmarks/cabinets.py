"""Cabinets of the valley on this machine: which deadlines does one bench keep?"""

import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.machine import cpu_s, memory_mib
from benchmarks.plan import plan_for
from benchmarks.running import BenchProcess, ReaderProcess
from benchmarks.scenarios import write_valley
from firmware_sim.scenario.load import load_scenario

WARM_UP_S = 3.0


def measure_cabinets(cabinets: int, for_s: float) -> dict[str, Any]:
    """A bench of so many cabinets, read in full for so long."""
    with tempfile.TemporaryDirectory(prefix="aburra-benchmark-") as name:
        folder = Path(name)
        path = folder / "valley.toml"
        write_valley(path, cabinets)
        with BenchProcess(path, folder / "run") as bench:
            plan = plan_for(load_scenario(path), bench.entries)
            reader = ReaderProcess(plan, folder / "plan.json", for_s, WARM_UP_S)
            time.sleep(WARM_UP_S)
            process_id, began_s = bench.process.pid, time.monotonic()
            used_s = cpu_s(process_id)
            read = reader.result()
            used_s = cpu_s(process_id) - used_s
            return {
                "cabinets": cabinets,
                "start_s": bench.start_s,
                "bench_cpu_pct": 100 * used_s / (time.monotonic() - began_s),
                "bench_memory_mib": memory_mib(process_id),
                "requests_per_s": plan.requests_per_s,
                **read,
            }
