"""The page in parts: a skeleton that seldom changes, and named parts that are sent when they do."""

from typing import NamedTuple

from control_center.wall.markup import Markup, tag


class Picture(NamedTuple):
    """The whole page at one moment: `skeleton` holds an empty element for every part's id."""

    skeleton: Markup
    parts: dict[str, Markup]


class Parts:
    """Collects the parts while the skeleton is drawn."""

    def __init__(self) -> None:
        self.contents: dict[str, Markup] = {}

    def place(self, name: str, element: str, content: Markup, **attributes: str) -> Markup:
        """The empty element that stands in the skeleton; its content goes its own way."""
        self.contents[name] = content
        return tag(element, id=name, **attributes)
