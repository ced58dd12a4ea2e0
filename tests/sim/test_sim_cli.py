"""`aburra sim …`: what it prints, for people and for programs, and its exit statuses."""

import json
import os
import socket
import subprocess
import sys

import pytest
from running_bench import PROGRAM, ROOT, RunningBench
from scenario_files import changed, written
from typer.testing import CliRunner

from firmware_sim.cli.app import sim

SIGN, AIR, POLE = "envigado/calle-10/vms-1", "envigado/calle-10/air-1", "envigado/calle-10/pole"
COMMANDS = ("run", "list", "show", "fault", "clear", "set", "time", "faults", "check", "record")
DEADLINE_S = 30.0


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cli")
    with RunningBench(folder / "run", str(written(folder, changed()))) as bench:
        yield bench


@pytest.fixture
def ask(bench, monkeypatch):
    """Runs a command in this process, for the bench that was started last."""
    monkeypatch.setenv("XDG_STATE_HOME", f"{bench.run_dir}.state")
    runner = CliRunner()

    def ask(*arguments):
        return runner.invoke(sim, arguments, prog_name="aburra sim")

    yield ask
    bench.post("clear")
    bench.post("time", speed=1, is_paused=False)


def right(done) -> str:
    assert done.exit_code == 0, done.stderr
    return done.stdout


def refused(done, status=2) -> str:
    assert done.exit_code == status
    assert not done.stdout
    return done.stderr


# --- help, and what is run by default ---------------------------------------------------------


@pytest.mark.parametrize("option", ["--help", "-h"])
def test_help_names_every_command_in_both_languages(ask, option):
    said = right(ask(option))
    assert all(f" {command} " in said for command in COMMANDS)
    assert "Banco de pruebas" in said
    assert "Test bench" in said


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(ask, command):
    said = right(ask(command, "--help"))
    assert f"aburra sim {command}" in said
    assert " · " in said


def test_what_is_no_command_is_a_scenario(ask, tmp_path):
    said = refused(ask(str(tmp_path / "none.toml")))
    assert f"{tmp_path / 'none.toml'}: cannot be read as TOML: No such file" in said
    assert "shipped scenarios: air-episode, demo, " in said
    assert "No such option" in refused(ask("--bogus"))


def test_demo_runs_by_default_in_a_directory_that_it_takes_away(tmp_path):
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "--page-port", "0"],
        cwd=ROOT,
        env=os.environ | {"TMPDIR": str(tmp_path), "XDG_STATE_HOME": str(tmp_path / "state")},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        said = []
        while not (said and said[-1].startswith("página · page: ")):
            said.append(process.stdout.readline())
            assert said[-1], "the bench ended before it listened"
        (run_dir,) = tmp_path.glob("aburra-sim-*")
        is_open = (run_dir / "itagui" / "autopista-sur" / "loops").is_char_device()
        process.terminate()
    assert is_open
    assert {"itagui/autopista-sur", "medellin/av-regional"} <= {line.strip() for line in said}
    assert process.returncode == 0
    assert not run_dir.exists()


# --- asking -----------------------------------------------------------------------------------


def test_list_tells_of_every_device_in_one_line(bench, ask):
    said = right(ask("list")).splitlines()
    rows = {line.split()[0]: line for line in said if line.strip()}
    assert "envigado/calle-10" in rows
    for name in ("loops", "vds-1", "radar", "vds-2", "pole", "lamp-1", "meter-1", "air-1", "vms-1"):
        assert name in rows
    assert "canoga 9600 8N1" in rows["loops"]
    assert "unit 2" in rows["meter-1"]
    assert "power_w" in rows["meter-1"]
    assert "page_1 (apagado · blank)" in rows["vms-1"]
    tcp = bench.cabinets[0]["tcp"]["pole"]
    assert f"Modbus TCP {tcp['host']}:{tcp['port']}" in rows["pole"]
    assert f"SNMP 127.0.0.1:{bench.cabinets[0]['signs']['vms-1']['port']}" in rows["vms-1"]
    assert max(map(len, said)) <= 120
    assert said[-1] == f"página · page: {bench.page}"


def test_list_for_programs_and_of_some(ask):
    rows = json.loads(right(ask("list", "--json")))
    assert [row["name"] for row in rows if row["type"] != "line"] == [
        f"envigado/calle-10/{name}"
        for name in ("vds-1", "vds-2", "lamp-1", "meter-1", "air-1", "vms-1")
    ]
    assert set(rows[0]) >= {"name", "type", "protocol", "where", "reach", "shows", "faults"}
    (row,) = json.loads(right(ask("list", "*/*/air-1", "--json")))
    assert row["shows"]["pm25_ugm3"] > 0
    assert "'*/*/lamp-9'" in refused(ask("list", "*/*/lamp-9"))


def test_show_tells_what_it_measures_says_and_means(bench, ask):
    import serial

    with serial.Serial(bench.cabinets[0]["lines"]["pole"], 9600, timeout=2) as pole:
        pole.write(
            bytes.fromhex("02 04 0000 0002 71F8")
        )  # the data sheet's request for the voltage
        assert len(pole.read(9)) == 9
    said = right(ask("show", "meter-1"))
    assert "envigado/calle-10/meter-1  " in said
    assert "unit 2" in said
    assert "voltage_v" in said
    assert "mide · measures" in said
    assert "→ " in said
    assert "← " in said
    assert "71 f8" in said
    detail = json.loads(right(ask("show", "meter-1", "--json")))
    assert detail["name"] == "envigado/calle-10/meter-1"
    assert [frame["is_request"] for frame in detail["frames"][-2:]] == [True, False]
    assert "wrong-checksum" in detail["can_have"]


def test_show_of_several_or_none_is_refused(ask):
    assert "means" in refused(ask("show", "*/*/*-1"))
    assert "nothing here is called 'lamp-9'; there are envigado" in refused(ask("show", "lamp-9"))


# --- doing ------------------------------------------------------------------------------------


def test_fault_is_switched_on_and_cleared(ask):
    assert right(ask("fault", "air-1", "wrong-checksum")) == f"wrong-checksum: {AIR}\n"
    assert "wrong-checksum" in right(ask("list", AIR))
    assert "wrong-checksum" in right(ask("show", AIR))
    (row,) = json.loads(right(ask("list", AIR, "--json")))
    assert [(fault["name"], fault["is_on"]) for fault in row["faults"]] == [
        ("wrong-checksum", True)
    ]
    assert right(ask("clear", "air-1")).endswith(": 1\n")
    assert json.loads(right(ask("clear", "--json"))) == {"count": 0}


def test_fault_with_all_that_can_be_said_of_it(ask):
    answer = right(
        ask(
            *("fault", "air-1", "drift", "--json"),
            *("--amount", "50", "--reading", "pm25_ugm3", "--for", "900"),
        )
    )
    assert json.loads(answer) == {"targets": [AIR]}
    (row,) = json.loads(right(ask("list", AIR, "--json")))
    (fault,) = row["faults"]
    assert (fault["amount"], fault["reading"], fault["rate"]) == (50, "pm25_ugm3", 1)
    assert fault["end_s"] - fault["start_s"] == pytest.approx(900)
    right(ask("fault", POLE, "late", "--rate", "0.5"))
    assert right(ask("clear")).endswith(": 3\n")  # a device's fault at a line meets both devices


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("air-1", "chatter"), "cannot have fault chatter; it can have silent, slow, late"),
        (("air-1", "lazy"), "no fault 'lazy'; there are silent"),
        (("air-9", "late"), "nothing here is called 'air-9'"),
        (("air-1", "late", "--amount", "100"), "0.01 to 60 (s), not 100"),
        (("air-1", "late", "--rate", "2"), "rate must be above 0 and at most 1"),
        (("air-1", "late", "--for", "0"), "for_s must be above 0"),
        (("air-1", "stuck", "--reading", "co2_ppm"), "has no reading 'co2_ppm'; it has"),
        (("air-1", "late", "--rate", "much"), "Invalid value"),
        (("air-1",), "Missing argument"),
    ],
)
def test_fault_that_cannot_be_is_refused(ask, arguments, said):
    assert said in refused(ask("fault", *arguments))


def test_reading_is_held_and_given_back(ask):
    assert right(ask("set", "air-1", "pm25_ugm3", "180")) == f"pm25_ugm3 = 180: {AIR}\n"
    detail = json.loads(right(ask("show", "air-1", "--json")))
    (held,) = [one for one in detail["measures"] if one["name"] == "pm25_ugm3"]
    assert (held["sensed"], held["held"]) == (180, True)
    assert held["truth"] < 100
    assert "fijado · held" in right(ask("show", "air-1"))
    assert json.loads(right(ask("set", "air-1", "pm25_ugm3", "auto", "--json"))) == {
        "targets": [AIR]
    }
    assert "fijado · held" not in right(ask("show", "air-1"))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("air-1", "pm25_ugm3", "much"), "a number or auto is expected, not 'much'"),
        (("air-1", "co2_ppm", "5"), "has no reading 'co2_ppm'; it has"),
        (("pole", "co2_ppm", "5"), "measures nothing that can be set"),
        (("air-1", "pm25_ugm3", "nan"), "number"),
    ],
)
def test_reading_that_cannot_be_held_is_refused(ask, arguments, said):
    assert said in refused(ask("set", *arguments))


def test_time_is_shown_stopped_and_made_faster(ask):
    assert right(ask("time")).rstrip().endswith("x 1")
    assert "en pausa · paused" in right(ask("time", "--pause"))
    first = json.loads(right(ask("time", "--json")))
    second = json.loads(right(ask("time", "--json")))
    assert first["is_paused"]
    assert first["at_s"] == second["at_s"]
    faster = json.loads(right(ask("time", "--go", "--speed", "60", "--json")))
    assert (faster["speed"], faster["is_paused"]) == (60, False)
    assert set(faster) == {"at_s", "utc_ms", "local_time", "speed", "is_paused"}
    assert "speed must be above 0" in refused(ask("time", "--speed", "0"))


# --- without a bench --------------------------------------------------------------------------


def test_catalogue_of_faults_needs_no_bench(ask):
    from firmware_sim.faults.catalogue import FAULTS

    said = right(ask("faults"))
    assert all(name in said for name in FAULTS)
    assert "0.01 … 60 s (1.5)" in said
    assert [kind["name"] for kind in json.loads(right(ask("faults", "--json")))] == list(FAULTS)


@pytest.mark.parametrize("command", [("list",), ("show", "air-1"), ("clear",), ("time",)])
def test_nothing_runs(tmp_path, monkeypatch, command):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    done = CliRunner().invoke(sim, command)
    assert "no bench is running: start one with aburra sim" in refused(done, 1)
    done = CliRunner().invoke(sim, [*command, "--run-dir", str(tmp_path)])
    assert f"no bench is running in {tmp_path}" in refused(done, 1)


@pytest.mark.parametrize("told", [b"", b"{}", b"[]", b"5", b"\xff"])
def test_what_no_bench_wrote_is_no_running_bench(tmp_path, told):
    (tmp_path / "bench.json").write_bytes(told)
    done = CliRunner().invoke(sim, ["list", "--run-dir", str(tmp_path)])
    assert f"no bench is running in {tmp_path}" in refused(done, 1)


def test_bench_that_was_killed_does_not_answer(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    told = {"page": f"http://127.0.0.1:{port}/", "cabinets": []}
    (tmp_path / "bench.json").write_text(json.dumps(told))
    done = CliRunner().invoke(sim, ["list", "--run-dir", str(tmp_path)])
    assert f"http://127.0.0.1:{port}: the bench does not answer" in refused(done, 1)


def test_proxy_of_the_user_is_not_for_the_bench(bench):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, "time", "--run-dir", str(bench.run_dir)],
        cwd=ROOT,
        env=os.environ | {"http_proxy": "http://127.0.0.1:9", "no_proxy": ""},
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr


# --- check and record -------------------------------------------------------------------------


def test_check_counts_what_is_right(ask, tmp_path):
    said = right(ask("check", "storm-of-faults"))
    assert "bien · fine: " in said
    assert "25 faults" in said
    file = written(tmp_path, changed(("position_m = 300", "position_m = 900")))
    said = refused(ask("check", str(file)))
    assert said.startswith(f"{file}: cabinets[0].position_m = 900.0: ")


def record(ask, tmp_path, name, *options) -> bytes:
    out = tmp_path / name
    scenario = str(written(tmp_path, changed()))
    done = ask("record", scenario, "--for", "40s", "--out", str(out), *options)
    assert right(done) == ""
    assert "tramas · frames, 40 s" in done.stderr
    return out.read_bytes()


def test_record_gives_the_same_bytes_for_the_same_seed_and_start(ask, tmp_path):
    start = ("--start-ms", "1780074000000")
    first = record(ask, tmp_path, "a", *start)
    assert first == record(ask, tmp_path, "b", *start)
    assert first != record(ask, tmp_path, "c", *start, "--seed", "8")
    rows = [json.loads(line) for line in first.splitlines()]
    assert {row["device"] for row in rows} == {
        f"envigado/calle-10/{name}" for name in ("vds-1", "vds-2", "lamp-1", "meter-1", "air-1")
    }
    assert [row["at_s"] for row in rows] == sorted(row["at_s"] for row in rows)
    polls = [row for row in rows if row["device"].endswith("vds-1")]
    assert len(polls) == 40 * 5
    assert all(len(bytes.fromhex(row["data"])) == 37 for row in polls)


def test_record_to_standard_output(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, "record", str(written(tmp_path, changed())), "--for", "5s"],
        cwd=ROOT,
        capture_output=True,
        timeout=DEADLINE_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[0])["line"].startswith("envigado/calle-10/")


@pytest.mark.parametrize("duration", ["", "5", "s", "0s", "-1s", "1.5h", "3w"])
def test_record_for_no_duration_is_refused(ask, duration):
    assert "a whole number and one of s, m, h, d" in refused(
        ask("record", "demo", f"--for={duration}")
    )


def test_record_to_nowhere_is_refused(ask, tmp_path):
    out = tmp_path / "none" / "out.jsonl"
    done = ask("record", "demo", "--for", "1s", "--out", str(out))
    assert f"{out}: No such file or directory" in refused(done, 1)
