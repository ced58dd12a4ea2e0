"""Types that the settings of all kinds of device share."""

from typing import Annotated, Literal

from pydantic import Field

_NAME = r"^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$"

EDGE_DEVICE = "edge"
"""The name under which the agent reports itself."""

Name = Annotated[str, Field(pattern=_NAME)]
Baud = Literal[1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200]
