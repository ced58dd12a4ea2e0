"""What the sign accepts as MULTI, and what it says about the rest."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_sim.boards.ntcip.layout import check
from firmware_sim.boards.ntcip.multi import PAGES_MAX, MultiError, Verdict
from firmware_sim.boards.ntcip.page import Defaults
from firmware_sim.boards.ntcip.plan import SignPlan

NONE, UNSUPPORTED, VALUE, TOO_BIG = 2, 3, 4, 5
FONT, CHARACTER, PAGES = 6, 7, 12


FULL = SignPlan(width_px=108, height_px=27, colours="full")


def judge(text: str, plan: SignPlan = FULL) -> Verdict:
    return check(text.encode("latin-1"), plan, Defaults())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "CONGESTION[nl]AV REGIONAL[nl]USE VIA ALTERNA",
        "[jp3][jl3]ACCIDENTE[nl]A 2 KM[np]CARRIL DER[nl]CERRADO",
        "[pt30o0]CALIDAD DEL AIRE[nl]NIVEL PREVENCION",
        "[cf255,208,0]AUTOPISTA SUR[cf1][cb][pb0,0,0]",
        "[fo1]A[fo]B[fl]C[/fl][flt5o5]D[/FL][JL2]E[nl2]F",
        "[[18 MIN]]",
        "[tr1,1,54,7]NUEVE 123[tr1,9,108,16]ABAJO",
        "A" * 18,
        "[nl]".join(["A" * 18] * 3),
        "[np]".join(["A"] * PAGES_MAX),
    ],
)
def test_right_message(text):
    assert judge(text) == Verdict(MultiError.NONE, 0)


@pytest.mark.parametrize(
    ("text", "error", "position"),
    [
        ("HOLA[g1]", UNSUPPORTED, 4),
        ("HOLA[", UNSUPPORTED, 4),
        ("[jl9]", VALUE, 0),
        ("A[cf256,0,0]", VALUE, 1),
        ("[cf1,2]", VALUE, 0),
        ("[pt30]", VALUE, 0),
        ("[tr0,1,5,5]", VALUE, 0),
        ("[tr100,1,20,7]", VALUE, 0),
        ("A" * 19, TOO_BIG, 18),
        ("A[nl]B[nl]C[nl]D", TOO_BIG, 11),
        ("[tr1,1,54,7]NUEVE 1234", TOO_BIG, 21),
        ("[fo2]A", FONT, 0),
        ("ACCIóN", CHARACTER, 4),
        ("hola", CHARACTER, 0),
        ("A]B", CHARACTER, 1),
        ("[np]" * PAGES_MAX, PAGES, 20),
    ],
)
def test_wrong_message_is_refused_at_its_place(text, error, position):
    assert judge(text) == Verdict(MultiError(error), position)


@given(st.one_of(st.binary(max_size=200), st.text("[]nlptjfo/0139,A", max_size=60).map(str.encode)))
def test_any_bytes_get_a_verdict_within_them(multi):
    verdict = check(multi, FULL, Defaults())
    assert 0 <= verdict.position < max(1, len(multi))
