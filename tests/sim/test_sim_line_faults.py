"""Lines and the devices on them: what each fault makes of a burst, without a port or a clock."""

import math

import pytest
from modbus_asking import made

from firmware_sim.boards.board import Board
from firmware_sim.faults.switches import Fault, Switches
from firmware_sim.lines.device import Device
from firmware_sim.lines.frames import KEPT
from firmware_sim.lines.line import Line

ASK_1 = bytes.fromhex("01 04 00 00 00 02 71 cb")
REPLY_1 = bytes.fromhex("01 04 04 43 66 33 33 5a fa")
"""An SDM120 at 230.2 V, as its makers print it."""
ASK_2 = bytes.fromhex("02 04 00 00 00 02 71 f8")
REPLY_2 = bytes.fromhex("02 04 04 43 66 33 33 69 fa")
CHANGED = ("silent", "truncated", "bit-flips", "wrong-checksum", "duplicate-address")


class Talker(Board):
    """Says the same at every push, and writes down what happens to it."""

    protocol = "talk"

    def __init__(self, said: bytes = b"\x55") -> None:
        self.said = said
        self.lived: list[str] = []

    @property
    def push_period_s(self) -> float:
        return 1.0

    def receive(self, data, at_s):
        return self.said

    def push(self, at_s):
        self.lived.append("push")
        return self.said

    def tick(self, at_s):
        self.lived.append("tick")

    def power_up(self, at_s):
        self.lived.append(f"power_up {at_s:g}")

    def shows(self, at_s):
        return {"said": self.said.hex()}

    def explain(self, frame, request):
        return []

    def with_wrong_checksum(self, frame):
        return frame


class Bus:
    """Two meters on one line."""

    def __init__(self, *boards: Board) -> None:
        world = {"voltage_v": 230.2}
        boards = boards or (made("sdm120", world, unit=1), made("sdm120", world, unit=2))
        self.devices = [
            Device(f"a/b/{n}", "any", "", board, Switches(f"a/b/{n}"))
            for n, board in enumerate(boards, 1)
        ]
        self.line = Line("a/b/bus", self.devices, Switches("bus"), baud=9600, is_half_duplex=True)

    def fault(self, name: str, *, at: int = 0, **more) -> None:
        """At a device, counted from 1, or at the line itself."""
        target = self.devices[at - 1] if at else self.line
        target.switches.switch_on(Fault(name, **more))

    def ask(self, request: bytes = ASK_1, at_s: float = 0.0):
        return self.line.receive(request, at_s) + self.line.quiet(at_s)

    def said(self, request: bytes = ASK_1, at_s: float = 0.0) -> bytes:
        return b"".join(burst.data for burst in self.ask(request, at_s))


def test_without_a_fault_each_answers_for_itself():
    bus = Bus()
    (first,), (second,) = bus.ask(ASK_1), bus.ask(ASK_2)
    assert (first.data, first.device, first.delay_s, first.pace) == (REPLY_1, "a/b/1", 0.0, 1.0)
    assert (second.data, second.device, second.faults) == (REPLY_2, "a/b/2", ())


def test_silent_hears_but_says_nothing():
    bus = Bus()
    bus.fault("silent", at=1)
    assert bus.ask() == []
    assert bus.said(ASK_2) == REPLY_2


def test_truncated_is_the_beginning_of_the_right_frame():
    bus = Bus()
    bus.fault("truncated", at=1)
    cuts = {bus.said() for _ in range(100)}
    assert cuts == {REPLY_1[:length] for length in range(1, 9)}


@pytest.mark.parametrize("count", [1, 3, 64])
def test_as_many_bits_of_a_frame_are_flipped_as_is_said(count):
    bus = Bus()
    bus.fault("bit-flips", at=1, amount=count)
    for _ in range(20):
        wrong = int.from_bytes(bus.said(), "big") ^ int.from_bytes(REPLY_1, "big")
        assert wrong.bit_count() == count


def test_wrong_checksum_is_wrong_in_the_checksum_only():
    bus = Bus()
    bus.fault("wrong-checksum", at=1)
    assert bus.said()[:-2] == REPLY_1[:-2]
    assert bus.said()[-2:] != REPLY_1[-2:]
    assert bus.said(ASK_2) == REPLY_2


def test_two_devices_at_one_address_talk_over_each_other():
    bus = Bus()
    bus.fault("duplicate-address", at=1)
    for _ in range(20):
        said = bus.said()
        assert said[0] == REPLY_1[0]
        assert len(REPLY_1) < len(said) <= len(REPLY_1) + 3
        assert all(heard & ~right == 0 for heard, right in zip(said, REPLY_1, strict=False))
        assert not said.startswith(REPLY_1)


def test_late_and_slow_change_the_time_and_not_the_bytes():
    bus = Bus()
    bus.fault("late", at=1, amount=0.7)
    bus.fault("slow", at=2, amount=6.0)
    (late,), (slow,) = bus.ask(ASK_1), bus.ask(ASK_2)
    assert (late.data, late.delay_s, late.pace) == (REPLY_1, 0.7, 1.0)
    assert (slow.data, slow.delay_s, slow.pace) == (REPLY_2, 0.0, 6.0)


def test_echo_comes_back_before_the_answer():
    bus = Bus()
    bus.fault("echo")
    echo, answer = bus.ask()
    assert (echo.data, echo.device) == (ASK_1, "")
    assert (answer.data, answer.device) == (REPLY_1, "a/b/1")


def test_echo_comes_before_even_the_quickest_answer():
    bus = Bus(Talker(b"!"))
    bus.fault("echo")
    assert [burst.data for burst in bus.line.receive(b"?", 0.0)] == [b"?", b"!"]


def test_garbage_comes_unasked_as_long_as_is_said():
    bus = Bus()
    assert bus.line.tick(0.0) == []
    bus.fault("garbage", amount=5)
    bursts = [burst for second in range(1, 30) for burst in bus.line.tick(second)]
    assert len(bursts) == 29
    assert {len(burst.data) for burst in bursts} == {5}
    assert {burst.device for burst in bursts} == {""}
    assert len({burst.data for burst in bursts}) == 29
    assert bus.said() == REPLY_1


def test_wrong_baud_makes_both_sides_misread():
    talker = Talker()
    bus = Bus(talker)
    bus.fault("wrong-baud")
    (burst,) = bus.line.push(bus.devices[0], 0.0)
    assert burst.data == bytes.fromhex("66e6")  # by hand: what 55 looks like at twice the speed
    meters = Bus()
    meters.fault("wrong-baud")
    assert meters.ask() == []
    assert meters.line.log.frames[-1].data != ASK_1


def test_unplugged_carries_nothing_either_way_and_is_as_before_when_plugged_in():
    bus = Bus()
    bus.fault("unplugged", start_s=10, end_s=20)
    bus.fault("garbage", start_s=10, end_s=20)
    bus.fault("echo", start_s=10, end_s=20)
    assert bus.said(at_s=9) == REPLY_1
    assert bus.said(at_s=10) == b""
    assert bus.line.tick(15) == []
    assert bus.said(at_s=20) == REPLY_1
    assert bus.line.shows(15)["state"] != bus.line.shows(20)["state"]


def test_half_a_request_before_unplugging_is_forgotten():
    bus = Bus()
    bus.line.receive(ASK_1[:3], 0.0)
    bus.fault("unplugged", start_s=0.001, end_s=20)
    assert bus.line.quiet(0.005) == []
    assert bus.said(at_s=20.0) == REPLY_1


def test_answer_to_what_was_asked_before_unplugging_is_lost():
    bus = Bus()
    bus.line.receive(ASK_1, 0.0)
    bus.fault("unplugged", start_s=0.001, end_s=20)
    assert bus.line.quiet(0.005) == []
    assert bus.line.quiet(20.0) == []


def test_device_talks_to_nobody_while_unplugged():
    talker = Talker()
    bus = Bus(talker)
    bus.fault("unplugged", end_s=5)
    assert [bus.line.push(bus.devices[0], second) for second in range(5)] == [[]] * 5
    assert talker.lived.count("push") == 5
    assert len(bus.line.push(bus.devices[0], 5)) == 1


def test_brown_out_forgets_and_comes_back_by_itself():
    talker = Talker()
    bus = Bus(talker)
    bus.fault("brown-out", at=1, start_s=10, amount=4)
    assert bus.said(at_s=9.9) == b"\x55"
    talker.lived.clear()
    assert [bus.said(at_s=at_s) for at_s in (10, 12, 13.9)] == [b""] * 3
    assert bus.line.push(bus.devices[0], 13.95) == []
    assert bus.devices[0].shows(13.95) == {"power": "sin energía · no power"}
    assert talker.lived == []
    bus.line.tick(14)
    assert talker.lived == ["power_up 14", "tick"]
    assert bus.devices[0].shows(14) == {"said": "55"}
    assert bus.said(at_s=50) == b"\x55"
    assert talker.lived.count("power_up 14") == 1


def test_brown_out_again_is_another_one():
    bus = Bus()
    bus.fault("brown-out", at=1, amount=1)
    assert bus.said(at_s=0) == b""
    bus.fault("brown-out", at=1, amount=1)
    assert [bus.said(at_s=at_s) for at_s in (5, 5.9, 6)] == [b"", b"", REPLY_1]


def test_clearing_a_long_brown_out_gives_the_power_back():
    talker = Talker()
    bus = Bus(talker)
    bus.fault("brown-out", at=1, amount=86_400)
    assert bus.said(at_s=0) == b""
    bus.devices[0].switches.clear("brown-out")
    assert bus.said(at_s=1) == b"\x55"
    assert talker.lived[0] == "power_up 1"


def test_brown_out_whose_time_ends_meanwhile_lasts_as_long_as_was_said():
    bus = Bus()
    bus.fault("brown-out", at=1, amount=8, end_s=2)
    assert [bus.said(at_s=at_s) for at_s in (0, 3, 7.9, 8)] == [b"", b"", b"", REPLY_1]


def test_brown_outs_at_a_rate_strike_single_answers():
    bus = Bus()
    bus.fault("brown-out", at=1, rate=0.1, amount=0.5)
    gone = [bus.said(at_s=float(second)) == b"" for second in range(1000)]
    assert not gone[0]
    assert 70 <= sum(gone) <= 130


@pytest.mark.parametrize("name", [*CHANGED, "late", "slow"])
def test_device_fault_at_a_rate_strikes_about_so_many_frames(name):
    bus = Bus()
    bus.fault(name, at=1, rate=0.1)
    healthy = Bus().ask()
    struck = [bus.ask() != healthy for _ in range(1000)]
    assert 70 <= sum(struck) <= 130


@pytest.mark.parametrize(("name", "what"), [("echo", "ask"), ("garbage", "tick")])
def test_line_fault_at_a_rate_strikes_about_so_many_times(name, what):
    bus = Bus()
    bus.fault(name, rate=0.1)
    bursts = [bus.ask() if what == "ask" else bus.line.tick(n) for n in range(1000)]
    healthy = 1 if what == "ask" else 0
    assert 70 <= sum(len(burst) != healthy for burst in bursts) <= 130


@pytest.mark.parametrize("name", [*CHANGED, "late", "slow", "brown-out", "echo", "wrong-baud"])
def test_fault_at_a_time_leaves_the_rest_of_the_time_alone(name):
    bus = Bus()
    at = 0 if name in ("echo", "wrong-baud") else 1
    bus.fault(name, at=at, start_s=10, end_s=20)
    healthy = Bus().ask()
    is_right = [bus.ask(at_s=at_s) == healthy for at_s in (0, 9.999, 10, 19.999, 20.001, 500)]
    # A brown-out lasts as long as its amount says: three seconds.
    during = [False, True] if name == "brown-out" else [False, False]
    assert is_right == [True, True, *during, True, True]


def test_cleared_fault_is_gone():
    bus = Bus()
    for name in ("silent", "late", "truncated"):
        bus.fault(name, at=1)
    assert bus.devices[0].switches.clear() == 3
    assert bus.ask() == Bus().ask()


def test_several_faults_at_once_all_show():
    bus = Bus()
    for name in ("wrong-checksum", "late", "slow"):
        bus.fault(name, at=1)
    bus.fault("echo")
    echo, burst = bus.ask()
    assert echo.data == ASK_1
    assert burst.data[:-2] == REPLY_1[:-2]
    assert burst.data != REPLY_1
    assert (burst.delay_s, burst.pace) == (1.5, 4.0)
    assert burst.faults == ("wrong-checksum", "late", "slow")


def test_flipped_frame_can_be_cut_too():
    bus = Bus()
    bus.fault("bit-flips", at=1, amount=64)
    bus.fault("truncated", at=1)
    for _ in range(50):
        said = bus.said()
        assert 1 <= len(said) < len(REPLY_1)
    assert any(not REPLY_1.startswith(bus.said()) for _ in range(50))


def test_single_byte_cut_away_is_nothing_at_all():
    bus = Bus(Talker(b"\x06"))
    bus.fault("truncated", at=1)
    assert bus.ask(b"?") == []


def test_frames_say_what_struck_them():
    bus = Bus()
    bus.fault("wrong-checksum", at=1)
    bus.fault("echo")
    bus.ask()
    request, reply = bus.line.log.frames
    assert (request.data, request.request, request.faults) == (ASK_1, None, ("echo",))
    assert (reply.device, reply.request, reply.faults) == ("a/b/1", ASK_1, ("wrong-checksum",))
    bus.line.switches.clear()
    bus.devices[0].switches.clear()
    bus.ask()
    assert [frame.faults for frame in list(bus.line.log.frames)[2:]] == [(), ()]


def test_misread_request_is_shown_as_it_was_read():
    bus = Bus()
    bus.fault("wrong-baud")
    bus.ask()
    (request,) = bus.line.log.frames
    assert request.faults == ("wrong-baud",)
    assert request.data[0] == 0x06  # by hand: 01 is 0 1 0000000 1, twice each: 0[01100000]


def test_log_of_frames_is_bounded_and_counts_all():
    bus = Bus()
    bus.fault("garbage")
    for second in range(100):
        bus.ask(b"\xff" * 5000)
        bus.line.tick(second)
    log = bus.line.log
    assert len(log.frames) == KEPT
    assert max(len(frame.data) for frame in log.frames) <= 2048
    assert (log.heard_count, log.sent_count) == (100, 100)
    numbers = [frame.number for frame in log.frames]
    assert numbers == list(range(200 - KEPT + 1, 201))


def test_amount_may_be_any_that_the_catalogue_allows():
    bus = Bus()
    bus.fault("slow", at=1, amount=1.1)
    bus.fault("late", at=1, amount=60)
    (burst,) = bus.ask()
    assert math.isclose(burst.pace, 1.1)
    assert burst.delay_s == 60
