"""The report of a run. A figure that can't be known is null, never a guess."""

from collections.abc import Mapping
from typing import Any

import orjson

from aburra.run.proof import Proof
from aburra.run.summary import showing
from aburra.run.watch import Watch


def report_of(
    watch: Watch,
    proof: Proof | None,
    *,
    seed: int,
    duration_s: float,
    story: list[dict[str, Any]],
    restarts: Mapping[str, int],
) -> dict[str, Any]:
    """The report as JSON-able data; `proof` is None when the store could not be asked."""
    last = watch.last
    stored, shown = watch.measured_to_stored(), watch.decided_to_shown()
    return {
        "seed": seed,
        "duration_s": round(duration_s, 1),
        "observations": {
            "measured": proof.measured if proof else None,
            "stored": proof.stored if proof else None,
            "lost": proof.lost if proof else None,
            "duplicated": proof.duplicated if proof else None,
            "quarantined": proof.quarantined if proof else None,
            "waiting": proof.waiting if proof else None,
        },
        "devices": {
            "configured": last.totals.devices_configured if last else None,
            "online": last.totals.devices_online if last else None,
        },
        "signs": [_sign(watch, target) for target in _targets(watch)],
        "latency_ms": {
            "measured_to_stored": {
                "p50": stored.percentile_ms(0.5),
                "p99": stored.percentile_ms(0.99),
            },
            "decided_to_shown": {
                "p50": shown.percentile_ms(0.5),
                "p99": shown.percentile_ms(0.99),
            },
        },
        "story": story,
        "restarts": dict(restarts),
    }


def dumps(report: dict[str, Any]) -> str:
    return orjson.dumps(report, option=orjson.OPT_INDENT_2).decode()


def _targets(watch: Watch) -> list[str]:
    return [sign.target for sign in watch.last.signs] if watch.last else []


def _sign(watch: Watch, target: str) -> dict[str, Any]:
    """Commands that have ended; one without a result when the run ended is named apart."""
    commands, confirmed, under_way = watch.commands_of(target)
    sign = watch.sign(target)
    known = sign is not None and sign.face != "unknown"
    return {
        "sign": target,
        "commands": commands - under_way,
        "confirmed": confirmed,
        "under_way": under_way,
        "showing": showing(sign) if sign is not None and known else None,
    }
