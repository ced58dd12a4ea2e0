"""A running bench: every cabinet of a scenario on pseudo-terminals and UDP ports, in real time."""

import asyncio
import logging
import socket
import time
from collections.abc import Callable
from typing import Any

from firmware_sim.cabinet import BAUD, Cabinet
from firmware_sim.run_directory import RunDirectory
from firmware_sim.scenario import CabinetPart, Scenario, SignPart
from firmware_sim.wires.modbus_gateway import ModbusGateway, listen_tcp
from firmware_sim.wires.pty_line import PtyLine
from firmware_sim.wires.snmp_agent import Communities, SnmpAgent, bind_udp
from firmware_sim.world.calendar import Calendar
from firmware_sim.world.place import Place

HOST = "127.0.0.1"
TICK_S = 1.0
PORTS = "ports.json"

_log = logging.getLogger("aburra.sim")


class BenchError(Exception):
    """The bench cannot start; says what stands in the way and what to do."""


class ScenarioClock:
    """The scenario's second, from a monotonic clock: steps of the machine's clock do not show."""

    def __init__(self, start_ms: int) -> None:
        self._offset_s = time.time() - start_ms / 1000 - time.monotonic()

    def __call__(self) -> float:
        return time.monotonic() + self._offset_s


class CabinetOnBench:
    """One cabinet with its open lines and ports."""

    def __init__(
        self, cabinet: Cabinet, directory: RunDirectory, scenario_s: Callable[[], float]
    ) -> None:
        self._cabinet = cabinet
        self._directory = directory
        self._scenario_s = scenario_s
        self._open: list[PtyLine | ModbusGateway | SnmpAgent] = []
        self._kept: dict[str, Any] = {}
        self.told: list[str] = []
        """One line per board: what it is and where it is reached."""

    def open(self) -> dict[str, Any]:
        """The cabinet's entry in bench.json; raises `BenchError`."""
        part = self._cabinet.part
        return {
            "municipality": part.municipality,
            "site": part.site,
            "title": part.title,
            "road": part.road.name,
            "latitude_deg": part.latitude_deg,
            "longitude_deg": part.longitude_deg,
            "lines": self._open_lines(),
            "tcp": self._open_gateway(),
            "signs": {sign.name: self._open_sign(sign) for sign in part.signs},
        }

    def tick(self) -> None:
        self._cabinet.tick(self._scenario_s())
        kept = self._cabinet.keep()
        if kept != self._kept:
            self._directory.write_json(kept_name(self._cabinet.part), kept)
            self._kept = kept

    def close(self) -> None:
        self.tick()
        for wire in self._open:
            wire.close()

    def _now(self) -> float:
        """The present second, with the traffic moved up to it."""
        at_s = self._scenario_s()
        self._cabinet.advance(at_s)
        return at_s

    def _open_lines(self) -> dict[str, str]:
        paths = {}
        for line in self._cabinet.lines:
            try:
                wire = PtyLine(
                    line.board,
                    baud=line.baud,
                    is_half_duplex=line.is_half_duplex,
                    scenario_s=self._now,
                )
            except OSError as error:
                raise BenchError(
                    f"{self._cabinet.name}: no pseudo-terminal for line {line.name}: "
                    f"{error.strerror}; raise /proc/sys/kernel/pty/max or ulimit -n"
                ) from error
            self._open.append(wire)
            path = self._directory.link(self._cabinet.name, line.name, wire.slave_path)
            paths[line.name] = str(path)
            self.told.append(f"{self._cabinet.name}  {line.title}  {line.baud} 8N1  {path}")
        return paths

    def _open_gateway(self) -> dict[str, Any]:
        wanted = self._cabinet.part.pole.tcp_port
        if wanted is None:
            return {}
        listener, port = self._bind("pole", wanted, listen_tcp, "TCP")
        gateway = ModbusGateway(self._cabinet.pole, listener, baud=BAUD, scenario_s=self._now)
        self._open.append(gateway)
        self.told.append(f"{self._cabinet.name}  pole  Modbus TCP  {HOST}:{port}")
        return {"pole": {"host": HOST, "port": port}}

    def _bind(
        self, board: str, wanted: int, bind: Callable[[str, int], socket.socket], kind: str
    ) -> tuple[socket.socket, int]:
        """The wanted port, or the one that this board had before, or a free one."""
        key = f"{self._cabinet.name}/{board}"
        ports = self._directory.read_json(PORTS)
        port = wanted or ports.get(key, 0)
        try:
            endpoint = bind(HOST, port)
        except OSError as error:
            name = kind.lower()
            raise BenchError(
                f"{key}: {kind} port {port} on {HOST}: {error.strerror}; stop the program that "
                f"uses it (ss -{name[0]}lpn), or set another {name}_port in the scenario"
            ) from error
        port = endpoint.getsockname()[1]
        self._directory.write_json(PORTS, ports | {key: port})
        return endpoint, port

    def _open_sign(self, part: SignPart) -> dict[str, Any]:
        endpoint, port = self._bind(part.name, part.udp_port, bind_udp, "UDP")
        name = self._cabinet.name
        read_path, read = self._directory.secret(name, f"{part.name}.read-community")
        path, read_write = self._directory.secret(name, f"{part.name}.community")
        communities = Communities(read, read_write)
        mib = self._cabinet.signs[part.name]
        self._open.append(SnmpAgent(mib, endpoint, communities, self._now))
        self.told.append(f"{name}  {part.name}, NTCIP 1203  SNMP v1/v2c  {HOST}:{port}  {path}")
        return {
            "host": HOST,
            "port": port,
            "community_file": str(path),
            "read_community_file": str(read_path),
        }


class Bench:
    def __init__(
        self, scenario: Scenario, directory: RunDirectory, *, seed: int, start_ms: int
    ) -> None:
        self._directory = directory
        clock = ScenarioClock(start_ms)
        now_s = clock()
        self._cabinets = []
        for part in scenario.cabinets:
            place = Place(seed, part, Calendar(start_ms), now_s)
            kept = directory.read_json(kept_name(part))
            cabinet = Cabinet(part, place, now_s=now_s, kept=kept)
            self._cabinets.append(CabinetOnBench(cabinet, directory, clock))
        self._now_s = now_s

    def open(self) -> list[str]:
        """Opens all lines and ports, then tells where in bench.json. Raises `BenchError`.

        Returns one line of text per board.
        """
        entries = [cabinet.open() for cabinet in self._cabinets]
        self._directory.write_json("bench.json", {"cabinets": entries})
        _log.info("listening, scenario second %.1f", self._now_s)
        return [line for cabinet in self._cabinets for line in cabinet.told]

    async def run(self) -> None:
        """Keeps the world moving while nobody asks; for ever, until cancelled."""
        while True:
            for cabinet in self._cabinets:
                cabinet.tick()
            await asyncio.sleep(TICK_S)

    def close(self) -> None:
        for cabinet in self._cabinets:
            cabinet.close()


def kept_name(part: CabinetPart) -> str:
    return f"{part.municipality}-{part.site}.kept.json"
