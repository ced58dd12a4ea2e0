"""The [store] table of the centre's settings."""

from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from gateway.contract.settings import Settings


class StoreSettings(Settings):
    """Which store: `embedded` needs nothing else, `influx` (1.x, 2.x, 3) needs its address.

    On 2.x `database` is the bucket's name. `token_file` holds a token (2.x, 3, or a 1.x behind a
    proxy); an InfluxDB 1.x with passwords takes `user:password` in the same place.
    """

    type: Literal["embedded", "influx"] = "embedded"
    url: Annotated[str, Field(pattern=r"^https?://[^/@\s]+$")] = "http://127.0.0.1:8086"
    database: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")] = "aburra"
    token_file: Path | None = None

    @model_validator(mode="after")
    def _only_what_the_type_uses(self) -> Self:
        used = self.model_fields_set - {"type"}
        if self.type == "embedded" and used:
            raise ValueError(f"the embedded store takes no {', '.join(sorted(used))}")
        if self.type == "influx" and urlsplit(self.url).hostname is None:
            raise ValueError("url names no host")
        return self
