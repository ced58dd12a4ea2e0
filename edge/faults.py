"""What can be wrong with a device's answer."""

from typing import Literal, get_args

Reason = Literal["silent", "checksum", "length", "content", "refused"]
REASONS: tuple[Reason, ...] = get_args(Reason)


class AnswerError(Exception):
    """An answer that gives no value: dropped whole, counted under `reason`.

    `silent` nothing came in time; `checksum` and `length` damaged on the wire; `content` no such
    device would say it; `refused` the device said no. `detail` quotes what was seen.
    """

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason: Reason = reason
        self.detail = detail
