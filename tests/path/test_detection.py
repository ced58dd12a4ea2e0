"""How soon the demo's incident is decided, wherever in an interval it begins; no clock, no I/O.

World, loop card, judge, pairing, intervals and rule, joined as in the programs but in scenario
time, so that many seeds and alignments cost seconds.
"""

import math
from pathlib import Path

import pytest

from control_center.engines.congestion import Congestion
from control_center.engines.station import StationBins
from control_center.settings import CongestionSettings
from edge.canoga.codec import decode_reply, detection_request
from edge.canoga.judge import CardJudge
from edge.canoga.lane import Lane
from edge.traffic.bins import LaneBins
from edge.traffic.pairing import LanePairing
from firmware_sim.rig.rig import Rig
from firmware_sim.scenario.load import load_scenario
from gateway.contract.messages import Observation

STATION = "medellin/av-regional/vds-1"
POLL_S, BIN_MS = 0.2, 5_000
INCIDENT_S, CLEARED_S = 15.0, 30.0
DELIVERY_S = 1.0
DEMO_SEED = 7
"""From a closed interval to the face: commit, two hops and the sign; the runs take less."""


def turns(seed: int, start_ms: int) -> list[tuple[float, bool]]:
    """(scenario's second, congested or not) of each change of the rule, over 90 s."""
    rig = Rig(load_scenario(Path("demo")), seed=seed, start_ms=start_ms, now_s=0.0, kept={})
    cabinet = rig.cabinets["medellin/av-regional"]
    card = cabinet.lines["loops"]
    judge, bins = CardJudge(), StationBins()
    lanes = [
        Lane(LanePairing(4.5, 1.8), LaneBins(BIN_MS, start_ms)),
        Lane(LanePairing(4.5, 1.8), LaneBins(BIN_MS, start_ms)),
    ]
    rule = Congestion(
        CongestionSettings(
            name="demo", title="demo", stations=(STATION,), signs=(), message=("CONGESTION",)
        )
    )
    changes: list[tuple[float, bool]] = []
    before_ms = None
    for number in range(math.floor(90 / POLL_S)):
        at_s = number * POLL_S
        now_ms = start_ms + round(at_s * 1000)
        cabinet.advance(at_s)
        (reply,) = card.receive(detection_request(0), at_s)
        records = decode_reply(reply.data)
        passages = judge.judge(records, at_s)
        for index, lane in enumerate(lanes):
            for interval in lane.close(now_ms):
                observation = Observation(
                    device="vds-1",
                    kind="vds_interval",
                    time_ms=interval.start_ms,
                    fields=interval.fields,
                    tags={"lane": str(index + 1)},
                    quality=interval.quality,
                )
                bins.add(STATION, observation)
            if before_ms is not None:
                lane.passed(passages[2 * index], passages[2 * index + 1], before_ms, now_ms)
        before_ms = now_ms
        for finished in bins.due(now_ms):
            rule.add(finished)
            active = rule.opinion(now_ms).active
            if active != (bool(changes) and changes[-1][1]):
                changes.append((at_s, active))
    return changes


@pytest.mark.parametrize("phase_ms", range(0, BIN_MS, 500))
def test_the_incident_is_decided_in_time_wherever_it_begins(phase_ms):
    start_ms = 1_795_000_000_000 // BIN_MS * BIN_MS + phase_ms
    for seed in (DEMO_SEED, *range(20, 26)):
        changes = turns(seed, start_ms)
        assert [active for _, active in changes] == [True, False], (seed, changes)
        (entered_s, _), (left_s, _) = changes
        # Seed 7 is the demo's. In another one's story a truck may keep others from the loops for
        # some seconds, and two slow vehicles come an interval later.
        limit_s = 15 if seed == DEMO_SEED else 17
        assert INCIDENT_S < entered_s < INCIDENT_S + limit_s - DELIVERY_S, (seed, changes)
        assert CLEARED_S < left_s < CLEARED_S + 30, (seed, changes)
