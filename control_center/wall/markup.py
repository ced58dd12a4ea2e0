"""HTML that is escaped by construction: plain text can't become markup on its way to the page.

What a sign says, what a forged message holds and what a setting names are all plain `str`; only
`tag` and `join` make `Markup`, so escaping is never a thing to remember.
"""

from collections.abc import Iterable
from html import escape

_VOID = frozenset({"br", "circle", "line", "meta", "path", "polyline", "rect"})


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


def tag(name: str, *children: str, **attributes: str | float | None) -> Markup:
    """One element. Children that are not `Markup` are escaped; an attribute that is None is left
    out; `class_` and `aria_label` stand for `class` and `aria-label`.
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(str(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in _VOID:
        return Markup(f"<{name}{written}/>")
    return Markup(f"<{name}{written}>{join(children)}</{name}>")


def join(parts: Iterable[str]) -> Markup:
    """The parts one after the other, escaped where they are not `Markup`."""
    return Markup("".join(p if isinstance(p, Markup) else escape(p) for p in parts))
