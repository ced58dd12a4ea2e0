"""What one board of each type costs, read as usual: on its wire in real time, and by itself."""

import asyncio
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.plan import SIGN_PERIOD_S, LoadPlan, plan_for, status_request
from benchmarks.running import ReaderProcess
from benchmarks.scenarios import many_of, many_signs
from firmware_sim.bench.bench import Bench
from firmware_sim.bench.run_directory import RunDirectory
from firmware_sim.boards.ntcip.snmp.responder import SnmpResponder, SnmpSecrets
from firmware_sim.rig.recording import record
from firmware_sim.rig.rig import Rig
from firmware_sim.scenario.scenario import Scenario

BOARDS = 120
"""At once: a process that has little to do spends most of its time on waking up."""
WARM_UP_S = 1.0
ALONE_S = 20.0
"""Of the scenario's time, without a wire."""
DEVICES: dict[str, dict[str, Any]] = {
    "canoga": {"address": 0},
    "ss125": {"device_id": 1},
    "rtms-g4": {"sensor_id": 1},
    "pms5003": {},
    "pms5003t": {},
    "sds011": {},
    "sps30": {},
    "mhz19b": {},
    "luminaire": {"unit": 1},
    "renke": {"unit": 1},
    "sdm120": {"unit": 1},
    "sdm630": {"unit": 1},
    "senseair-s8": {"unit": 1},
    "smart-pole": {"unit": 1},
    "sunspec-meter": {"unit": 1},
    "wn90lp": {"unit": 1},
}
SIGN = {"name": "sign", "width_px": 108, "height_px": 27}
COMMUNITY = "public"


def measure_boards(for_s: float, types: int | None = None) -> Iterator[dict[str, Any]]:
    """For each type of board, or so many of them; and the sign."""
    for kind, keys in list(DEVICES.items())[:types]:
        scenario = many_of({"name": "board", "type": kind, **keys}, BOARDS)
        yield _row(kind, _on_the_wire(scenario, for_s), _alone(scenario))
    scenario = many_signs(SIGN, BOARDS)
    yield _row("ntcip sign", _on_the_wire(scenario, for_s), _signs_alone(scenario))


def _row(kind: str, wire: float, alone: float) -> dict[str, Any]:
    return {
        "board": kind,
        "cpu_ms_per_s": wire * 1000,
        "boards_per_core": 1 / wire,
        "without_wire_ms_per_s": alone * 1000,
    }


def _on_the_wire(scenario: Scenario, for_s: float) -> float:
    """CPU seconds in a second of one board, on its port, with its share of the world."""
    with tempfile.TemporaryDirectory(prefix="aburra-benchmark-") as name:
        return asyncio.run(_run(scenario, Path(name), for_s))


async def _run(scenario: Scenario, folder: Path, for_s: float) -> float:
    directory = RunDirectory(folder)
    bench = Bench(scenario, directory, seed=7, start_ms=round(time.time() * 1000))
    try:
        plan = plan_for(scenario, bench.open())
        work = asyncio.create_task(bench.run())
        reader = ReaderProcess(plan, folder / "plan.json", for_s, WARM_UP_S)
        await asyncio.sleep(WARM_UP_S)
        used_s, began_s = time.process_time(), time.monotonic()
        await asyncio.sleep(for_s - 0.2)
        used_s = time.process_time() - used_s
        passed_s = time.monotonic() - began_s
        read = await asyncio.to_thread(reader.result)
        _require_answers(plan, read)
        work.cancel()
    finally:
        bench.close()
        directory.close()
    return used_s / passed_s / BOARDS


def _require_answers(plan: LoadPlan, read: dict[str, Any]) -> None:
    """A board that does not answer would look cheap."""
    told = sum(protocol["deadlines"] for protocol in read["protocols"].values())
    wrong = sum(protocol["wrong"] + protocol["missing"] for protocol in read["protocols"].values())
    if wrong > told / 2:
        raise RuntimeError(f"{plan.lines or plan.signs}: {read}")


def _alone(scenario: Scenario) -> float:
    """CPU seconds in a second of one board that is handed bytes, with its share of the world."""
    rig = Rig(scenario, seed=7, start_ms=0, now_s=0.0, kept={})
    used_s = time.process_time()
    for _ in record(rig, until_s=ALONE_S):
        pass
    return (time.process_time() - used_s) / ALONE_S / BOARDS


def _signs_alone(scenario: Scenario) -> float:
    rig = Rig(scenario, seed=7, start_ms=0, now_s=0.0, kept={})
    secrets = SnmpSecrets(COMMUNITY, "")
    signs = [sign for cabinet in rig.cabinets.values() for sign in cabinet.signs.values()]
    responders = [SnmpResponder(sign.board.mib, secrets) for sign in signs]
    request = status_request(COMMUNITY)
    used_s = time.process_time()
    for second in range(int(ALONE_S)):
        for sign, responder in zip(signs, responders, strict=True):
            sign.tick(float(second))
            if second % SIGN_PERIOD_S == 0:
                responder.answer(request, float(second))
    return (time.process_time() - used_s) / ALONE_S / BOARDS
