"""The tables `[[signs]]`."""

from pathlib import Path

from pydantic import Field

from edge.names import Name
from gateway.contract.settings import Settings

_WELL_KNOWN = frozenset({"public", "private", "administrator"})


class SignSettings(Settings):
    """One NTCIP 1203 sign; its SNMP community is a secret and stands in a file of its own."""

    name: Name
    title: str = Field(default="", max_length=200)
    host: str = Field(min_length=1, max_length=253)
    port: int = Field(default=161, ge=1, le=65535)
    community_file: Path
    poll_s: float = Field(default=2, ge=0.5, le=30)


class CommunityError(Exception):
    """A community that can't be read, or that everyone knows."""


def read_community(settings: SignSettings) -> str:
    """The community of a sign; raises `CommunityError`."""
    path = settings.community_file
    try:
        community = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise CommunityError(f"{path}: the community of {settings.name}: {error}") from error
    if not community or community.lower() in _WELL_KNOWN:
        raise CommunityError(
            f"{path}: the community of {settings.name} must be a secret of your own,"
            f" not empty and none of {', '.join(sorted(_WELL_KNOWN))}"
        )
    return community
