"""The one world that every board of a scenario measures. It has no clock: it is told how far to go.

The same scenario, seed and start give the same world at every second.
"""

from firmware_sim.scenario.cabinet import CabinetPart
from firmware_sim.scenario.road import DisturbancePart, LanePart, RoadPart
from firmware_sim.scenario.scenario import Scenario
from firmware_sim.world.calendar import Calendar
from firmware_sim.world.surroundings.place import Place
from firmware_sim.world.surroundings.plan import EpisodePlan, PlacePlan, ShowerPlan
from firmware_sim.world.traffic.plan import Disturbance, DisturbanceKind, LanePlan, RoadPlan
from firmware_sim.world.traffic.recording import read_recording
from firmware_sim.world.traffic.road import Road, begin_for


class World:
    def __init__(self, scenario: Scenario, *, seed: int, start_ms: int, now_s: float) -> None:
        """`start_ms` is the UTC of second 0."""
        self.calendar = Calendar(start_ms)
        self._seed = seed
        self._scenario = scenario
        self._showers = tuple(ShowerPlan(**shower.model_dump()) for shower in scenario.showers)
        self._parts = {part.name: part for part in scenario.used_roads()}
        self.roads = {name: self._road(part, now_s) for name, part in self._parts.items()}

    def advance(self, to_s: float) -> None:
        for road in self.roads.values():
            road.advance(to_s)

    def road_part(self, name: str) -> RoadPart:
        return self._parts[name]

    def place(self, part: CabinetPart) -> Place:
        """What surrounds one cabinet."""
        air = part.air or self._scenario.air
        plan = PlacePlan(
            latitude_deg=part.latitude_deg,
            longitude_deg=part.longitude_deg,
            background_pm25_ugm3=air.background_ugm3,
            episodes=tuple(EpisodePlan(**episode.model_dump()) for episode in air.episodes),
            showers=self._showers,
            mains_v=part.pole.mains_v,
        )
        road, position_m = self.roads[part.road], part.position_m
        return Place(
            f"{self._seed}/{part.municipality}/{part.site}",
            plan,
            self.calendar,
            lambda: road.nearby(position_m),
            region=str(self._seed),
        )

    def _road(self, part: RoadPart, now_s: float) -> Road:
        plan = RoadPlan(
            length_m=part.length_m,
            free_speed_kmh=part.free_speed_kmh,
            flow_veh_per_h=tuple(part.flow_veh_per_h),
            mix=part.mix,
            lanes=tuple(_lane(lane) for lane in part.lanes),
            disturbances=(
                *(_disturbance("incident", incident) for incident in part.incidents),
                *(_disturbance("works", works) for works in part.works),
            ),
        )
        return Road(
            f"{self._seed}/{part.name}",
            plan,
            local_hour=self.calendar.local_hour,
            rain_mm_h=self._rain_mm_h,
            begin_s=begin_for(now_s, plan),
        )

    def _rain_mm_h(self, at_s: float) -> float:
        return sum(s.rate_mm_h for s in self._showers if s.start_s <= at_s < s.end_s)


def _lane(part: LanePart) -> LanePlan:
    recording = None if part.replay is None else tuple(read_recording(part.replay))
    return LanePlan(part.name, part.flow_share, recording)


def _disturbance(kind: DisturbanceKind, part: DisturbancePart) -> Disturbance:
    return Disturbance(kind=kind, **part.model_dump())
