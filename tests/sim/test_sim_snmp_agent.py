"""The sign on a UDP port, as net-snmp's own tools see it: versions 1, 2c and 3."""

import asyncio
import contextlib
import shutil
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from sign_bench import SECRETS, activation, make_board, message_id

from firmware_sim.boards.ntcip.device import SignBoard
from firmware_sim.wires.snmp_agent import SnmpAgent, bind_udp

DMS = "1.3.6.1.4.1.1206.4.2.3"
STATUS, MULTI, CRC = (f"{DMS}.5.8.1.{column}.3.1" for column in (9, 3, 5))
OWNER, PRIORITY = f"{DMS}.5.8.1.4.3.1", f"{DMS}.5.8.1.8.3.1"
READ = ("-v2c", "-c", SECRETS.read_community)
V1 = ("-v1", "-c", SECRETS.read_write_community)
V2C = ("-v2c", "-c", SECRETS.read_write_community)


def v3(**changed: str) -> tuple[str, ...]:
    given = {"u": SECRETS.v3_user, "A": SECRETS.v3_auth, "X": SECRETS.v3_priv, "l": "authPriv"}
    given |= changed
    options = [part for key, value in given.items() for part in (f"-{key}", value)]
    return ("-v3", "-a", "SHA", "-x", "AES", *options)


V3 = v3()


@dataclass
class Clock:
    """The scenario's second, moved by hand."""

    at_s: float = 1000.0

    def __call__(self) -> float:
        return self.at_s


@dataclass
class Rig:
    board: SignBoard
    clock: Clock
    port: int

    async def run(self, tool: str, access: tuple[str, ...], *rest: str) -> str:
        """What the tool prints, errors too."""
        program = shutil.which(tool)
        if program is None:
            pytest.skip(f"{tool} is not installed (Debian package snmp)")
        process = await asyncio.create_subprocess_exec(
            program, *access, "-t", "0.4", "-r", "0", "-On", "-Oe", "-Ot",
            f"127.0.0.1:{self.port}", *rest,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        output, _ = await process.communicate()
        return output.decode("latin-1")

    async def get(self, access: tuple[str, ...], *oids: str) -> list[str]:
        lines = (await self.run("snmpget", access, "-OQv", *oids)).splitlines()
        return [line.strip() for line in lines]

    async def set(self, access: tuple[str, ...], *parts: str) -> str:
        return await self.run("snmpset", access, *parts)


@contextlib.asynccontextmanager
async def rig(wire=None, **plan) -> AsyncIterator[Rig]:
    clock = Clock()
    board = make_board(now_s=clock.at_s - 60, **plan)
    endpoint = bind_udp("127.0.0.1", 0)
    port = endpoint.getsockname()[1]
    agent = SnmpAgent(board.mib, endpoint, SECRETS, clock, wire)
    try:
        yield Rig(board, clock, port)
    finally:
        agent.close()


@pytest.mark.parametrize("access", [V1, V2C, V3], ids=["v1", "v2c", "v3"])
async def test_message_is_shown_by_net_snmp(access):
    async with rig() as sign:
        await sign.set(access, STATUS, "i", "6")
        assert await sign.get(access, f"{DMS}.6.1.0", STATUS) == ["4", "2"]
        await sign.set(access, MULTI, "s", "TEST", OWNER, "s", "prueba", PRIORITY, "i", "40")
        await sign.set(access, STATUS, "i", "7")
        assert await sign.get(access, STATUS) == ["3"]
        sign.clock.at_s += 0.5
        assert await sign.get(access, STATUS, CRC) == ["4", str(0x6D50)]
        wrong = activation("OTRO").hex()
        refused = await sign.set(access, f"{DMS}.6.3.0", "x", wrong)
        assert "genError" in refused
        assert await sign.get(access, f"{DMS}.6.17.0") == ["7"]
        await sign.set(access, f"{DMS}.6.3.0", "x", activation("TEST").hex())
        blank = "0700010000"
        await sign.set(access, f"{DMS}.6.12.0", "x", blank, f"{DMS}.6.13.0", "i", "2")
        source, remaining, requester = await sign.get(
            access, f"{DMS}.6.5.0", f"{DMS}.6.4.0", f"{DMS}.6.6.0"
        )
        assert source.strip('" ').replace(" ", "") == message_id("TEST").hex().upper()
        assert (remaining, requester) == ("10", "10.0.0.7")
        assert sign.board.shows(sign.clock())["page_1"] == "TEST"
        sign.clock.at_s += 121
        assert sign.board.shows(sign.clock())["page_1"] == "(apagado · blank)"


@pytest.mark.parametrize("access", [V1, V2C, V3], ids=["v1", "v2c", "v3"])
async def test_walk_of_the_group_system(access):
    async with rig() as sign:
        output = await sign.run("snmpwalk", access, "1.3.6.1.2.1.1")
        lines = [line for line in output.splitlines() if line.startswith(".1.3.6.1.2.1.1.")]
        assert [line.split()[0] for line in lines] == [
            f".1.3.6.1.2.1.1.{number}.0" for number in range(1, 8)
        ]
        assert lines[1].endswith(f"OID: .{DMS}")
        assert lines[2].endswith("6000")


@pytest.mark.parametrize("access", [V2C, V3], ids=["v2c", "v3"])
async def test_bulkwalk_finds_what_a_walk_finds(access):
    async with rig(dead_pixels=((1, 1), (2, 9)), has_blank_memory=False) as sign:
        found = [
            [line for line in (await sign.run(tool, access, DMS)).splitlines() if ": " in line]
            for tool in ("snmpbulkwalk", "snmpwalk")
        ]
        assert found[0] == found[1]
        assert len(found[0]) > 300


@pytest.mark.parametrize(
    ("access", "said"),
    [
        (v3(u="otro"), "Unknown user name"),
        (v3(A="frase-de-otra-firma"), "Authentication failure"),
        (v3(l="authNoPriv"), "Unsupported security level"),
        (v3(l="noAuthNoPriv"), "Unsupported security level"),
        (v3(X="frase-de-otro-cifrado"), "Timeout"),
        (("-v2c", "-c", "public"), "Timeout"),
        (("-v1", "-c", "administrator"), "Timeout"),
    ],
)
async def test_wrong_secret_opens_nothing(access, said):
    async with rig() as sign:
        heard_s = sign.board.controller.state.heard_s
        output = await sign.run("snmpget", access, f"{DMS}.6.1.0")
        assert said in output
        assert sign.board.controller.state.heard_s == heard_s


async def test_reader_may_not_write():
    async with rig() as sign:
        assert sign.board.controller.state.heard_s < sign.clock()
        assert await sign.get(READ, f"{DMS}.6.1.0") == ["4"]
        assert sign.board.controller.state.heard_s == sign.clock(), "it keeps the line alive"
        assert "noAccess" in await sign.set(READ, f"{DMS}.7.6.0", "i", "3")
        assert await sign.get(READ, f"{DMS}.7.6.0") == ["8"]


async def test_restart_is_noticed_by_a_manager_that_knew_the_boots():
    """A reused context: boots of the old run, so a report brings the manager up to date."""
    async with rig() as sign:
        old = f"{sign.board.mib.boots},{sign.board.mib.up_s(sign.clock())}"
        sign.board.power_up(sign.clock())
        access = (*V3, "-Z", old, "-e", sign.board.mib.engine_id.hex())
        assert await sign.get(access, f"{DMS}.6.7.0") == ["10"]


async def test_errors_of_each_version():
    async with rig() as sign:
        assert "noSuchName" in await sign.run("snmpget", V1, f"{DMS}.99.0")
        assert "No Such Object" in await sign.run("snmpget", V2C, f"{DMS}.99.0")
        assert "wrongValue" in await sign.set(V2C, f"{DMS}.7.6.0", "i", "99")
        assert "badValue" in await sign.set(V1, f"{DMS}.7.6.0", "i", "99")
        assert "notWritable" in await sign.set(V2C, f"{DMS}.9.6.0", "i", "1")
        assert "wrongType" in await sign.set(V3, f"{DMS}.6.4.0", "u", "10")
        assert "wrongLength" in await sign.set(V3, f"{DMS}.6.3.0", "x", "00")


async def test_habits_of_unruly_signs():
    async with rig(is_silent_on_unknown_objects=True, answers_wrong_community=True) as sign:
        assert "Timeout" in await sign.run("snmpget", V2C, f"{DMS}.99.0")
        assert await sign.get(V2C, f"{DMS}.6.1.0") == ["4"]
        assert "noSuchName" in await sign.run("snmpget", ("-v1", "-c", "public"), f"{DMS}.6.1.0")


async def test_sign_without_power_says_nothing():
    async with rig() as sign:
        sign.board.power_fail(sign.clock())
        assert "Timeout" in await sign.run("snmpget", V2C, f"{DMS}.6.1.0")


class Wire:
    """Loses what comes in, or sends what leaves twice, garbled the first time."""

    def __init__(self, *, deaf: bool) -> None:
        self.deaf = deaf
        self.seen: list[bytes] = []

    def incoming(self, data: bytes, at_s: float) -> bytes | None:
        self.seen.append(data)
        return None if self.deaf else data

    def outgoing(self, data: bytes, at_s: float) -> list[tuple[float, bytes]]:
        return [(0.0, data[:-3]), (0.05, data)]


async def test_wire_stands_between():
    deaf = Wire(deaf=True)
    async with rig(deaf) as sign:
        assert "Timeout" in await sign.run("snmpget", V2C, f"{DMS}.6.1.0")
        assert len(deaf.seen) == 1
    async with rig(Wire(deaf=False)) as sign:
        output = await sign.run("snmpget", V2C, f"{DMS}.6.1.0")
        assert "INTEGER: 4" in output


async def test_answers_that_are_too_big_say_so():
    async with rig() as sign:
        for number in range(1, 4):
            row = f"3.{number}"
            await sign.set(V2C, f"{DMS}.5.8.1.9.{row}", "i", "6")
            await sign.set(V2C, f"{DMS}.5.8.1.3.{row}", "s", "X" * 1400)
        many = [f"{DMS}.5.8.1.3.3.{number}" for number in (1, 2, 3)]
        assert "tooBig" in await sign.run("snmpget", V2C, *many)
        assert len((await sign.get(V2C, many[0]))[0]) > 1400


async def test_agent_lets_go_of_its_port():
    async with rig() as sign:
        port = sign.port
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as again:
        again.bind(("127.0.0.1", port))
