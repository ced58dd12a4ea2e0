"""Where the sun stands, and how bright a clear sky is: from position and UTC alone.

Position after the Astronomical Almanac's low-precision formulas (J. Michalsky, Solar Energy 40,
1988): within 0.01° from 1950 to 2050, so that sunrise is right to a few seconds.
"""

import math

DAY_S = 86400.0
J2000_S = 946_728_000.0
"""1 January 2000, 12:00 UTC."""
SIN_OBLIQUITY, COS_OBLIQUITY = math.sin(math.radians(23.439)), math.cos(math.radians(23.439))
"""How far the earth's axis leans; it changes by 0.01° in 75 years."""
RISE_DEG = -0.833
"""Elevation of the sun's centre at sunrise and sunset: its radius, and refraction."""
MOONLESS_LUX = 0.001

# Illuminance on level ground under a clear sky: log10 E = a + b·x + c·x² + d·x³, x = elevation/90°.
# P. Janiczek and J. DeYoung, USNO Circular 171 (1987), table 1; also Urban and Seidelmann,
# Explanatory Supplement to the Astronomical Almanac (2013). Each row holds from its elevation up.
CLEAR_SKY = (
    (20.0, 3.74, 3.97, -4.07, 1.47),
    (5.0, 3.05, 13.28, -45.98, 64.33),
    (-0.8, 2.88, 22.26, -207.64, 1034.30),
    (-5.0, 2.88, 21.81, -258.11, -858.36),
    (-12.0, 2.70, 12.17, -431.69, -1899.83),
    (-18.0, 13.84, 262.72, 1447.42, 2797.93),
)
OZONE_DU = 265.0
"""Usual column over the Colombian Andes."""
UV_AT_ZENITH = 12.5 * (OZONE_DU / 300) ** -1.23


class Sun:
    def __init__(self, latitude_deg: float, longitude_deg: float, start_ms: int) -> None:
        """`start_ms`: UTC of the scenario's second 0."""
        self._sin_latitude = math.sin(math.radians(latitude_deg))
        self._cos_latitude = math.cos(math.radians(latitude_deg))
        self._longitude_deg = longitude_deg
        self._start_days = (start_ms / 1000 - J2000_S) / DAY_S

    def sine_of_elevation(self, at_s: float) -> float:
        """1 in the zenith, 0 on the horizon, negative below."""
        days = self._start_days + at_s / DAY_S
        anomaly = math.radians(357.528 + 0.9856003 * days)
        longitude = math.radians(
            280.460 + 0.9856474 * days + 1.915 * math.sin(anomaly) + 0.020 * math.sin(2 * anomaly)
        )
        sidereal = math.radians(280.46062 + 360.98564737 * days + self._longitude_deg)
        # The sun's direction along the earth's axis, and along the observer's meridian.
        sine = math.sin(longitude)
        along_axis = SIN_OBLIQUITY * sine
        along_meridian = (
            math.cos(sidereal) * math.cos(longitude) + math.sin(sidereal) * COS_OBLIQUITY * sine
        )
        return self._sin_latitude * along_axis + self._cos_latitude * along_meridian

    def elevation_deg(self, at_s: float) -> float:
        """Of the sun's centre, without refraction."""
        return math.degrees(math.asin(max(-1.0, min(1.0, self.sine_of_elevation(at_s)))))


def clear_sky_lux(elevation_deg: float) -> float:
    x = elevation_deg / 90
    for lowest_deg, a, b, c, d in CLEAR_SKY:
        if elevation_deg >= lowest_deg:
            return float(max(MOONLESS_LUX, 10 ** (a + x * (b + x * (c + x * d)))))
    return MOONLESS_LUX


def clear_sky_uv_index(sine_of_elevation: float) -> float:
    """S. Madronich, "Analytic formula for the clear-sky UV index", Photochem. Photobiol. 83, 2007:
    12.5 · μ^2.42 · (Ω/300)^-1.23.
    """
    return float(UV_AT_ZENITH * max(0.0, sine_of_elevation) ** 2.42)
