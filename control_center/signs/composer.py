"""Words to MULTI (NTCIP 1203) for one sign's face, and MULTI back to the words it shows. Pure."""

import re
import unicodedata
from collections.abc import Sequence

_CENTRED = "[jl3]"
_NEW_LINE = "[nl]"
_UNAVAILABLE = re.compile(r"[^ -_]")
"""Signs hold the capital half of ASCII: space to underscore."""
_TOKEN = re.compile(r"\[\[|\]\]|\[([^\[\]]*)\]")


class DoesNotFitError(Exception):
    """Why this sign cannot show these lines, in words."""


def transliterate(text: str) -> str:
    """Capitals without accents, as most signs' fonts need them: `Ñ` becomes `N`."""
    parts = unicodedata.normalize("NFKD", text)
    return "".join(part for part in parts if not unicodedata.combining(part)).upper().strip()


def compose(lines: Sequence[str], rows: int, columns: int) -> str:
    """One centred page of MULTI; no lines give "", the blank face. Raises `DoesNotFitError`."""
    if len(lines) > rows:
        raise DoesNotFitError(f"{len(lines)} lines, the sign has {rows}")
    shown = [transliterate(line) for line in lines]
    for line in shown:
        if len(line) > columns:
            raise DoesNotFitError(f"{line!r} has {len(line)} characters, the sign {columns}")
        missing = _UNAVAILABLE.search(line)
        if missing:
            raise DoesNotFitError(f"the sign has no character {missing.group()!r}")
    if not any(shown):
        return ""
    escaped = (line.replace("[", "[[").replace("]", "]]") for line in shown)
    return _CENTRED + _NEW_LINE.join(escaped)


def pages_of(multi: str) -> tuple[tuple[str, ...], ...]:
    """The words of each page, line by line; a blank face has no pages.

    Tags that place or colour text are passed over, so that two spellings of one face are equal.
    """
    pages: list[list[str]] = [[""]]
    position = 0
    for token in _TOKEN.finditer(multi):
        pages[-1][-1] += multi[position : token.start()]
        position = token.end()
        tag = (token.group(1) or "").lower()
        if token.group() in ("[[", "]]"):
            pages[-1][-1] += token.group()[0]
        elif tag.startswith("nl"):
            pages[-1].append("")
        elif tag.startswith("np"):
            pages.append([""])
    pages[-1][-1] += multi[position:]
    stripped = [tuple(line.strip() for line in page) for page in pages]
    return tuple(page for page in stripped if any(page))
