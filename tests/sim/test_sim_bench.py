"""The whole program from outside: others' SNMP tools and Modbus masters, signals, exits."""

import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from pymodbus.client import AsyncModbusSerialClient

ROOT = Path(__file__).parents[2]
PROGRAM = "import typer; from firmware_sim.cli import sim; typer.run(sim)"
DMS = "1.3.6.1.4.1.1206.4.2.3"
ROW = f"{DMS}.5.8.1"
DEADLINE_S = 20.0


@dataclass
class Running:
    process: subprocess.Popen
    run_dir: Path

    def cabinet(self, number: int = 0) -> dict:
        return json.loads((self.run_dir / "bench.json").read_text())["cabinets"][number]

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(DEADLINE_S)


def start(run_dir: Path, *arguments: str) -> Running:
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "--run-dir", str(run_dir), *arguments],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    end_s = time.monotonic() + DEADLINE_S
    while not (run_dir / "bench.json").exists():
        assert process.poll() is None, "the bench ended before it listened"
        assert time.monotonic() < end_s, "the bench does not listen"
        time.sleep(0.02)
    return Running(process, run_dir)


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    running = start(tmp_path_factory.mktemp("bench"))
    yield running
    assert running.stop() == 0


class Snmp:
    """Debian's net-snmp tools against the first cabinet's sign."""

    def __init__(self, bench: Running, *, community: str = "community_file", version: str = "2c"):
        sign = bench.cabinet()["signs"]["vms-1"]
        self.options = ["-v", version, "-On", "-Oqv", "-t", "2", "-r", "2", "-c"]
        self.options += [Path(sign[community]).read_text().strip()]
        self.host = f"{sign['host']}:{sign['port']}"

    def run(self, tool: str, *arguments: str) -> subprocess.CompletedProcess:
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed (Debian package snmp)")
        command = [tool, *self.options, self.host, *arguments]
        return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)

    def get(self, *oids: str) -> list[str]:
        done = self.run("snmpget", *oids)
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    def set(self, *parts: str) -> None:
        done = self.run("snmpset", *parts)
        assert done.returncode == 0, done.stderr

    def refused(self, *parts: str) -> str:
        done = self.run("snmpset", *parts)
        assert done.returncode != 0
        return done.stderr


def test_net_snmp_shows_a_message(bench):
    snmp = Snmp(bench)
    row, status = "3.2", f"{ROW}.9.3.2"
    snmp.set(status, "i", "6")
    assert snmp.get(f"{DMS}.6.1.0", status) == ["4", "2"]
    snmp.set(
        *(f"{ROW}.3.{row}", "s", "TEST"),
        *(f"{ROW}.4.{row}", "s", "centre"),
        *(f"{ROW}.8.{row}", "i", "40"),
    )
    snmp.set(status, "i", "7")
    end_s = time.monotonic() + 10
    while snmp.get(status) == ["3"] and time.monotonic() < end_s:
        time.sleep(0.05)
    assert snmp.get(status, f"{ROW}.5.{row}") == ["4", str(0x6D50)]
    wrong, right = "000AFF0300026D5100000000", "000AFF0300026D5000000000"
    assert "genError" in snmp.refused(f"{DMS}.6.3.0", "x", wrong)
    assert snmp.get(f"{DMS}.6.17.0") == ["7"]
    snmp.set(f"{DMS}.6.3.0", "x", right)
    source, multi, remaining = snmp.get(f"{DMS}.6.5.0", f"{ROW}.3.5.1", f"{DMS}.6.4.0")
    assert (source.strip('" '), multi, remaining) == ("03 00 02 6D 50", '"TEST"', "10")
    snmp.set(f"{DMS}.6.12.0", "x", "0700010000", f"{DMS}.6.13.0", "i", "2")
    snmp.set(f"{DMS}.6.3.0", "x", "FFFFFF070001000000000000")
    assert snmp.get(f"{ROW}.3.5.1") == ['""']


def test_net_snmp_hears_the_right_errors(bench):
    snmp, old = Snmp(bench), Snmp(bench, version="1")
    assert snmp.get(f"{DMS}.99.0") == ["No Such Object available on this agent at this OID"]
    assert "noSuchName" in old.run("snmpget", f"{DMS}.99.0").stderr
    second = (f"{DMS}.7.6.0", "i", "3", f"{DMS}.6.17.0", "i", "2", f"{DMS}.7.1.0", "i", "4")
    said = snmp.refused(*second)
    assert "notWritable" in said
    assert f"{DMS}.6.17.0" in said  # the second of three parts is named
    assert "noSuchName" in old.refused(*second)
    assert "badValue" in old.refused(f"{DMS}.6.4.0", "s", "ten")
    assert "wrongType" in snmp.refused(f"{DMS}.6.4.0", "u", "10")
    assert snmp.get(f"{DMS}.7.6.0") == ["8"]


def test_net_snmp_walks_in_order(bench):
    for tool, version in (("snmpwalk", "2c"), ("snmpbulkwalk", "2c"), ("snmpwalk", "1")):
        for group, count in ((6, 16), (9, 10)):
            lines = Snmp(bench, version=version).run(tool, f"{DMS}.{group}").stdout.splitlines()
            # Group 9 is the last: what net-snmp prints at the end of the MIB is no object.
            assert len([line for line in lines if not line.startswith(("No more", "End"))]) == count


def test_reading_community_reads_only_and_others_meet_silence(bench):
    reader = Snmp(bench, community="read_community_file")
    assert reader.get(f"{DMS}.6.1.0") == ["4"]
    assert "noAccess" in reader.refused(f"{DMS}.6.13.0", "i", "2")
    for community in ("public", "administrator"):
        reader.options[-1] = community
        assert "Timeout" in reader.run("snmpget", "-t", "0.3", "-r", "0", f"{DMS}.6.1.0").stderr


def test_sign_survives_any_datagram(bench):
    sign = bench.cabinet()["signs"]["vms-1"]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for data in (b"", b"\x30", b"\x30\x82\xff\xff", os.urandom(64), os.urandom(2000)):
            sender.sendto(data, (sign["host"], sign["port"]))
    assert Snmp(bench).get(f"{DMS}.2.4.0") == ["108"]


async def test_pymodbus_reads_the_pole(bench):
    client = AsyncModbusSerialClient(bench.cabinet()["lines"]["pole"], baudrate=9600, timeout=2)
    assert await client.connect()
    lamp = await client.read_holding_registers(6800, count=2, device_id=1)
    assert lamp.registers in ([100, 1], [0, 0])
    await client.write_register(6800, 40, device_id=1)
    assert (await client.read_holding_registers(6800, count=2, device_id=1)).registers == [40, 1]
    meter = await client.read_input_registers(0, count=14, device_id=2)
    volts, *_, watts = client.convert_from_registers(meter.registers, client.DATATYPE.FLOAT32)
    assert 210 < volts < 230
    assert watts == pytest.approx(14 + 0.4 * 98, rel=0.02)
    weather = await client.read_holding_registers(0x165, count=9, device_id=0x90)
    assert 500 < weather.registers[2] < 700  # 10 to 30 °C
    refused = await client.read_holding_registers(0, count=1, device_id=2)
    assert refused.exception_code == 1
    client.close()


def test_mbpoll_reads_the_pole(bench):
    if shutil.which("mbpoll") is None:
        pytest.skip("mbpoll is not installed (Debian package mbpoll)")
    port = bench.cabinet(1)["lines"]["pole"]
    options = ["-m", "rtu", "-b", "9600", "-P", "none", "-1", "-0"]
    done = subprocess.run(
        ["mbpoll", *options, "-a", "2", "-t", "3:float", "-B", "-r", "70", "-c", "1", port],
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    hertz = float(done.stdout.split("[70]:")[1])
    assert 59.9 < hertz < 60.1


def test_loop_card_and_particles_on_their_lines(bench):
    import serial

    lines = bench.cabinet()["lines"]
    with serial.Serial(lines["loops"], 9600, timeout=2) as loops:
        end_s = time.monotonic() + 15
        counts = bytes(4)
        while not all(counts) and time.monotonic() < end_s:
            loops.write(bytes.fromhex("3C3038002A31453E"))
            reply = loops.read(37)
            assert len(reply) == 37
            counts = reply[7::9][:4]
        assert all(counts)
    with serial.Serial(lines["air"], 9600, timeout=3) as air:
        frame = air.read(32)
        assert frame[:4] == b"\x42\x4d\x00\x1c"


def test_secrets_are_their_owners_only(bench):
    sign = bench.cabinet()["signs"]["vms-1"]
    files = [Path(sign["community_file"]), Path(sign["read_community_file"])]
    assert all(stat.S_IMODE(file.stat().st_mode) == 0o600 for file in files)
    secrets = {file.read_text() for file in files}
    assert len(secrets) == 2
    assert all(len(secret.strip()) >= 20 for secret in secrets)


def test_second_bench_in_the_same_directory_is_refused(bench):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, "--run-dir", str(bench.run_dir)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=False,
    )
    assert done.returncode == 1
    assert "another bench runs in this directory" in done.stderr


def test_killed_bench_comes_back_at_the_same_places(tmp_path):
    start_ms = str(round(time.time() * 1000) - 30_000)
    first = start(tmp_path, "--start-ms", start_ms)
    before = first.cabinet()
    secret = Path(before["signs"]["vms-1"]["community_file"]).read_text()
    first.stop(signal.SIGKILL)
    (tmp_path / "bench.json").unlink()
    second = start(tmp_path, "--start-ms", start_ms)
    assert second.cabinet() == before
    assert Path(before["signs"]["vms-1"]["community_file"]).read_text() == secret
    assert Path(before["lines"]["loops"]).exists()
    assert second.stop(signal.SIGINT) == 0
    assert not (tmp_path / "bench.json").exists()
    assert not Path(before["lines"]["loops"]).is_symlink()


def test_mistakes_in_a_scenario_end_with_status_2(tmp_path):
    path = tmp_path / "bad.toml"
    path.write_text("title = 1\ncabinets = []\n")
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(path), "--run-dir", str(tmp_path / "run")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=False,
    )
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 2
    assert not (tmp_path / "run").exists()


def test_port_in_use_is_named(tmp_path):
    demo = (ROOT / "firmware_sim" / "scenarios" / "demo.toml").read_text()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        path = tmp_path / "taken.toml"
        path.write_text(demo.replace('name = "vms-1"', f'name = "vms-1"\nudp_port = {port}', 1))
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, str(path), "--run-dir", str(tmp_path / "run")],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=DEADLINE_S,
            check=False,
        )
    assert done.returncode == 1
    assert f"UDP port {port} on 127.0.0.1" in done.stderr
    assert "Traceback" not in done.stderr
