"""From observations to commands: stations, rules, arbiters, dispatchers, in this order. No I/O
but the audit's file.
"""

import logging
from collections.abc import Callable, Iterable

from control_center.engines.air import Air
from control_center.engines.congestion import Congestion
from control_center.engines.station import StationBin, StationBins
from control_center.settings import CenterSettings
from control_center.signs.arbiter import Arbiter, Decision
from control_center.signs.audit import Audit
from control_center.signs.composer import pages_of
from control_center.signs.dispatcher import SignDispatcher
from control_center.signs.proposal import Opinion, Proposal
from gateway.contract.messages import Command, CommandResult, Observation

log = logging.getLogger("aburra.center")

OnFace = Callable[[str, str, int], None]
"""Hears (target, text of the face, since UTC ms) when a sign confirms another text."""


class Decisions:
    """Everything that decides. `opinions` and `dispatchers` are what the view and alarms show."""

    def __init__(
        self,
        settings: CenterSettings,
        audit: Audit,
        on_face: OnFace,
        new_id: Callable[[], str],
        started_ms: int,
    ) -> None:
        settled_ms = started_ms + round(settings.commands.settle_s * 1000)
        self.congestion = [Congestion(rule) for rule in settings.congestion]
        self.air = [Air(rule) for rule in settings.air]
        self.arbiters = {s.target: Arbiter(s, settled_ms) for s in settings.signs}
        self.dispatchers = {
            sign.target: SignDispatcher(sign.target, settings.commands, new_id)
            for sign in settings.signs
        }
        self.opinions: dict[str, Opinion] = {}
        self._stations = StationBins()
        self._air_of = {rule.settings.station: rule for rule in self.air}
        self._audit = audit
        self._on_face = on_face
        self._faces: dict[str, str] = {}

    def observed(
        self, source: str, observations: Iterable[Observation], now_ms: int
    ) -> list[StationBin]:
        """Take new observations of a site; gives the station bins that they finished."""
        for observation in observations:
            device = f"{source}/{observation.device}"
            match observation.kind:
                case "vds_interval":
                    self._stations.add(device, observation)
                case "air_particulate":
                    self._sample(device, observation)
                case "sign_state":
                    self._sign_state(device, observation, now_ms)
        return self.finish_bins(now_ms)

    def finish_bins(self, now_ms: int) -> list[StationBin]:
        """Bins that are ready now, or whose missing lane has kept them long enough."""
        finished = self._stations.due(now_ms)
        for one in finished:
            for rule in self.congestion:
                rule.add(one)
        return finished

    def _sample(self, device: str, observation: Observation) -> None:
        pm25_ugm3 = observation.fields.get("pm25_ugm3")
        if pm25_ugm3 is not None and not observation.quality and device in self._air_of:
            self._air_of[device].add(observation.time_ms, pm25_ugm3)

    def _sign_state(self, target: str, observation: Observation, now_ms: int) -> None:
        dispatcher = self.dispatchers.get(target)
        shown = "" if observation.fields["is_blank"] == 1 else observation.texts.get("multi")
        if dispatcher is not None and shown is not None:
            dispatcher.read_back(shown, observation.time_ms, now_ms)
            self._note_face(dispatcher)

    def answered(self, result: CommandResult, now_ms: int) -> float | None:
        """Take a command's result; gives decided-to-shown in ms when it confirms one."""
        dispatcher = self.dispatchers.get(result.target)
        if dispatcher is None or not dispatcher.awaits(result.id):
            return None  # a repeat, one of an earlier run, or forged
        is_first, failed_before = dispatcher.awaits_first, dispatcher.failure
        latency_ms = dispatcher.answered(result, now_ms)
        if latency_ms is None:
            if dispatcher.failure != failed_before:
                self._record_result("not_confirmed", result, now_ms)
        elif is_first:
            self._record_result("confirmed", result, now_ms)
        self._note_face(dispatcher)
        return latency_ms

    def _record_result(self, event: str, result: CommandResult, now_ms: int) -> None:
        self._audit.record(
            event,
            time_ms=min(result.done_ms, now_ms),
            target=result.target,
            command=result.id,
            status=result.status,
            detail=result.detail,
            shows=result.shows_multi,
        )

    def _give_up_expired(self, dispatcher: SignDispatcher, now_ms: int) -> None:
        failed_before = dispatcher.failure
        command = dispatcher.expired(now_ms)
        if command is not None and dispatcher.failure != failed_before:
            self._audit.record(
                "not_confirmed",
                time_ms=now_ms,
                target=command.target,
                command=command.id,
                status="expired",
                detail=str(dispatcher.failure),
                shows=None,
            )

    def _note_face(self, dispatcher: SignDispatcher) -> None:
        face = dispatcher.face
        if face is None:
            return
        text = " / ".join(line for page in pages_of(face.multi) for line in page)
        if self._faces.get(dispatcher.target) != text:
            self._faces[dispatcher.target] = text
            log.info("%s shows %s", dispatcher.target, repr(text) if text else "nothing")
            self._on_face(dispatcher.target, text, face.time_ms)

    def reachable(self, source: str | None = None) -> None:
        """A site, or with None the broker, is connected again."""
        for target, dispatcher in self.dispatchers.items():
            if source is None or target.rpartition("/")[0] == source:
                dispatcher.hurry()

    def decide(self, now_ms: int, *, can_send: bool) -> list[Command]:
        """Think everything through once; gives the commands to send now.

        Without `can_send` none is issued: it could only expire.
        """
        proposals: list[Proposal] = []
        quiet: dict[str, str] = {}
        rules: list[Congestion | Air] = [*self.congestion, *self.air]
        for rule in rules:
            opinion = self.opinions[rule.name] = rule.opinion(now_ms)
            for target in rule.settings.signs:
                if opinion.active:
                    proposals.append(_proposal(rule, target, opinion))
                else:
                    quiet.setdefault(target, str(opinion.reason))
        commands = []
        for target, dispatcher in self.dispatchers.items():
            reason = quiet.get(target, "ninguna regla propone mensaje · no rule proposes a message")
            decision = self.arbiters[target].decide(proposals, reason, now_ms)
            if decision != dispatcher.decision and decision is not None:
                self._record_decision(target, decision)
            dispatcher.want(decision)
            self._give_up_expired(dispatcher, now_ms)
            command = dispatcher.due(now_ms) if can_send else None
            if command is not None:
                commands.append(command)
        return commands

    def _record_decision(self, target: str, decision: Decision) -> None:
        log.info("%s: decided %r: %s", target, decision.multi, decision.reason)
        self._audit.record(
            "decided",
            time_ms=decision.since_ms,
            target=target,
            multi=decision.multi,
            rule=decision.rule,
            reason=decision.reason,
            authority=decision.authority,
            priority=int(decision.priority),
        )


def _proposal(rule: Congestion | Air, target: str, opinion: Opinion) -> Proposal:
    return Proposal(
        target=target,
        rule=rule.name,
        priority=rule.priority,
        lines=rule.settings.message,
        reason=str(opinion.reason),
        authority=rule.authority,
        since_ms=opinion.since_ms,
        valid_until_ms=opinion.valid_until_ms,
    )
