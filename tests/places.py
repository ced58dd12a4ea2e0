"""A place in Medellín for tests of the bench's world, and traffic beside it."""

from calendar import timegm
from dataclasses import dataclass

from firmware_sim.world.calendar import Calendar
from firmware_sim.world.surroundings.place import Place
from firmware_sim.world.surroundings.plan import EpisodePlan, PlacePlan, ShowerPlan

LATITUDE_DEG, LONGITUDE_DEG = 6.2331, -75.5790
HOUR_S, DAY_S = 3600.0, 86400.0


@dataclass(frozen=True)
class Traffic:
    flow_veh_per_h: float = 2400.0
    speed_kmh: float = 55.0
    heavy_share: float = 0.07
    motorcycle_share: float = 0.6


def midnight_ms(year: int = 2026, month: int = 3, day: int = 10) -> int:
    """Local midnight in Colombia, as UTC."""
    return timegm((year, month, day, 5, 0, 0)) * 1000


def place(
    key: str = "7/medellin/a",
    *,
    start_ms: int | None = None,
    background: float = 18.0,
    episodes: tuple[EpisodePlan, ...] = (),
    showers: tuple[ShowerPlan, ...] = (),
    traffic: Traffic | None = None,
) -> Place:
    plan = PlacePlan(LATITUDE_DEG, LONGITUDE_DEG, background, episodes=episodes, showers=showers)
    beside = traffic or Traffic()
    calendar = Calendar(midnight_ms() if start_ms is None else start_ms)
    return Place(key, plan, calendar, lambda: beside)
