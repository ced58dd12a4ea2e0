"""How many deadlines were kept, and how long replies took."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Tally:
    latencies_s: list[float] = field(default_factory=list)
    """Of whatever came, late or not."""
    kept: int = 0
    wrong: int = 0
    """Replies with a wrong checksum, or an exception."""
    missing: int = 0
    """Never came, or could not be asked for because the one before had not come."""

    def came(self, latency_s: float, deadline_s: float, *, is_right: bool = True) -> None:
        self.latencies_s.append(latency_s)
        if not is_right:
            self.wrong += 1
        elif latency_s <= deadline_s:
            self.kept += 1

    def summary(self) -> dict[str, float | int]:
        asked = len(self.latencies_s) + self.missing
        in_order = sorted(self.latencies_s)
        return {
            "deadlines": asked,
            "kept_pct": 100 * self.kept / asked if asked else 0.0,
            "wrong": self.wrong,
            "missing": self.missing,
            "p50_ms": quantile(in_order, 0.5) * 1000,
            "p99_ms": quantile(in_order, 0.99) * 1000,
            "max_ms": in_order[-1] * 1000 if in_order else 0.0,
        }


def quantile(in_order: list[float], share: float) -> float:
    """The value that this share of them does not exceed; 0 of none."""
    if not in_order:
        return 0.0
    return in_order[min(len(in_order) - 1, int(share * len(in_order)))]
