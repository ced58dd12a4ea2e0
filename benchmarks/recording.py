"""As fast as it goes: how many of a scenario's seconds pass in one of ours."""

import math
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from firmware_sim.rig.recording import record
from firmware_sim.rig.rig import Rig
from firmware_sim.scenario.load import load_scenario

SCENARIOS = ("one-cabinet", "week")
START_MS = 1_767_225_600_000
"""UTC of second 0: any, but always the same."""


def measure_recording(for_s: float) -> Iterator[dict[str, Any]]:
    for name in SCENARIOS:
        rig = Rig(load_scenario(Path(name)), seed=7, start_ms=START_MS, now_s=0.0, kept={})
        reached_s, frames = 0.0, 0
        began_s = time.monotonic()
        for said in record(rig, until_s=math.inf):
            frames += 1
            if time.monotonic() - began_s > for_s:
                reached_s = said.at_s
                break
        passed_s = time.monotonic() - began_s
        yield {
            "scenario": name,
            "seconds_per_s": reached_s / passed_s,
            "frames_per_s": frames / passed_s,
        }
