"""A bench in words and numbers, ready for JSON: for the page and for `aburra sim list|show`."""

import math
import tomllib
from pathlib import Path
from typing import Any

from firmware_sim.faults.catalogue import FAULTS
from firmware_sim.faults.switches import Fault
from firmware_sim.lines.frames import Frame
from firmware_sim.lines.line import Line
from firmware_sim.rig.target import Target

DECIMALS = 3
MAIN_COUNT = 4
MAIN = tomllib.loads(Path(__file__).with_name("main.toml").read_text(encoding="utf-8"))
"""By type of device, the names of what is wanted most."""


def row_of(target: Target, at_s: float, reach: list[str]) -> dict[str, Any]:
    """One line of a table: what it is, where it is reached, what it says now, what ails it."""
    shows = {name: _plain(value) for name, value in target.shows(at_s).items()}
    main = [name for name in MAIN.get(target.type, shows) if name in shows]
    return {
        "name": target.name,
        "type": target.type,
        "title": target.title,
        "protocol": target.protocol,
        "where": target.where,
        "reach": reach,
        "shows": shows,
        "main": main[:MAIN_COUNT],
        "faults": [_fault(fault, at_s) for fault in target.switches.all()],
    }


def detail_of(target: Target, at_s: float, reach: list[str]) -> dict[str, Any]:
    """The row, and: what it could suffer, what it measures, what was said on its line."""
    neighbours: dict[str, Target] = {}
    if isinstance(target, Line):
        neighbours = {device.name: device for device in target.devices}
    return row_of(target, at_s, reach) | {
        "can_have": list(target.faults),
        "measures": _measures(target, at_s),
        "frames": [
            _frame(frame, neighbours.get(frame.device, target)) for frame in target.log.frames
        ],
        "heard_count": target.log.heard_count,
        "sent_count": target.log.sent_count,
    }


def fault_kinds() -> list[dict[str, Any]]:
    """The catalogue."""
    return [
        {
            "name": kind.name,
            "where": kind.where,
            "es": kind.es,
            "en": kind.en,
            "has_rate": kind.has_rate,
            "amount": None
            if kind.amount is None
            else {
                "unit_es": kind.amount.unit_es,
                "unit_en": kind.amount.unit_en,
                "default": kind.amount.default,
                "low": kind.amount.low,
                "high": kind.amount.high,
            },
        }
        for kind in FAULTS.values()
    ]


def _measures(target: Target, at_s: float) -> list[dict[str, Any]]:
    probe = target.probe
    if probe is None:
        return []
    return [
        {
            "name": name,
            "truth": _plain(probe.truth(name, at_s)),
            "sensed": _plain(probe.last(name, at_s)),
            "held": name in probe.held,
        }
        for name in target.measures
    ]


def _fault(fault: Fault, at_s: float) -> dict[str, Any]:
    return {
        "name": fault.name,
        "rate": fault.rate,
        "amount": fault.size if FAULTS[fault.name].amount is not None else None,
        "reading": fault.reading,
        "is_on": fault.start_s <= at_s < fault.end_s,
        "start_s": _finite(fault.start_s),
        "end_s": _finite(fault.end_s),
    }


def _frame(frame: Frame, speaker: Target) -> dict[str, Any]:
    return {
        "number": frame.number,
        "at_s": round(frame.at_s, DECIMALS),
        "device": frame.device,
        "is_request": frame.request is None,
        "is_answer": bool(frame.request),
        "hex": frame.data.hex(" "),
        "parts": [
            {"start": part.start, "end": part.end, "name": part.name, "text": part.text}
            for part in speaker.explain(frame.data, frame.request)
        ],
        "faults": list(frame.faults),
    }


def _plain(value: float | str) -> float | str:
    return round(value, DECIMALS) if isinstance(value, float) else value


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
