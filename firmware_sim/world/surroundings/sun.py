"""Where the sun stands, and how bright a clear sky is: from position and UTC alone.

Position after the NOAA Global Monitoring Division's "General Solar Position Calculations", which
uses Spencer's Fourier series (Search 2 (5), 1971): sunrise within a minute in the tropics.
"""

import math

DAY_S = 86400.0
YEAR_DAYS = 365.25
"""1970 began a year, and dividing by this keeps within a day of each year's beginning till 2100."""
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
        self._start_s = start_ms / 1000

    def sine_of_elevation(self, at_s: float) -> float:
        """1 in the zenith, 0 on the horizon, negative below."""
        utc_s = self._start_s + at_s
        year = 2 * math.pi * ((utc_s / DAY_S) % YEAR_DAYS - 0.5) / YEAR_DAYS
        sine, cosine = math.sin(year), math.cos(year)
        sine_2, cosine_2 = 2 * sine * cosine, 2 * cosine * cosine - 1
        sine_3 = sine * cosine_2 + cosine * sine_2
        cosine_3 = cosine * cosine_2 - sine * sine_2
        equation_of_time_min = 229.18 * (
            0.000075 + 0.001868 * cosine - 0.032077 * sine - 0.014615 * cosine_2 - 0.040849 * sine_2
        )
        declination = (
            0.006918
            - 0.399912 * cosine
            + 0.070257 * sine
            - 0.006758 * cosine_2
            + 0.000907 * sine_2
            - 0.002697 * cosine_3
            + 0.00148 * sine_3
        )
        solar_min = utc_s % DAY_S / 60 + equation_of_time_min + 4 * self._longitude_deg
        hour_angle = math.radians(solar_min / 4 - 180)
        return self._sin_latitude * math.sin(declination) + (
            self._cos_latitude * math.cos(declination) * math.cos(hour_angle)
        )

    def elevation_deg(self, at_s: float) -> float:
        """Of the sun's centre, without refraction."""
        return math.degrees(math.asin(max(-1.0, min(1.0, self.sine_of_elevation(at_s)))))


def clear_sky_lux(elevation_deg: float) -> float:
    x = elevation_deg / 90
    for lowest_deg, a, b, c, d in CLEAR_SKY:
        if elevation_deg >= lowest_deg:
            return float(MOONLESS_LUX + 10 ** (a + x * (b + x * (c + x * d))))
    return MOONLESS_LUX


def clear_sky_uv_index(sine_of_elevation: float) -> float:
    """S. Madronich, "Analytic formula for the clear-sky UV index", Photochem. Photobiol. 83, 2007:
    12.5 · μ^2.42 · (Ω/300)^-1.23.
    """
    return float(UV_AT_ZENITH * max(0.0, sine_of_elevation) ** 2.42)
