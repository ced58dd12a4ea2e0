"""What a scenario says of the surroundings of one cabinet: plain data."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class EpisodePlan:
    """PM2.5 climbs steadily from start to peak by `rise_ugm3`, then halves every `half_life_h`.

    `particles`: smoke or dust from elsewhere, which brings nothing but particles. `inversion`: a
    lid on the valley, under which the wind dies down and exhaust gases gather too.
    """

    kind: Literal["particles", "inversion"]
    start_s: float
    peak_s: float
    rise_ugm3: float
    half_life_h: float = 6.0


@dataclass(frozen=True, slots=True)
class ShowerPlan:
    start_s: float
    end_s: float
    rate_mm_h: float


@dataclass(frozen=True, slots=True)
class PlacePlan:
    latitude_deg: float
    longitude_deg: float
    background_pm25_ugm3: float
    """On an average day, with a usual road of 1 500 veh/h beside it. Hour, wind and traffic move it
    by less than a fifth."""
    altitude_m: float = 1500.0
    episodes: tuple[EpisodePlan, ...] = ()
    showers: tuple[ShowerPlan, ...] = ()
    mains_v: float = 220.0
    """At each voltage input of a meter. Colombia's public lighting hangs between two phases of a
    220Y/127 V or 208Y/120 V network (NTC 1340), so its meters see 220 or 208; a cabinet that is
    metered from phase to neutral says 127 or 120."""
    traffic_pm25_ugm3: float = 3.0
    """What 1 500 veh/h nearby contribute to the background."""
