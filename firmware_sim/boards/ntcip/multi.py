"""MULTI, the mark-up of sign messages: its characters and tags (NTCIP 1203, clause 6)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

PAGES_MAX = 6
MULTI_LENGTH_MAX = 1500
SUPPORTED_TAGS = sum(1 << bit for bit in (0, 1, 2, 3, 6, 7, 10, 11, 12, 26, 28))
"""dmsSupportedMultiTags: cb cf fl fo jl jp nl np pt tr pb."""


class MultiError(IntEnum):
    """dmsMultiSyntaxError."""

    NONE = 2
    UNSUPPORTED_TAG = 3
    TAG_VALUE = 4
    TEXT_TOO_BIG = 5
    FONT_NOT_DEFINED = 6
    CHARACTER_NOT_DEFINED = 7
    TOO_MANY_PAGES = 12
    FONT_VERSION_ID = 13


@dataclass(frozen=True, slots=True)
class Verdict:
    error: MultiError = MultiError.NONE
    position: int = 0
    """Offset of the first thing that is wrong."""


class MultiRefusedError(Exception):
    """The message cannot be shown; tells the first thing that stands against it."""

    def __init__(self, error: MultiError, position: int) -> None:
        super().__init__(f"{error.name} at {position}")
        self.verdict = Verdict(error, position)


@dataclass(frozen=True, slots=True)
class Tag:
    position: int
    name: str
    value: str
    """As written, in small letters; fits the tag's pattern."""


@dataclass(frozen=True, slots=True)
class Character:
    position: int
    code: int


_COLOUR = r"(\d{1,3}(,\d{1,3},\d{1,3})?)?"
_PATTERNS = tuple(
    (name, re.compile(pattern))
    for name, pattern in (
        ("nl", r"\d?"),
        ("np", r""),
        ("pt", r"(\d{1,3})?o(\d{1,3})?"),
        ("jl", r"[2-4]?"),
        ("jp", r"[2-4]?"),
        ("fo", r"(\d{1,3}(,[0-9a-f]{1,4})?)?"),
        ("fl", r"(t\d{1,2}o\d{1,2}|o\d{1,2}t\d{1,2}|\d{1,2}o\d{1,2})?"),
        ("/fl", r""),
        ("cf", _COLOUR),
        ("cb", _COLOUR),
        ("pb", _COLOUR),
        ("tr", r"\d{1,5},\d{1,5},\d{1,5},\d{1,5}"),
    )
)
_TAG = re.compile(rb"\[([/a-z0-9,]*)\]", re.IGNORECASE)


def tokens(multi: bytes) -> Iterator[Tag | Character]:
    """Raises `MultiRefusedError` at the first tag that the sign does not know."""
    at = 0
    while at < len(multi):
        if multi[at : at + 2] in (b"[[", b"]]"):
            yield Character(at, multi[at])
            at += 2
        elif multi[at] == ord("["):
            found = _TAG.match(multi, at)
            if found is None:
                raise MultiRefusedError(MultiError.UNSUPPORTED_TAG, at)
            yield _tag(at, found[1].decode("ascii").lower())
            at = found.end()
        elif multi[at] == ord("]"):
            raise MultiRefusedError(MultiError.CHARACTER_NOT_DEFINED, at)
        else:
            yield Character(at, multi[at])
            at += 1


def _tag(at: int, text: str) -> Tag:
    for name, pattern in _PATTERNS:
        if text.startswith(name):
            value = text.removeprefix(name)
            if not pattern.fullmatch(value):
                raise MultiRefusedError(MultiError.TAG_VALUE, at)
            return Tag(at, name, value)
    raise MultiRefusedError(MultiError.UNSUPPORTED_TAG, at)


def plain_text(multi: bytes) -> list[str]:
    """The words of each page, lines parted by ` / `; what comes after a mistake is left out."""
    pages = [""]
    try:
        for token in tokens(multi):
            if isinstance(token, Character):
                pages[-1] += chr(token.code)
            elif token.name == "np":
                pages.append("")
            elif token.name in ("nl", "tr") and pages[-1]:
                pages[-1] += " / "
    except MultiRefusedError:
        pages[-1] += "…"
    return [page.strip() for page in pages]
