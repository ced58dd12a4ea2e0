"""What `aburra run` was asked for."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

_DURATION = re.compile(r"^(\d+(?:\.\d+)?)(s|m|h)?$")
_UNIT_S = {"s": 1, "m": 60, "h": 3600}


@dataclass(frozen=True)
class RunOptions:
    """`duration_s` None runs until interrupted; `report` "-" is standard output."""

    seed: int
    scenario: str
    store: Literal["embedded", "influx"]
    influx_url: str
    broker: str
    wall_port: int
    data_dir: Path | None
    duration_s: float | None
    report: str | None


def parse_duration_s(text: str) -> float:
    """`90`, `90s`, `5m`, `1.5h` in seconds; raises `ValueError` saying what is allowed."""
    match = _DURATION.match(text.strip())
    if match is None or float(match[1]) <= 0:
        raise ValueError(f"{text!r} is no duration: allowed are 90, 90s, 5m, 1.5h")
    return float(match[1]) * _UNIT_S[match[2] or "s"]
