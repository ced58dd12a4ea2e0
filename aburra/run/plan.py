"""The settings files of the demo's programs, made from the templates and the bench."""

from importlib.resources import files
from pathlib import Path
from string import Template

import orjson

from aburra.run.bench import Bench, BenchCabinet
from aburra.run.options import RunOptions


class Plan:
    """Writes settings under `data_dir`; each method returns the path of what it wrote."""

    def __init__(self, options: RunOptions, data_dir: Path, broker_url: str) -> None:
        self._options = options
        self.data_dir = data_dir
        self.broker_url = broker_url

    def edge(self, cabinet: BenchCabinet) -> Path:
        sign = cabinet.signs["vms-1"]
        return self._write(
            f"edge-{cabinet.municipality}-{cabinet.site}.toml",
            _fill(
                "edge",
                **_of(cabinet),
                data_dir=self.edge_dir(cabinet.source),
                broker_url=self.broker_url,
                loops=cabinet.lines["loops"],
                air=cabinet.lines["air"],
                pole=cabinet.lines["pole"],
                sign_host=sign.host,
                sign_port=sign.port,
                sign_community_file=sign.community_file,
            ),
        )

    def gateway(self, municipality: str, bench: Bench) -> Path:
        sites = [c.site for c in bench.cabinets if c.municipality == municipality]
        return self._write(
            f"gateway-{municipality}.toml",
            _fill(
                "gateway",
                municipality=municipality,
                data_dir=self.gateway_dir(municipality),
                sites=orjson.dumps(sites).decode(),
                broker_url=self.broker_url,
            ),
        )

    def center(self, bench: Bench) -> Path:
        head = _fill(
            "center",
            data_dir=self.data_dir / "center",
            broker_url=self.broker_url,
            store=self._store(),
            wall_port=self._options.wall_port,
        )
        sites = [
            _fill("center_site", source=cabinet.source, road=cabinet.road, **_of(cabinet))
            for cabinet in bench.cabinets
        ]
        return self._write("center.toml", "\n".join([head, *sites]))

    def edge_dir(self, source: str) -> Path:
        return self.data_dir / "edge" / source.replace("/", "-")

    def gateway_dir(self, municipality: str) -> Path:
        return self.data_dir / "gateway" / municipality

    def _store(self) -> str:
        if self._options.store == "embedded":
            return 'type = "embedded"'
        return f'type = "influx"\nurl = "{self._options.influx_url}"'

    def _write(self, name: str, text: str) -> Path:
        path = self.data_dir / "settings" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path


def _of(cabinet: BenchCabinet) -> dict[str, object]:
    return {
        "municipality": cabinet.municipality,
        "site": cabinet.site,
        "title": cabinet.title,
        "latitude_deg": cabinet.latitude_deg,
        "longitude_deg": cabinet.longitude_deg,
    }


def _fill(template: str, **values: object) -> str:
    text = files("aburra.demo").joinpath(f"{template}.toml").read_text(encoding="utf-8")
    return Template(text).substitute(values)
