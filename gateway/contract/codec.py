"""Messages to bytes and back: orjson reads and writes the JSON, msgspec checks its shape."""

from typing import TypeVar

import msgspec
import orjson

from gateway.contract.messages import Message

MAX_BYTES = 128 * 1024
"""Longest payload that is looked at at all. A frame of 200 observations has about 40 kB."""

M = TypeVar("M", bound=Message)


class ContractError(Exception):
    """A payload that is not a message of the contract.

    `reason` is `oversized` or `malformed`; `detail` says where and what is allowed.
    """

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


def encode(message: Message) -> bytes:
    """JSON in UTF-8. Raises `TypeError` on a value JSON has no form for: a programming error."""
    return orjson.dumps(msgspec.to_builtins(message))


def decode(payload: bytes, message_type: type[M]) -> M:
    """The message, checked in shape and size; raises `ContractError`."""
    if len(payload) > MAX_BYTES:
        raise ContractError("oversized", f"{len(payload)} bytes, at most {MAX_BYTES} allowed")
    try:
        return msgspec.convert(orjson.loads(payload), type=message_type)
    except (orjson.JSONDecodeError, msgspec.ValidationError, RecursionError) as error:
        raise ContractError("malformed", str(error)[:180]) from error
