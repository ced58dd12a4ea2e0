"""Faults in a whole cabinet, as a technician switches them: what becomes of the boards' answers."""

import datetime as dt
import functools
import itertools
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_sim.boards.detectors.ss125.packet import Address, Packet
from firmware_sim.boards.modbus.rtu import with_crc
from firmware_sim.faults.catalogue import FAULTS
from firmware_sim.lines.line import Line
from firmware_sim.rig.control import HELD_MAX, RequestError
from firmware_sim.rig.recording import record
from firmware_sim.rig.rig import Rig
from firmware_sim.rig.view import detail_of
from firmware_sim.scenario.load import load_scenario

CABINET = "medellin/av-regional"
EVENING_MS = 1_763_676_000_000
"""17:00 in Medellín, Thursday, 20 November 2025 (22:00 UTC)."""
POLL_CARD = {0: bytes.fromhex("3C3038002A31453E"), 1: bytes.fromhex("3C3038012A31463E")}
READ_CO2 = bytes.fromhex("ff0186000000000079")
START_SPS30, READ_SPS30 = bytes.fromhex("7e0000020103f97e"), bytes.fromhex("7e000300fc7e")
POLL_RTMS = bytes.fromhex("ffaa53030004000004")
POLL_RTMS_CLOCK = bytes.fromhex("ffaaf90200040004")


@functools.cache
def scenario(name: str):
    return load_scenario(Path(name))


class Bench:
    """The cabinet with everything, asked without a wire."""

    def __init__(self, name: str = "one-cabinet", *, seed: int = 7) -> None:
        self.rig = Rig(scenario(name), seed=seed, start_ms=EVENING_MS, now_s=0.0, kept={})
        self.control = self.rig.control

    def line(self, name: str) -> Line:
        line = self.control.targets[f"{CABINET}/{name}"]
        assert isinstance(line, Line)
        return line

    def ask(self, line: str, request: bytes, at_s: float) -> bytes:
        self.rig.world.advance(at_s)
        wire = self.line(line)
        bursts = wire.receive(request, at_s)
        bursts += wire.quiet(at_s + wire.quiet_characters * wire.character_s)
        return b"".join(burst.data for burst in bursts)

    def tick(self, to_s: float, from_s: float = 0.0) -> None:
        """Second by second, as a bench does."""
        for second in range(int(from_s), int(to_s) + 1):
            self.rig.world.advance(second)
            for cabinet in self.rig.cabinets.values():
                for line in cabinet.lines.values():
                    line.tick(second)

    def registers(self, unit: int, function: int, address: int, count: int, at_s: float) -> bytes:
        """What they hold, a word each."""
        request = with_crc(struct.pack(">BBHH", unit, function, address, count))
        reply = self.ask("pole", request, at_s)
        assert reply[:3] == bytes((unit, function, 2 * count)), reply.hex(" ")
        return reply[3:-2]

    def co2_ppm(self, at_s: float) -> int:
        reply = self.ask("co2", READ_CO2, at_s)
        assert reply[:2] == b"\xff\x86"
        return int.from_bytes(reply[2:4], "big")

    def ss125_clock(self, at_s: float) -> dt.datetime:
        request = Packet(Address(0, 3), Address(0, 0), 0, bytes.fromhex("0e0000")).to_bytes()
        day, time = struct.unpack_from(">II", self.ask("radar", request, at_s), 11 + 3)
        return dt.datetime(
            *(day >> 9, day >> 5 & 15, day & 31),
            *(time >> 22, time >> 16 & 63, time >> 10 & 63, time % 1024 * 1000),
            tzinfo=dt.UTC,
        )

    def ss125_bodies(self, at_s: float) -> list[bytes]:
        """Of the latest interval: lane by lane, then the approach."""
        request = Packet(Address(0, 3), Address(0, 0), 0, bytes.fromhex("710000000000")).to_bytes()
        reply = self.ask("radar", request, at_s)
        return [reply[at + 11 : at + 57] for at in range(0, len(reply), 57)]

    def rtms_clock(self, at_s: float) -> str:
        """Day, month, year, hour, minute, second, as its BCD digits say."""
        stamp = self.ask("microwave", POLL_RTMS_CLOCK, at_s)[6:13].hex()
        second, minute, hour, _, day, month, year = (
            stamp[place : place + 2] for place in range(0, 14, 2)
        )
        return f"{day}.{month}.{year} {hour}:{minute}:{second}"


class Counter:
    """A loop card that is polled, its eight-bit counts followed round."""

    def __init__(self, bench: Bench, address: int) -> None:
        self._bench, self._address = bench, address
        self._last = bytes(4)
        self.vehicles = [0, 0, 0, 0]
        self.totals: dict[float, int] = {}
        """All vehicles by then."""
        self.longest_ms = [0, 0, 0, 0]

    def poll(self, at_s: float) -> None:
        reply = self._bench.ask("loops", POLL_CARD[self._address], at_s)
        assert len(reply) == 37
        counts = reply[7:36:9]
        for place, count in enumerate(counts):
            self.vehicles[place] += (count - self._last[place]) % 256
            duration_ms = int.from_bytes(reply[9 * place : 9 * place + 3], "big")
            self.longest_ms[place] = max(self.longest_ms[place], duration_ms)
        self._last = counts
        self.totals[at_s] = sum(self.vehicles)


def names(*short: str) -> list[str]:
    return [f"{CABINET}/{name}" for name in short]


def test_every_fault_can_strike_something_here():
    targets = Bench().control.targets.values()
    assert {fault for target in targets for fault in target.faults} == set(FAULTS)


@pytest.mark.parametrize(
    ("at", "fault", "struck"),
    [
        ("vds-1", "silent", ["vds-1"]),
        (f"{CABINET}/vds-*", "chatter", ["vds-1", "vds-2", "vds-3", "vds-4"]),
        ("loops", "late", ["vds-1", "vds-2"]),
        ("loops", "echo", ["loops"]),
        ("*/*/vms-*", "door-open", ["vms-1", "vms-2"]),
        ("vds-4", "clock-jump", ["vds-4"]),
    ],
)
def test_fault_goes_to_the_device_or_to_all_on_the_line(at, fault, struck):
    control = Bench().control
    assert control.switch_on(at, fault, now_s=0) == names(*struck)
    on = [name for name, target in control.targets.items() if target.switches.all()]
    assert on == names(*struck)
    assert control.clear() == len(struck)
    assert not any(target.switches.all() for target in control.targets.values())


@pytest.mark.parametrize(
    ("at", "fault", "more", "said"),
    [
        ("vds-9", "silent", {}, "nothing here is called 'vds-9'"),
        ("vds-1", "sulking", {}, "no fault 'sulking'"),
        ("vds-1", "door-open", {}, "cannot have fault door-open"),
        ("vds-1", "stuck", {}, "cannot have fault stuck"),
        ("vds-1", "echo", {}, "cannot have fault echo"),
        ("air", "stuck", {}, "cannot have fault stuck"),
        ("air-1", "silent", {"amount": 3.0}, "takes no amount"),
        ("air-1", "late", {"amount": 61.0}, "0.01 to 60"),
        ("air-1", "silent", {"rate": 0.0}, "above 0 and at most 1"),
        ("air-1", "stuck", {"rate": 0.5}, "stuck is on or off: it takes no rate"),
        ("air-1", "silent", {"reading": "pm25_ugm3"}, "silent is not one of readings"),
        ("air-1", "silent", {"rate": float("nan")}, "above 0 and at most 1"),
        ("air-1", "silent", {"for_s": 0.0}, "above 0"),
        ("air-1", "stuck", {"reading": "co2_ppm"}, "no reading 'co2_ppm'"),
    ],
)
def test_what_cannot_fail_like_that_is_refused_with_what_can(at, fault, more, said):
    control = Bench().control
    with pytest.raises(RequestError, match=said):
        control.switch_on(at, fault, now_s=0, **more)
    assert not any(target.switches.all() for target in control.targets.values())


def test_fault_at_the_line_meets_each_of_its_devices_and_no_other():
    bench = Bench()
    bench.control.switch_on("loops", "wrong-checksum", now_s=0)
    for request in POLL_CARD.values():
        reply = bench.ask("loops", request, 1.0)
        assert functools.reduce(int.__xor__, reply[:36]) != reply[36]
    assert sum(bench.ask("co2", READ_CO2, 1.0)[1:]) % 256 == 0


def test_fault_for_a_while_ends_by_itself():
    bench = Bench()
    bench.control.switch_on("co2-1", "silent", now_s=10.0, for_s=5.0)
    answered = [bool(bench.ask("co2", READ_CO2, at_s)) for at_s in (9.0, 10.0, 14.9, 15.0)]
    assert answered == [True, False, False, True]


def test_held_reading_is_in_the_bytes():
    bench = Bench()
    bench.control.hold("co2-1", "co2_ppm", 636.0)
    bench.control.hold("co2-1", "temperature_c", 26.0)
    assert bench.ask("co2", READ_CO2, 1.0).hex() == "ff86027c42000000ba"  # as Winsen prints it
    bench.control.hold("meter-1", "voltage_v", 230.2)
    assert bench.registers(2, 4, 0, 2, 1.0).hex() == "43663333"
    bench.control.hold("co2-1", "co2_ppm", None)
    assert bench.co2_ppm(2.0) != 636


@pytest.mark.parametrize("value", [1e308, -1e308, 1.1e9, float("inf"), float("nan")])
def test_reading_beyond_anything_is_not_held(value):
    with pytest.raises(RequestError, match=r"must be -1e\+09 to 1e\+09"):
        Bench().control.hold("meter-1", "power_w", value)


@pytest.mark.parametrize("value", [-HELD_MAX, HELD_MAX])
def test_any_reading_that_can_be_held_crashes_nothing(value):
    bench = Bench()
    for target in bench.control.targets.values():
        for reading in target.measures:
            bench.control.hold(target.name, reading, value)
    speakers = {said.device for said in record(bench.rig, until_s=20.0)}
    assert len(speakers) > 10
    for target in bench.control.targets.values():
        assert orjson.dumps(detail_of(target, 20.0, []))


def test_stuck_reading_repeats_itself_in_the_bytes():
    bench = Bench()
    bench.control.switch_on("meter-1", "stuck", now_s=0.0, reading="voltage_v", for_s=300.0)
    volts = [bench.registers(2, 4, 0, 2, at_s) for at_s in (0.0, 60.0, 299.0, 300.0, 360.0)]
    assert len(set(volts[:3])) == 1
    assert len(set(volts[2:])) == 3
    hertz = [bench.registers(2, 4, 0x46, 2, at_s) for at_s in (361.0, 420.0)]
    assert hertz[0] != hertz[1]


def test_drift_and_spike_in_the_bytes():
    bench, healthy = Bench(), Bench()
    bench.control.switch_on("co2-1", "drift", now_s=0.0, amount=50.0)
    assert bench.co2_ppm(3600.0) == pytest.approx(1.5 * healthy.co2_ppm(3600.0), abs=1)
    bench.control.switch_on("co2-1", "spike", now_s=3600.0, amount=3.0)
    assert bench.co2_ppm(3601.0) == pytest.approx(4.5 * healthy.co2_ppm(3601.0), rel=0.01)
    bench.control.clear("co2-1")
    assert bench.co2_ppm(3602.0) == healthy.co2_ppm(3602.0)


def test_clock_jump_is_in_the_stamps_and_in_the_intervals():
    bench = Bench()
    assert bench.ss125_clock(65.25).isoformat() == "2025-11-20T22:01:05.250000+00:00"
    assert bench.rtms_clock(65.25) == "20.11.25 22:01:05"
    bench.tick(120)
    before = bench.ss125_bodies(120.5)
    bench.control.switch_on("*/*/vds-[34]", "clock-jump", now_s=121.0, amount=-3 * 86_400 - 60)
    assert bench.ss125_clock(125.0).isoformat() == "2025-11-17T22:01:05+00:00"
    assert bench.rtms_clock(125.0) == "17.11.25 22:01:05"
    bench.tick(190, from_s=125)
    after = bench.ss125_bodies(190.5)
    day, time = struct.unpack_from(">II", after[0], 6)
    assert (day & 31, time >> 22, time >> 16 & 63, time >> 10 & 63) == (17, 22, 2, 0)
    assert len(after) == len(before)
    bench.control.clear()
    assert bench.ss125_clock(191.0).isoformat() == "2025-11-20T22:03:11+00:00"


def test_clock_of_the_other_radar_does_not_jump():
    bench = Bench()
    bench.control.switch_on("vds-3", "clock-jump", now_s=0.0)
    assert bench.ss125_clock(0.0).hour == 23
    assert bench.rtms_clock(0.0) == "20.11.25 22:00:00"


@dataclass
class TwoMinutes:
    card: Counter
    second_card: Counter
    ss125_lanes: list[bytes]
    """Bodies of the last interval."""
    rtms_counts: tuple[int, ...]


def two_minutes(faults: dict[str, dict[str, Any]]) -> TwoMinutes:
    bench = Bench()
    for at, fault in faults.items():
        bench.control.switch_on(at, now_s=30.0, **fault)
    cards = [Counter(bench, 0), Counter(bench, 1)]
    for fifth in range(1, 603):
        for place, card in enumerate(cards):
            card.poll((fifth + place / 2) / 5)
        for line in ("radar", "microwave"):
            bench.line(line).tick(fifth / 5)
    counts = bench.ask("microwave", POLL_RTMS, 121.0)
    at = counts.index(bytes.fromhex("ffaa10")) + 6
    lanes = bench.ss125_bodies(121.0)[:-1]
    return TwoMinutes(*cards, lanes, struct.unpack_from(f">{len(lanes)}H", counts, at))


@pytest.fixture(scope="module")
def healthy():
    return two_minutes({})


@pytest.fixture(scope="module")
def faulty():
    """The same traffic, and another fault at each detector from second 30 on."""
    return two_minutes(
        {
            "vds-1": {"name": "chatter", "amount": 60.0},
            "vds-2": {"name": "locked-on", "for_s": 60.0},
            "vds-3": {"name": "missed-motorcycles"},
            "vds-4": {"name": "cross-talk"},
        }
    )


@pytest.fixture(scope="module")
def faulty_otherwise():
    """The same once more, the faults of loops at radars and those of radars at loops."""
    return two_minutes(
        {
            "vds-1": {"name": "cross-talk"},
            "vds-2": {"name": "missed-motorcycles"},
            "vds-3": {"name": "locked-on"},
            "vds-4": {"name": "chatter", "amount": 120.0},
        }
    )


def test_chatter_counts_vehicles_that_there_are_not(healthy, faulty):
    for before, after in zip(healthy.card.vehicles, faulty.card.vehicles, strict=True):
        assert before > 10
        assert 60 <= after - before <= 95  # in 90 s; some fall upon a real vehicle


def test_locked_on_counts_nobody_and_then_one_that_stood_all_the_while(healthy, faulty):
    card = faulty.second_card
    assert card.totals[29.9] == healthy.second_card.totals[29.9] > 0
    assert card.totals[30.1] == card.totals[89.9]
    assert card.totals[119.9] > card.totals[91.1]
    for duration_ms in card.longest_ms:
        assert 60_000 <= duration_ms <= 65_000


def test_missed_motorcycles_are_not_in_the_volumes(healthy, faulty):
    def volume(lanes):
        return sum(int.from_bytes(lane[17:20], "big") for lane in lanes)

    def shortest(lanes):
        return sum(int.from_bytes(lane[22:25], "big") for lane in lanes)

    assert volume(healthy.ss125_lanes) > 10
    missed = volume(healthy.ss125_lanes) - volume(faulty.ss125_lanes)
    assert 0.3 < missed / volume(healthy.ss125_lanes) < 0.85  # about 60 % are motorcycles
    assert missed == shortest(healthy.ss125_lanes) - shortest(faulty.ss125_lanes)


def test_cross_talk_adds_the_next_lanes_vehicles(healthy, faulty):
    assert min(healthy.rtms_counts) > 5
    # Each of the two lanes hears the other; some vehicles pass side by side at the interval's ends.
    for count in faulty.rtms_counts:
        assert count == pytest.approx(sum(healthy.rtms_counts), abs=2)


def test_loops_hear_the_next_lane_too(healthy, faulty_otherwise):
    first, _, second, _ = healthy.card.vehicles
    for count, own in zip(faulty_otherwise.card.vehicles, healthy.card.vehicles, strict=True):
        assert own + 5 < count <= first + second  # two that pass side by side are one


def test_loops_miss_motorcycles(healthy, faulty_otherwise):
    counts = zip(faulty_otherwise.second_card.vehicles, healthy.second_card.vehicles, strict=True)
    assert all(0.1 < seen / there < 0.9 for seen, there in counts)


def test_radar_that_is_locked_on_is_full_and_counts_nobody(faulty_otherwise):
    for lane in faulty_otherwise.ss125_lanes:
        assert lane[17:22].hex() == "0000006400"  # no vehicle, 100 % of the time


def test_radar_that_chatters_sees_two_more_a_second(healthy, faulty_otherwise):
    counts = zip(faulty_otherwise.rtms_counts, healthy.rtms_counts, strict=True)
    assert all(55 <= seen - there <= 65 for seen, there in counts)


def test_brown_out_forgets_what_has_no_battery():
    bench = Bench()
    bench.ask("air-fine", START_SPS30, 0.0)
    bench.ask("pole", with_crc(bytes.fromhex("01061a900028")), 0.0)  # the lamp to 40 %
    bench.tick(60)
    bench.control.hold("weather-1", "rain_total_mm", 1000.0)
    assert bench.registers(0x90, 3, 0x16C, 1, 60.0) != b"\0\0"
    assert any(bench.ask("loops", POLL_CARD[0], 60.0)[:36])
    assert len(bench.ask("air-fine", READ_SPS30, 60.0)) >= 47
    assert bench.registers(1, 3, 6800, 2, 60.0).hex() == "00280001"
    energy = bench.registers(2, 4, 0x48, 2, 60.0)
    for at in ("loops", "air-fine", "pole"):
        bench.control.switch_on(at, "brown-out", now_s=61.0, amount=2.0)
    assert bench.ask("loops", POLL_CARD[0], 61.0) == b""
    bench.tick(64, from_s=62)
    after = bench.ask("loops", POLL_CARD[0], 64.0)
    assert all(int.from_bytes(after[at + 3 : at + 7], "big") < 2000 for at in range(0, 36, 9))
    assert max(after[7:36:9]) <= 3
    assert bench.ask("air-fine", READ_SPS30, 64.0).hex() == "7e00030000fc7e"  # idle: no values
    assert bench.registers(0x90, 3, 0x16C, 1, 64.0) == b"\0\0"
    assert bench.registers(1, 3, 6800, 2, 68.0).hex() == "00000000"  # by day its photocell says
    assert bench.registers(2, 4, 0x48, 2, 68.0) >= energy > bytes(4)


def test_same_seed_and_the_same_faults_give_the_same_bytes():
    one = list(record(Bench("storm-of-faults").rig, until_s=200))
    assert one == list(record(Bench("storm-of-faults").rig, until_s=200))
    assert len(one) > 3000


def test_another_seed_or_no_faults_give_other_bytes():
    def said(name, seed):
        return [each.data for each in record(Bench(name, seed=seed).rig, until_s=30)]

    storm = said("storm-of-faults", 7)
    assert storm != said("storm-of-faults", 8)
    assert storm != said("one-cabinet", 7)


BUS_FAULTS = [name for name, kind in FAULTS.items() if kind.where in ("line", "device")]


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_any_bytes_and_any_faults_crash_nothing(storm, data):
    bench, seconds = storm
    line = data.draw(st.sampled_from(sorted(bench.rig.cabinets[CABINET].lines)))
    bench.control.clear()
    for name in data.draw(st.lists(st.sampled_from(BUS_FAULTS), max_size=4)):
        rate = data.draw(st.sampled_from([0.3, 1.0] if FAULTS[name].has_rate else [1.0]))
        bench.control.switch_on(line, name, now_s=0.0, rate=rate)
    wire = bench.line(line)
    for chunk in data.draw(st.lists(st.binary(min_size=1, max_size=80), max_size=6)):
        at_s = next(seconds)
        bursts = wire.receive(chunk, at_s) + wire.quiet(at_s) + wire.tick(at_s)
        bursts += [burst for device in wire.devices for burst in wire.push(device, at_s)]
        assert all(burst.data for burst in bursts)
    for frame in wire.log.frames:
        parts = wire.explain(frame.data, frame.request)
        places = [place for part in parts for place in (part.start, part.end)]
        assert places == sorted(places)
        assert not places or 0 <= places[0] <= places[-1] <= len(frame.data)


@pytest.fixture(scope="module")
def storm():
    return Bench(), itertools.count(1)


def test_sign_gets_its_power_back_when_a_long_brown_out_is_cleared():
    bench = Bench()
    sign = bench.rig.cabinets[CABINET].signs["vms-1"]
    bench.control.switch_on("vms-1", "brown-out", now_s=10.0, amount=3600.0)
    sign.tick(10.0)
    assert not sign.board.is_on(11.0)
    bench.control.clear("vms-1", "brown-out")
    sign.tick(12.0)
    assert sign.board.is_on(12.0)


def test_locked_on_loop_stays_on_between_a_request_and_the_silence_after_it():
    """A recording asks and is silent in the same second."""
    bench = Bench()
    bench.control.switch_on("vds-1", "locked-on", now_s=5.0)
    line = bench.line("loops")
    for step in range(25, 100):
        at_s = step / 5
        bench.rig.world.advance(at_s)
        (reply,) = line.receive(POLL_CARD[0], at_s) + line.quiet(at_s)
        counts = [reply.data[place * 9 + 7] for place in range(4)]
        if step == 25:
            before = counts
    assert counts == before


def test_pattern_gives_a_fault_to_those_that_can_have_it_once_each():
    control = Bench().control
    struck = control.switch_on("*/*/*", "clock-jump", now_s=0.0)
    assert sorted(name.rsplit("/")[-1] for name in struck) == ["vds-3", "vds-4", "vms-1", "vms-2"]
    struck = control.switch_on("*/*/*", "silent", now_s=0.0)
    assert len(struck) == len(set(struck))
