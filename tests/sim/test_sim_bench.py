"""The whole program from outside: others' SNMP tools and Modbus masters, restarts, signals."""

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from itertools import count
from pathlib import Path

import pytest
from pymodbus.client import AsyncModbusSerialClient, AsyncModbusTcpClient
from running_bench import PROGRAM, ROOT, RunningBench
from scenario_files import changed, written

DMS = "1.3.6.1.4.1.1206.4.2.3"
ROW = f"{DMS}.5.8.1"
NOT_USED, MODIFYING, VALIDATING, VALID, ERROR, MODIFY_REQ, VALIDATE_REQ = range(1, 8)
DEADLINE_S = 20.0
QUICKLY_S = 3.0
VERSIONS = ("1", "2c", "3")
POLL = bytes.fromhex("3C3038002A31453E")
"""The loop card's address 0, from its manual."""

messages = count(1)


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    with RunningBench(tmp_path_factory.mktemp("bench")) as bench:
        yield bench


def run(*arguments: str, **options) -> subprocess.CompletedProcess:
    """Until it ends by itself."""
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments],
        cwd=ROOT, capture_output=True, text=True, timeout=DEADLINE_S, check=False, **options,
    )  # fmt: skip


class Snmp:
    """Debian's net-snmp tools against a cabinet's sign."""

    def __init__(self, bench: RunningBench, version: str, *, community: str = "community_file"):
        sign = bench.cabinets[0]["signs"]["vms-1"]
        self.options = ["-v", version, "-On", "-Oqv", "-t", "2", "-r", "2"]
        self.conf_dir = sign["snmp_conf_dir"]
        if version != "3":
            self.options += ["-c", Path(sign[community]).read_text().strip()]
        self.host = f"{sign['host']}:{sign['port']}"

    def run(self, tool: str, *arguments: str) -> subprocess.CompletedProcess:
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed (Debian package snmp)")
        return subprocess.run(
            [tool, *self.options, self.host, *arguments],
            capture_output=True,
            text=True,
            timeout=DEADLINE_S,
            check=False,
            env=os.environ | {"SNMPCONFPATH": self.conf_dir},
        )

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

    def load(self, row: str, text: str) -> str:
        """Steps 1 to 5 of showing a message; returns its CRC as four digits."""
        status = f"{ROW}.9.{row}"
        self.set(status, "i", str(MODIFY_REQ))
        assert self.get(status) == [str(MODIFYING)]
        owner = (f"{ROW}.4.{row}", "s", "centre")
        self.set(f"{ROW}.3.{row}", "s", text, *owner, f"{ROW}.8.{row}", "i", "40")
        self.set(status, "i", str(VALIDATE_REQ))
        end_s = time.monotonic() + DEADLINE_S
        while self.get(status) == [str(VALIDATING)]:
            assert time.monotonic() < end_s, "the sign validates for ever"
            time.sleep(0.05)
        said, crc = self.get(status, f"{ROW}.5.{row}")
        assert said == str(VALID)
        return f"{int(crc):04X}"


# --- the sign ---------------------------------------------------------------------------------


@pytest.mark.parametrize("version", VERSIONS)
def test_net_snmp_shows_a_message(bench, version):
    snmp, number = Snmp(bench, version), next(messages)
    assert snmp.get(f"{DMS}.6.1.0") == ["4"]  # central control
    crc = snmp.load(f"3.{number}", "TEST")
    assert crc == "6D50"
    code = f"000AFF03{number:04X}"
    wrong_code = f"{code}6D5100000000"
    assert "genError" in snmp.refused(f"{DMS}.6.3.0", "x", wrong_code) or version == "1"
    assert snmp.get(f"{DMS}.6.17.0") == ["7"]  # messageCRC
    snmp.set(f"{DMS}.6.3.0", "x", f"{code}{crc}00000000")
    source, multi, remaining = snmp.get(f"{DMS}.6.5.0", f"{ROW}.3.5.1", f"{DMS}.6.4.0")
    assert source.strip('" ') == f"03 00 {number:02X} 6D 50"
    assert (multi, remaining) == ('"TEST"', "10")
    face = bench.get("targets/medellin/av-regional/vms-1")["shows"]
    assert face["page_1"] == "TEST"
    # At its end the sign goes dark by itself: priority 0 of the message asks nobody.
    snmp.set(f"{DMS}.6.12.0", "x", "0700010000", f"{DMS}.6.13.0", "i", "2")
    snmp.set(f"{DMS}.6.3.0", "x", "FFFFFF070001000000000000")
    assert snmp.get(f"{ROW}.3.5.1") == ['""']


def test_net_snmp_hears_the_right_errors(bench):
    snmp, old = Snmp(bench, "2c"), Snmp(bench, "1")
    assert snmp.get(f"{DMS}.99.0") == ["No Such Object available on this agent at this OID"]
    assert "noSuchName" in old.run("snmpget", f"{DMS}.99.0").stderr
    second = (f"{DMS}.7.6.0", "i", "3", f"{DMS}.6.17.0", "i", "2", f"{DMS}.7.1.0", "i", "4")
    said = snmp.refused(*second)
    assert "notWritable" in said
    assert f"{DMS}.6.17.0" in said  # the second of three parts is named
    assert "noSuchName" in old.refused(*second)
    assert "badValue" in old.refused(f"{DMS}.6.4.0", "s", "ten")
    assert "wrongType" in snmp.refused(f"{DMS}.6.4.0", "u", "10")


@pytest.mark.parametrize("version", VERSIONS)
def test_net_snmp_walks_to_the_end(bench, version):
    lines = Snmp(bench, version).run("snmpwalk", f"{DMS}.6").stdout.splitlines()
    assert len(lines) >= 16
    assert not [line for line in lines if "Error" in line]


def test_reading_community_reads_only_and_others_meet_silence(bench):
    reader = Snmp(bench, "2c", community="read_community_file")
    assert reader.get(f"{DMS}.6.1.0") == ["4"]
    assert "noAccess" in reader.refused(f"{DMS}.6.13.0", "i", "2")
    reader.options[-1] = "public"
    assert "Timeout" in reader.run("snmpget", "-t", "0.3", "-r", "0", f"{DMS}.6.1.0").stderr


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (("-A", "another-pass-phrase"), "Authentication failure"),
        (("-a", "SHA", "-x", "AES", "-X", "another-pass-phrase"), "Timeout"),
        (("-u", "somebody"), "Unknown user name"),
        (("-l", "noAuthNoPriv"), "Unsupported security level|authorizationError|Timeout"),
    ],
)
def test_wrong_secrets_of_version_3_open_nothing(bench, wrong, said):
    snmp = Snmp(bench, "3")
    done = snmp.run("snmpget", "-t", "0.5", "-r", "0", *wrong, f"{DMS}.6.1.0")
    assert done.returncode != 0
    assert any(words in done.stderr for words in said.split("|"))


def test_sign_survives_any_datagram(bench):
    sign = bench.cabinets[0]["signs"]["vms-1"]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for data in (b"", b"\x30", b"\x30\x82\xff\xff", os.urandom(64), os.urandom(2000)):
            sender.sendto(data, (sign["host"], sign["port"]))
    assert Snmp(bench, "2c").get(f"{DMS}.2.4.0") == ["108"]


# --- lines ------------------------------------------------------------------------------------


@pytest.mark.parametrize("wire", ["serial", "tcp"])
async def test_pymodbus_reads_the_pole(bench, wire):
    cabinet = bench.cabinets[0]
    if wire == "serial":
        path = cabinet["lines"]["pole"]
        client = AsyncModbusSerialClient(path, baudrate=9600, timeout=2)
    else:
        at = cabinet["tcp"]["pole"]
        client = AsyncModbusTcpClient(at["host"], port=at["port"], timeout=2)
    assert await client.connect()
    await client.write_register(6800, 40, device_id=1)
    assert (await client.read_holding_registers(6800, count=2, device_id=1)).registers == [40, 1]
    meter = await client.read_input_registers(0, count=14, device_id=2)
    volts, *_, watts = client.convert_from_registers(meter.registers, client.DATATYPE.FLOAT32)
    assert 210 < volts < 230
    assert 50 < watts < 62  # standby, and a lamp at 40 %, which takes a little more than 40 %
    weather = await client.read_holding_registers(0x165, count=9, device_id=0x90)
    assert 500 < weather.registers[2] < 750  # 10 to 35 °C
    refused = await client.read_coils(0, count=1, device_id=2)
    assert refused.exception_code == 1
    client.close()


@pytest.mark.parametrize("mode", ["rtu", "tcp"])
def test_mbpoll_reads_the_pole(bench, mode):
    if shutil.which("mbpoll") is None:
        pytest.skip("mbpoll is not installed (Debian package mbpoll)")
    cabinet = bench.cabinets[1]
    at = cabinet["tcp"]["pole"]
    where = {
        "rtu": ["-b", "9600", "-P", "none", cabinet["lines"]["pole"]],
        "tcp": ["-p", str(at["port"]), at["host"]],
    }[mode]
    what = ["-a", "2", "-t", "3:float", "-B", "-r", "70", "-c", "1"]
    done = subprocess.run(
        ["mbpoll", "-m", mode, "-1", "-0", *what, *where],
        capture_output=True, text=True, timeout=DEADLINE_S, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    assert 59.9 < float(done.stdout.split("[70]:")[1]) < 60.1


def test_loop_card_and_particles_on_their_lines(bench):
    import serial

    lines = bench.cabinets[0]["lines"]
    with serial.Serial(lines["loops"], 9600, timeout=2) as loops:
        end_s = time.monotonic() + DEADLINE_S
        counts = bytes(4)
        while not all(counts):
            assert time.monotonic() < end_s, "no vehicle comes"
            loops.write(POLL)
            reply = loops.read(37)
            assert len(reply) == 37
            counts = reply[7::9][:4]
    with serial.Serial(lines["air"], 9600, timeout=3) as air:
        assert b"\x42\x4d\x00\x1c" in air.read(64)


# --- its directory ----------------------------------------------------------------------------


def test_secrets_are_their_owners_only(bench):
    sign = bench.cabinets[0]["signs"]["vms-1"]
    conf = Path(sign["snmp_conf_dir"]) / "snmp.conf"
    files = [Path(sign["community_file"]), Path(sign["read_community_file"]), conf]
    files += conf.parent.parent.glob("*.authentication")
    files += conf.parent.parent.glob("*.privacy")
    assert len(files) == 5
    assert all(stat.S_IMODE(file.stat().st_mode) == 0o600 for file in files)
    secrets = [file.read_text().strip() for file in files if file != conf]
    assert len(set(secrets)) == 4
    assert all(len(secret) >= 20 for secret in secrets)


def test_ports_lie_under_their_names(bench):
    for cabinet in bench.cabinets:
        folder = bench.run_dir / cabinet["municipality"] / cabinet["site"]
        for name, path in cabinet["lines"].items():
            assert Path(path) == folder / name
            assert Path(path).is_char_device()


def test_second_bench_in_the_same_directory_is_refused(bench):
    done = run("demo", "--run-dir", str(bench.run_dir), "--page-port", "0")
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"{bench.run_dir}: another bench runs in this directory; stop it or")
    assert bench.get("summary")["at_s"] > 0


# --- its life ---------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_ends_it_quickly_and_leaves_no_line(tmp_path, number):
    file = written(tmp_path, changed())
    bench = RunningBench(tmp_path / "run", str(file))
    loops = Path(bench.cabinets[0]["lines"]["loops"])
    assert loops.is_char_device()
    began_s = time.monotonic()
    assert bench.stop(number) == 0
    assert time.monotonic() - began_s < QUICKLY_S
    assert not loops.is_symlink()
    assert not (tmp_path / "run" / "bench.json").exists()
    assert not list(tmp_path.glob("run.state/**/bench"))


def test_killed_bench_comes_back_as_it_was_and_where_it_was(tmp_path):
    start_ms = round(time.time() * 1000) - 30_000
    first = RunningBench(tmp_path, "demo", "--start-ms", str(start_ms))
    places = first.cabinets
    secret = Path(places[0]["signs"]["vms-1"]["community_file"]).read_text()
    crc = Snmp(first, "2c").load("3.4", "ACCIDENTE")
    first.post("time", speed=600.0)
    time.sleep(1.2)
    before = first.get("targets/medellin/av-regional/meter-1")["shows"]
    time.sleep(0.6)  # the bench writes twice a second what outlives a power failure
    first.stop(signal.SIGKILL)
    (tmp_path / "bench.json").unlink()
    with RunningBench(tmp_path, "demo", "--start-ms", str(start_ms)) as second:
        assert second.cabinets == places
        assert Path(places[0]["signs"]["vms-1"]["community_file"]).read_text() == secret
        assert all(Path(path).is_char_device() for path in places[0]["lines"].values())
        after = second.get("targets/medellin/av-regional/meter-1")["shows"]
        assert after["import_energy_kwh"] >= before["import_energy_kwh"] > 0
        row = Snmp(second, "3").get(f"{ROW}.3.3.4", f"{ROW}.9.3.4", f"{ROW}.5.3.4")
        assert row == ['"ACCIDENTE"', str(VALID), str(int(crc, 16))]
        # The story goes on where the clock on the wall says.
        told_s, now_s = second.get("summary")["at_s"], time.time() - start_ms / 1000
        assert told_s == pytest.approx(now_s, abs=1.0)


def test_story_may_begin_a_little_later(tmp_path):
    start_ms = round(time.time() * 1000) + 5_000
    file = written(tmp_path, changed())
    with RunningBench(tmp_path / "run", str(file), "--start-ms", str(start_ms)) as bench:
        assert -5 < bench.get("summary")["at_s"] < 0
        import serial

        with serial.Serial(bench.cabinets[0]["lines"]["loops"], 9600, timeout=2) as loops:
            loops.write(POLL)
            assert len(loops.read(37)) == 37
        assert all(row["shows"] or row["type"] == "ss125" for row in bench.get("rows"))


# --- what it refuses --------------------------------------------------------------------------


def test_mistakes_in_a_scenario_end_with_status_2(tmp_path):
    file = written(tmp_path, "title = 1\ncabinets = []\n")
    done = run(str(file), "--run-dir", str(tmp_path / "run"))
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 4
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("kind", "before"), [("UDP", "columns = 12\n"), ("TCP", 'name = "pole"\ntcp_port = 0\n')]
)
def test_port_in_use_is_named_in_one_line(tmp_path, kind, before):
    type_ = socket.SOCK_DGRAM if kind == "UDP" else socket.SOCK_STREAM
    with socket.socket(socket.AF_INET, type_) as taken:
        taken.bind(("127.0.0.1", 0))
        if kind == "TCP":
            taken.listen()
        port = taken.getsockname()[1]
        key = f"{kind.lower()}_port"
        after = f"{before.replace('tcp_port = 0', '')}{key} = {port}\n"
        file = written(tmp_path, changed((before, after)))
        done = run(str(file), "--run-dir", str(tmp_path / "run"), "--page-port", "0")
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert f"{kind} port {port} on 127.0.0.1: Address already in use" in line
    assert key in line
    assert not (tmp_path / "run" / "bench.json").exists()


def test_page_port_in_use_is_named_in_one_line(tmp_path):
    file = written(tmp_path, changed())
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run(str(file), "--run-dir", str(tmp_path / "run"), "--page-port", str(port))
    assert done.returncode == 1
    assert f"page port {port} on 127.0.0.1" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr


def test_directory_that_cannot_be_used_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    done = run(str(written(tmp_path, changed())), "--run-dir", str(tmp_path / "file" / "run"))
    assert done.returncode == 1
    assert "choose a --run-dir you may write to" in done.stderr
