"""One sign: its face as it was read back, and what the centre knows about it."""

from control_center.view import SignView
from control_center.wall.dots import draw_face
from control_center.wall.markup import Markup, join, tag
from control_center.wall.parts import Parts
from control_center.wall.words import FACES, NONE, age, badge, both, both_of, clock, number

Pages = tuple[tuple[str, ...], ...]


def draw_sign(sign: SignView, parts: Parts) -> Markup:
    """The sign's place in the skeleton; face and caption are parts of their own."""
    name = f"sign-{sign.target}"
    return tag(
        "section",
        parts.place(f"{name}-face", "div", _faces(sign), class_="faces"),
        parts.place(f"{name}-caption", "div", _caption(sign), class_="caption"),
        parts.place(
            f"{name}-text",
            "div",
            join([text_of(sign.pages) if sign.face == "confirmed" else ""]),
            class_="unseen",
            data_testid=f"sign-text-{sign.target.replace('/', '_')}",
        ),
        class_="sign",
        aria_label=sign.title,
    )


def text_of(pages: Pages) -> str:
    """`LINE / LINE | LINE / LINE`: lines by strokes, pages by bars; a blank sign has no text."""
    return " | ".join(" / ".join(page) for page in pages)


def _faces(sign: SignView) -> Markup:
    """All pages side by side. A face that is not confirmed is drawn dim in a dashed frame."""
    pages = sign.pages or ((),)
    says = text_of(sign.pages) or ("SIN LECTURA" if sign.age_s is None else "APAGADO · BLANK")
    word = FACES[sign.face]
    drawn = [
        tag(
            "figure",
            draw_face(page, sign.rows, sign.columns, f"{sign.title}: {says}. {word.es}"),
            tag("figcaption", _page_caption(sign, number + 1), class_="page-caption"),
        )
        for number, page in enumerate(pages)
    ]
    return tag("div", *drawn, class_=f"pages {sign.face}")


def _page_caption(sign: SignView, number: int) -> Markup:
    if not sign.pages and sign.age_s is None:
        return both("SIN LECTURA", "never read")
    if not sign.pages and sign.face == "unknown":
        return both("ESTABA APAGADO", "was blank")
    if not sign.pages:
        return both("APAGADO", "BLANK")
    return both(f"página {number} de {len(sign.pages)}", "page")


def _caption(sign: SignView) -> Markup:
    rows = [
        tag(
            "div",
            badge(FACES[sign.face], f"face-{sign.face}"),
            tag("strong", sign.title),
            tag("span", _read(sign), class_="age"),
            class_="line",
        )
    ]
    is_decided = sign.since_ms is not None
    if is_decided and sign.face != "confirmed" and sign.wanted != sign.pages:
        wanted = text_of(sign.wanted) or "APAGADO · blank"
        rows.append(_fact("Se pide", "wanted", wanted, "wanted"))
    reason = both_of(sign.reason) if sign.reason else NONE
    rows.append(_fact("Motivo", "reason", reason, "reason"))
    since = clock(sign.since_ms) if sign.since_ms is not None else NONE
    rows.append(
        tag(
            "div",
            _fact("Autoridad", "authority", sign.authority or NONE),
            _fact("Desde", "since", since),
            _fact(
                "Confirmadas",
                "confirmed",
                f"{number(sign.confirmed)} de {number(sign.commands)}",
            ),
            class_="line",
        )
    )
    return join(rows)


def _read(sign: SignView) -> Markup:
    if sign.age_s is None:
        return both("nunca leído", "never read")
    return both(f"leído hace {age(sign.age_s)}", "read")


def _fact(es: str, en: str, value: str, css: str = "") -> Markup:
    label = tag("span", both(es, en), class_="label")
    return tag("div", label, " ", tag("span", value, class_="value"), class_=f"fact {css}".rstrip())
