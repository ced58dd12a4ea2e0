"""The whole rig without a port: neighbouring instruments measure the same world."""

from dataclasses import dataclass, field
from itertools import pairwise

import pytest
from scenario_files import changed, written

from firmware_sim.rig.recording import record
from firmware_sim.rig.rig import Rig
from firmware_sim.scenario.load import load_scenario

CABINET = "envigado/calle-10"
NOON_MS = 1_780_074_000_000
"""12:00 in Medellín, on a full minute."""
POLL = bytes.fromhex("3C3038002A31453E")
POLL_S = 0.2
LOOP_M, SPACING_M = 1.8, 4.5
DAY_S, HOUR_S = 86400, 3600
MIX = "mix = { motorcycle = 0.6, car = 0.4 }\n"
ALL_SEEN = (MIX, f"{MIX}loops = {{ motorcycles_detected = 1.0 }}\n")


@pytest.fixture
def rig_of(tmp_path):
    def rig_of(*changes, more="", seed=7, start_ms=NOON_MS, now_s=0.0, kept=None):
        scenario = load_scenario(written(tmp_path, changed(*changes, more=more)))
        return Rig(scenario, seed=seed, start_ms=start_ms, now_s=now_s, kept=kept or {})

    return rig_of


@dataclass(frozen=True)
class Record:
    """Of one input, in the card's reply."""

    duration_ms: int
    start_ms: int
    count: int


def poll(cabinet, at_s) -> list[Record]:
    """The card's reply, input by input."""
    cabinet.advance(at_s)
    line = cabinet.lines["loops"]
    (burst,) = line.receive(POLL, at_s) + line.quiet(at_s)
    reply = burst.data
    assert len(reply) == 37
    return [
        Record(
            int.from_bytes(reply[at : at + 3], "big"),
            int.from_bytes(reply[at + 3 : at + 7], "big"),
            reply[at + 7],
        )
        for at in range(0, 36, 9)
    ]


@dataclass
class LaneReader:
    """Follows one lane of the card, as a reader that polls it five times a second would."""

    times_s: list[float] = field(default_factory=list)
    speeds_kmh: list[float] = field(default_factory=list)
    lengths_m: list[float] = field(default_factory=list)
    count: int = 0

    def read(self, first: Record, second: Record) -> None:
        """Only when both loops saw the same vehicle as the last is it known."""
        if first.count != second.count or first.count == self.count:
            return
        self.count = first.count
        speed_ms = SPACING_M / ((second.start_ms - first.start_ms) / 1000)
        self.times_s.append(first.start_ms / 1000)
        self.speeds_kmh.append(speed_ms * 3.6)
        self.lengths_m.append(speed_ms * first.duration_ms / 1000 - LOOP_M)


def test_speed_and_length_from_the_cards_reply_are_those_of_the_vehicle(rig_of):
    rig = rig_of(ALL_SEEN)
    cabinet = rig.cabinets[CABINET]
    crossed = [[], []]
    for lane in (0, 1):
        cabinet.road.watch(350.0, lane, crossed[lane].append)
    readers = [LaneReader(), LaneReader()]
    for number in range(round(300 / POLL_S)):
        reply = poll(cabinet, number * POLL_S)
        for lane, reader in enumerate(readers):
            reader.read(*reply[2 * lane : 2 * lane + 2])
    for lane, reader in enumerate(readers):
        assert len(crossed[lane]) > 50
        assert len(reader.times_s) > 0.8 * len(crossed[lane])
        for time_s, speed_kmh, length_m in zip(
            reader.times_s, reader.speeds_kmh, reader.lengths_m, strict=True
        ):
            nearest = min(crossed[lane], key=lambda crossing: abs(crossing.time_s - time_s))
            assert nearest.time_s == pytest.approx(time_s, abs=0.002)
            # The card counts whole milliseconds, and vehicles brake and accelerate over the loops.
            assert speed_kmh == pytest.approx(nearest.speed_kmh, rel=0.03)
            assert length_m == pytest.approx(nearest.vehicle.length_m, abs=0.3)


def test_radar_and_loops_at_one_place_count_the_same(rig_of):
    rig = rig_of(ALL_SEEN)
    cabinet = rig.cabinets[CABINET]
    (radar,) = (device.board for device in cabinet.lines["radar"].devices)
    begun = [None, None]
    intervals = 0
    for second in range(601):
        cabinet.advance(second)
        cabinet.lines["radar"].tick(second)
        if second % 30:
            continue
        counts = [one.count for one in poll(cabinet, second)[::2]]
        shown = radar.shows(second)
        for lane in (0, 1):
            if begun[lane] is not None and shown:
                by_loops = (counts[lane] - begun[lane]) % 256
                # The radar looks at a spot a few metres long: a vehicle on it belongs to either.
                assert abs(shown[f"lane_{lane + 1}_volume"] - by_loops) <= 1
                intervals += 1
            begun[lane] = counts[lane]
    assert intervals >= 2 * 18


def energy_kwh(rig, at_s):
    (meter,) = (
        device
        for device in rig.cabinets[CABINET].lines["pole"].devices
        if device.name.endswith("meter-1")
    )
    meter.is_on(at_s)
    return meter.shows(at_s)["import_energy_kwh"]


def test_energy_only_grows_through_a_day_and_a_restart(rig_of):
    quiet = tuple(("  900, 900, 900, 900, 900, 900, 900, 900, 900, 900, 900, 900,\n",) * 2)
    rig = rig_of(("flow_veh_per_h = [\n" + "".join(quiet), "flow_veh_per_h = [" + "0, " * 24))
    before = energy_kwh(rig, 0.0)
    used = []
    for second in range(0, DAY_S + 1, 300):
        now = energy_kwh(rig, second)
        assert now >= before
        used.append(now - before)
        before = now
        if second == DAY_S // 2:
            kept = rig.cabinets[CABINET].keep()
            rig = rig_of(now_s=float(second), kept={CABINET: kept})
            assert energy_kwh(rig, second) == pytest.approx(now, abs=0.02)
    # Standby all day, the lamp by night: about 12 h of 98 W.
    assert sum(used) == pytest.approx(0.014 * 24 + 0.098 * 12, rel=0.1)


def test_device_of_another_type_takes_over_a_name_but_not_its_memory(rig_of):
    before = rig_of(('type = "pms5003"', 'type = "sds011", device_id = 1'))
    kept = before.cabinets[CABINET].keep()
    after = rig_of(('type = "pms5003"', 'type = "mhz19b"'), kept={CABINET: kept})
    (sensor,) = after.cabinets[CABINET].lines["air"].devices
    assert sensor.board.shows(300.0)["range_ppm"] == 5000


def test_restarted_rig_goes_on_with_the_same_traffic(rig_of):
    through, restarted = rig_of(), rig_of(now_s=1000.0)
    through.world.advance(1000.0)
    seen = []
    for rig in (through, restarted):
        passings = []
        rig.cabinets[CABINET].road.watch(350.0, 0, passings.append)
        rig.world.advance(1120.0)
        seen.append([(round(one.time_s, 6), one.vehicle.key) for one in passings])
    assert seen[0] == seen[1]
    assert len(seen[0]) > 20


def test_rig_may_begin_before_its_second_0(rig_of):
    rig = rig_of(now_s=-5.0)
    cabinet = rig.cabinets[CABINET]
    for second in range(-5, 60):
        cabinet.advance(second)
        for line in cabinet.lines.values():
            line.tick(second)
        for sign in cabinet.signs.values():
            sign.tick(second)
    assert rig.utc_ms(-5.0) == NOON_MS - 5000
    assert all(target.shows(60.0) for target in cabinet.targets)


def said(rig, until_s):
    return [(one.at_s, one.device, one.request, one.data) for one in record(rig, until_s=until_s)]


def test_recording_is_the_same_for_the_same_seed(rig_of):
    first = said(rig_of(), 90.0)
    assert first == said(rig_of(), 90.0)
    assert first != said(rig_of(seed=8), 90.0)
    assert first != said(rig_of(start_ms=NOON_MS + 12 * HOUR_S * 1000), 90.0)


def test_sensor_is_recorded_at_the_pace_that_it_has_then(rig_of):
    """Without a change a PMS5003 speaks every 2.3 s (its data sheet), at first every 0.8 s."""
    rig = rig_of()
    rig.control.hold("air-1", "pm25_ugm3", 20.0)
    at_s = [at_s for at_s, device, _, _ in said(rig, 60.0) if device.endswith("air-1")]
    gaps = [round(late - early, 1) for early, late in pairwise(at_s)]
    assert gaps[-10:] == [2.3] * 10


def test_recording_obeys_the_scenarios_faults(rig_of):
    fault = '[[faults]]\nat = "*/*/air-1"\nfault = "wrong-checksum"\nstart_s = 30\nend_s = 60\n'
    frames = [
        (at_s, data)
        for at_s, device, _, data in said(rig_of(more=fault), 90.0)
        if device.endswith("air-1")
    ]
    assert len(frames) > 30
    for at_s, data in frames:
        is_right = sum(data[:30]) == int.from_bytes(data[30:], "big")
        assert is_right == (not 30 <= at_s < 60)
