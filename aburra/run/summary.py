"""What `aburra run` says while it runs: a live table on a terminal, elsewhere a line at times."""

from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from aburra.run.watch import Watch
from control_center.view import SignView

_FACES = {
    "confirmed": ("confirmado · confirmed", "green"),
    "waiting": ("esperando · waiting", "yellow"),
    "differs": ("difiere · differs", "red"),
    "unknown": ("desconocido · unknown", "bright_black"),
}


def showing(sign: SignView) -> str:
    """The text on the face as it was last read back, one line; "" when blank."""
    return " | ".join(" / ".join(line.strip() for line in page) for page in sign.pages)


def table(watch: Watch, elapsed_s: float, wall_url: str, restarts: int) -> RenderableType:
    """The live summary."""
    head = Text.assemble("  muro · wall   ", (wall_url, "cyan"), f"   {_state(watch)}")
    view = watch.view
    if view is None:
        return Group("", head)
    totals = view.totals
    figures = Table(box=None, padding=(0, 3, 0, 2), header_style="dim")
    for title in (
        "tiempo\ntime",
        "equipos\ndevices",
        "obs./s\nobs/s",
        "guardadas\nstored",
        "mayor espera\noldest waiting",
        "reinicios\nrestarts",
    ):
        figures.add_column(title, justify="right", style="bold")
    figures.add_row(
        f"{elapsed_s:.0f} s",
        f"{totals.devices_online}/{totals.devices_configured}",
        f"{totals.observations_per_s:.1f}",
        str(watch.stored_count()),
        _age(totals.oldest_waiting_s),
        str(restarts),
    )
    signs = Table(box=None, show_header=False, padding=(0, 3, 0, 2))
    for sign in view.signs:
        words, colour = _FACES[sign.face]
        signs.add_row(
            Text(sign.target, style="dim"),
            Text(showing(sign) or "(apagado · blank)", style="bold yellow"),
            Text(words, style=colour),
        )
    return Group("", head, "", figures, "", signs)


def line(watch: Watch, elapsed_s: float) -> str:
    """The same in one line, for a log."""
    view = watch.view
    if view is None:
        return f"{elapsed_s:4.0f} s  {_state(watch)}"
    totals = view.totals
    signs = "; ".join(f"{s.target.split('/')[1]}: {showing(s) or '(blank)'}" for s in view.signs)
    return (
        f"{elapsed_s:4.0f} s  {totals.devices_online}/{totals.devices_configured} online"
        f"  {totals.observations_per_s:.1f} obs/s  {watch.stored_count()} stored"
        f"  oldest waiting {_age(totals.oldest_waiting_s)}  {signs}"
    )


def ending(report: dict[str, Any]) -> str:
    """The last line: what was measured, stored and lost."""
    counts = report["observations"]
    if counts["stored"] is None:
        return "  el almacén no contesta: no se sabe · the store does not answer: not known"
    words = (
        ("measured", "medidas · measured"),
        ("stored", "guardadas · stored"),
        ("lost", "perdidas · lost"),
        ("duplicated", "duplicadas · duplicated"),
        ("quarantined", "en cuarentena · quarantined"),
        ("waiting", "en camino · waiting"),
    )
    shown = [f"{counts[key]} {text}" for key, text in words[:4]]
    shown += [f"{counts[key]} {text}" for key, text in words[4:] if counts[key]]
    return "  " + ", ".join(shown)


def _state(watch: Watch) -> str:
    return "" if watch.view else "el centro no contesta · the centre does not answer"


def _age(age_s: float | None) -> str:
    return "—" if age_s is None else f"{age_s:.1f} s"
