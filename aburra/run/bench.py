"""What the bench says of itself (bench.json): where its boards can be reached."""

import asyncio
from pathlib import Path

import msgspec


class BenchSign(msgspec.Struct, frozen=True):
    host: str
    port: int
    community_file: str


class BenchCabinet(msgspec.Struct, frozen=True):
    """A standard cabinet of the demo has the lines `loops`, `air`, `pole` and the sign `vms-1`."""

    municipality: str
    site: str
    title: str
    road: str
    latitude_deg: float
    longitude_deg: float
    lines: dict[str, str]
    signs: dict[str, BenchSign]

    @property
    def source(self) -> str:
        return f"{self.municipality}/{self.site}"


class Bench(msgspec.Struct, frozen=True):
    page: str
    """Address of the bench page."""
    cabinets: tuple[BenchCabinet, ...]


async def read_bench(path: Path) -> Bench:
    """Wait for the file, which appears when every board can be reached; cancel to give up."""
    while not path.exists():
        await asyncio.sleep(0.05)
    return msgspec.json.decode(path.read_bytes(), type=Bench)
