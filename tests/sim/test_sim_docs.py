"""docs/bench.md as its reader runs it: the commands and programs in it, word for word but for the
place of the run directory and the ports.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from running_bench import ROOT, RunningBench
from servers import embedded_broker

from firmware_sim.faults.switches import Fault, Switches
from firmware_sim.lines.device import Device
from firmware_sim.lines.line import Line

PAGE = (ROOT / "docs" / "bench.md").read_text(encoding="utf-8")
TIMEOUT_S = 30


def block(language: str, containing: str) -> str:
    blocks = re.findall(rf"```{language}\n(.*?)```", PAGE, flags=re.DOTALL)
    (found,) = [text for text in blocks if containing in text]
    return found


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    with RunningBench(tmp_path_factory.mktemp("bench"), "one-cabinet") as running:
        yield running


def run(command: list[str], bench: RunningBench, text: str) -> str:
    text = text.replace("/tmp/bench", str(bench.run_dir))
    done = subprocess.run(
        [*command, text], capture_output=True, text=True, timeout=TIMEOUT_S, check=False, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_serial_terminal_reads_the_air_sensor(bench):
    if shutil.which("xxd") is None:
        pytest.skip("xxd is not installed")
    assert "424d 001c" in run(["bash", "-ec"], bench, block("sh", "| xxd"))


def test_mbpoll_reads_the_temperature(bench):
    if shutil.which("mbpoll") is None:
        pytest.skip("mbpoll is not installed")
    said = run(["bash", "-ec"], bench, block("sh", "mbpoll -m rtu"))
    (value,) = re.findall(r"\[359\]:\s+(\d+)", said)
    assert 15 < (int(value) - 400) / 10 < 35


def test_pymodbus_reads_the_voltage(bench):
    said = run([sys.executable, "-c"], bench, block("python", "AsyncModbusSerialClient"))
    assert 200 < float(said.removesuffix(" V\n")) < 240


def test_net_snmp_shows_a_message(bench):
    if shutil.which("snmpset") is None:
        pytest.skip("snmpset is not installed (Debian package snmp)")
    port = bench.cabinets[0]["signs"]["vms-1"]["port"]
    text = re.sub(r"SIGN=127\.0\.0\.1:\d+", f"SIGN=127.0.0.1:{port}", block("sh", "snmpset"))
    said = run(["bash", "-ec"], bench, text)
    assert said.endswith('STRING: "HOLA[nl]MEDELLIN"\n')
    assert "9.3.1 = INTEGER: 4\n" in said
    program = f"{sys.executable} -c 'from firmware_sim.cli.app import sim; sim()'"
    shown = run(["bash", "-ec"], bench, f"{program} show vms-1 --run-dir {bench.run_dir}")
    top_of_hola = "█   █ ▄▀▀▀▄ █     ▄▀▀▀▄"
    assert top_of_hola.replace(" ", "") in shown.replace(" ", "")


def test_a_gateway_of_ones_own_publishes_the_power(bench):
    broker = embedded_broker()
    broker.start()
    text = block("python", "paho.mqtt")
    assert 'hostname="127.0.0.1"' in text
    own = f'hostname="127.0.0.1", port={broker.port}'
    try:
        said = run(
            [sys.executable, "-c"], bench, text.replace('hostname="127.0.0.1"', own)
        ).splitlines()
    finally:
        broker.kill()
    assert len(said) == 3
    assert all(0 < float(line.removesuffix(" W")) < 200 for line in said)


def test_the_faults_of_the_page_can_be_switched_on(bench):
    commands = [line.split("#")[0] for line in block("sh", "aburra sim faults").splitlines()]
    program = f"{sys.executable} -c 'from firmware_sim.cli.app import sim; sim()'"
    for command in commands:
        text = command.replace("aburra sim", program)
        option = "" if " faults" in command else f" --run-dir {bench.run_dir}"
        run(["bash", "-ec"], bench, text + option)
    assert not any(row["faults"] for row in bench.get("rows"))


def test_the_board_of_the_page_answers():
    place: dict = {}
    exec(block("python", "class Thermometer"), place)
    board = place["Thermometer"](lambda name, at_s: {"temperature_c": 21.54}[name])
    device = Device("a/b/thermometer", "thermometer", "thermometer", board, Switches("t"))
    line = Line("a/b/line", [device], Switches("l"), baud=9600, is_half_duplex=False)
    assert [burst.data for burst in line.receive(b"?", 0.0)] == [b"21.5 C 97\n"]
    device.switches.switch_on(Fault("wrong-checksum"))
    assert [burst.data for burst in line.receive(b"?", 1.0)] == [b"21.5 C ??\n"]
    assert line.explain(b"21.5 C 97\n", b"?")[0].text == "21.5 C 97\n"


def test_every_scenario_is_on_the_page():
    shipped = {path.stem for path in Path(ROOT / "firmware_sim" / "scenarios").glob("*.toml")}
    table = PAGE[PAGE.index("| scenario |") : PAGE.index("### With a serial terminal")]
    assert set(re.findall(r"`([a-z-]+)`", table)) == shipped
