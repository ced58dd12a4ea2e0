"""The real ports of one cabinet: pseudo-terminals and TCP of its lines, UDP of its signs."""

import socket
from collections.abc import Callable
from typing import Any, Protocol

from firmware_sim.bench.clock import BenchClock
from firmware_sim.bench.run_directory import RunDirectory
from firmware_sim.boards.ntcip.snmp.responder import SnmpSecrets
from firmware_sim.lines.line import Line
from firmware_sim.rig.cabinet import Cabinet
from firmware_sim.scenario.devices import LinePart, SignPart
from firmware_sim.wires.modbus_tcp import ModbusTcp
from firmware_sim.wires.paced_line import PacedLine
from firmware_sim.wires.pty_port import PtyPort
from firmware_sim.wires.snmp_agent import SnmpAgent, bind_udp
from firmware_sim.wires.tcp_port import TcpPort, listen_tcp

HOST = "127.0.0.1"
PORTS = "ports.json"
V3_USER = "technician"


class BenchError(Exception):
    """The bench cannot start; says what stands in the way and what to do."""


class Port(Protocol):
    def follow(self, is_unplugged: bool) -> None: ...
    def close(self) -> None: ...


class CabinetPorts:
    def __init__(
        self, cabinet: Cabinet, directory: RunDirectory, clock: BenchClock, *, chunk_s: float
    ) -> None:
        """`chunk_s`: wire time of the bytes that a line hands over at once."""
        self.cabinet = cabinet
        self.reach: dict[str, list[str]] = {}
        """Where each line, device and sign is reached, by its name."""
        self._directory = directory
        self._clock = clock
        self._chunk_s = chunk_s
        self._folder = cabinet.name
        self._lines: list[tuple[PacedLine, list[Port]]] = []
        self._agents: list[SnmpAgent] = []

    def open(self) -> dict[str, Any]:
        """The cabinet's entry in bench.json; raises `BenchError`."""
        part, kit = self.cabinet.part, self.cabinet.kit
        paths, tcp = {}, {}
        for line in kit.lines:
            paths[line.name], port = self._open_line(line, self.cabinet.lines[line.name])
            if port is not None:
                tcp[line.name] = {"host": HOST, "port": port}
        return {
            "municipality": part.municipality,
            "site": part.site,
            "title": part.title,
            "road": self.cabinet.road_title,
            "latitude_deg": part.latitude_deg,
            "longitude_deg": part.longitude_deg,
            "lines": paths,
            "tcp": tcp,
            "signs": {sign.name: self._open_sign(sign) for sign in kit.signs},
        }

    def tick(self) -> None:
        """What goes on while nobody asks; plugs in and out what its switch says."""
        now_s = self._now()
        for paced, ports in self._lines:
            is_unplugged = paced.line.is_unplugged(now_s)
            for port in ports:
                port.follow(is_unplugged)
            paced.tick()
        for sign in self.cabinet.signs.values():
            sign.tick(now_s)

    def close(self) -> None:
        for paced, ports in self._lines:
            paced.close()
            for port in ports:
                port.close()
        for agent in self._agents:
            agent.close()

    def _now(self) -> float:
        """The present second, with the traffic moved up to it."""
        at_s = self._clock()
        self.cabinet.advance(at_s)
        return at_s

    def _open_line(self, part: LinePart, line: Line) -> tuple[str, int | None]:
        paced = PacedLine(
            line,
            scenario_s=self._now,
            speed=lambda: self._clock.pace,
            chunk_s=self._chunk_s,
        )
        ports: list[Port] = []
        self._lines.append((paced, ports))
        link = self._directory.link(self._folder, part.name)
        try:
            pty = PtyPort(paced, link)
        except OSError as error:
            raise BenchError(
                f"{line.name}: no pseudo-terminal: {error.strerror}; "
                "raise /proc/sys/kernel/pty/max or ulimit -n"
            ) from error
        ports.append(pty)
        reach = [f"{pty.path} {part.speed_baud} 8N1"]
        port = None
        if part.tcp_port is not None:
            listener, port = self._bind(line.name, part.tcp_port, listen_tcp, "TCP")
            if line.protocol == "modbus":
                ports.append(ModbusTcp(line, listener, scenario_s=self._now))
                reach.append(f"Modbus TCP {HOST}:{port}")
            else:
                ports.append(TcpPort(paced, listener))
                reach.append(f"TCP {HOST}:{port}")
        for name in (line.name, *(device.name for device in line.devices)):
            self.reach[name] = reach
        return str(pty.path), port

    def _open_sign(self, part: SignPart) -> dict[str, Any]:
        sign = self.cabinet.signs[part.name]
        endpoint, port = self._bind(sign.name, part.udp_port, bind_udp, "UDP")
        read_path, read = self._directory.secret(self._folder, f"{part.name}.read-community")
        path, read_write = self._directory.secret(self._folder, f"{part.name}.community")
        conf, authentication, privacy = self._directory.snmp_conf(self._folder, part.name, V3_USER)
        secrets = SnmpSecrets(read, read_write, V3_USER, authentication, privacy)
        sign.secrets = (read.encode(), read_write.encode())
        self._agents.append(SnmpAgent(sign.board.mib, endpoint, secrets, self._now, sign))
        self.reach[sign.name] = [f"SNMP v1 v2c {HOST}:{port} {path}", f"SNMP v3 {conf}"]
        return {
            "host": HOST,
            "port": port,
            "community_file": str(path),
            "read_community_file": str(read_path),
            "snmp_conf_dir": str(conf),
        }

    def _bind(
        self, name: str, wanted: int, bind: Callable[[str, int], socket.socket], kind: str
    ) -> tuple[socket.socket, int]:
        """The wanted port, or the one that this board had before, or a free one."""
        ports = self._directory.read_json(PORTS)
        port = wanted or ports.get(name, 0)
        try:
            endpoint = bind(HOST, port)
        except OSError as error:
            key = kind.lower()
            raise BenchError(
                f"{name}: {kind} port {port} on {HOST}: {error.strerror}; stop the program that "
                f"uses it (ss -{key[0]}lpn), or set another {key}_port in the scenario"
            ) from error
        port = endpoint.getsockname()[1]
        if ports.get(name) != port:
            self._directory.write_json(PORTS, ports | {name: port})
        return endpoint, port
