"""What changed since a page last asked, for any number of pages, none of which is remembered.

Every part knows the version in which it last changed; a page says which version it has.
"""

from control_center.wall.markup import Markup
from control_center.wall.parts import Picture


class Changes:
    """`epoch` names this process, so that a page that outlived an older one gets everything."""

    def __init__(self, epoch: str) -> None:
        self._epoch = epoch
        self._version = 0
        self._skeleton = Markup()
        self._skeleton_version = 0
        self._parts: dict[str, tuple[int, Markup]] = {}

    def update(self, picture: Picture) -> None:
        """Take the newest picture; what is as it was keeps its version."""
        self._version += 1
        if picture.skeleton != self._skeleton:
            self._skeleton, self._skeleton_version = picture.skeleton, self._version
        self._parts = {
            name: (self._version_of(name, content), content)
            for name, content in picture.parts.items()
        }

    def _version_of(self, name: str, content: Markup) -> int:
        known = self._parts.get(name)
        return known[0] if known is not None and known[1] == content else self._version

    def since(self, epoch: str, version: int) -> dict[str, object]:
        """For a page that has `version` of `epoch` (of another epoch: it has nothing): `skeleton`
        is None when it is as before; after a new skeleton all parts follow.
        """
        known = version if epoch == self._epoch else 0
        whole = known < self._skeleton_version
        return {
            "epoch": self._epoch,
            "version": self._version,
            "skeleton": self._skeleton if whole else None,
            "parts": {
                name: content
                for name, (changed, content) in self._parts.items()
                if whole or changed > known
            },
        }
