"""Roads for the tests of the simulated traffic: plans, roads, and lists of who crossed."""

import math
from itertools import chain

from firmware_sim.world.traffic.plan import Disturbance, LanePlan, RoadPlan
from firmware_sim.world.traffic.road import Road, begin_for
from firmware_sim.world.traffic.vehicles import Crossing

VALLEY = {"motorcycle": 0.60, "car": 0.33, "bus": 0.03, "truck": 0.04}
TWO_LANES = (LanePlan("1"), LanePlan("2", 0.95))


def plan(
    flow: float | tuple[float, ...] = 1650.0,
    *disturbances: Disturbance,
    length_m: float = 900.0,
    lanes: tuple[LanePlan, ...] = TWO_LANES,
    mix: dict[str, float] | None = None,
) -> RoadPlan:
    flows = flow if isinstance(flow, tuple) else (flow,) * 24
    return RoadPlan(length_m, 65.0, flows, mix or VALLEY, lanes, disturbances)


def road(
    of: RoadPlan,
    *,
    seed: int = 7,
    hour: float = 0.0,
    rain_mm_h: float = 0.0,
    now_s: float = 0.0,
) -> Road:
    """`hour` is the local hour at the scenario's second 0."""
    return Road(
        f"{seed}/road",
        of,
        local_hour=lambda at_s: (hour + at_s / 3600) % 24,
        rain_mm_h=lambda at_s: rain_mm_h,
        begin_s=begin_for(now_s, of),
    )


def watch(where: Road, position_m: float, *, rear: bool = False) -> list[list[Crossing]]:
    """Per lane, who crosses from now on."""
    seen: list[list[Crossing]] = [[] for _ in where.plan.lanes]
    for lane, crossings in enumerate(seen):
        where.watch(position_m, lane, crossings.append, rear=rear)
    return seen


def between(seen: list[list[Crossing]], begin_s: float, end_s: float) -> list[Crossing]:
    """All lanes' crossings in [begin, end), by time."""
    inside = (crossing for crossing in chain(*seen) if begin_s <= crossing.time_s < end_s)
    return sorted(inside, key=lambda crossing: crossing.time_s)


def flow_veh_per_h(crossings: list[Crossing], duration_s: float) -> float:
    return len(crossings) / duration_s * 3600


def mean_kmh(crossings: list[Crossing]) -> float:
    """NaN for nobody, which no comparison holds for."""
    if not crossings:
        return math.nan
    return sum(crossing.speed_kmh for crossing in crossings) / len(crossings)


def space_mean_kmh(crossings: list[Crossing]) -> float:
    """The harmonic mean: what flow is to be divided by to get density."""
    return len(crossings) / sum(1 / crossing.speed_kmh for crossing in crossings)
