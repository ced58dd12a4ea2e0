"""A value no such device would send stays here; it costs none of the others."""

from collections.abc import Mapping

from edge.faults import AnswerError
from gateway.contract.kinds import KINDS


def only_plausible(
    kind: str, values: Mapping[str, float]
) -> tuple[dict[str, float], AnswerError | None]:
    """The fields within the kind's ranges, and a fault naming the others (NaN among them)."""
    rules = KINDS[kind].fields
    fields = {n: float(v) for n, v in values.items() if rules[n].low <= v <= rules[n].high}
    impossible = [f"{n} {v:g}" for n, v in values.items() if n not in fields]
    return fields, AnswerError("content", ", ".join(impossible)) if impossible else None
