"""Heads between road and detector, and the faults that happen in them."""

import math
from dataclasses import dataclass

import pytest

from firmware_sim.boards.detectors.canoga import CanogaCard
from firmware_sim.boards.detectors.heads import LoopHead, RadarHead
from firmware_sim.boards.detectors.ss125.board import Ss125
from firmware_sim.faults.switches import Fault, Switches

POLL = bytes.fromhex("3C3038002A31453E")


@dataclass(frozen=True)
class Vehicle:
    key: int
    class_name: str = "car"
    length_m: float = 4.4
    luck: float = 0.5


@dataclass(frozen=True)
class Crossing:
    vehicle: Vehicle
    time_s: float


class Lanes:
    """One card, two lanes with two loops each, and what came to its inputs."""

    def __init__(self) -> None:
        self.switches = Switches("card")
        self.card = CanogaCard(0, serial_number=b"0" * 12, version=b"0" * 10)
        self.told: list[tuple[int, bool, float]] = []
        loop = self.card.loop
        self.card.loop = lambda *told: (self.told.append(told), loop(*told))  # type: ignore[method-assign]
        self.heads = [
            LoopHead(self.card, first, self.switches, key=f"lane {first}") for first in (1, 3)
        ]
        self.heads[0].neighbour, self.heads[1].neighbour = reversed(self.heads)

    def fault(self, name: str, **more) -> None:
        self.switches.switch_on(Fault(name, **more))

    def drive(self, lane: int, vehicle: Vehicle, time_s: float, on_s: float = 0.5) -> None:
        for loop in (0, 1):
            self.heads[lane].feel(loop, True, time_s + 0.3 * loop, vehicle)
            self.heads[lane].feel(loop, False, time_s + 0.3 * loop + on_s, vehicle)

    def counts(self, at_s: float) -> list[int]:
        self.card.tick(at_s)
        return [self.card.receive(POLL, at_s)[9 * place + 7] for place in range(4)]

    def durations_ms(self, at_s: float) -> list[int]:
        shown = self.card.shows(at_s)
        return [int(shown[f"input_{number}_duration_ms"]) for number in range(1, 5)]


def cars(count: int) -> list[Vehicle]:
    return [Vehicle(key, luck=(key + 0.5) / count) for key in range(count)]


def motorcycles(count: int) -> list[Vehicle]:
    return [Vehicle(one.key, "motorcycle", 2.1, one.luck) for one in cars(count)]


def test_without_a_fault_each_lane_is_on_its_own_inputs():
    lanes = Lanes()
    lanes.drive(0, Vehicle(1), 10.0)
    lanes.drive(1, Vehicle(2), 10.1)
    lanes.drive(1, Vehicle(3), 12.0)
    assert lanes.counts(20.0) == [1, 1, 2, 2]
    assert lanes.durations_ms(20.0) == [500] * 4


def test_nothing_is_told_before_its_time():
    lanes = Lanes()
    lanes.drive(0, Vehicle(1), 10.0)
    assert lanes.counts(10.4) == [0, 0, 0, 0]
    assert lanes.counts(10.5) == [1, 0, 0, 0]
    assert lanes.counts(10.8) == [1, 1, 0, 0]


def test_missed_motorcycles():
    lanes = Lanes()
    lanes.fault("missed-motorcycles")
    for second, vehicle in enumerate([*motorcycles(3), *cars(2)]):
        lanes.drive(0, vehicle, float(second))
    assert lanes.counts(20.0) == [2, 2, 0, 0]


def test_missed_motorcycles_at_a_rate_are_missed_on_both_loops():
    lanes = Lanes()
    lanes.fault("missed-motorcycles", rate=0.3)
    for second, vehicle in enumerate(motorcycles(200)):
        lanes.drive(0, vehicle, float(second))
    first, second_loop, *_ = lanes.counts(300.0)
    assert first == second_loop
    assert 140 - 4 * 6.5 < first < 140 + 4 * 6.5  # a standard deviation is 6.5


def test_motorcycle_that_was_felt_is_let_go_although_the_fault_has_begun():
    lanes = Lanes()
    lanes.fault("missed-motorcycles", start_s=10.2)
    lanes.drive(0, motorcycles(1)[0], 10.0)
    lanes.card.tick(20.0)
    assert lanes.told == [(1, True, 10.0), (1, False, 10.5)]


def test_cross_talk_is_heard_on_the_other_lane_and_only_while_it_lasts():
    lanes = Lanes()
    lanes.fault("cross-talk", start_s=10.0, end_s=20.0)
    for time_s in (5.0, 15.0, 25.0):
        lanes.drive(0, Vehicle(int(time_s)), time_s)
    assert lanes.counts(30.0) == [3, 3, 1, 1]


def test_cross_talk_does_not_shorten_the_neighbours_own_vehicle():
    lanes = Lanes()
    lanes.fault("cross-talk")
    lanes.drive(1, Vehicle(1), 10.0, on_s=2.0)
    lanes.drive(0, Vehicle(2), 10.5, on_s=0.5)
    assert lanes.counts(20.0)[2:] == [1, 1]
    assert lanes.durations_ms(20.0)[2:] == [2000, 2000]


def test_cross_talk_that_ends_meanwhile_lets_go():
    lanes = Lanes()
    lanes.fault("cross-talk", end_s=10.4)
    lanes.drive(0, Vehicle(1), 10.0)
    assert lanes.counts(20.0) == [1, 1, 1, 1]


def test_what_the_road_tells_late_counts_from_now():
    lanes = Lanes()
    lanes.card.tick(12.0)
    lanes.drive(0, Vehicle(1), 11.75)
    lanes.card.tick(13.0)
    assert lanes.told == [(1, True, 12.0), (1, False, 12.25), (2, True, 12.05), (2, False, 12.55)]


def test_cross_talk_strikes_at_its_rate():
    lanes = Lanes()
    lanes.fault("cross-talk", rate=0.25)
    for second, vehicle in enumerate(cars(200)):
        lanes.drive(0, vehicle, float(second))
    own, _, heard, also = lanes.counts(300.0)
    assert own == 200
    assert heard == also
    assert 50 - 4 * 6.2 < heard < 50 + 4 * 6.2


def test_locked_on_from_its_start_to_its_end_hides_vehicles():
    lanes = Lanes()
    lanes.fault("locked-on", start_s=10.0, end_s=70.0)
    lanes.card.tick(1.0)
    for time_s in (5.0, 20.0, 30.0, 69.6, 80.0):
        lanes.drive(0, Vehicle(int(time_s)), time_s)
    assert lanes.counts(50.0) == [1, 1, 0, 0]
    assert lanes.counts(75.0) == [2, 2, 1, 1]
    # A vehicle was over loop 1 when the lock ended: it went on without a break.
    assert lanes.durations_ms(75.0) == [60_100, 60_400, 60_000, 60_000]
    assert lanes.counts(90.0) == [3, 3, 1, 1]


def test_lock_that_is_cleared_by_hand_ends():
    lanes = Lanes()
    lanes.card.tick(1.0)
    lanes.fault("locked-on")
    lanes.card.tick(2.0)
    lanes.card.tick(9.0)
    lanes.switches.clear()
    assert lanes.counts(10.0) == [1, 1, 1, 1]
    assert lanes.durations_ms(10.0) == [8000] * 4


def test_lock_within_one_step_is_not_leapt_over():
    lanes = Lanes()
    lanes.card.tick(1.0)
    lanes.fault("locked-on", start_s=10.0, end_s=12.5)
    assert lanes.counts(60.0) == [1, 1, 1, 1]
    assert lanes.durations_ms(60.0) == [2500] * 4


@pytest.mark.parametrize(("amount", "rate"), [(120, 1.0), (600, 1.0), (120, 0.5)])
def test_chatter_makes_as_many_detections_a_minute_as_it_says(amount, rate):
    lanes = Lanes()
    lanes.card.tick(100.0)
    lanes.fault("chatter", amount=amount, rate=rate, start_s=160.0, end_s=400.0)
    lanes.card.tick(500.0)
    for number in range(1, 5):
        onsets = [time_s for place, is_on, time_s in lanes.told if place == number and is_on]
        offsets = [time_s for place, is_on, time_s in lanes.told if place == number and not is_on]
        assert len(onsets) == pytest.approx(4 * amount * rate, rel=0.03)
        assert len(offsets) == len(onsets)
        assert onsets[0] >= 160.0
        assert onsets[-1] < 400.0
        assert all(0.0 < off - on <= 0.12 for on, off in zip(onsets, offsets, strict=True))


def test_chatter_is_the_same_whoever_asks_and_how_often():
    seldom, often = Lanes(), Lanes()
    for lanes in (seldom, often):
        lanes.card.tick(0.0)
        lanes.fault("chatter", start_s=5.0)
    seldom.card.tick(100.0)
    for tenth in range(1001):
        often.card.tick(tenth / 10)
    assert sorted(seldom.told) == sorted(often.told)


def test_every_input_is_told_in_order_of_time_and_changes_each_time():
    lanes = Lanes()
    lanes.fault("chatter", amount=300)
    lanes.fault("cross-talk", rate=0.5)
    lanes.fault("locked-on", start_s=50.0, end_s=60.0)
    for second, vehicle in enumerate(cars(90)):
        lanes.drive(second % 2, vehicle, float(second))
        if second % 7 == 0:
            lanes.card.tick(float(second))
    lanes.card.tick(100.0)
    for number in range(1, 5):
        told = [(time_s, is_on) for place, is_on, time_s in lanes.told if place == number]
        assert len(told) > 100
        assert [time_s for time_s, _ in told] == sorted(time_s for time_s, _ in told)
        assert [is_on for _, is_on in told] == [place % 2 == 0 for place in range(len(told))]


def test_vehicles_that_pass_while_the_card_has_no_power_are_not_counted():
    lanes = Lanes()
    lanes.card.tick(0.0)
    for second in range(10_000):
        lanes.drive(0, Vehicle(second), float(second))
    assert all(len(loop._pending) <= 4096 for loop in lanes.heads[0].feelers)
    lanes.card.power_up(9_990.0)
    assert lanes.counts(10_010.0)[:2] == [10, 10]


class Radar:
    def __init__(self, **more) -> None:
        self.switches = Switches("radar")
        self.board = Ss125(0, 1, lanes=2, clock_ms=lambda at_s: round(at_s * 1000))
        self.heads = [
            RadarHead(
                self.board, lane, self.switches, key=f"lane {lane}", range_m=8 + 3.5 * lane, **more
            )
            for lane in (0, 1)
        ]
        self.heads[0].neighbour, self.heads[1].neighbour = reversed(self.heads)
        self.board.tick(0.0)

    def drive(self, lane: int, vehicle: Vehicle, time_s: float, speed_kmh: float = 36.0) -> None:
        head = self.heads[lane]
        on_s = (vehicle.length_m + head.zone_m) / (speed_kmh / 3.6)
        head.front(Crossing(vehicle, time_s))
        head.rear(Crossing(vehicle, time_s + on_s))

    def shown(self, at_s: float) -> dict[str, float | int | str]:
        self.board.tick(at_s)
        return dict(self.board.shows(at_s))


def test_radar_sees_the_mean_speed_in_its_zone():
    radar = Radar()
    radar.drive(1, Vehicle(1), 35.0, 36.0)
    radar.drive(1, Vehicle(2), 45.0, 54.0)
    shown = radar.shown(60.0)
    assert (shown["lane_1_volume"], shown["lane_2_volume"]) == (0, 2)
    assert shown["lane_2_speed_kmh"] == 45.0
    # (4.4 + 1.8288) m at 10 and at 15 m/s: 0.623 s and 0.415 s of 30 s.
    assert shown["lane_2_occupancy_pct"] == pytest.approx(100 * 1.038 / 30, abs=0.05)


def test_vehicle_that_stands_in_the_zone_occupies_it_meanwhile():
    radar = Radar()
    radar.heads[0].front(Crossing(Vehicle(1), 30.0))
    assert radar.shown(60.0)["lane_1_occupancy_pct"] == 100.0
    assert radar.shown(60.0)["lane_1_volume"] == 0
    radar.heads[0].rear(Crossing(Vehicle(1), 75.0))
    assert radar.shown(90.0)["lane_1_occupancy_pct"] == 50.0
    assert radar.shown(90.0)["lane_1_volume"] == 1


def test_radar_does_not_see_who_left_without_having_come():
    radar = Radar()
    radar.heads[0].rear(Crossing(Vehicle(1), 40.0))
    assert radar.shown(60.0)["lane_1_volume"] == 0


def test_radar_misses_the_motorcycles_that_others_hide():
    radar = Radar(motorcycles_detected=0.9)
    for place, vehicle in enumerate([*motorcycles(20), *cars(2)]):
        radar.drive(0, vehicle, 31.0 + place)
    assert radar.shown(60.0)["lane_1_volume"] == 20


def test_radar_faults():
    radar = Radar()
    radar.switches.switch_on(Fault("missed-motorcycles"))
    radar.switches.switch_on(Fault("cross-talk", start_s=40.0))
    radar.drive(0, motorcycles(1)[0], 31.0)
    radar.drive(0, Vehicle(2), 33.0)
    radar.drive(0, Vehicle(3), 43.0)
    shown = radar.shown(60.0)
    assert (shown["lane_1_volume"], shown["lane_2_volume"]) == (2, 1)


def test_cross_talk_from_both_sides_keeps_vehicles_apart_whose_keys_are_the_same():
    switches = Switches("radar")
    board = Ss125(0, 1, lanes=3, clock_ms=lambda at_s: round(at_s * 1000))
    left, middle, right = (
        RadarHead(board, lane, switches, key=f"lane {lane}", range_m=10.0) for lane in range(3)
    )
    left.neighbour = right.neighbour = middle
    switches.switch_on(Fault("cross-talk"))
    board.tick(0.0)
    for head, time_s in ((left, 31.0), (right, 31.5), (middle, 31.7)):
        head.front(Crossing(Vehicle(1), time_s))
    for head, time_s in ((left, 33.0), (right, 34.0), (middle, 35.0)):
        head.rear(Crossing(Vehicle(1), time_s))
    board.tick(60.0)
    shown = board.shows(60.0)
    assert [shown[f"lane_{lane}_volume"] for lane in (1, 2, 3)] == [1, 3, 1]
    assert shown["lane_2_occupancy_pct"] == pytest.approx(100 * 4 / 30, abs=0.05)


def test_radar_locked_on_is_full_and_sees_nobody():
    radar = Radar()
    radar.switches.switch_on(Fault("locked-on", start_s=30.0, end_s=60.0))
    radar.drive(0, Vehicle(1), 45.0)
    radar.drive(0, Vehicle(2), 65.0)
    shown = radar.shown(60.0)
    assert (shown["lane_1_volume"], shown["lane_1_occupancy_pct"]) == (0, 100.0)
    shown = radar.shown(90.0)
    assert (shown["lane_1_volume"], shown["lane_1_occupancy_pct"]) == (
        1,
        pytest.approx(2.1, abs=0.1),
    )


def test_radar_chatter_invents_plausible_vehicles():
    radar = Radar()
    radar.switches.switch_on(Fault("chatter", amount=60, start_s=30.0, end_s=60.0))
    shown = radar.shown(60.0)
    assert shown["lane_1_volume"] == pytest.approx(30, abs=2)
    assert 20 <= float(shown["lane_1_speed_kmh"]) <= 100
    assert math.isclose(radar.shown(120.0)["lane_1_volume"], 0)
