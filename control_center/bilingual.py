"""One thing said twice, as everything that an operator reads: Spanish first, English beside it."""

from typing import NamedTuple

_BETWEEN = " · "


class Words(NamedTuple):
    """The same in both languages; `str()` puts them side by side."""

    es: str
    en: str

    def __str__(self) -> str:
        return f"{self.es}{_BETWEEN}{self.en}"


def words_of(text: str) -> Words:
    """The halves of a text that was put side by side; what has no halves is said in both."""
    es, _, en = text.partition(_BETWEEN)
    return Words(es, en or es)
