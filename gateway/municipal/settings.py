"""Settings of one municipal gateway."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints, field_validator

from gateway.contract.settings import Settings
from gateway.contract.topics import GATEWAY_SITE
from gateway.link.address import BrokerSettings
from gateway.spool.spool import SpoolSettings

_Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$")]


class GatewaySettings(Settings):
    """`sites` are the only ones that may speak; what others say goes to quarantine."""

    municipality: _Name
    title: str = Field(max_length=100)
    data_dir: Path
    sites: Annotated[list[_Name], Field(min_length=1, max_length=1000)]
    field_broker: BrokerSettings
    metropolitan_broker: BrokerSettings
    spool: SpoolSettings = SpoolSettings()
    health_interval_s: float = Field(default=10, ge=1, le=300)

    @field_validator("sites")
    @classmethod
    def _are_sites(cls, value: list[str]) -> list[str]:
        if GATEWAY_SITE in value:
            raise ValueError(f"{GATEWAY_SITE!r} is the gateway's own name, not a site's")
        if len(set(value)) < len(value):
            raise ValueError("each site may stand here once")
        return value
