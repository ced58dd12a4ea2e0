"""The RTMS G4's bytes, against the golden ones of the protocol's description."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_sim.boards.detectors.detection import Pass
from firmware_sim.boards.detectors.rtms_g4.board import RtmsG4
from firmware_sim.boards.detectors.rtms_g4.frame import Frame, Qualifier, cut
from firmware_sim.boards.detectors.rtms_g4.messages import StatHeader
from firmware_sim.boards.detectors.rtms_g4.stamp import from_stamp, stamp

END_MS = 1_793_037_030_000  # 2026-10-26 17:50:30 UTC, a Monday
POLL = bytes.fromhex("FFAA530300010000 01")
HEADER = bytes.fromhex("FFAA80180001 070000 85 30501702261026 02 38 001E 78 10 0000000000 0262")
COUNTS = bytes.fromhex("FFAA10060001 0009000C 0016")
FOOTER = bytes.fromhex("FFAA81030001 07 0008")
NAK = bytes.fromhex("FFAA1A020001 0001")
ACK = bytes.fromhex("FFAA1C020001 0001")


def radar(zones: int = 2, sensor_id: int = 1, start_ms: int = END_MS - 210_000) -> RtmsG4:
    """By default second 210 ends the seventh interval, at the golden header's time."""
    board = RtmsG4(sensor_id, zones=zones, clock_ms=lambda at_s: start_ms + round(at_s * 1000))
    board.tick(0.0)
    return board


def drive(board, zone: int, entered_s: float, on_s: float, speed_kmh=36.0, length_m=4.0):
    board.presence(zone, True, entered_s)
    board.presence(zone, False, entered_s + on_s)
    board.saw(zone, Pass(entered_s, entered_s + on_s, speed_kmh, length_m))


def ask(board: RtmsG4, qualifier: int, data: bytes = b"", at_s: float = 1.0) -> dict[int, bytes]:
    answers = bytearray(board.receive(Frame(qualifier, board.sensor_id, data).to_bytes(), at_s))
    frames = {}
    while (frame := cut(answers)) is not None:
        assert frame.sensor_id == board.sensor_id
        frames[frame.qualifier] = frame.data
    assert not answers
    return frames


def change(board: RtmsG4, at: int, data: bytes, at_s: float = 1.0) -> dict[int, bytes]:
    setup = ask(board, 0xC1, at_s=at_s)[0x41]
    return ask(board, 0x41, setup[:at] + data + setup[at + len(data) :], at_s)


def words(data: bytes) -> list[int]:
    return [int.from_bytes(data[at : at + 2], "big") for at in range(0, len(data), 2)]


def test_golden_frames():
    assert Frame(Qualifier.POLL, 1, b"\0").to_bytes() == POLL
    header = StatHeader(
        message_number=7, flags=0x85, end_ms=END_MS, zones=2, composition=0x38, period_s=30
    )
    assert Frame(Qualifier.HEADER, 1, header.to_bytes()).to_bytes() == HEADER
    assert Frame(Qualifier.FOOTER, 1, b"\7").to_bytes() == FOOTER


def test_poll_gives_the_golden_header_counts_and_footer():
    board = radar()
    change(board, 6, b"\x38")
    change(board, 11, b"\x85")
    for zone, vehicles in enumerate((9, 12)):
        for place in range(vehicles):
            drive(board, zone, 181.0 + 2 * place, 0.3)
    board.tick(210.0)
    answer = board.receive(POLL, 210.0)
    assert answer.startswith(HEADER + COUNTS)
    assert answer.endswith(FOOTER)
    order = [frame.qualifier for frame in frames_of(answer)]
    assert order == [0x80, 0x10, 0x11, 0x12, 0x14, 0x16, 0x18, 0x81]


def test_interval_by_hand():
    """A car, a motorcycle and a truck in 30 s: every mean worked out on paper."""
    board = radar()
    drive(board, 0, 35.0, 0.6, speed_kmh=36.0, length_m=4.2)
    drive(board, 0, 40.0, 0.9, speed_kmh=54.0, length_m=2.1)
    drive(board, 0, 50.0, 1.5, speed_kmh=30.0, length_m=14.0)
    board.tick(60.0)
    told = {name: words(data) for name, data in ask(board, 0x53, b"\0", 60.0).items()}
    assert told[0x10] == [3, 0]
    assert told[0x11] == [100, 0]  # 3 s of 30 s, in 0.1 %
    assert told[0x12] == [40, 0xFFFF]
    assert told[0x13] == [68, 0xFFFF]  # 4.4 s and 9.1 s from rear to front: 6.75 s
    assert (told[0x14], told[0x16], told[0x18]) == ([1, 0], [0, 0], [1, 0])
    assert told[0x1E] == [75, 0xFFFF]
    assert told[0x1F] == [54, 0xFFFF]
    # The same as bytes, each frame's sum added up by hand.
    frames = (
        "FFAA10060001 00030000 0004 FFAA11060001 00640000 0065 FFAA12060001 0028FFFF 0227"
        "FFAA13060001 0044FFFF 0243 FFAA14060001 00010000 0002 FFAA16060001 00000000 0001"
        "FFAA18060001 00010000 0002 FFAA1E060001 004BFFFF 024A FFAA1F060001 0036FFFF 0235"
    )
    assert bytes.fromhex(frames) in board.receive(POLL, 60.0)


def test_miles_when_its_flags_say_so():
    board = radar(zones=1)
    change(board, 11, b"\x05")
    drive(board, 0, 35.0, 0.3, speed_kmh=100.0)
    board.tick(60.0)
    told = ask(board, 0x53, b"\0", 60.0)
    assert told[0x80][3] & 1
    assert words(told[0x12]) == [62]


@pytest.mark.parametrize(
    ("composition", "frames"),
    [(0x08, [0x18]), (0x38, [0x14, 0x16, 0x18]), (0x3B, [0x14, 0x15, 0x16, 0x17, 0x18])],
)
def test_composition_says_which_classes_have_a_frame_and_the_smallest_is_the_rest(
    composition, frames
):
    board = radar(zones=1)
    assert change(board, 6, bytes((composition,))) == {0x1C: b""}
    for place, length_m in enumerate((2.0, 4.0, 5.0, 8.0, 13.0, 18.0)):
        drive(board, 0, 35.0 + place, 0.2, length_m=length_m)
    board.tick(60.0)
    told = ask(board, 0x53, b"\0", 60.0)
    classes = {name: words(data)[0] for name, data in told.items() if 0x14 <= name <= 0x18}
    assert list(classes) == frames
    smallest = 6 - sum(classes.values())
    assert smallest == (3 if composition == 0x08 else 1)


def test_before_the_first_interval_is_over_a_poll_is_refused():
    assert radar().receive(POLL, 1.0) == NAK


def test_message_number_grows_by_one_an_interval_and_wraps():
    board = radar()
    numbers = []
    for interval in range(1, 258):
        board.tick(interval * 30.0)
        told = ask(board, 0x53, b"\0", interval * 30.0)
        numbers.append(told[0x80][0])
        assert told[0x81] == told[0x80][:1]
    assert numbers == [*range(1, 256), 0, 1]


@pytest.mark.parametrize(
    ("day", "weekday"),
    [(25, 1), (26, 2), (31, 7)],  # Sunday, Monday and Saturday of October 2026
)
def test_stamp(day, weekday):
    utc_ms = END_MS + (day - 26) * 86_400_000
    expected = bytes.fromhex(f"305017{weekday:02d}{day}1026")
    assert stamp(utc_ms) == expected
    assert from_stamp(expected) == utc_ms


@given(st.binary(min_size=7, max_size=7))
def test_any_stamp_is_a_time_or_none(data):
    utc_ms = from_stamp(data)
    assert utc_ms is None or from_stamp(stamp(utc_ms)) == utc_ms


def test_clock_is_read_and_set():
    board = radar()
    assert ask(board, 0xF9, at_s=210.0)[0x49][:7] == bytes.fromhex("30501702261026")
    new_year, reset = bytes.fromhex("00000006010127"), bytes.fromhex("01020300040526")
    assert board.receive(Frame(0x49, 1, new_year + reset).to_bytes(), 211.0) == ACK
    assert ask(board, 0xF9, at_s=216.0)[0x49] == bytes.fromhex("05000006010127") + reset


def test_time_that_there_is_not_is_refused():
    assert 0x1A in ask(radar(), 0x49, bytes.fromhex("00000000310226") + bytes(7))


def test_clock_that_is_set_begins_a_new_interval_there():
    board = radar(zones=1)
    board.tick(30.0)
    drive(board, 0, 32.0, 0.5)
    board.tick(40.0)
    ask(board, 0x49, bytes.fromhex("10000006010127") + bytes(7), 40.0)
    drive(board, 0, 61.0, 0.5)
    board.tick(90.0)
    told = ask(board, 0x53, b"\0", 90.0)
    assert told[0x80][4:11] == bytes.fromhex("00010006010127")
    assert (told[0x80][0], words(told[0x10])) == (2, [1])


def test_period_is_written_and_starts_anew():
    board = radar()
    board.tick(45.0)
    assert change(board, 3, (60).to_bytes(2, "big"), 45.0) == {0x1C: b""}
    assert 0x1A in ask(board, 0x53, b"\0", 45.0)


@pytest.mark.parametrize(
    ("at", "data"),
    [(0, b"\0\2"), (2, b"\3"), (3, b"\0\0"), (6, b"\x01")],
    ids=["another id", "another zone", "no period", "no such classes"],
)
def test_setup_that_cannot_be_is_refused(at, data):
    board = radar()
    before = ask(board, 0xC1)
    assert 0x1A in change(board, at, data)
    assert ask(board, 0xC1) == before


def test_sensor_information_and_classes():
    board = radar()
    assert len(ask(board, 0xC0)[0x40]) == 14
    assert ask(board, 0xD7) == {0x57: bytes((30, 45, 55, 120, 160, 0))}
    assert ask(board, 0x57, bytes((20, 60, 70, 80, 90, 0))) == {0x1C: b""}
    assert ask(board, 0xD7) == {0x57: bytes((20, 60, 70, 80, 90, 0))}


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ("FFAAD7020001 0001", "FFAA57080001 1E2D3778A000 019B"),
        ("FFAA57080001 143C46505A00 0141", "FFAA1C020001 0001"),
        ("FFAAC0020001 0001", "FFAA40100001 0203000001040001000000000000 000C"),
        (
            "FFAAC1020001 0001",
            "FFAA41110001 0001 02 001E 07 FC 4203 4203 04 010114 01C9",
        ),
        ("FFAAF9020001 0001", "FFAA49100001 00471702261026 00000005010170 0134"),
        ("FFAA49100001 00000006010127 01020300040526 0065", "FFAA1C020001 0001"),
    ],
)
def test_golden_bytes_of_what_is_not_polled(asked, answered):
    assert radar().receive(bytes.fromhex(asked), 0.0) == bytes.fromhex(answered)


@pytest.mark.parametrize(
    ("qualifier", "data"), [(0x53, b""), (0xF9, b"\0"), (0x49, bytes(7)), (0x4C, b""), (0x10, b"")]
)
def test_unknown_request_or_wrong_size_is_refused(qualifier, data):
    assert ask(radar(), qualifier, data) == {0x1A: b""}


def test_per_vehicle_mode_sends_each_vehicle_unasked():
    board = radar()
    drive(board, 0, 5.0, 0.5)
    board.tick(10.0)
    assert (board.push_period_s, board.push(10.0)) == (None, b"")
    assert change(board, 7, b"\x52\x03", 10.0) == {0x1C: b""}
    assert board.push_period_s == 0.1
    drive(board, 1, 11.25, 0.4, speed_kmh=52.0, length_m=4.4)
    board.tick(11.6)
    assert board.push(11.6) == b""
    board.tick(11.7)
    pushed = board.push(11.7)
    assert pushed == bytes.fromhex("FFAA5E110001 01012C340190 25 11471702261026 00 01E6")
    (frame,) = frames_of(pushed)
    assert frame.qualifier == 0x5E
    assert frame.data[:6] == bytes((1, 1, 44, 52, 0x01, 0x90))
    assert frame.data[6:] == bytes.fromhex("25 11471702261026 00")
    assert board.push(11.8) == b""


def test_vehicle_that_left_before_its_first_second_is_no_crash():
    board = RtmsG4(1, zones=1, clock_ms=lambda at_s: END_MS + round(at_s * 1000))
    board.saw(0, Pass(0.5, 1.0, 50.0, 12.0))
    board.tick(2.0)
    assert board.receive(POLL, 2.0) == NAK


def test_only_the_addressed_one_answers():
    first, second = radar(), radar(sensor_id=258)
    assert first.receive(POLL, 1.0)
    assert not second.receive(POLL, 1.0)
    assert second.receive(Frame(0x53, 258, b"\0").to_bytes(), 1.0)


def test_lost_and_doubled_bytes_and_wrong_checksum():
    board = radar()
    for place in range(len(POLL)):
        for spoilt in (POLL[:place] + POLL[place + 1 :], POLL[: place + 1] + POLL[place:]):
            board.receive(spoilt, 1.0)
            board.quiet(1.1)
            assert board.receive(POLL, 1.2) == NAK
    assert board.receive(POLL[:-1] + b"\x02", 1.0) == b""


def test_power_failure_forgets_intervals_but_neither_setup_nor_clock():
    board = radar()
    change(board, 11, b"\x05")
    ask(board, 0x49, bytes.fromhex("10000006010127") + bytes(7), 1.0)
    board.tick(60.0)
    board.power_up(61.0)
    assert board.receive(POLL, 61.0) == NAK
    assert ask(board, 0xC1)[0x41][11] == 5
    again = radar()
    again.restore(board.keep())
    assert ask(again, 0xC1) == ask(board, 0xC1)
    assert ask(again, 0xF9, at_s=2.0)[0x49][:7] == bytes.fromhex("11000006010127")


def test_scenario_that_has_changed_is_stronger_than_what_was_kept():
    board, other = radar(zones=2), radar(zones=3)
    change(board, 3, (60).to_bytes(2, "big"))
    other.restore(board.keep())
    assert ask(other, 0xC1)[0x41][2:5] == bytes((3, 0, 30))
    slower = RtmsG4(1, zones=2, clock_ms=lambda at_s: END_MS, period_s=20)
    slower.restore(radar().keep())
    assert ask(slower, 0xC1)[0x41][2:5] == bytes((2, 0, 20))


def test_shows_the_last_interval():
    board = radar(zones=1)
    assert board.shows(1.0) == {}
    drive(board, 0, 35.0, 3.0)
    board.tick(60.0)
    assert board.shows(60.0) == {
        "lane_1_volume": 1,
        "lane_1_occupancy_pct": 10.0,
        "lane_1_speed_kmh": 36.0,
    }


def test_explains_the_golden_frames():
    said = {part.name: part.text for part in radar().explain(HEADER, POLL)}
    assert said["hora UTC · UTC time"] == "2026-10-26 17:50:30"
    assert said["alimentación · supply"] == "12 V"
    assert said["salud · health"] == "10 bien · good"
    assert said["suma · checksum"] == "0262 correcta · right"
    said = {part.name: part.text for part in radar().explain(COUNTS, POLL)}
    assert (said["zona 1 · zone 1"], said["zona 2 · zone 2"]) == ("9 veh", "12 veh")


def test_wrong_checksum_is_explained_with_the_right_one():
    board = radar()
    said = board.explain(board.with_wrong_checksum(FOOTER), POLL)
    assert said[-1].text == "00F7 errónea · wrong: 0008"


@pytest.mark.parametrize("zones", [0, 13])
def test_there_are_no_more_zones(zones):
    with pytest.raises(ValueError, match=str(zones)):
        radar(zones=zones)


def frames_of(data: bytes) -> list[Frame]:
    buffer = bytearray(data)
    frames = []
    while (frame := cut(buffer)) is not None:
        frames.append(frame)
    assert not buffer
    return frames


requests = st.builds(
    lambda qualifier, sensor, data: Frame(qualifier, sensor, data).to_bytes(),
    st.sampled_from([0x41, 0x49, 0x53, 0x57, 0xC0, 0xC1, 0xD7, 0xF9, 0x80, 0x00]),
    st.integers(1, 2),
    st.one_of(*(st.binary(min_size=size, max_size=size) for size in (0, 1, 6, 14, 15))),
)


@settings(deadline=None)
@given(st.lists(st.one_of(requests, st.binary(max_size=40)), max_size=12))
def test_any_bytes_meet_frames_with_right_checksums_or_silence(chunks):
    board = radar()
    at_s = 0.0
    for chunk in chunks:
        at_s += 40.0
        drive(board, 0, at_s - 5, 1.0)
        board.tick(at_s)
        answers = board.receive(chunk, at_s)
        board.explain(answers, chunk)
        assert all(frame.sensor_id == 1 for frame in frames_of(answers))
        frames_of(board.push(at_s))
        assert len(board._buffer) < 4 + 2 + 256


@given(st.one_of(st.binary(max_size=80), requests), st.one_of(st.none(), requests))
def test_explains_anything_in_order(frame, asked):
    at = 0
    for part in radar().explain(frame, asked):
        assert at <= part.start < part.end <= len(frame)
        at = part.end
