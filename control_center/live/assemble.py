"""Puts the view together out of the parts that know."""

from typing import NamedTuple

from control_center.alarms.board import AlarmBoard
from control_center.decisions import Decisions
from control_center.histogram import Histogram
from control_center.ingest.intake import Intake
from control_center.ingest.ledger import Ledger
from control_center.ingest.quarantine import Quarantine
from control_center.ingest.writer import StoreWriter
from control_center.live.face import face_state
from control_center.live.picture import Picture
from control_center.settings import CenterSettings, SignSettings
from control_center.signs.composer import pages_of
from control_center.signs.dispatcher import FaceState, SignDispatcher
from control_center.view import CenterView, Latency, SignView, Totals


class Parts(NamedTuple):
    """Who knows what the view shows."""

    settings: CenterSettings
    picture: Picture
    decisions: Decisions
    alarms: AlarmBoard
    quarantine: Quarantine
    intake: Intake
    writer: StoreWriter
    ledger: Ledger
    decided_to_shown: Histogram


class Run(NamedTuple):
    """One process: its random name and when it started."""

    instance: str
    started_ms: int


def assemble(parts: Parts, run: Run, now_ms: int) -> CenterView:
    picture = parts.picture
    return CenterView(
        now_ms=now_ms,
        totals=Totals(
            instance=run.instance,
            started_ms=run.started_ms,
            observations_per_s=picture.observations_per_s(now_ms),
            stored_count=parts.ledger.stored_count,
            repeated_frames=parts.intake.repeated_frames,
            quarantined_count=parts.quarantine.count,
            store_waiting_count=parts.writer.waiting_count,
            store_fault=parts.writer.fault,
            devices_configured=sum(len(site.devices) for site in picture.sites.values()),
            devices_online=picture.online_count(now_ms),
            oldest_waiting_s=picture.oldest_waiting_s(now_ms),
            measured_to_stored=Latency(dict(parts.ledger.measured_to_stored.counts)),
            decided_to_shown=Latency(dict(parts.decided_to_shown.counts)),
        ),
        sites=picture.views(now_ms),
        signs=tuple(
            _sign(sign, dispatcher, face_state(picture, dispatcher, now_ms), now_ms)
            for sign in parts.settings.signs
            for dispatcher in (parts.decisions.dispatchers[sign.target],)
        ),
        alarms=parts.alarms.open(),
        quarantine=parts.quarantine.latest(),
    )


def _sign(
    sign: SignSettings, dispatcher: SignDispatcher, state: FaceState, now_ms: int
) -> SignView:
    face, decision = dispatcher.face, dispatcher.decision
    return SignView(
        target=sign.target,
        title=sign.title,
        rows=sign.rows,
        columns=sign.columns,
        face=state,
        pages=pages_of(face.multi) if face else (),
        wanted=pages_of(decision.multi) if decision else (),
        reason=decision.reason if decision else "",
        authority=decision.authority if decision else "",
        since_ms=decision.since_ms if decision else None,
        age_s=max(0, now_ms - face.time_ms) / 1000 if face else None,
        commands=dispatcher.commands,
        confirmed=dispatcher.confirmed,
        under_way=int(dispatcher.is_under_way),
    )
