"""What a device computes from what it senses.

Voltages and currents are sinusoidal; a line-to-line voltage takes the phases to be 120° apart.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

POWER_FACTOR_MIN = 0.01
"""Below this a current would be nonsense: there is no load to speak of."""


@dataclass(frozen=True, slots=True)
class Derived:
    needs: tuple[str, ...]
    """Names of quantities, in the order of the arguments."""
    compute: Callable[..., float]


def current_a(power_w: float, voltage_v: float, power_factor: float) -> float:
    return apparent_power_va(power_w, power_factor) / voltage_v if voltage_v > 0 else 0.0


def apparent_power_va(power_w: float, power_factor: float) -> float:
    return abs(power_w) / max(abs(power_factor), POWER_FACTOR_MIN)


def reactive_power_var(power_w: float, power_factor: float) -> float:
    apparent_va = apparent_power_va(power_w, power_factor)
    return math.sqrt(max(0.0, apparent_va * apparent_va - power_w * power_w))


def phase_angle_deg(power_factor: float) -> float:
    return math.degrees(math.acos(max(-1.0, min(1.0, power_factor))))


def power_factor_pct(power_factor: float) -> float:
    return 100 * power_factor


def bearing_deg(direction_deg: float) -> float:
    """Whole degrees from 0 to 359."""
    return round(direction_deg) % 360 if math.isfinite(direction_deg) else math.nan


def line_voltage_v(first_v: float, second_v: float) -> float:
    return math.sqrt(max(0.0, first_v * first_v + second_v * second_v + first_v * second_v))


def _sum(*values: float) -> float:
    return sum(values)


def _mean(*values: float) -> float:
    return sum(values) / len(values)


def _of_phase(phase: str) -> dict[str, Derived]:
    power, voltage = f"power_{phase}_w", f"voltage_{phase}_v"
    return {
        f"current_{phase}_a": Derived((power, voltage, "power_factor"), current_a),
        f"apparent_power_{phase}_va": Derived((power, "power_factor"), apparent_power_va),
        f"reactive_power_{phase}_var": Derived((power, "power_factor"), reactive_power_var),
    }


def _of_three(quantity: str, unit: str) -> tuple[str, ...]:
    return tuple(f"{quantity}_{phase}_{unit}" for phase in ("l1", "l2", "l3"))


DERIVED: Mapping[str, Derived] = {
    "wind_bearing_deg": Derived(("wind_direction_deg",), bearing_deg),
    "power_factor_pct": Derived(("power_factor",), power_factor_pct),
    "current_a": Derived(("power_w", "voltage_v", "power_factor"), current_a),
    "apparent_power_va": Derived(("power_w", "power_factor"), apparent_power_va),
    "reactive_power_var": Derived(("power_w", "power_factor"), reactive_power_var),
    "phase_angle_deg": Derived(("power_factor",), phase_angle_deg),
    **_of_phase("l1"),
    **_of_phase("l2"),
    **_of_phase("l3"),
    "power_sum_w": Derived(_of_three("power", "w"), _sum),
    "current_sum_a": Derived(_of_three("current", "a"), _sum),
    "current_mean_a": Derived(_of_three("current", "a"), _mean),
    "apparent_power_sum_va": Derived(_of_three("apparent_power", "va"), _sum),
    "reactive_power_sum_var": Derived(_of_three("reactive_power", "var"), _sum),
    "voltage_mean_v": Derived(_of_three("voltage", "v"), _mean),
    "voltage_l1_l2_v": Derived(("voltage_l1_v", "voltage_l2_v"), line_voltage_v),
    "voltage_l2_l3_v": Derived(("voltage_l2_v", "voltage_l3_v"), line_voltage_v),
    "voltage_l3_l1_v": Derived(("voltage_l3_v", "voltage_l1_v"), line_voltage_v),
    "line_voltage_mean_v": Derived(
        ("voltage_l1_l2_v", "voltage_l2_l3_v", "voltage_l3_l1_v"), _mean
    ),
}
