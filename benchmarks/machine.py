"""What the figures were taken on, and what a process has used (Linux: /proc)."""

import os
import platform
from pathlib import Path

TICKS_PER_S = os.sysconf("SC_CLK_TCK")
USER, SYSTEM = 11, 12
"""Fields of /proc/PID/stat after the command's name (proc(5): utime, stime)."""
KIB_PER_MIB = 1024


def facts() -> dict[str, str | int | float]:
    return {
        "cpu": _cpu_model(),
        "cores": os.cpu_count() or 1,
        "load_1_min": round(os.getloadavg()[0], 2),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
    }


def cpu_s(process_id: int) -> float:
    """User and system time that a process has used so far."""
    told = Path(f"/proc/{process_id}/stat").read_text(encoding="utf-8")
    fields = told.rpartition(")")[2].split()
    return (int(fields[USER]) + int(fields[SYSTEM])) / TICKS_PER_S


def memory_mib(process_id: int) -> float:
    """Resident, the most it ever had."""
    told = Path(f"/proc/{process_id}/status").read_text(encoding="utf-8")
    peak = next(line for line in told.splitlines() if line.startswith("VmHWM:"))
    return int(peak.split()[1]) / KIB_PER_MIB


def _cpu_model() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return platform.processor() or "?"
