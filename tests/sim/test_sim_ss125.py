"""The SS125 as a traffic-management system meets it: over its line, and on its own clock."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_sim.boards.detectors.detection import Pass
from firmware_sim.boards.detectors.ss125.board import Ss125
from firmware_sim.boards.detectors.ss125.packet import Address, Packet, cut
from firmware_sim.boards.detectors.ss125.values import fixed16, fixed24, from_fixed24, stamp

MIDNIGHT_MS = 1_767_225_600_000  # 2026-01-01 00:00:00 UTC
FOOT_M = 0.3048
MILE_KM = 1.609344
EVENT_READ = bytes.fromhex("5A310000010000000003 28 670000 BC")
EVENT = bytes.fromhex(
    "5A310000000000010117 94 670100 000FC192 058D0939 01 5C0A 000119 8043C0 02 1604 FC"
)
# The interval that is reckoned by hand below: two lanes and an approach.
GOLDEN_INTERVAL = (
    (
        "5A31 000000 000001 01 2D34 710000 000000 000FD421 00010000 802800 000003 0A00"
        "000000 000002 000000 000001 803600 001D4C 001A5E 02 01 CC"
    ),
    (
        "5A31 000000 000001 02 2DE0 710100 000000 000FD421 00010000 000000 000000 0000"
        "000000 000000 000000 000000 000000 000000 000000 02 01 3C"
    ),
    (
        "5A31 000000 000001 03 2DAC 710200 000000 000FD421 00010000 802800 000003 0500"
        "000000 000002 000000 000001 803600 001D4C 001A5E 02 01 38"
    ),
)


def radar(lanes: int = 2, device_id: int = 1, start_ms: int = MIDNIGHT_MS, **more) -> Ss125:
    def clock_ms(at_s: float) -> int:
        return start_ms + round(at_s * 1000)

    board = Ss125(0, device_id, lanes=lanes, clock_ms=clock_ms, **more)
    board.tick(0.0)
    return board


def drive(board, lane: int, entered_s: float, on_s: float, speed_kmh=36.0, length_m=4.0):
    board.presence(lane, True, entered_s)
    board.presence(lane, False, entered_s + on_s)
    board.saw(lane, Pass(entered_s, entered_s + on_s, speed_kmh, length_m, 12.0))


def ask(board: Ss125, body: str | bytes, at_s: float, sequence: int = 0) -> list[bytes]:
    """The bodies of the answer, whose packets must be in order."""
    body = bytes.fromhex(body) if isinstance(body, str) else body
    sent = Packet(board.address, Address(0, 0), sequence, body).to_bytes()
    buffer = bytearray(board.receive(sent, at_s))
    bodies = []
    while (packet := cut(buffer)) is not None:
        sequence = (sequence + 1) % 256
        assert packet.sequence == sequence
        assert (packet.destination, packet.source) == (Address(0, 0), board.address)
        assert packet.is_body_right
        bodies.append(packet.body)
    assert not buffer
    return bodies


def result(body: str | bytes, board: Ss125, at_s: float = 1.0) -> int:
    (answer,) = ask(board, body, at_s)
    assert answer[2] == 2
    assert len(answer) == 5
    return int.from_bytes(answer[3:5], "big")


def number(body: bytes, at: int, size: int = 3) -> int:
    return int.from_bytes(body[at : at + size], "big")


def test_vehicle_of_the_recorded_event_gives_the_recorded_bytes():
    entered_s = 10.0
    board = radar(start_ms=1_482_099_182_313 - 10_000)
    vehicle = Pass(entered_s, entered_s + 0.2819, 67.75 * MILE_KM, 22.016 * FOOT_M, 92.04 * FOOT_M)
    board.saw(1, vehicle)
    board.tick(12.0)
    assert board.receive(EVENT_READ, 12.0) == EVENT


def test_event_is_reported_a_second_after_the_vehicle_left():
    board = radar()
    board.saw(0, Pass(10.0, 10.5, 50.0, 4.0))
    board.tick(11.4)
    assert ask(board, "670000", 11.4)[0][1] == 0
    board.tick(11.5)
    assert ask(board, "670000", 11.5)[0][1] == 1


def test_empty_queue_says_so_in_a_body_of_the_same_size():
    assert ask(radar(), "670000", 1.0) == [bytes.fromhex("670000") + bytes(20)]


def test_events_come_in_the_order_in_which_vehicles_left_and_are_bounded():
    board = radar()
    for second in range(600):  # one lane is told after the other
        board.saw(1, Pass(second, second + 0.25, 50.0, 4.0))
    for second in range(600):
        board.saw(0, Pass(second, second + 0.75, 50.0, 4.0))
    board.tick(700.0)
    lanes = []
    while (body := ask(board, "670000", 700.0)[0])[1]:
        lanes.append(body[11])
    assert lanes == [1, 0] * 256


def test_vehicle_that_left_before_its_first_second_is_no_crash():
    board = Ss125(0, 1, lanes=1, clock_ms=lambda at_s: MIDNIGHT_MS + round(at_s * 1000))
    board.saw(0, Pass(0.5, 1.0, 50.0, 12.0))
    board.tick(2.0)
    assert ask(board, "670000", 2.0)[0][1] == 1


def test_queue_can_be_cleared():
    board = radar()
    board.saw(0, Pass(1.0, 1.5, 50.0, 4.0))
    board.tick(5.0)
    assert result("6D0001", board, 5.0) == 0
    assert ask(board, "670000", 5.0)[0][1] == 0


def test_interval_by_hand():
    """Two cars and a truck in 30 s: every mean worked out on paper."""
    board = radar(approaches=[(0, 1)])
    set_metric(board)
    drive(board, 0, 35.0, 0.6, speed_kmh=36.0, length_m=4.2)
    drive(board, 0, 40.0, 0.9, speed_kmh=54.0, length_m=4.5)
    drive(board, 0, 50.0, 1.5, speed_kmh=30.0, length_m=14.0)
    board.tick(60.0)
    first, second, approach = ask(board, "710000 000000", 60.5)
    assert first[:3] == bytes((0x71, 0, 0))
    assert first[6:14] == stamp(MIDNIGHT_MS + 60_000)
    assert from_fixed24(first[14:17]) == 40.0  # (36 + 54 + 30) / 3
    assert number(first, 17) == 3
    assert number(first, 20, 2) == 2560  # 3.0 s of 30 s are 10 %: 10 * 256
    assert [number(first, at) for at in (22, 25, 28, 31)] == [0, 2, 0, 1]
    assert from_fixed24(first[34:37]) == 54.0  # 2 of 3 are below it: only 67 %
    assert number(first, 37) == 7500  # 5 s and 10 s between the fronts
    assert number(first, 40) == 6750  # 4.4 s and 9.1 s from rear to front
    assert tuple(first[43:45]) == (2, 1)
    assert number(second, 17) == 0
    assert from_fixed24(second[14:17]) is None
    assert [body[1] for body in (first, second, approach)] == [0, 1, 2]
    assert number(approach, 17) == 3
    assert number(approach, 20, 2) == 1280  # the mean of 10 % and 0 %
    asked = bytes.fromhex("5A31 000001 000000 00 06 44 710000 000000 F0")
    assert board.receive(asked, 60.5) == b"".join(map(bytes.fromhex, GOLDEN_INTERVAL))


def test_miles_and_feet_unless_set_otherwise():
    board = radar(lanes=1)
    drive(board, 0, 35.0, 0.3, speed_kmh=100 * MILE_KM)
    board.tick(60.0)
    assert from_fixed24(ask(board, "710000000000", 60.5)[0][14:17]) == 100.0
    set_metric(board)
    speed = from_fixed24(ask(board, "710000000000", 60.5)[0][14:17])
    assert speed == pytest.approx(160.93, abs=0.01)


def test_eighty_five_percent_of_the_vehicles_are_at_or_below_it():
    board = radar(lanes=1)
    set_metric(board)
    for place in range(20):  # 31, 32 … 50 km/h: 17 of 20 are 85 %
        drive(board, 0, 31.0 + place, 0.2, speed_kmh=31.0 + place)
    board.tick(60.0)
    assert ask(board, "710000000000", 60.0)[0][34:37] == fixed24(47.0)


def test_occupancy_goes_on_across_intervals_and_counts_overlap_once():
    board = radar(lanes=1)
    board.presence(0, True, 45.0)
    board.tick(61.0)
    board.presence(0, False, 66.0)
    board.tick(90.0)
    older, newer = (ask(board, f"710000 00000{n}", 91.0)[0] for n in (1, 0))
    assert number(older, 20, 2) == 0x3200  # 15 s of 30 s
    assert number(newer, 20, 2) == 0x1400  # 6 s of 30 s


def test_intervals_are_aligned_to_its_clock_and_the_first_is_a_whole_one():
    board = radar(lanes=1, start_ms=MIDNIGHT_MS + 17_000)
    drive(board, 0, 5.0, 0.5)  # in an interval that was not watched from its beginning
    board.tick(13.0)
    assert result("710000000000", board, 13.0) == 15
    board.tick(43.0)
    body = ask(board, "710000000000", 43.0)[0]
    assert body[6:14] == stamp(MIDNIGHT_MS + 60_000)
    assert number(body, 17) == 0


def test_what_is_told_late_counts_from_now():
    board = radar(lanes=1)
    board.tick(45.0)
    board.presence(0, True, 40.0)
    board.tick(60.0)
    assert number(ask(board, "710000000000", 60.0)[0], 20, 2) == 0x3200


def test_power_failure_parts_a_vehicle_from_its_leader():
    board = radar(lanes=1)
    drive(board, 0, 31.0, 0.5)
    board.tick(35.0)
    board.power_up(60.0)
    drive(board, 0, 61.0, 0.5)
    drive(board, 0, 64.0, 0.5)
    board.tick(90.0)
    assert number(ask(board, "710000000000", 90.0)[0], 37) == 3000


def test_past_intervals_by_index_and_no_more_than_it_keeps():
    board = radar(lanes=1)
    board.tick(30.0 * 250)
    at_s = 30.0 * 250
    body = ask(board, b"\x71\0\0" + (199).to_bytes(3, "big"), at_s)[0]
    assert number(body, 3) == 199
    assert body[6:14] == stamp(MIDNIGHT_MS + 30_000 * 51)
    assert result(b"\x71\0\0" + (200).to_bytes(3, "big"), board, at_s) == 15


def test_long_leap_makes_the_same_intervals_as_small_steps():
    leap, steps = radar(), radar()
    for board in (leap, steps):
        for second in range(0, 120, 7):
            drive(board, second % 2, second + 0.1, 0.5, speed_kmh=30 + second)
    for tenth in range(1, 1201):
        steps.tick(tenth / 10)
    leap.tick(120.0)
    for index in range(4):
        body = b"\x71\0\0" + index.to_bytes(3, "big")
        assert ask(leap, body, 120.0) == ask(steps, body, 120.0)


def test_clock_is_read_and_written():
    board = radar()
    assert ask(board, "0E0000", 1.5) == [b"\x0e\0\0" + stamp(MIDNIGHT_MS + 1500)]
    later = MIDNIGHT_MS + 86_400_000
    assert ask(board, b"\x0e\0\1" + stamp(later), 2.0) == [bytes.fromhex("0E00020000")]
    assert ask(board, "0E0000", 5.0) == [b"\x0e\0\0" + stamp(later + 3000)]


def test_write_ok_is_the_golden_one():
    board = radar()
    body = b"\x0e\0\1" + stamp(MIDNIGHT_MS)
    sent = Packet(board.address, Address(0, 0), 0, body).to_bytes()
    assert board.receive(sent, 1.0)[11:] == bytes.fromhex("0E00020000 D8")


# Put together by hand from the layouts; both CRCs reckoned bit by bit, apart from the code here.
@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ("03 28 0E0000 C8", "0B D8 0E0000 000FD421 000005F4 E8"),
        ("0B C8 0E0001 000FD422 00000000 44", "05 70 0E0002 0000 D8"),
        ("03 28 040000 34", "13 E4 040000 02040100 02040100 02040100 02040100 C8"),
        ("03 28 130000 80", "0B D8 130000 0A00 1200 2700 FF00 F8"),
        ("03 28 030000 50", "1C 50 030000 001E 01" + "00" * 18 + "1000 0600 60"),
        (
            "03 28 000000 00",
            "56 DC 000000 4E45" + "00" * 32 + "536D61727453656E736F72204844" + "00" * 35 + "44",
        ),
        ("03 28 6D0001 5C", "05 70 6D0002 0000 6C"),
        ("03 28 080001 74", "05 70 080002 0000 48"),
        ("03 28 670000 BC", "17 94 670000" + "00" * 20 + "08"),
        ("06 44 710000 000000 F0", "05 70 710002 000F 40"),
    ],
)
def test_golden_bytes_of_every_message(asked, answered):
    """Length, header's CRC, body and its CRC; before them stand addresses and sequence number."""
    asked = bytes.fromhex("5A31 000001 000000 00" + asked)
    answered = bytes.fromhex("5A31 000000 000001 01" + answered)
    assert radar().receive(asked, 1.5) == answered


@pytest.mark.parametrize("year", [0, 1999, 2100, 9999])
def test_clock_cannot_be_set_beyond_its_century(year):
    day = (year << 9 | 12 << 5 | 31).to_bytes(4, "big")
    assert result(b"\x0e\0\1" + day + bytes(4), radar()) == 20


def test_clock_that_is_set_begins_a_new_interval_there():
    board = radar(lanes=1)
    drive(board, 0, 32.0, 0.5)
    board.tick(40.0)
    ask(board, b"\x0e\0\1" + stamp(MIDNIGHT_MS + 3_610_000), 40.0)
    drive(board, 0, 61.0, 0.5)
    board.tick(90.0)
    body = ask(board, "710000000000", 90.0)[0]
    assert body[6:14] == stamp(MIDNIGHT_MS + 3_660_000)
    assert number(body, 17) == 1
    # Neither what was left of the old one nor what was left of the new one is reported.
    assert ask(board, "710000000001", 90.0)[0][6:14] == stamp(MIDNIGHT_MS + 30_000)


def test_clock_that_jumps_begins_a_new_interval_there():
    jump_s = 45.0

    def clock_ms(at_s: float) -> int:
        return MIDNIGHT_MS + round((at_s + (7205 if at_s >= jump_s else 0)) * 1000)

    board = Ss125(0, 1, lanes=1, clock_ms=clock_ms)
    for second in range(200):
        board.tick(float(second))
    ends = [ask(board, b"\x71\0\0" + bytes((0, 0, n)), 200.0)[0][6:14] for n in range(5)]
    assert ends[-1] == stamp(MIDNIGHT_MS + 30_000)
    assert ends[-2] == stamp(MIDNIGHT_MS + 7_200_000 + 90_000)  # from 02:00:50 the next whole one


def test_correction_within_the_interval_loses_nothing():
    board = radar(lanes=1)
    drive(board, 0, 32.0, 0.5)
    board.tick(40.0)
    ask(board, b"\x0e\0\1" + stamp(MIDNIGHT_MS + 41_500), 40.0)
    drive(board, 0, 50.0, 0.5)
    board.tick(58.5)
    assert number(ask(board, "710000000000", 58.5)[0], 17) == 2


def test_period_is_written_and_starts_anew():
    board = radar(lanes=1)
    board.tick(45.0)
    config = ask(board, "030000", 45.0)[0]
    assert number(config, 3, 2) == 30
    assert len(config) == 28
    assert result(b"\x03\0\1" + (60).to_bytes(2, "big") + config[5:], board, 45.0) == 0
    assert result("710000000000", board, 45.0) == 15
    board.tick(130.0)
    assert ask(board, "710000000000", 130.0)[0][6:14] == stamp(MIDNIGHT_MS + 120_000)


def test_pushes_that_it_does_not_have_cannot_be_switched_on():
    board = radar()
    config = bytearray(ask(board, "030000", 1.0)[0])
    config[2], config[8] = 1, 1
    assert result(bytes(config), board) == 19
    assert ask(board, "030000", 1.0)[0][8] == 0


def test_classes_are_bounds_of_length():
    board = radar(lanes=1)
    assert ask(board, "13FF00", 1.0) == [b"\x13\xff\0" + b"".join(map(fixed16, (10, 18, 39, 255)))]
    bounds = b"".join(map(fixed16, (7, 20, 43, 255)))
    assert result(b"\x13\0\1" + bounds, board) == 0
    for place, feet in enumerate((6, 8, 19, 25, 42, 44, 80)):
        drive(board, 0, 31.0 + place, 0.3, length_m=feet * FOOT_M)
    board.tick(60.0)
    body = ask(board, "710000000000", 60.0)[0]
    assert [number(body, at) for at in (22, 25, 28, 31)] == [1, 2, 2, 2]


def test_general_configuration_keeps_the_factorys_serial_number():
    board = radar(location="AUT NORTE K3", serial_number="SS-0007")
    config = ask(board, "000000", 1.0)[0]
    assert (len(config), config[5:17], config[69:76]) == (86, b"AUT NORTE K3", b"SS-0007")
    written = b"\0\0\1SW" + b"elsewhere".ljust(32, b"\0") + bytes(32) + b"forged".ljust(16) + b"\1"
    assert result(written, board) == 0
    config = ask(board, "000000", 1.0)[0]
    assert (config[5:14], config[69:76], config[85]) == (b"elsewhere", b"SS-0007", 1)


def test_lengths_in_its_configuration_follow_the_unit():
    board = radar()
    set_metric(board)
    assert ask(board, "13FF00", 1.0)[0][3:5] == fixed16(3.048)
    set_metric(board, False)
    feet = int.from_bytes(ask(board, "13FF00", 1.0)[0][3:5], "big") / 256
    assert feet == pytest.approx(10, abs=0.02)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("710000", 1),
        ("67000000", 1),
        ("0E000100", 1),
        ("030001001E", 1),
        ("040001", 3),
        ("670001", 3),
        ("710001000000", 3),
        ("710000000000", 15),
        ("080001", 0),
    ],
)
def test_results(body, code):
    assert result(body, radar()) == code


@pytest.mark.parametrize("body", ["FF0000", "080000", "6D0000", "670002", "670003"])
def test_what_the_protocol_knows_no_answer_to_meets_silence(body):
    assert ask(radar(), body, 1.0) == []


def test_wrong_body_crc_is_answered_and_nothing_is_done():
    board = radar()
    sent = Packet(board.address, Address(0, 0), 7, b"\x0e\0\1" + stamp(0)).to_bytes()
    answer = cut(bytearray(board.receive(sent[:-1] + bytes((sent[-1] ^ 1,)), 1.0)))
    assert answer is not None
    assert answer.body == bytes.fromhex("0E00020002")
    assert ask(board, "0E0000", 1.0) == [b"\x0e\0\0" + stamp(MIDNIGHT_MS + 1000)]


@pytest.mark.parametrize("size", [0, 2, 245, 255])
def test_body_of_a_size_that_is_not_allowed_meets_silence(size):
    board = radar()
    assert (
        board.receive(Packet(board.address, Address(0, 0), 0, bytes(size)).to_bytes(), 1.0) == b""
    )


def test_sequence_numbers_grow_through_the_parts_and_wrap():
    board = radar()
    board.tick(60.0)
    assert len(ask(board, "710000000000", 60.0, sequence=254)) == 3


def test_only_the_addressed_one_answers():
    first, second = radar(device_id=1), radar(device_id=2)
    assert first.receive(EVENT_READ, 1.0)
    assert not second.receive(EVENT_READ, 1.0)
    assert not second.receive(first.receive(EVENT_READ, 1.0), 1.0)


def test_lost_and_doubled_bytes():
    board = radar()
    for place in range(len(EVENT_READ)):
        lost = EVENT_READ[:place] + EVENT_READ[place + 1 :]
        assert b"\x67\x01" not in board.receive(lost, 1.0)
        board.quiet(1.1)
        assert ask(board, "670000", 1.2)
        twice = EVENT_READ[:place] + EVENT_READ[place : place + 1] + EVENT_READ[place:]
        board.receive(twice, 1.0)
        board.quiet(1.1)
        assert ask(board, "670000", 1.2)


def test_power_failure_forgets_what_was_not_written_to_flash():
    board = radar(lanes=1)
    bounds = b"".join(map(fixed16, (7, 20, 43, 255)))
    ask(board, b"\x13\0\1" + bounds, 1.0)
    ask(board, "080001", 1.0)
    set_metric(board)
    board.saw(0, Pass(31.0, 31.5, 50.0, 4.0))
    board.tick(60.0)
    board.power_up(70.0)
    assert ask(board, "000000", 70.0)[0][85] == 0
    assert ask(board, "130000", 70.0)[0][3:] == bounds
    assert ask(board, "670000", 70.0)[0][1] == 0
    assert result("710000000000", board, 70.0) == 15


def test_keeps_flash_and_clock_through_a_restart_of_the_bench():
    board = radar()
    set_metric(board)
    ask(board, "080001", 1.0)
    ask(board, b"\x0e\0\1" + stamp(MIDNIGHT_MS + 5000), 1.0)
    again = radar()
    again.restore(board.keep())
    assert ask(again, "000000", 1.0)[0][85] == 1
    assert ask(again, "0E0000", 1.0) == [b"\x0e\0\0" + stamp(MIDNIGHT_MS + 5000)]
    again.restore({})


def test_scenario_that_has_changed_is_stronger_than_what_nobody_wrote():
    board = radar(period_s=20)
    board.restore(radar().keep())
    assert number(ask(board, "030000", 1.0)[0], 3, 2) == 20


def test_kept_period_rules_from_the_start():
    board = radar(lanes=1)
    config = ask(board, "030000", 1.0)[0]
    ask(board, b"\x03\0\1" + (60).to_bytes(2, "big") + config[5:], 1.0)
    ask(board, "080001", 1.0)
    again = radar(lanes=1)
    again.power_up(0.0)
    again.restore(board.keep())
    again.tick(70.0)
    assert result("710000000000", again, 70.0) == 15  # begun at 70 s
    again.tick(180.0)
    assert ask(again, "710000000000", 180.0)[0][6:14] == stamp(MIDNIGHT_MS + 180_000)
    assert result("710000000001", again, 180.0) == 15


def test_shows_the_last_interval():
    board = radar()
    drive(board, 0, 35.0, 3.0, speed_kmh=36.0)
    board.tick(60.0)
    assert board.shows(60.0) == {
        "lane_1_volume": 1,
        "lane_1_occupancy_pct": 10.0,
        "lane_1_speed_kmh": 36.0,
        "lane_2_volume": 0,
        "lane_2_occupancy_pct": 0.0,
    }
    assert radar().shows(1.0) == {}


def test_explains_the_golden_event():
    said = {part.name: part.text for part in radar().explain(EVENT, EVENT_READ)}
    assert said["hora UTC · UTC time"] == "2016-12-18 22:13:02.313"
    assert said["velocidad · speed"] == "67.75 mph"
    assert said["duración · duration"] == "281 ms"
    assert said["distancia · range"] == "92.04 ft"
    assert said["CRC del cuerpo · body CRC"] == "FC correcta · right"
    asked = [part.text for part in radar().explain(EVENT_READ, None)]
    assert "67 evento de vehículo · vehicle event" in asked


def test_wrong_checksum_is_explained_with_the_right_one():
    board = radar()
    said = board.explain(board.with_wrong_checksum(EVENT), EVENT_READ)
    assert said[-1].text == "03 errónea · wrong: FC"


def set_metric(board: Ss125, is_metric: bool = True) -> None:
    config = ask(board, "000000", 1.0)[0]
    assert result(config[:2] + b"\1" + config[3:85] + bytes((is_metric,)), board) == 0


requests = st.builds(
    lambda body, sequence, device: Packet(
        Address(0, device), Address(0, 0), sequence, body
    ).to_bytes(),
    st.one_of(
        st.binary(min_size=3, max_size=30),
        st.builds(
            lambda message, kind, payload: bytes((message, 0, kind)) + payload,
            st.sampled_from([0x00, 0x03, 0x04, 0x08, 0x0E, 0x13, 0x67, 0x6D, 0x71]),
            st.sampled_from([0, 1]),
            st.one_of(*(st.binary(min_size=n, max_size=n) for n in (0, 3, 8, 25, 83))),
        ),
    ),
    st.integers(0, 255),
    st.integers(1, 2),
)


@settings(deadline=None)
@given(st.lists(st.one_of(requests, st.binary(max_size=40)), max_size=12))
def test_any_bytes_meet_packets_with_right_checksums_or_silence(chunks):
    board = radar()
    at_s = 0.0
    for chunk in chunks:
        at_s += 40.0
        drive(board, 0, at_s - 5, 1.0)
        board.tick(at_s)
        answers = bytearray(board.receive(chunk, at_s))
        board.shows(at_s)
        board.explain(bytes(answers), chunk)
        while answers:
            packet = cut(answers)
            assert packet is not None
            assert packet.is_body_right
            assert packet.source == board.address
        assert len(board._buffer) < 256


@given(st.one_of(st.binary(max_size=80), requests), st.one_of(st.none(), requests))
def test_explains_anything_in_order(frame, asked):
    at = 0
    for part in radar().explain(frame, asked):
        assert at <= part.start < part.end <= len(frame)
        at = part.end
