"""Small charts as SVG: one line over time, and behind it the bands that it is judged by."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from control_center.view import Trend
from control_center.wall.markup import Markup, tag
from control_center.wall.words import number

_WIDTH, _HEIGHT = 320, 84
_LEFT, _RIGHT, _TOP, _BOTTOM = 2, 296, 6, 68
_STEP_MS = 5000
_SHORTEST_MS = 120_000


class Band(NamedTuple):
    """Values up to `upto` are called `es` / `en` and drawn in the colour of the class `css`."""

    upto: float
    css: str
    es: str
    en: str


def band_of(value: float, bands: Sequence[Band]) -> Band:
    """The band of a value; above the last limit it is still the last band."""
    return next((band for band in bands if value <= band.upto), bands[-1])


class _Scale(NamedTuple):
    start_ms: int
    end_ms: int
    top: float

    def x(self, time_ms: int) -> float:
        share = min(1, (time_ms - self.start_ms) / (self.end_ms - self.start_ms))
        return round(_LEFT + (_RIGHT - _LEFT) * share, 1)

    def y(self, value: float) -> float:
        return round(_BOTTOM - (_BOTTOM - _TOP) * min(value, self.top) / self.top, 1)


def draw_trend(
    trend: Trend, bands: Sequence[Band], highest: float, now_ms: int, *, stale: bool
) -> Markup:
    """The trend up to `now_ms`, from 0 to at least `highest`; a None breaks the line. A
    `stale` trend is drawn grey.

    The end moves in steps of five seconds, so a chart without news need not be sent again.
    """
    known = [value for _, value in trend.points if value is not None]
    end_ms = now_ms - now_ms % -_STEP_MS
    start_ms = min([end_ms - _SHORTEST_MS, *(time_ms for time_ms, _ in trend.points[:1])])
    scale = _Scale(start_ms, end_ms, max([highest, *(value * 1.1 for value in known)]))
    newest = f"{number(known[-1], 1)} {trend.unit}" if known else "sin datos"
    minutes = round((end_ms - start_ms) / 60_000)
    return tag(
        "svg",
        *_bands(bands, scale),
        *_lines(trend, bands, scale),
        _text(_LEFT, _HEIGHT - 4, f"\N{MINUS SIGN}{minutes} min", "start"),
        _text(_RIGHT, _HEIGHT - 4, "ahora", "end"),
        viewBox=f"0 0 {_WIDTH} {_HEIGHT}",
        class_="chart stale" if stale else "chart",
        role="img",
        aria_label=f"{trend.name}: {newest}",
    )


def _bands(bands: Sequence[Band], scale: _Scale) -> Iterator[Markup]:
    low = 0.0
    for band in bands:
        high = min(band.upto, scale.top)
        upper, lower = scale.y(high), scale.y(low)
        yield tag(
            "rect",
            x=_LEFT,
            y=upper,
            width=_RIGHT - _LEFT,
            height=round(lower - upper, 1),
            class_=f"zone {band.css}",
        )
        if high >= scale.top:
            return
        yield tag("line", x1=_LEFT, x2=_RIGHT, y1=upper, y2=upper, class_="limit")
        yield _text(_RIGHT + 4, upper + 3.5, number(high), "start")
        low = high


def _lines(trend: Trend, bands: Sequence[Band], scale: _Scale) -> Iterator[Markup]:
    run: list[str] = []
    for time_ms, value in (*trend.points, (scale.end_ms, None)):
        if value is not None:
            run.append(f"{scale.x(time_ms)},{scale.y(value)}")
        elif run:
            # A run of one point is drawn too: a round line cap makes it a dot.
            yield tag("polyline", points=" ".join(run * 2 if len(run) == 1 else run), class_="line")
            run = []
    for time_ms, value in trend.points[-1:]:
        if value is not None:
            css = f"last {band_of(value, bands).css}"
            yield tag("circle", cx=scale.x(time_ms), cy=scale.y(value), r=3.4, class_=css)


def _text(x: float, y: float, text: str, anchor: str) -> Markup:
    return tag("text", text, x=x, y=round(y, 1), text_anchor=anchor)
