"""The [grafana] table of the centre's settings."""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from gateway.contract.settings import Settings

ANNOTATION_TAG = "aburra"
"""Every annotation of ours has it; the dashboard asks for it."""


class GrafanaSettings(Settings):
    """Where annotations go. `token_file` holds a service account's token that may write
    annotations and nothing else.
    """

    url: Annotated[str, Field(pattern=r"^https?://[^@\s]+$")] = "http://127.0.0.1:3000"
    token_file: Path
