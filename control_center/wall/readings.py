"""What of a device's readings the wall draws, and the bands by which they are coloured."""

from typing import NamedTuple

from control_center.view import DeviceView, Reading
from control_center.wall.chart import Band

SPEED_BANDS = (
    Band(30, "slow", "lento", "slow"),
    Band(50, "dense", "denso", "dense"),
    Band(1000, "free", "libre", "free"),
)
"""km/h: the bands of an urban expressway."""

PM25_BANDS = (
    Band(12, "ica-1", "Buena", "good"),
    Band(37, "ica-2", "Aceptable", "acceptable"),
    Band(55, "ica-3", "Dañina a grupos sensibles", "sensitive groups"),
    Band(150, "ica-4", "Dañina", "harmful"),
    Band(250, "ica-5", "Muy dañina", "very harmful"),
    Band(1000, "ica-6", "Peligrosa", "hazardous"),
)
"""µg/m³ of PM2.5: Colombia's index (Resolución 2254 de 2017). The index is of a 24-hour mean; put
beside a momentary value it only indicates."""


class Shown(NamedTuple):
    """One field of a kind, as it stands on the wall."""

    kind: str
    field: str
    es: str
    en: str
    decimals: int


PARTICULATE = (
    Shown("air_particulate", "pm1_ugm3", "PM1", "", 0),
    Shown("air_particulate", "pm10_ugm3", "PM10", "", 0),
)
WEATHER = (
    Shown("weather", "temperature_c", "Temperatura", "temp.", 1),
    Shown("weather", "humidity_pct", "Humedad", "RH", 0),
    Shown("weather", "wind_speed_ms", "Viento", "wind", 1),
    Shown("weather", "wind_direction_deg", "Dirección", "dir.", 0),
    Shown("weather", "pressure_hpa", "Presión", "pressure", 0),
    Shown("weather", "illuminance_lux", "Luz", "light", 0),
)
POLE = (
    Shown("pole_lamp", "is_on", "Luminaria", "lamp", 0),
    Shown("pole_lamp", "level_pct", "Nivel", "level", 0),
    Shown("pole_power", "power_w", "Potencia", "power", 0),
    Shown("pole_power", "voltage_v", "Tensión", "voltage", 0),
    Shown("pole_power", "current_a", "Corriente", "current", 2),
    Shown("pole_power", "energy_kwh", "Energía", "energy", 1),
)


def find(device: DeviceView, kind: str, field: str, lane: str | None = None) -> Reading | None:
    """The reading of one field, of one lane where the kind has lanes."""
    for reading in device.readings:
        if (reading.kind, reading.field) == (kind, field) and reading.tags.get("lane") == lane:
            return reading
    return None


def lanes_of(device: DeviceView) -> list[str]:
    """The lanes for which a device counts traffic, in order; none: it is no detector."""
    lanes = {r.tags["lane"] for r in device.readings if r.kind == "vds_interval"}
    return sorted(lanes, key=lambda lane: (len(lane), lane))


def has_kind(device: DeviceView, kind: str) -> bool:
    return any(reading.kind == kind for reading in device.readings)


def is_stale(device: DeviceView, kind: str) -> bool:
    return any(reading.stale for reading in device.readings if reading.kind == kind)
