"""The [store] table of the centre's settings."""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from gateway.contract.settings import Settings


class StoreSettings(Settings):
    """Which store: `embedded` needs nothing else, `influx` (1.x, 2.x, 3) needs its address.

    On 2.x `database` is the bucket's name. `token_file` holds the token of 2.x and 3; a 1.x with
    users takes `username` and `password_file` instead.
    """

    type: Literal["embedded", "influx"] = "embedded"
    url: Annotated[str, Field(pattern=r"^https?://[^/@\s]+$")] = "http://127.0.0.1:8086"
    database: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")] = "aburra"
    token_file: Path | None = None
    username: str | None = None
    password_file: Path | None = None

    @model_validator(mode="after")
    def _only_what_belongs_together(self) -> Self:
        if self.type == "embedded" and (used := self.model_fields_set - {"type"}):
            raise ValueError(f"the embedded store takes no {', '.join(sorted(used))}")
        if (self.username is None) != (self.password_file is None):
            raise ValueError("username and password_file go together")
        if self.token_file and self.username:
            raise ValueError("either token_file, or username and password_file")
        return self
