import html.parser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from control_center.wall.markup import Markup, join, tag
from control_center.wall.words import age, clock, date, milliseconds, number


class Reader(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.elements = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, name, attributes):
        self.elements.append((name, dict(attributes)))

    def handle_data(self, text):
        self.text += text


ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\0"))
NEARLY_MARKUP = st.text(st.sampled_from("<>&;\"'/=! abp#"))


@given(ANY_TEXT | NEARLY_MARKUP)
def test_text_never_becomes_markup(text):
    reader = Reader(tag("p", text, title=text))
    assert reader.elements == [("p", {"title": text})]
    assert reader.text == text


def test_markup_is_not_escaped_twice():
    assert tag("p", tag("b", "a & b"), " < c") == "<p><b>a &amp; b</b> &lt; c</p>"
    assert join(["<", Markup("<br/>")]) == "&lt;<br/>"


def test_attributes():
    assert tag("line", x1=1.5, class_="a", aria_label='"', y1=None) == (
        '<line x1="1.5" class="a" aria-label="&quot;"/>'
    )


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (None, 1, "\N{EN DASH}"),
        (0, 0, "0"),
        (1234567.25, 1, "1\u202f234\u202f567,2"),
        (-0.5, 1, "\N{MINUS SIGN}0,5"),
    ],
)
def test_numbers_as_colombia_writes_them(value, decimals, text):
    assert number(value, decimals) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "\N{EN DASH}"),
        (-3, "0 s"),
        (119.9, "119 s"),
        (120, "2 min"),
        (7199, "119 min"),
        (7200, "2 h"),
        (172_800, "2 d"),
    ],
)
def test_ages(seconds, text):
    assert age(seconds) == text


def test_colombia_is_five_hours_behind_utc():
    midnight_utc_ms = 1_767_225_600_000  # 2026-01-01T00:00:00Z
    assert (date(midnight_utc_ms), clock(midnight_utc_ms)) == ("2025-12-31", "19:00:00")


def test_latencies():
    assert [milliseconds(v) for v in (None, 850.4, 12_540)] == ["\N{EN DASH}", "850 ms", "12,5 s"]
