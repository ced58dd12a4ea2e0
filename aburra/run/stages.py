"""Bringing everything up, stage by stage, and taking it down so that nothing is lost."""

import asyncio
import socket
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from aburra.run.bench import Bench, read_bench
from aburra.run.books import Books
from aburra.run.options import RunOptions
from aburra.run.plan import Plan
from aburra.run.processes import Programs
from aburra.run.watch import Watch
from control_center.view import CenterView

_STAGE_TIMEOUT_S = 60.0
_LOOK_S = 0.1
_BROKER_PORT = 1883

Say = Callable[[str, str], None]
"""Told (stage, what came up)."""


class StageFailedError(Exception):
    """A stage did not come up; the text says which, and what to look at."""


class Stages:
    """The order in which things come up and go down; one per run."""

    def __init__(self, options: RunOptions, data_dir: Path, programs: Programs, say: Say) -> None:
        self._options = options
        self._data_dir = data_dir
        self._programs = programs
        self._say = say
        self.plan = Plan(options, data_dir, self._broker_url())
        self.wall_url = f"http://127.0.0.1:{options.wall_port}"
        self.books: Books | None = None

    async def up(self, start_ms: int, watch: Watch) -> None:
        """Everything in the order in which one part needs another."""
        require_free(self._options.wall_port, "--wall-port")
        await self._broker()
        bench = await self._bench(start_ms)
        center_settings = self.plan.center(bench)
        await self._start("center", ["center", str(center_settings)])
        await self._until("centre", lambda: watch.view is not None)
        books = Books(self.plan, center_settings, bench)
        await books.open(start_ms)
        self.books = books
        self._say("centre", f"{self._options.store} store; wall page {self.wall_url}")
        municipalities = sorted({cabinet.municipality for cabinet in bench.cabinets})
        for name in municipalities:
            await self._start(f"gateway/{name}", ["gateway", str(self.plan.gateway(name, bench))])
        for cabinet in bench.cabinets:
            await self._start(f"edge/{cabinet.source}", ["edge", str(self.plan.edge(cabinet))])
        await self._until("gateways and edges", lambda: _all_sites_seen(watch.view))
        self._say("gateways", ", ".join(municipalities))
        self._say("edges", ", ".join(cabinet.source for cabinet in bench.cabinets))
        await self._until("devices", lambda: _all_devices_online(watch.view))
        view = watch.view
        count = view.totals.devices_online if view else 0
        self._say("devices", f"{count} of {count} online")
        self._programs.settled = True

    async def down(self) -> None:
        """From the wires inwards, so that each part can still hand over what it holds."""
        names = list(self._programs.all)
        for prefix, timeout_s in (("edge/", 1.4), ("gateway/", 1.2), ("center", 1.4)):
            await self._programs.stop([n for n in names if n.startswith(prefix)], timeout_s)
        await self._programs.stop(["sim", "broker"], 0.5)

    async def _broker(self) -> None:
        url = self.plan.broker_url
        if self._options.broker == "embedded":
            port = str(urlsplit(url).port)
            await self._start("broker", ["broker", "--port", port])
        await self._until(f"broker at {url}", lambda: _listens(url))
        kind = "embedded" if self._options.broker == "embedded" else "yours"
        self._say("broker", f"{kind}, {url}")

    async def _bench(self, start_ms: int) -> Bench:
        run_dir = self._data_dir / "bench"
        told = run_dir / "bench.json"
        told.unlink(missing_ok=True)  # an earlier run's word, when the directory is used again
        scenario = [] if self._options.scenario == "demo" else [self._options.scenario]
        arguments = ["sim", *scenario, "--run-dir", str(run_dir)]
        arguments += ["--seed", str(self._options.seed), "--start-ms", str(start_ms)]
        arguments += ["--page-port", "0"]
        await self._start("sim", arguments)
        reading = asyncio.create_task(read_bench(told))
        await self._until("bench", reading.done)
        bench = reading.result()
        self._say("bench", f"{len(bench.cabinets)} cabinets; bench page {bench.page}")
        return bench

    async def _start(self, name: str, arguments: list[str]) -> None:
        await self._programs.start(name, arguments)

    async def _until(self, what: str, ready: Callable[[], bool]) -> None:
        deadline_s = asyncio.get_running_loop().time() + _STAGE_TIMEOUT_S
        while not ready():
            self._programs.check()
            if asyncio.get_running_loop().time() > deadline_s:
                logs = self._data_dir / "logs"
                raise StageFailedError(f"{what}: not up after {_STAGE_TIMEOUT_S:.0f} s; see {logs}")
            await asyncio.sleep(_LOOK_S)

    def _broker_url(self) -> str:
        if self._options.broker != "embedded":
            return self._options.broker
        port = _BROKER_PORT if _is_free(_BROKER_PORT) else _free_port()
        return f"mqtt://127.0.0.1:{port}"


def require_free(port: int, option: str) -> None:
    """Raise `StageFailedError` when something listens on the port already."""
    if not _is_free(port):
        text = f"port {port} on 127.0.0.1 is in use: choose another with {option}"
        raise StageFailedError(text)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _listens(url: str) -> bool:
    parts = urlsplit(url)
    try:
        with socket.create_connection((parts.hostname or "", parts.port or 1883), timeout=0.3):
            return True
    except OSError:
        return False


def _all_sites_seen(view: CenterView | None) -> bool:
    return view is not None and all(site.state == "ok" for site in view.sites)


def _all_devices_online(view: CenterView | None) -> bool:
    if view is None:
        return False
    totals = view.totals
    return totals.devices_configured > 0 and totals.devices_online == totals.devices_configured
