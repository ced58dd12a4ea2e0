"""What the signs were seen to show during a run, from the centre's audit."""

from pathlib import Path
from typing import Any

import orjson


def read_story(audit: Path, start_ms: int) -> list[dict[str, Any]]:
    """One entry per confirmed change of a face: `at_s` is the scenario's second of its read-back.

    The audit survives a killed centre, except for a line that was cut while it was written.
    """
    if not audit.exists():
        return []
    story = []
    for line in audit.read_bytes().splitlines():
        try:
            entry = orjson.loads(line)
        except orjson.JSONDecodeError:
            continue
        if entry["event"] == "confirmed" and entry["time_ms"] >= start_ms:
            story.append(
                {
                    "at_s": round((entry["time_ms"] - start_ms) / 1000, 1),
                    "sign": entry["target"],
                    "shows": entry["shows"],
                }
            )
    return story
