"""Faults seen from outside: a bench that runs, and nothing but its serial ports, sockets and files.

Serial ports are opened with pyserial, the sign is asked with Debian's net-snmp.
"""

import functools
import operator
import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest
import serial
from running_bench import RunningBench

CHARACTER_S = 10 / 9600
ASK_METER = bytes.fromhex("02 04 00 00 00 02 71 f8")
METER = bytes.fromhex("02 04 04 43 66 33 33 69 fa")
"""230.2 V."""
ASK_LAMP = bytes.fromhex("01 03 1a 90 00 01 83 3f")
ASK_CO2 = bytes.fromhex("ff 01 86 00 00 00 00 00 79")
CO2 = bytes.fromhex("ff 86 02 7c 42 00 00 00 ba")
"""636 ppm and 26 °C, as Winsen prints it."""
POLL_CARD = bytes.fromhex("3C3038002A31453E")
DMS = "1.3.6.1.4.1.1206.4.2.3"
TWICE_S = 1.2
"""The bench looks at its switches twice a second."""


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    with RunningBench(tmp_path_factory.mktemp("bench") / "run", "one-cabinet") as running:
        running.post("hold", at="meter-1", reading="voltage_v", value=230.2)
        running.post("hold", at="co2-1", reading="co2_ppm", value=636.0)
        running.post("hold", at="co2-1", reading="temperature_c", value=26.0)
        yield running


@pytest.fixture(autouse=True)
def _healthy_again(bench):
    yield
    bench.post("clear")


class Wire:
    """A serial port, and how long what was asked took."""

    def __init__(self, bench: RunningBench, line: str, *, timeout_s: float = 0.25) -> None:
        self.path = bench.cabinets[0]["lines"][line]
        self.port = serial.Serial(self.path, 9600, timeout=timeout_s)
        self.port.reset_input_buffer()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.port.close()

    def ask(self, request: bytes, size: int = 200) -> bytes:
        """All that comes until the line is silent."""
        self.port.reset_input_buffer()
        self.port.write(request)
        return self.port.read(size)

    def ask_timed(self, request: bytes, size: int) -> tuple[bytes, float, float]:
        """What came, the seconds until the first byte, and those from it to the last."""
        self.port.reset_input_buffer()
        begin_s = time.monotonic()
        self.port.write(request)
        first = self.port.read(1)
        first_s = time.monotonic()
        rest = self.port.read(size - 1)
        return first + rest, first_s - begin_s, time.monotonic() - first_s


@pytest.fixture
def pole(bench):
    with Wire(bench, "pole") as wire:
        assert wire.ask(ASK_METER, 9) == METER
        yield wire


def wait_until(condition, timeout_s: float = 5.0) -> None:
    end_s = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < end_s
        time.sleep(0.02)


def test_silent_device_is_silent_alone(bench, pole):
    bench.post("faults", at="meter-1", name="silent")
    assert pole.ask(ASK_METER) == b""
    assert pole.ask(ASK_LAMP, 7)[:3] == b"\x01\x03\x02"
    bench.post("faults", at="pole", name="silent")
    assert pole.ask(ASK_LAMP) == b""
    bench.post("clear", at="pole", name="silent")
    assert pole.ask(ASK_METER, 9) == METER


def test_slow_device_takes_its_time_between_bytes(bench, pole):
    pole.port.timeout = 2.0
    healthy_s = min(pole.ask_timed(ASK_METER, 9)[2] for _ in range(3))
    bench.post("faults", at="meter-1", name="slow", amount=20.0)
    said, _, slow_s = pole.ask_timed(ASK_METER, 9)
    assert said == METER
    assert slow_s >= 8 * 20 * CHARACTER_S * 0.95
    assert slow_s > healthy_s + 0.1


def test_late_device_takes_its_time_before_the_first_byte(bench, pole):
    pole.port.timeout = 2.0
    bench.post("faults", at="meter-1", name="late", amount=0.6)
    said, until_first_s, after_s = pole.ask_timed(ASK_METER, 9)
    assert said == METER
    assert 0.6 <= until_first_s < 1.2
    assert after_s < 0.2
    assert pole.ask_timed(ASK_LAMP, 7)[1] < 0.3


def test_truncated_frames_begin_like_the_right_one(bench, pole):
    bench.post("faults", at="meter-1", name="truncated")
    cuts = [pole.ask(ASK_METER) for _ in range(6)]
    assert all(METER.startswith(cut) and 0 < len(cut) < len(METER) for cut in cuts)
    assert len(set(cuts)) > 1


def test_as_many_bits_are_flipped_as_is_said(bench, pole):
    bench.post("faults", at="meter-1", name="bit-flips", amount=5)
    for _ in range(3):
        said = pole.ask(ASK_METER, 9)
        wrong = int.from_bytes(said, "big") ^ int.from_bytes(METER, "big")
        assert (len(said), wrong.bit_count()) == (9, 5)


@pytest.mark.parametrize(
    ("at", "line", "request_", "right"),
    [("meter-1", "pole", ASK_METER, METER), ("co2-1", "co2", ASK_CO2, CO2)],
)
def test_wrong_checksum_is_all_that_is_wrong(bench, at, line, request_, right):
    with Wire(bench, line) as wire:
        assert wire.ask(request_, 9) == right
        bench.post("faults", at=at, name="wrong-checksum")
        said = wire.ask(request_, 9)
    assert said != right
    checksum_bytes = 2 if line == "pole" else 1
    assert said[:-checksum_bytes] == right[:-checksum_bytes]


def test_wrong_checksum_of_loops_and_particles(bench):
    for name in ("vds-1", "air-3"):
        bench.post("faults", at=name, name="wrong-checksum")
    with Wire(bench, "loops") as loops:
        said = loops.ask(POLL_CARD, 37)
    assert len(said) == 37
    assert functools.reduce(operator.xor, said[:36]) != said[36]
    with Wire(bench, "air-laser", timeout_s=3.0) as air:
        frame = air.port.read(10)
    assert (frame[:2], frame[9]) == (b"\xaa\xc0", 0xAB)
    assert sum(frame[2:8]) % 256 != frame[8]


def test_two_devices_at_one_address_garble_each_other(bench, pole):
    bench.post("faults", at="meter-1", name="duplicate-address")
    for _ in range(3):
        said = pole.ask(ASK_METER)
        assert said[0] == METER[0]
        assert len(METER) < len(said) <= len(METER) + 3
        assert all(heard & ~right == 0 for heard, right in zip(said, METER, strict=False))


def test_fault_at_a_rate_strikes_some_frames(bench):
    with Wire(bench, "co2") as co2:
        bench.post("faults", at="co2-1", name="bit-flips", rate=0.5)
        wrong = sum(co2.ask(ASK_CO2, 9) != CO2 for _ in range(40))
    assert 8 <= wrong <= 32


def test_fault_for_a_while_ends_by_itself(bench, pole):
    bench.post("faults", at="meter-1", name="wrong-checksum", for_s=0.5)
    assert pole.ask(ASK_METER, 9) != METER
    wait_until(lambda: pole.ask(ASK_METER, 9) == METER)


def test_echo_comes_before_the_answer(bench, pole):
    bench.post("faults", at="pole", name="echo")
    assert pole.ask(ASK_METER, 17) == ASK_METER + METER


def test_garbage_comes_by_itself(bench, pole):
    assert pole.port.read(1) == b""
    bench.post("faults", at="pole", name="garbage", amount=7)
    pole.port.timeout = TWICE_S
    noise = pole.port.read(14)
    assert len(noise) == 14
    assert noise[:7] != noise[7:]


def test_wrong_baud_makes_real_bits_into_wrong_bytes(bench):
    with Wire(bench, "air-laser", timeout_s=3.0) as air:
        right = air.port.read(10)
        bench.post("faults", at="air-laser", name="wrong-baud")
        said = air.port.read(12)
    # By hand: AA is 0 01010101 1 on the wire; its first nine half bits are 0 [00011001].
    assert (right[0], said[0]) == (0xAA, 0x98)
    assert len(said) > len(right)
    with Wire(bench, "pole") as pole:
        bench.post("faults", at="pole", name="wrong-baud")
        assert pole.ask(ASK_METER) == b""


def test_unplugged_adapter_takes_its_port_along_and_brings_it_back(bench, pole):
    path = Path(pole.path)
    bench.post("faults", at="pole", name="unplugged")
    wait_until(lambda: not path.is_symlink())
    with pytest.raises(serial.SerialException):
        pole.port.read(1)
    with pytest.raises(serial.SerialException):
        pole.port.write(ASK_METER)
    with pytest.raises(serial.SerialException):
        serial.Serial(str(path))
    bench.post("clear", at="pole")
    wait_until(path.exists)
    with Wire(bench, "pole") as again:
        assert again.ask(ASK_METER, 9) == METER


def test_unplugged_line_is_hung_up_on_over_tcp(bench):
    radar = bench.cabinets[0]["tcp"]["radar"]
    with socket.create_connection((radar["host"], radar["port"]), timeout=5) as connection:
        bench.post("faults", at="radar", name="unplugged")
        assert connection.recv(1) == b""
    with socket.create_connection((radar["host"], radar["port"]), timeout=5) as connection:
        assert connection.recv(1) == b""


def test_gateway_says_that_nobody_answers(bench):
    gateway = bench.cabinets[0]["tcp"]["pole"]
    with socket.create_connection((gateway["host"], gateway["port"]), timeout=5) as connection:
        request = bytes.fromhex("0001 0000 0006 02 04 0000 0002")
        connection.sendall(request)
        assert connection.recv(64).hex() == "00010000000702040443663333"
        for name in ("silent", "wrong-checksum", "truncated", "late"):
            bench.post("faults", at="meter-1", name=name)
            connection.sendall(request)
            assert connection.recv(64).hex() == "00010000000302840b", name
            bench.post("clear")


def test_brown_out_is_silence_and_then_a_fresh_start(bench):
    with Wire(bench, "loops") as loops:
        bench.post("faults", at="vds-1", name="chatter", amount=600)
        wait_until(lambda: min(loops.ask(POLL_CARD, 37)[7:36:9]) > 5)
        bench.post("clear")
        begin_s = time.monotonic()
        bench.post("faults", at="vds-1", name="brown-out", amount=1.0)
        assert loops.ask(POLL_CARD) == b""
        assert bench.get("rows?at=vds-1")[0]["shows"] == {"power": "sin energía · no power"}
        said = []
        wait_until(lambda: said.append(loops.ask(POLL_CARD, 37)) or said[-1])
        assert time.monotonic() - begin_s >= 1.0
    # What it tells since: counts begin again, and starts are counted from the restart.
    assert max(said[-1][7:36:9]) <= 2
    starts_ms = [int.from_bytes(said[-1][at + 3 : at + 7], "big") for at in range(0, 36, 9)]
    assert max(starts_ms) < 5000


def test_chattering_and_locked_loops_are_counted_as_such(bench):
    with Wire(bench, "loops") as loops:
        before = loops.ask(POLL_CARD, 37)[7:36:9]
        bench.post("faults", at="vds-1", name="chatter", amount=600)
        begin_s = time.monotonic()
        wait_until(lambda: min(grown(before, loops.ask(POLL_CARD, 37)[7:36:9])) >= 12)
        assert time.monotonic() - begin_s > 1.0  # ten a second
        bench.post("faults", at="vds-1", name="locked-on")
        loops.ask(POLL_CARD, 37)  # from here on all loops are on, however much they chatter
        replies = {loops.ask(POLL_CARD, 37) for _ in range(15)}
        assert len(replies) == 1


def grown(before: bytes, after: bytes) -> list[int]:
    """Counts of eight bits."""
    return [(now - then) % 256 for now, then in zip(after, before, strict=True)]


def test_clock_of_the_radar_jumps(bench):
    radar = bench.cabinets[0]["tcp"]["microwave"]

    def hour_and_day():
        with socket.create_connection((radar["host"], radar["port"]), timeout=5) as connection:
            connection.sendall(bytes.fromhex("ffaaf90200040004"))
            stamp = b""
            while len(stamp) < 22:
                stamp += connection.recv(64)
        return int(f"{stamp[8]:02x}"), int(f"{stamp[10]:02x}")

    hour, day = hour_and_day()
    bench.post("faults", at="vds-4", name="clock-jump", amount=-86_400)
    assert hour_and_day()[1] != day
    bench.post("faults", at="vds-4", name="clock-jump", amount=7200)
    assert (hour_and_day()[0] - hour) % 24 in (2, 3)
    bench.post("clear")
    assert hour_and_day()[1] == day or hour == 23


def test_stuck_drifting_and_spiking_reading(bench):
    with Wire(bench, "pole") as pole:
        ask_hertz = bytes.fromhex("02 04 00 46 00 02 90 2d")
        bench.post("faults", at="meter-1", name="stuck", reading="frequency_hz")
        hertz = {pole.ask(ask_hertz, 9) for _ in range(5)}
        assert len(hertz) == 1
        bench.post("faults", at="meter-1", name="spike", reading="frequency_hz", amount=2.0)
        (spiked,) = {pole.ask(ask_hertz, 9) for _ in range(3)}
        # Twice a float is one more in its exponent, at the second byte's highest bit.
        (right,) = hertz
        assert int.from_bytes(spiked[3:7], "big") - int.from_bytes(right[3:7], "big") == 1 << 23


class Snmp:
    def __init__(self, bench: RunningBench, sign: str = "vms-1") -> None:
        if shutil.which("snmpget") is None:
            pytest.skip("snmpget is not installed (Debian package snmp)")
        reach = bench.cabinets[0]["signs"][sign]
        community = Path(reach["community_file"]).read_text().strip()
        self.options = ["-v", "2c", "-On", "-Oqv", "-c", community]
        self.host = f"{reach['host']}:{reach['port']}"

    def run(self, tool: str, *arguments: str, timeout_s: float = 2.0, retries: int = 1):
        return subprocess.run(
            [tool, *self.options, "-t", str(timeout_s), "-r", str(retries), self.host, *arguments],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )

    def get(self, *objects: str) -> list[str]:
        done = self.run("snmpget", *(f"{DMS}.{name}" for name in objects))
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    def walk(self, objects: str) -> list[str]:
        done = self.run("snmpbulkwalk", f"{DMS}.{objects}")
        return [line for line in done.stdout.splitlines() if not line.startswith(("No", "End"))]


@pytest.mark.parametrize("fault", ["silent", "unplugged", "truncated"])
def test_sign_that_cannot_be_heard_times_out(bench, fault):
    sign = Snmp(bench)
    bench.post("faults", at="vms-1", name=fault)
    done = sign.run("snmpget", f"{DMS}.6.1.0", timeout_s=0.3, retries=0)
    assert done.returncode != 0
    assert "Timeout" in done.stderr
    bench.post("clear")
    assert sign.get("6.1.0") == ["4"]


def test_late_sign_is_late(bench):
    sign = Snmp(bench)
    bench.post("faults", at="vms-1", name="late", amount=0.5)
    done = sign.run("snmpget", f"{DMS}.6.1.0", timeout_s=0.2, retries=0)
    assert "Timeout" in done.stderr
    begin_s = time.monotonic()
    assert sign.get("6.1.0") == ["4"]
    assert time.monotonic() - begin_s >= 0.5


def test_sign_without_power_comes_back_with_its_recovery_message(bench):
    sign = Snmp(bench)
    bench.post("faults", at="vms-1", name="brown-out", amount=1.0)
    done = sign.run("snmpget", f"{DMS}.6.1.0", timeout_s=0.3, retries=0)
    assert "Timeout" in done.stderr
    answered = []
    wait_until(
        lambda: (
            not (answered.append(sign.run("snmpget", f"{DMS}.6.7.0")) or answered[-1].returncode)
        )
    )
    assert answered[-1].stdout.strip() == "10"  # shown because of power recovery


def test_door_of_the_sign(bench):
    sign = Snmp(bench)
    door_bit = 1 << 13
    assert not int(sign.get("9.7.1.0")[0]) & door_bit
    bench.post("faults", at="vms-1", name="door-open")
    assert int(sign.get("9.7.1.0")[0]) & door_bit
    assert sign.get("9.6.0") != ["0"]
    bench.post("clear")
    assert not int(sign.get("9.7.1.0")[0]) & door_bit


def test_overheating_sign_says_so_by_degrees_and_bits(bench):
    sign = Snmp(bench)
    bench.post("hold", at="vms-1", reading="temperature_c", value=22.0)
    before = [int(text) for text in sign.get("9.9.2.0", "9.9.4.0", "9.7.1.0")]
    bench.post("faults", at="vms-1", name="overheating", amount=50)
    after = [int(text) for text in sign.get("9.9.2.0", "9.9.4.0", "9.7.1.0")]
    assert after[0] - before[0] == 50
    assert after[2] & (1 << 9 | 1 << 11) == 1 << 9 | 1 << 11
    assert not before[2] & (1 << 9 | 1 << 11)


def test_dead_pixels_are_rows_of_the_table(bench):
    sign = Snmp(bench)
    assert sign.get("9.7.2.0") == ["0"]
    bench.post("faults", at="vms-1", name="dead-pixels", amount=3)
    assert sign.get("9.7.2.0") == ["3"]
    assert len(sign.walk("9.7.3.1.3")) == 3
    assert int(sign.get("9.7.1.0")[0]) & 1 << 5


def test_sign_in_local_control_takes_no_message(bench):
    sign = Snmp(bench)
    assert sign.get("6.1.0") == ["4"]
    bench.post("faults", at="vms-1", name="local-control")
    assert sign.get("6.1.0") == ["2"]
    done = sign.run("snmpset", f"{DMS}.6.3.0", "x", "FFFFFF070001000000000000")
    assert "genError" in done.stderr
    assert sign.get("6.17.0") == ["9"]
    bench.post("clear")
    assert sign.get("6.1.0") == ["4"]


def test_full_table_takes_no_new_message(bench):
    sign = Snmp(bench)
    status = f"{DMS}.5.8.1.9.3.5"
    bench.post("faults", at="vms-1", name="full-table")
    assert sign.get("5.4.0") == ["0"]
    assert sign.run("snmpset", status, "i", "6").returncode != 0
    bench.post("clear")
    assert int(sign.get("5.4.0")[0]) > 0
    assert sign.run("snmpset", status, "i", "6").returncode == 0
