import re

import pytest

from control_center.wall.dots import FONT, draw_face


def lit(face):
    (path,) = re.findall(r'<path d="([^"]*)" class="lit"/>', face)
    return {(int(x), int(y)) for x, y in re.findall(r"M(\d+)\.5 (\d+)\.5h0", path)}


def drawn(face, left, top):
    dots = lit(face)
    rows = ("".join(".#"[(left + x, top + y) in dots] for x in range(5)) for y in range(7))
    return "\n".join(rows)


def test_letters_look_like_letters():
    face = draw_face(("FÑ",), 1, 2, "FÑ")
    assert drawn(face, 2, 2) == "#####\n#....\n#....\n####.\n#....\n#....\n#...."
    assert drawn(face, 8, 2) == ".###.\n.....\n#...#\n##..#\n#.#.#\n#..##\n#...#"


@pytest.mark.parametrize("character", "ABCDEFGHIJKLMNOPQRSTUVWXYZÁÉÍÓÚÜÑ0123456789 .,:-/!?°%")
def test_the_font_has_what_spanish_messages_need(character):
    assert len(FONT[character]) == 5
    assert all(0 <= column < 128 for column in FONT[character])


def test_no_two_characters_look_alike():
    assert len(set(FONT.values())) == len(FONT)


def test_lines_stand_in_the_middle_of_the_sign():
    # Three rows of nine dots, ten columns of six: one character in the middle row, column 4 of 0-9.
    dots = lit(draw_face(("I",), 3, 10, "I"))
    assert {x for x, _ in dots} == {2 + 4 * 6 + x for x in (1, 2, 3)}
    assert {y for _, y in dots} == {2 + 9 + y for y in range(7)}


def test_what_a_sign_reports_is_never_cut():
    assert 'viewBox="0 0 75 29"' in draw_face(("A",), 3, 12, "A")
    assert 'viewBox="0 0 93 38"' in draw_face(("A" * 15, "B", "C", "D"), 3, 12, "A")


def test_lower_case_is_drawn_as_capitals_and_the_unknown_as_a_box():
    assert lit(draw_face(("a",), 1, 1, "a")) == lit(draw_face(("A",), 1, 1, "A"))
    assert drawn(draw_face(("語",), 1, 1, "?"), 2, 2).startswith("#####\n#...#")


def test_a_blank_sign_has_no_lit_dot_and_says_what_it_is():
    face = draw_face((), 3, 12, "Panel: APAGADO")
    assert lit(face) == set()
    assert 'aria-label="Panel: APAGADO"' in face
