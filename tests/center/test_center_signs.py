"""Composer, arbiter and dispatcher, each with the time handed in."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from control_center.settings import CommandSettings, SignSettings
from control_center.signs.arbiter import Arbiter, Decision
from control_center.signs.composer import DoesNotFitError, compose, pages_of
from control_center.signs.dispatcher import SignDispatcher
from control_center.signs.proposal import Priority, Proposal
from gateway.contract.messages import CommandResult

TARGET = "medellin/av-regional/vms-1"
T0 = 1_700_000_000_000


@pytest.mark.parametrize(
    ("lines", "multi"),
    [
        (["Congestión", "Av Regional"], "[jl3]CONGESTION[nl]AV REGIONAL"),
        (["Niño año"], "[jl3]NINO ANO"),
        (["[A]"], "[jl3][[A]]"),
        (["A", "", "B"], "[jl3]A[nl][nl]B"),
        ([], ""),
        (["  "], ""),
    ],
)
def test_compose(lines, multi):
    assert compose(lines, rows=3, columns=18) == multi


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["A"] * 4, "4 lines"),
        (["A" * 19], "19 characters"),
        (["PM2.5 ≥ 38"], "no character '≥'"),
        (["A\nB"], "no character"),
        (["A~"], "no character '~'"),
    ],
)
def test_compose_refuses_what_does_not_fit(lines, said):
    with pytest.raises(DoesNotFitError, match=said):
        compose(lines, rows=3, columns=18)


@pytest.mark.parametrize(
    ("multi", "pages"),
    [
        ("", ()),
        ("[jl3]", ()),
        ("[pt30o0]A[nl2]B[np]C", (("A", "B"), ("C",))),
        ("[cf255,0,0]ROJO[[X]]", (("ROJO[X]",),)),
        ("[jl3]A", (("A",),)),
        ("A[nl", (("A[nl",),)),
    ],
)
def test_pages_of(multi, pages):
    assert pages_of(multi) == pages


@given(st.text())
def test_pages_of_any_text_is_some_pages(text):
    assert all(any(page) for page in pages_of(text))


FONT = st.characters(min_codepoint=0x20, max_codepoint=0x5F)


@given(st.lists(st.text(FONT, max_size=18), max_size=3))
def test_what_is_composed_is_what_is_read_back(lines):
    shown = tuple(line.strip() for line in lines)
    assert pages_of(compose(lines, 3, 18)) == ((shown,) if any(shown) else ())


def proposal(rule="congestion:a", priority=Priority.CONGESTION, since_ms=T0, **changes):
    fields = {
        "target": TARGET,
        "rule": rule,
        "priority": priority,
        "lines": (rule.upper(),),
        "reason": "12 km/h",
        "authority": "engine:congestion",
        "since_ms": since_ms,
        "valid_until_ms": T0 + 3_600_000,
        **changes,
    }
    return Proposal(**fields)


def arbiter(settle_ms=0):
    sign = SignSettings(target=TARGET, title="A", rows=3, columns=20, minimum_hold_s=10)
    return Arbiter(sign, T0 + settle_ms)


CAMPAIGN = proposal("air:b", Priority.CAMPAIGN)
SLOW = proposal()


@pytest.mark.parametrize(
    ("proposals", "rule"),
    [
        ([CAMPAIGN, SLOW], "congestion:a"),
        ([proposal(since_ms=T0), proposal("congestion:0", since_ms=T0 - 1)], "congestion:0"),
        ([proposal("congestion:z"), proposal("congestion:b")], "congestion:b"),
        ([proposal(valid_until_ms=T0), CAMPAIGN], "air:b"),
        ([proposal(target="itagui/x/vms-1")], ""),
        ([], ""),
    ],
)
def test_one_proposal_wins(proposals, rule):
    assert arbiter().decide(proposals, "nada", T0).rule == rule


def test_a_message_holds_before_it_is_swapped_or_blanked():
    one = arbiter()
    steps = [
        (0, [CAMPAIGN], "air:b"),
        (9_999, [CAMPAIGN, SLOW], "air:b"),
        (10_000, [CAMPAIGN, SLOW], "congestion:a"),
        (19_999, [], "congestion:a"),
        (20_000, [], ""),
        (20_001, [CAMPAIGN], "air:b"),  # a blank face gives way at once
    ]
    for at_ms, proposals, rule in steps:
        assert one.decide(proposals, "nada", T0 + at_ms).rule == rule, at_ms


def test_nothing_is_blanked_before_the_centre_settled():
    one = arbiter(settle_ms=12_000)
    assert one.decide([], "nada", T0 + 11_999) is None
    blank = one.decide([], "nada", T0 + 12_000)
    assert (blank.multi, blank.reason) == ("", "nada")
    shows_at_once = arbiter(settle_ms=12_000)
    assert shows_at_once.decide([SLOW], "", T0).rule == "congestion:a"


def test_a_decision_stands_with_its_first_reason():
    one = arbiter()
    first = one.decide([SLOW], "", T0)
    assert one.decide([proposal(reason="9 km/h")], "", T0 + 60_000) is first


SHOW = Decision(
    "congestion:a", "[jl3]HOLA", "12 km/h", "engine:congestion", Priority.CONGESTION, T0
)
BLANK = Decision("", "", "60 km/h", "engine:arbiter", Priority.BLANK, T0)


class Bench:
    """A dispatcher on a table: time in s after T0."""

    def __init__(self, decision=SHOW) -> None:
        ids = (f"command-{n}" for n in itertools.count(1))
        self.dispatcher = SignDispatcher(TARGET, CommandSettings(), lambda: next(ids))
        self.dispatcher.want(decision)

    def due(self, at_s):
        self.dispatcher.expired(round(T0 + at_s * 1000))
        command = self.dispatcher.due(round(T0 + at_s * 1000))
        return command and command.id

    def answer(self, number, at_s, *, status="confirmed", shows="HOLA"):
        at_ms = round(T0 + at_s * 1000)
        result = CommandResult(
            id=f"command-{number}", target=TARGET, status=status, done_ms=at_ms, shows_multi=shows
        )
        return self.dispatcher.answered(result, at_ms)

    def sees(self, multi, at_s):
        at_ms = round(T0 + at_s * 1000)
        self.dispatcher.read_back(multi, at_ms, at_ms)

    def face(self, at_s):
        return self.dispatcher.face_state(round(T0 + at_s * 1000))


def test_a_command_is_repeated_until_its_result():
    bench = Bench()
    assert [bench.due(s) for s in (0, 1.4, 1.5, 2.9, 3.0)] == [
        "command-1",
        None,
        "command-1",
        None,
        "command-1",
    ]
    assert bench.face(3) == "waiting"
    assert bench.answer(1, 3.2) == 3_200
    assert (bench.face(3.2), bench.due(4.8)) == ("confirmed", None)
    assert bench.answer(1, 3.3) is None
    assert (bench.dispatcher.commands, bench.dispatcher.confirmed) == (1, 1)


def test_a_command_carries_what_the_borders_check():
    command = Bench().dispatcher.due(T0)
    assert (command.expires_ms - command.issued_ms, command.duration_min) == (20_000, 2)
    assert (command.action, command.multi, command.priority) == ("show", "[jl3]HOLA", 150)
    assert (command.reason, command.authority) == ("12 km/h", "engine:congestion")


def test_without_a_result_a_new_one_follows_the_expired():
    bench = Bench()
    bench.due(0)
    assert bench.due(19.9) == "command-1"
    assert bench.due(20) is None
    assert bench.due(22) == "command-2"


def test_a_shown_message_is_renewed_and_a_blank_face_is_not():
    bench = Bench()
    bench.due(0)
    bench.answer(1, 1)
    assert (bench.due(30.9), bench.due(31)) == (None, "command-2")
    blank = Bench(BLANK)
    blank.due(0)
    blank.answer(1, 1, shows="")
    assert blank.due(3_600) is None


def test_a_newer_decision_waits_a_little_for_the_older_result():
    bench = Bench()
    bench.due(0)
    bench.dispatcher.want(BLANK)
    assert bench.due(2.9) == "command-1"
    assert bench.due(3) == "command-2"
    assert bench.answer(1, 3.1) is None
    assert bench.answer(2, 3.2, shows="") == 200


@pytest.mark.parametrize(
    ("status", "shows"), [("failed", None), ("refused", "OTRA"), ("confirmed", "OTRA")]
)
def test_what_was_not_confirmed_is_tried_again_less_and_less_often(status, shows):
    bench = Bench()
    issued = []
    for tenth in range(700):
        command = bench.due(tenth / 10)
        if command:
            issued.append(tenth / 10)
            bench.answer(len(issued), tenth / 10, status=status, shows=shows)
    assert issued == [0, 2, 6, 14, 30, 62]
    bench.dispatcher.hurry()
    assert bench.due(70) == "command-7"


def test_a_sign_that_shows_something_else_is_asked_again_after_three_seconds():
    bench = Bench()
    bench.due(0)
    bench.answer(1, 1)
    bench.sees("OTRA", 5)
    assert (bench.face(5), bench.due(7.9), bench.due(8)) == ("differs", None, "command-2")


def test_a_glimpse_of_something_else_is_no_reason():
    bench = Bench()
    bench.due(0)
    bench.answer(1, 1)
    bench.sees("OTRA", 5)
    bench.sees("[cf255,0,0]HOLA", 6)
    assert (bench.face(8), bench.due(10)) == ("confirmed", None)


def test_a_reading_older_than_the_result_changes_nothing():
    bench = Bench()
    bench.due(0)
    bench.answer(1, 1)
    bench.sees("", 0.9)
    assert bench.face(1) == "confirmed"


def test_an_old_reading_from_a_backlog_is_no_reason():
    bench = Bench(BLANK)
    bench.due(0)
    bench.answer(1, 1, shows="")
    bench.sees("OTRA", 2)
    assert (bench.face(40), bench.due(40)) == ("unknown", None)


def test_a_face_not_read_back_is_unknown():
    bench = Bench()
    assert bench.face(0) == "unknown"
    bench.due(0)
    bench.answer(1, 1)
    assert (bench.face(31), bench.face(31.1)) == ("confirmed", "unknown")


def test_a_clock_that_is_wrong_falsifies_neither_latency_nor_the_age_of_a_face():
    for wrong_s in (-600, 600):
        bench = Bench()
        bench.due(0)
        result = CommandResult(
            id="command-1",
            target=TARGET,
            status="confirmed",
            done_ms=T0 + wrong_s * 1000,
            shows_multi="HOLA",
        )
        assert bench.dispatcher.answered(result, T0 + 700) == 700
        assert (bench.face(0.7), bench.face(31)) == ("confirmed", "unknown")


def test_a_sign_that_answers_again_is_asked_at_once():
    bench = Bench()
    for n, at_s in enumerate((0, 2, 6, 14, 30), start=1):
        assert bench.due(at_s) == f"command-{n}"
        bench.answer(n, at_s, status="failed", shows=None)
    assert bench.due(61.9) is None
    bench.sees("", 40)
    assert bench.due(40) == "command-6"


@pytest.mark.parametrize(
    ("status", "shows", "detail", "failure"),
    [
        (
            "refused",
            "",
            "control local · under local control",
            ("rechaza: control local", "refuses: under local control"),
        ),
        ("confirmed", "ADIOS", "", ("muestra otra cosa", "shows something else")),
        ("failed", None, "silent: 2 s", ("falló: silent: 2 s", "failed: silent: 2 s")),
    ],
)
def test_why_a_command_was_not_confirmed_is_known_until_one_is(status, shows, detail, failure):
    bench = Bench()
    bench.due(0)
    result = CommandResult(
        id="command-1",
        target=TARGET,
        status=status,
        done_ms=T0 + 500,
        detail=detail,
        shows_multi=shows,
    )
    bench.dispatcher.answered(result, T0 + 500)
    assert bench.dispatcher.failure == failure
    bench.due(3)
    bench.answer(2, 4)
    assert bench.dispatcher.failure is None


def test_a_face_that_is_read_is_known_before_anything_is_decided():
    bench = Bench(decision=None)
    assert bench.face(0) == "unknown"
    bench.sees("HOLA", 1)
    assert (bench.face(2), bench.face(32)) == ("waiting", "unknown")
