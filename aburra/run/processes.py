"""The programs as child processes: started, watched, started again, and stopped in order."""

import asyncio
import ctypes
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_QUICK_DEATH_S = 5.0
_RESTART_LONGEST_S = 5.0


@dataclass
class Program:
    """One child: `arguments` follow `aburra`; `says` is its line in the list of stages."""

    name: str
    arguments: list[str]
    log_path: Path
    restarts: int = 0
    process: asyncio.subprocess.Process | None = field(default=None, repr=False)


class ProgramFailedError(Exception):
    """A program ended with a refusal (status 1 or 2) before everything was up."""


class Programs:
    """Starts programs and keeps them running; `on_restart` is told (name, how it ended)."""

    def __init__(self, log_dir: Path, on_restart: Callable[[str, str], None]) -> None:
        self._log_dir = log_dir
        self._on_restart = on_restart
        self._watching: dict[str, asyncio.Task[None]] = {}
        self._stopping: set[str] = set()
        self.settled = False
        self.all: dict[str, Program] = {}
        log_dir.mkdir(parents=True, exist_ok=True)

    async def start(self, name: str, arguments: list[str]) -> None:
        program = Program(name, arguments, self._log_dir / f"{name.replace('/', '-')}.log")
        self.all[name] = program
        await _spawn(program)
        self._watching[name] = asyncio.create_task(self._watch(program), name=f"watch {name}")

    def check(self) -> None:
        """Raise what a watcher found; `ProgramFailedError` carries the program's own words."""
        for task in self._watching.values():
            if task.done() and not task.cancelled():
                task.result()

    async def stop(self, names: list[str], timeout_s: float) -> None:
        """SIGTERM to all of them, then SIGKILL to those that are still there."""
        self._stopping.update(names)
        running = [p for p in (self.all.get(n) for n in names) if p and p.process]
        for program in running:
            _signal(program, signal.SIGTERM)
        waits = [asyncio.create_task(p.process.wait()) for p in running if p.process]
        if waits:
            _, late = await asyncio.wait(waits, timeout=timeout_s)
            if late:
                for program in running:
                    _signal(program, signal.SIGKILL)
                await asyncio.wait(late)
        for name in names:
            watcher = self._watching.pop(name, None)
            if watcher is not None:
                watcher.cancel()
                await asyncio.gather(watcher, return_exceptions=True)

    async def _watch(self, program: Program) -> None:
        delay_s = 0.3
        while program.process is not None:
            started_s = time.monotonic()
            status = await program.process.wait()
            if program.name in self._stopping:
                return
            if not self.settled and status in (1, 2):
                raise ProgramFailedError(_last_lines(program.log_path) or f"status {status}")
            program.restarts += 1
            self._on_restart(program.name, _how(status))
            quick = time.monotonic() - started_s < _QUICK_DEATH_S
            delay_s = min(_RESTART_LONGEST_S, delay_s * 2) if quick else 0.3
            await asyncio.sleep(delay_s)
            await _spawn(program)


async def _spawn(program: Program) -> None:
    with program.log_path.open("ab") as log:
        program.process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "aburra",
            *program.arguments,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=_die_with_parent,
        )


def _die_with_parent() -> None:
    """prctl(2): a killed parent leaves no programs behind."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _signal(program: Program, number: signal.Signals) -> None:
    if program.process is not None and program.process.returncode is None:
        program.process.send_signal(number)


def _how(status: int) -> str:
    return f"killed by {signal.Signals(-status).name}" if status < 0 else f"ended with {status}"


def _last_lines(path: Path) -> str:
    lines = path.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return "\n".join(lines[-20:])
