"""Recorded traffic: 30-second flow and mean speed of a lane, from a CSV file."""

import csv
from dataclasses import dataclass
from pathlib import Path

HEADER = ["interval", "flow_veh_per_h", "speed_mph"]
KMH_PER_MPH = 1.609344
FLOW_MAX_VEH_PER_H = 4000
SPEED_MAX_MPH = 120


class RecordingError(Exception):
    """A recording that cannot be used: says which line and what is expected there."""

    def __init__(self, path: Path, line: int | None, expected: str) -> None:
        place = f"{path}: " if line is None else f"{path}: line {line}: "
        super().__init__(place + expected)
        self.path = path
        self.line = line


@dataclass(frozen=True, slots=True)
class Recorded:
    """One interval of 30 s."""

    flow_veh_per_h: float
    speed_kmh: float


def read_recording(path: Path) -> tuple[Recorded, ...]:
    """The intervals in the file's order; raises `RecordingError`."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise RecordingError(path, None, f"cannot be read: {error}") from error
    if not rows or [cell.strip() for cell in rows[0]] != HEADER:
        raise RecordingError(path, 1, f"the header must be {','.join(HEADER)}")
    recording = tuple(
        _interval(path, line, row) for line, row in enumerate(rows[1:], start=2) if row
    )
    if not recording:
        raise RecordingError(path, None, "has no interval after its header")
    return recording


def _interval(path: Path, line: int, row: list[str]) -> Recorded:
    try:
        _, flow, speed_mph = (float(cell) for cell in row)
    except ValueError as error:
        raise RecordingError(path, line, f"three numbers expected, not {row!r}") from error
    if not (0 <= flow <= FLOW_MAX_VEH_PER_H and 0 <= speed_mph <= SPEED_MAX_MPH):
        raise RecordingError(
            path, line, f"flow 0 to {FLOW_MAX_VEH_PER_H} veh/h, speed 0 to {SPEED_MAX_MPH} mph"
        )
    return Recorded(flow, speed_mph * KMH_PER_MPH)
