"""What is to be seen on the sign: layout, pages, flashing, colours; as a picture and as text."""

import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sign_bench import get, load, make_board, put, show

from firmware_sim.boards.ntcip.font import fonts_of
from firmware_sim.boards.ntcip.layout import check, compose
from firmware_sim.boards.ntcip.multi import MultiRefusedError, Verdict, plain_text
from firmware_sim.boards.ntcip.page import AMBER, BLACK, Defaults
from firmware_sim.boards.ntcip.plan import SignPlan
from firmware_sim.boards.ntcip.png import png_of
from firmware_sim.boards.ntcip.render import dark, drawn
from firmware_sim.boards.ntcip.terminal import half_blocks

SMALL = SignPlan(columns=4, lines=2)
FULL = SignPlan(width_px=48, height_px=16, colours="full")
RED, GREEN = (255, 0, 0), (0, 255, 0)


def pages_of(text: str, plan: SignPlan = FULL):
    return compose(text.encode("latin-1"), plan, Defaults())


def places(text: str, plan: SignPlan = FULL) -> dict[str, tuple[int, int]]:
    """Upper left dots of the characters on the first page."""
    return {chr(one.code): (one.x_px, one.y_px) for one in pages_of(text, plan)[0].characters}


def test_picture_in_half_blocks():
    face = drawn(pages_of("AÑO[nl]18", SMALL)[0], SMALL)
    assert half_blocks(face, is_coloured=False).splitlines() == [
        "▄▀▀▀▄▄▀█▄▀▄▀▀▀▄",
        "█▄▄▄█▄   ▄█   █",
        "█   ██▀▄ ██   █",
        "▀   ▀▀ ▄▀▀ ███",
        "      ▀█  █   █",
        "       █  ▄▀▀▀▄",
        "      ▄█▄ ▀▄▄▄▀",
    ]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("[jp2][jl2]A", (0, 0)),
        ("[jp2][jl3]A", (21, 0)),
        ("[jp2][jl4]A", (43, 0)),
        ("[jp3][jl2]A", (0, 4)),
        ("[jp4][jl4]A", (43, 9)),
        ("[tr25,9,24,8][jp2][jl2]A", (24, 8)),
        ("[tr25,9,24,8][jp4][jl4]A", (43, 9)),
        ("[tr25,9,0,0][jp2][jl2]A", (24, 8)),
    ],
)
def test_justification(text, place):
    assert places(text) == {"A": place}


def test_parts_of_a_line_are_justified_apart():
    assert places("[jp2][jl2]A[jl3]B[jl4]C") == {"A": (0, 0), "B": (21, 0), "C": (43, 0)}


def test_lines_stand_one_dot_apart_or_as_told():
    assert places("[jp2][jl2]A[nl]B") == {"A": (0, 0), "B": (0, 8)}
    assert places("[jp2][jl2]A[nl2]B") == {"A": (0, 0), "B": (0, 9)}


def test_modules_hold_one_character_each():
    assert places("[jp2]AB[nl][jl2]C", SMALL) == {"A": (5, 0), "B": (10, 0), "C": (0, 7)}
    assert places("[jp2]ABC", SMALL)["A"] == (0, 0), "half a module to the left"
    with pytest.raises(MultiRefusedError):
        pages_of("ABCDE", SMALL)
    with pytest.raises(MultiRefusedError):
        pages_of("[tr2,1,5,7]A", SMALL)


def test_colours_of_text_and_page():
    page = pages_of("[pb0,0,9][cf1]I[cf0,255,0]I[cf]I[jp2]")[0]
    dots = {dot for row in drawn(page, FULL).dots for dot in row}
    assert dots == {(0, 0, 9), RED, GREEN, AMBER}


def test_one_colour_is_one_colour():
    amber = SignPlan(width_px=48, height_px=16)
    for text in ("[cf1]A", "[cf9]A", "[cf255,208,0]A", "[cb0]A", "[cf]A"):
        assert pages_of(text, amber)[0].characters[0].style.colour == AMBER
    for text in ("[cf3]A", "[cf0,255,0]A", "[pb7]A"):
        with pytest.raises(MultiRefusedError):
            pages_of(text, amber)


def test_pages_follow_each_other():
    board = make_board()
    show(board, "[pt20o10]UNO[np]DOS")
    starts = [board.face(1.0 + second) for second in (0.0, 1.9, 2.0, 2.9, 3.0, 4.9, 5.0, 6.0)]
    one, blank, two = starts[0], starts[2], starts[4]
    assert starts == [one, one, blank, blank, two, two, blank, one]
    assert blank == dark(board.plan)
    assert one != two


def test_flashing_text():
    board = make_board()
    show(board, "[flt5o3]A[/fl] B")
    lit, other = board.face(1.0), board.face(1.6)
    assert lit == board.face(1.45) == board.face(1.85)
    count = [sum(dot != BLACK for row in face.dots for dot in row) for face in (lit, other)]
    glyphs = fonts_of(board.plan)[1].glyphs
    dots = [sum(row.bit_count() for row in glyphs[ord(letter)]) for letter in "AB"]
    assert count == [sum(dots), dots[1]]


def test_night_dims_and_dead_pixels_stay_dark():
    day, night = make_board(), make_board(light_lux=0.0)
    for board in (day, night):
        show(board, "TEST")
    colours = [{dot for row in board.face(2.0).dots for dot in row} for board in (day, night)]
    assert colours == [{AMBER, BLACK}, {(110, 90, 0), BLACK}]
    lit = [
        (x + 1, y + 1)
        for y, row in enumerate(day.face(2.0).dots)
        for x, dot in enumerate(row)
        if dot != BLACK
    ]
    worn = make_board(dead_pixels=(lit[0],))
    show(worn, "TEST")
    x, y = lit[0]
    assert worn.face(2.0).dots[y - 1][x - 1] == BLACK


def test_accents_of_spanish():
    board = make_board()
    assert load(board, "¿MEDELLÍN? ÑANDÚ[nl]PINGÜINO Á É ¡YA!") == 4
    assert load(board, "medellín") == 5
    assert get(board, 6, 18, 0) == 7


def chunks(png: bytes) -> dict[bytes, bytes]:
    """By kind; checks every CRC."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    found, at = {}, 8
    while at < len(png):
        (length,) = struct.unpack_from(">I", png, at)
        kind, content = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        assert struct.unpack_from(">I", png, at + 8 + length) == (zlib.crc32(kind + content),)
        found[kind] = content
        at += length + 12
    return found


@pytest.mark.parametrize("plan", [FULL, SMALL])
def test_png_shows_each_dot_at_its_place(plan):
    scale = 5
    face = drawn(pages_of("AB", plan)[0], plan)
    found = chunks(png_of(face, scale))
    width, height, depth, kind, *rest = struct.unpack(">IIBBBBB", found[b"IHDR"])
    module_px = plan.module_px
    gaps = (3, 1) if module_px[0] else (0, 0)
    columns, rows = face.size_px
    assert (width, height) == (scale * (columns + 2 + gaps[0]), scale * (rows + 2 + gaps[1]))
    assert (depth, kind, rest) == (8, 2, [0, 0, 0])
    lines = zlib.decompress(found[b"IDAT"])
    assert len(lines) == height * (1 + 3 * width)
    for y, row in enumerate(face.dots):
        for x, dot in enumerate(row):
            left = x + 1 + (x // module_px[0] if module_px[0] else 0)
            top = y + 1 + (y // module_px[1] if module_px[1] else 0)
            at = (top * scale + 2) * (1 + 3 * width) + 1 + 3 * (left * scale + 2)
            seen = tuple(lines[at : at + 3])
            assert (seen == AMBER) == (dot == AMBER)


def test_terminal_has_one_colour_sequence_a_run():
    face = drawn(pages_of("I", SMALL)[0], SMALL)
    lines = half_blocks(face).splitlines()
    assert len(lines) == 7
    assert lines[6].count("\x1b[38;2") == 1
    assert all(line.endswith("\x1b[0m") for line in lines)


def test_words_of_a_message():
    assert plain_text(b"[jl3]ACCIDENTE[nl]A 2 KM[np][[18]]") == ["ACCIDENTE / A 2 KM", "[18]"]
    assert plain_text(b"") == [""]
    assert plain_text(b"BIEN[xx]MAL") == ["BIEN…"]


def test_sign_tells_what_it_shows():
    board = make_board()
    show(board, "CONGESTIÓN[nl]AV REGIONAL[np]USE VÍA ALTERNA")
    told = board.shows(61.5)
    assert told["page_1"] == "CONGESTIÓN / AV REGIONAL"
    assert told["page_2"] == "USE VÍA ALTERNA"
    assert (told["remaining_min"], told["errors"]) == (9, "ninguno · none")
    assert told["shown_because"] == "centro de control · control centre"
    with pytest.raises(Exception, match="genErr"):
        put(board, ((6, 3, 0), bytes.fromhex("000A28030001FFFF00000000")), at_s=62.0)
    assert board.shows(62.0)["errors"] == "mensaje · message"
    assert board.shows(62.0)["last_refusal"] == "CRC del mensaje · message CRC"


TAGS = (
    *("[nl]", "[nl9]", "[np]", "[jl2]", "[jl4]", "[jp2]", "[jp4]", "[fo]", "[fl]", "[/fl]"),
    *("[cf1]", "[cb3]", "[pb5]", "[tr1,1,24,8]", "[pt5o5]", "[[", "]]", "A", "Ñ", " ", "X" * 7),
)
PLANS = (FULL, SMALL, SignPlan(width_px=30, lines=2), SignPlan(width_px=96, height_px=32))


@given(st.lists(st.sampled_from(TAGS), max_size=12).map("".join), st.sampled_from(PLANS))
def test_what_is_accepted_can_be_drawn_inside_the_sign(text, plan):
    if check(text.encode("latin-1"), plan, Defaults()) != Verdict():
        return
    width_px, height_px = plan.size_px
    for page in pages_of(text, plan):
        assert drawn(page, plan).size_px == plan.size_px
        for one in page.characters:
            assert 0 <= one.x_px <= width_px - one.style.font.width_px
            assert 0 <= one.y_px <= height_px - one.style.font.height_px
