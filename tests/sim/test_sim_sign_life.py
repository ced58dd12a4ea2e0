"""A sign's life: power, faults, habits, brightness, heat, memory, shapes."""

import pytest
from sign_bench import activation, cell, get, load, make_board, message_id, put, show

from firmware_sim.boards.ntcip.controller import ActivationRefusedError
from firmware_sim.boards.ntcip.message import ActivationCode
from firmware_sim.boards.ntcip.objects import NoAnswerError, SetError
from firmware_sim.boards.ntcip.plan import SignPlan
from firmware_sim.faults.switches import Fault, Switches

ROW_MULTI, ROW_BEACON, ROW_PIXEL_SERVICE, ROW_STATUS = 3, 6, 7, 9
CONTROL, RESET, ACTIVATE, SOURCE_MODE = (6, 1, 0), (6, 2, 0), (6, 3, 0), (6, 7, 0)
SHORT_RECOVERY, LONG_RECOVERY, SHORT_LOSS_S = (6, 8, 0), (6, 9, 0), (6, 10, 0)
RESET_MESSAGE, COMM_LOSS_MIN, POWER_LOSS = (6, 11, 0), (6, 13, 0), (6, 14, 0)
ACTIVATE_ERROR, ERROR_CODE, SHORT_ERRORS = (6, 17, 0), (6, 24, 0), (9, 7, 1, 0)
CURRENT = cell(ROW_MULTI, 1, 5)
DEFAULT_FONT, TIME_REMAINING = (4, 5, 0), (6, 4, 0)
ILLUMINATION, LEVEL, MANUAL_LEVEL = (7, 1, 0), (7, 5, 0), (7, 6, 0)
FAILURES, PIXEL_TEST = (9, 7, 2, 0), (9, 7, 4, 0)


def with_fault(name: str, **plan):
    switches = Switches("sign")
    switches.switch_on(Fault(name))
    return make_board(switches, **plan)


def refusal(board, *parts, at_s: float = 0.0) -> str:
    with pytest.raises(SetError) as caught:
        put(board, *parts, at_s=at_s)
    return caught.value.status


def with_recovery_messages(**plan):
    """Shows TEST; SHORT comes after a failure of at most 60 s, LONG after a longer one."""
    board = make_board(**plan)
    for number, text in ((2, "CORTA"), (3, "LARGA"), (4, "SIN LUZ")):
        assert load(board, text, number=number) == 4
    put(
        board,
        (SHORT_RECOVERY, message_id("CORTA", number=2)),
        (LONG_RECOVERY, message_id("LARGA", number=3)),
        (POWER_LOSS, message_id("SIN LUZ", number=4)),
        (SHORT_LOSS_S, 60),
        at_s=1.0,
    )
    show(board, "TEST", at_s=2.0)
    return board


@pytest.mark.parametrize(("away_s", "text"), [(60.0, b"CORTA"), (60.5, b"LARGA")])
def test_power_comes_back_sooner_or_later(away_s, text):
    board = with_recovery_messages()
    board.power_fail(10.0)
    assert not board.is_on(10.0)
    assert set(board.face(11.0).dots[0]) == {(0, 0, 0)}
    board.power_up(10.0 + away_s)
    assert get(board, *CURRENT, at_s=80.0) == text
    assert get(board, *SOURCE_MODE, at_s=80.0) == 10


def test_no_failure_is_short_when_the_limit_is_zero():
    board = with_recovery_messages()
    put(board, (SHORT_LOSS_S, 0), at_s=5.0)
    board.power_fail(10.0)
    board.power_up(10.1)
    assert get(board, *CURRENT, at_s=11.0) == b"LARGA"


def test_recovery_by_the_current_buffer_leaves_what_was_shown():
    board = with_recovery_messages()
    put(board, (SHORT_RECOVERY, bytes.fromhex("0500010000")), at_s=5.0)
    board.power_fail(10.0)
    board.power_up(11.0)
    assert (get(board, *CURRENT, at_s=12.0), get(board, *SOURCE_MODE, at_s=12.0)) == (b"TEST", 10)


def test_battery_shows_the_power_loss_message_until_it_is_empty():
    board = with_recovery_messages(backup_s=30.0)
    boots = board.mib.boots
    board.power_fail(10.0)
    assert get(board, *CURRENT, at_s=39.0) == b"SIN LUZ"
    assert get(board, *SOURCE_MODE, at_s=39.0) == 13
    assert get(board, *SHORT_ERRORS, at_s=39.0) == 1 << 2
    assert board.is_on(39.9)
    assert not board.is_on(40.0)
    board.power_up(41.0)
    assert get(board, *CURRENT, at_s=42.0) == b"CORTA"
    assert board.mib.boots == boots + 1
    board.power_fail(50.0)
    board.power_up(51.0)
    assert board.mib.boots == boots + 1, "the battery carried it through"


def test_power_failure_empties_the_volatile_memory():
    board = make_board()
    assert load(board, "TEST", memory=4) == 4
    assert load(board, "QUEDA", number=2) == 4
    put(board, (cell(ROW_STATUS, 3), 6), at_s=1.0)
    board.power_fail(2.0)
    board.power_up(3.0)
    statuses = [get(board, *cell(ROW_STATUS, *row), at_s=4.0) for row in ((1, 4), (2, 3), (3, 3))]
    assert statuses == [1, 4, 1]


def test_reset_shows_the_reset_message_and_counts_as_a_start():
    board = make_board()
    load(board, "LISTO", number=2)
    put(board, (RESET_MESSAGE, message_id("LISTO", number=2)), at_s=1.0)
    show(board, "TEST", at_s=2.0)
    put(board, (RESET, 1), at_s=4.0)
    assert (get(board, *CURRENT, at_s=5.0), get(board, *SOURCE_MODE, at_s=5.0)) == (b"LISTO", 11)
    assert (board.mib.boots, board.mib.up_s(14.0)) == (2, 10)


def test_program_that_starts_again_counts_a_boot_and_keeps_its_engine():
    before = make_board(key="medellin/regional/vms")
    put(before, ((7, 6, 0), 3), (COMM_LOSS_MIN, 7))
    after = make_board(key="medellin/regional/vms")
    after.restore(before.keep(), 0.0)
    assert (after.mib.boots, after.mib.engine_id) == (2, before.mib.engine_id)
    assert after.mib.engine_id != make_board(key="otro").mib.engine_id
    assert (get(after, 7, 6, 0), get(after, *COMM_LOSS_MIN)) == (3, 7)
    assert get(after, *SOURCE_MODE) == 10
    fresh = make_board()
    fresh.restore({}, 0.0)
    assert (fresh.mib.boots, get(fresh, *SOURCE_MODE)) == (1, 11)


def test_sign_that_has_become_smaller_starts_without_the_font_it_kept():
    large = make_board(width_px=144, height_px=96)
    put(large, (DEFAULT_FONT, 2))
    small = make_board(columns=12, lines=3)
    small.restore(large.keep(), 0.0)
    assert get(small, *DEFAULT_FONT) == 1
    assert load(small, "TEST", at_s=1.0) == 4


def test_duration_that_ends_without_power_is_not_below_zero():
    board = make_board()
    show(board, "TEST", at_s=1.0)
    put(board, (TIME_REMAINING, 1), at_s=2.0)
    board.power_fail(3.0)
    assert board.shows(600.0)["remaining_min"] == 0


def test_comm_loss_strikes_once_and_not_in_local_control():
    switches = Switches("sign")
    switches.switch_on(Fault("local-control", start_s=200.0, end_s=300.0))
    board = make_board(switches)
    put(board, (COMM_LOSS_MIN, 2))
    show(board, "TEST")
    assert get(board, *SOURCE_MODE, at_s=130.0) == 12
    board.activate_locally(ActivationCode.from_bytes(activation("TEST")), 250.0)
    assert get(board, *CURRENT, at_s=350.0) == b"TEST", "lost once, and not again"
    local = make_board(is_local=True)
    put(local, (COMM_LOSS_MIN, 2))
    assert get(local, *SOURCE_MODE, at_s=1000.0) == 11


def test_panel_in_the_cabinet_is_heard_in_local_control_only():
    code = ActivationCode.from_bytes(bytes.fromhex("000AFF020001") + b"\x00\x00" + bytes(4))
    switches = Switches("sign")
    board = make_board(switches)
    right = ActivationCode.from_bytes(activation("PRUEBA", memory=2))
    for mode, error in ((4, 10), (5, 11)):
        put(board, (CONTROL, mode))
        with pytest.raises(ActivationRefusedError):
            board.activate_locally(right, 1.0)
        assert get(board, *ACTIVATE_ERROR, at_s=1.0) == error
    put(board, (CONTROL, 4))
    switches.switch_on(Fault("local-control"))
    board.activate_locally(right, 2.0)
    assert (get(board, *CURRENT, at_s=2.0), get(board, *SOURCE_MODE, at_s=2.0)) == (b"PRUEBA", 2)
    with pytest.raises(ActivationRefusedError):
        board.activate_locally(code, 3.0)
    assert get(board, *ACTIVATE_ERROR, at_s=3.0) == 7


def test_local_control_is_overridden_and_given_back():
    switches = Switches("sign")
    board = make_board(switches)
    assert get(board, *CONTROL) == 4
    switches.switch_on(Fault("local-control", start_s=10.0, end_s=20.0))
    assert get(board, *CONTROL, at_s=10.0) == 2
    assert refusal(board, (CONTROL, 4), at_s=10.0) == "genErr"
    put(board, (CONTROL, 5), at_s=11.0)
    assert get(board, *CONTROL, at_s=25.0) == 5
    put(board, (CONTROL, 4), at_s=25.0)
    assert get(board, *CONTROL, at_s=25.0) == 4


def test_refused_activation_is_remembered_with_its_code():
    board = make_board()
    show(board, "TEST")
    assert get(board, *SHORT_ERRORS, at_s=2.0) == 0
    wrong = activation("OTRO")
    assert refusal(board, (ACTIVATE, wrong), at_s=2.0) == "genErr"
    assert (get(board, *ACTIVATE_ERROR), get(board, *ERROR_CODE)) == (7, wrong)
    assert get(board, *SHORT_ERRORS, at_s=2.0) == 1 << 7
    put(board, (ACTIVATE, activation("TEST")), at_s=3.0)
    assert get(board, *SHORT_ERRORS, at_s=3.0) == 0


def test_message_that_no_longer_fits_is_refused_at_activation():
    board = make_board(width_px=108, height_px=28)
    assert load(board, "A" * 18) == 4
    put(board, ((4, 5, 0), 2), at_s=1.0)
    assert refusal(board, (ACTIVATE, activation("A" * 18)), at_s=1.0) == "genErr"
    assert [get(board, 6, number, 0) for number in (17, 18)] == [8, 5]
    assert refusal(make_board(), ((4, 5, 0), 2)) == "wrongValue"


def test_full_table_takes_no_message_and_says_so():
    board = with_fault("full-table")
    assert get(board, 5, 4, 0) == 0
    assert refusal(board, (cell(ROW_STATUS), 6)) == "genErr"
    assert get(make_board(), 5, 4, 0) == 32768


def test_memory_is_counted_and_can_be_cleared():
    board = make_board(changeable_messages=3)
    load(board, "TEST")
    load(board, "OTRA VEZ", number=2)
    assert [get(board, 5, number, 0) for number in range(1, 8)] == [
        1, 2, 3, 32768 - 2 * 32 - 4 - 8, 0, 4, 32768,
    ]  # fmt: skip
    put(board, ((6, 16, 0), 3), at_s=1.0)
    assert (get(board, 5, 2, 0), get(board, 6, 16, 0)) == (0, 2)


def test_dead_pixels_are_found_cleared_and_found_again():
    board = with_fault("dead-pixels")
    assert get(board, *FAILURES) == 40
    dots = {
        tuple(get(board, 9, 7, 3, 1, column, 2, number) for column in (3, 4))
        for number in range(1, 41)
    }
    assert len(dots) == 40
    assert dots == set(with_fault("dead-pixels").sensors.dead_pixels(0.0))
    assert get(board, *SHORT_ERRORS) == 1 << 5
    put(board, (PIXEL_TEST, 4), at_s=1.0)
    assert (get(board, *FAILURES, at_s=1.0), get(board, *SHORT_ERRORS, at_s=1.0)) == (0, 0)
    put(board, (PIXEL_TEST, 3), at_s=2.0)
    assert get(board, *PIXEL_TEST, at_s=6.9) == 3
    lit = {dot for row in board.face(3.0).dots for dot in row}
    assert lit == {(255, 208, 0), (0, 0, 0)}
    assert (get(board, *PIXEL_TEST, at_s=7.1), get(board, *FAILURES, at_s=7.1)) == (2, 40)


def test_overheated_sign_goes_dark_and_still_obeys():
    board = with_fault("overheating", temperature_c=22.0)
    show(board, "TEST")
    assert get(board, *CURRENT, at_s=2.0) == b"TEST"
    assert get(board, *SHORT_ERRORS, at_s=2.0) == (1 << 9) | (1 << 11)
    assert get(board, 9, 9, 6, 0, at_s=2.0) == 22 + 45 + 8 + 2 + 8
    assert {dot for row in board.face(2.0).dots for dot in row} == {(0, 0, 0)}
    cooler = make_board(temperature_c=50.0)
    assert get(cooler, *SHORT_ERRORS) == 1 << 9
    assert not cooler.sensors.is_too_hot(0.0)


def test_door_is_told():
    board = with_fault("door-open")
    assert (get(board, 9, 6, 0), get(board, *SHORT_ERRORS)) == (1, 1 << 13)
    assert (get(make_board(), 9, 6, 0), get(make_board(), *SHORT_ERRORS)) == (0, 0)


@pytest.mark.parametrize(
    ("control", "light_lux", "at_s", "level"),
    [
        (2, 50_000.0, 0.0, 16),
        (2, 0.0, 0.0, 2),
        (2, 10_000.0, 0.0, 9),
        (3, 0.0, 0.0, 16),  # noon
        (3, 50_000.0, 6.5 * 3600, 2),  # half past six in the evening
        (4, 50_000.0, 0.0, 5),
    ],
)
def test_brightness(control, light_lux, at_s, level):
    board = make_board(light_lux=light_lux)
    put(board, (ILLUMINATION, control), (MANUAL_LEVEL, 5))
    assert get(board, *LEVEL, at_s=at_s) == level
    assert get(board, 7, 9, 0, at_s=at_s) == round(65535 * level / 16)


def test_beacons_and_pixel_service_are_refused_by_name():
    board = make_board()
    for column, error in ((ROW_BEACON, 3), (ROW_PIXEL_SERVICE, 4)):
        put(board, (cell(ROW_STATUS), 6))
        put(board, (cell(ROW_MULTI), b"TEST"), (cell(column), 1))
        put(board, (cell(ROW_STATUS), 7))
        assert (get(board, *cell(ROW_STATUS), at_s=1.0), get(board, 5, 9, 0)) == (5, error)
        put(board, (cell(ROW_STATUS), 8), at_s=1.0)


def test_validation_takes_its_time():
    board = make_board(validation_s=8.0)
    assert load(board, "TEST") == 3
    assert get(board, *cell(ROW_STATUS), at_s=7.9) == 3
    assert refusal(board, (cell(ROW_STATUS), 6), at_s=7.9) == "genErr"
    assert get(board, *cell(ROW_STATUS), at_s=8.0) == 4


def test_habits():
    fussy = make_board(refuses_second_modify_request=True)
    put(fussy, (cell(ROW_STATUS), 6))
    assert refusal(fussy, (cell(ROW_STATUS), 6)) == "genErr"
    patient = make_board()
    for _ in range(2):
        put(patient, (cell(ROW_STATUS), 6))
    put(fussy, (cell(ROW_STATUS), 8))
    put(fussy, (cell(ROW_STATUS), 6))

    plain = make_board(has_blank_memory=False)
    assert get(plain, *cell(ROW_MULTI, 1, 7)) is None
    assert refusal(plain, (ACTIVATE, bytes.fromhex("FFFFFF070001000000000000"))) == "genErr"
    assert get(plain, *ACTIVATE_ERROR) == 5
    assert load(plain, "") == 4
    put(plain, (ACTIVATE, activation("")), at_s=1.0)

    quiet = make_board(is_silent_on_unknown_objects=True)
    with pytest.raises(NoAnswerError):
        get(quiet, 99, 0)


@pytest.mark.parametrize(
    ("shape", "told"),
    [
        ({"columns": 12, "lines": 3}, (4, 7, 5, 21, 60)),
        ({"columns": 20, "lines": 4, "character_px": (6, 9)}, (4, 9, 6, 36, 120)),
        ({"width_px": 105, "lines": 3, "height_px": None}, (5, 7, 0, 21, 105)),
        ({"width_px": 192, "height_px": 64}, (6, 0, 0, 64, 192)),
    ],
)
def test_shapes_are_told(shape, told):
    board = make_board(**shape)
    found = [get(board, *where, 0) for where in ((1, 2), (2, 1), (2, 2), (2, 3), (2, 4))]
    assert tuple(found) == told
    width_px, height_px = board.size_px
    assert (height_px, width_px) == told[3:]


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"columns": 12},
        {"columns": 12, "lines": 3, "width_px": 60},
        {"columns": 12, "lines": 3, "character_px": (5, 6)},
        {"width_px": 60, "height_px": 7, "dead_pixels": ((61, 1),)},
    ],
)
def test_shapes_that_cannot_be(wrong):
    with pytest.raises(ValueError, match=r"sign has|module has|outside"):
        SignPlan(**wrong)


def test_fonts_and_characters_are_told():
    board = make_board(width_px=192, height_px=64)
    assert [get(board, 3, 2, 1, column, 1) for column in (1, 2, 3, 4, 5, 6, 8)] == [
        1, 1, b"5x7", 7, 1, 1, 6,
    ]  # fmt: skip
    assert get(board, 3, 1, 0) == 2
    # 01110 10001 10001 11111 10001 10001 10001, packed from the left
    assert get(board, 3, 4, 1, 3, 1, ord("A")) == bytes.fromhex("7463f8c620")
    assert len(get(board, 3, 4, 1, 3, 2, ord("A"))) == 18
    version = get(board, 3, 2, 1, 7, 1)
    assert load(board, f"[fo1,{version:x}]A") == 4
    assert load(board, f"[fo1,{version ^ 1:x}]A") == 5
    assert get(board, 6, 18, 0) == 13


def test_same_seed_shows_the_same():
    one, other = with_fault("dead-pixels"), with_fault("dead-pixels")
    for board in (one, other):
        show(board, "TEST")
    assert one.face(3.0) == other.face(3.0)
    assert dict(one.shows(3.0)) == dict(other.shows(3.0))
