"""The one world that every board measures. It has no clock: it is told how far to go.

The same scenario, seed and start give the same world at every second.
"""

from firmware_sim.scenario import CabinetPart, RoadPart
from firmware_sim.world.air import Air, Episode
from firmware_sim.world.calendar import Calendar
from firmware_sim.world.demand import Demand, ProfileDemand
from firmware_sim.world.incident import Incident
from firmware_sim.world.lane import Lane, LanePoint
from firmware_sim.world.loops import DualLoop
from firmware_sim.world.replay import ReplayDemand, read_recording
from firmware_sim.world.weather import Shower, Weather

RUN_UP_S = 300.0
"""How long before the present a road must be played, so that it has forgotten how it began."""
QUEUE_MEMORY_S = 1800.0
"""After this the queue of an incident is gone."""


class Road:
    """Stations and lanes; `advance` moves vehicles and tells the stations' listeners."""

    def __init__(self, key: str, part: RoadPart, calendar: Calendar, now_s: float) -> None:
        self.loops = DualLoop(**part.loops.model_dump())
        incidents = [Incident(**incident.model_dump()) for incident in part.incidents]
        begin_s = _begin_s(incidents, now_s)
        self.lanes: list[Lane] = []
        for lane in part.lanes:
            demand: Demand
            if lane.replay is not None:
                recording = read_recording(lane.replay)
                demand = ReplayDemand(f"{key}/{lane.name}", recording, part.mix)
            else:
                demand = ProfileDemand(
                    f"{key}/{lane.name}",
                    flow_veh_per_h=[flow * lane.flow_share for flow in part.flow_veh_per_h],
                    free_speed_kmh=part.free_speed_kmh,
                    mix=part.mix,
                    local_hour=calendar.local_hour,
                )
            points = [
                LanePoint(station.position_m, self.loops, incidents, part.free_speed_kmh)
                for station in part.stations
            ]
            self.lanes.append(Lane(demand, points, begin_s))
        self.advance(now_s)

    def advance(self, to_s: float) -> None:
        for lane in self.lanes:
            lane.advance(to_s)


def _begin_s(incidents: list[Incident], now_s: float) -> float:
    """A road's present depends on the last minutes, and on all of an incident still felt."""
    felt = [
        incident.start_s - RUN_UP_S
        for incident in incidents
        if incident.start_s <= now_s < incident.clear_s + QUEUE_MEMORY_S
    ]
    return min([now_s - RUN_UP_S, *felt])


class Place:
    """What surrounds one cabinet."""

    def __init__(self, seed: int, part: CabinetPart, calendar: Calendar, now_s: float) -> None:
        key = f"{seed}/{part.municipality}/{part.site}"
        self.key = key
        self.road = Road(f"{key}/road", part.road, calendar, now_s)
        episodes = [Episode(**episode.model_dump()) for episode in part.air.episodes]
        self.air = Air(f"{key}/air", part.air.background_ugm3, episodes)
        showers = [Shower(**shower.model_dump()) for shower in part.weather.showers]
        self.weather = Weather(f"{key}/weather", calendar, showers)
