"""What the operating system says of its clock."""

import ctypes
import time
from pathlib import Path

from gateway.contract.messages import ClockState

_TIME_ERROR = 5
"""ntp_adjtime(2): the clock is not synchronised to a reliable server."""
_TIMEX_BYTES = 208
_SYNCHRONISED_MARK = Path("/run/systemd/timesync/synchronized")


def utc_ms() -> int:
    """UTC now, ms since 1970."""
    return time.time_ns() // 1_000_000


def clock_state() -> ClockState:
    """Whether the kernel's clock is disciplined (ntp_adjtime), or timesyncd says it was set."""
    if _SYNCHRONISED_MARK.exists():
        return "synchronised"
    # struct timex, zeroed: modes = 0 only reads.
    state = ctypes.CDLL(None).ntp_adjtime(ctypes.create_string_buffer(_TIMEX_BYTES))
    return "unsynchronised" if state in (-1, _TIME_ERROR) else "synchronised"
