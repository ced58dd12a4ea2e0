"""What every part of a scenario file is made of, and the checks that several parts share."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
"""Of municipalities, sites, lines and devices: they become topics and file names."""
Second = Annotated[float, Field(ge=0, le=366 * 86400)]
"""Of the scenario."""
Port = Annotated[int, Field(ge=0, le=65535)]
"""0: a free one, which the run directory remembers."""


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def require_unique(what: str, values: list[Any]) -> None:
    """Raises `ValueError` with what is there more than once."""
    repeated = sorted({value for value in values if values.count(value) > 1})
    if repeated:
        raise ValueError(f"{what} appears more than once: {', '.join(map(str, repeated))}")


def require_order(earlier: float, later: float, text: str) -> None:
    if later <= earlier:
        raise ValueError(text)
