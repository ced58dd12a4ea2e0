"""How a device is doing: counters per reason, and in words why it is not online."""

import logging

from edge.faults import REASONS, AnswerError, Reason
from gateway.contract.messages import Observation

log = logging.getLogger("aburra.edge")

_ONLINE_FOR_S = 5.0
_POLLS_MISSED = 3

_WORDS: dict[Reason, str] = {
    "silent": "no contesta · does not answer",
    "checksum": "tramas dañadas · damaged frames",
    "length": "tramas incompletas · incomplete frames",
    "content": "datos imposibles · impossible data",
    "refused": "rechaza la petición · refuses the request",
}


class DeviceHealth:
    """Counts answers and faults of one device; online while the last good answer is fresh.

    Fresh means younger than three polls, at least 5 s.
    """

    def __init__(self, device: str, poll_s: float) -> None:
        self.device = device
        self.port_fault = ""
        self._fresh_s = max(_POLLS_MISSED * poll_s, _ONLINE_FOR_S)
        self._answer_count = 0
        self._fault_counts: dict[Reason, int] = dict.fromkeys(REASONS, 0)
        self._answered_s: float | None = None
        self._last_fault: AnswerError | None = None
        self._was_online: bool | None = None

    def answered(self, now_s: float) -> None:
        self._answer_count += 1
        self._answered_s = now_s

    def failed(self, fault: AnswerError) -> None:
        self._fault_counts[fault.reason] += 1
        self._last_fault = fault

    def is_online(self, now_s: float) -> bool:
        return self._answered_s is not None and now_s - self._answered_s <= self._fresh_s

    def observation(self, now_ms: int, now_s: float) -> Observation:
        """The device's `device_health` at this moment."""
        online = self.is_online(now_s)
        reason = "" if online else self._why_offline()
        if online != self._was_online:
            log.info("%s: %s", self.device, "online" if online else f"not online: {reason}")
            self._was_online = online
        fields = {
            "is_online": float(online),
            "answer_count": float(self._answer_count),
            **{f"{name}_count": float(count) for name, count in self._fault_counts.items()},
        }
        if self._answered_s is not None:
            fields["answer_age_s"] = round(now_s - self._answered_s, 3)
        return Observation(
            device=self.device,
            kind="device_health",
            time_ms=now_ms,
            fields=fields,
            texts={"reason": reason[:200]} if reason else {},
        )

    def _why_offline(self) -> str:
        if self.port_fault:
            return self.port_fault
        if self._last_fault is None:
            return "sin respuesta todavía · no answer yet"
        return f"{_WORDS[self._last_fault.reason]} ({self._last_fault.detail})"
