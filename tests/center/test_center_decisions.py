"""Rules to commands in one process: what the audit keeps, and what alarms say of a sign."""

import itertools

import orjson
import pytest
from center_bench import health

from control_center.alarms.conditions import Faults, conditions_of
from control_center.decisions import Decisions
from control_center.ingest.quarantine import Quarantine
from control_center.live.face import face_state
from control_center.live.picture import Picture
from control_center.settings import CenterSettings
from control_center.signs.audit import Audit
from gateway.contract.messages import CommandResult, Observation, Presence

SITE = "medellin/av-regional"
TARGET = f"{SITE}/vms-1"
T0 = 1_700_000_000_000
SETTINGS = {
    "data_dir": ".",
    "sites": [{"source": SITE, "title": "Avenida Regional"}],
    "signs": [{"target": TARGET, "title": "Avenida Regional", "rows": 3, "columns": 18}],
    "commands": {"settle_s": 0},
    "congestion": [
        {
            "name": "a",
            "title": "Avenida Regional",
            "stations": [f"{SITE}/vds-1"],
            "signs": [TARGET],
            "message": ["CONGESTION"],
        }
    ],
    "air": [
        {
            "name": "a",
            "title": "Avenida Regional",
            "station": f"{SITE}/air-1",
            "window_s": 240,
            "signs": [],
            "message": ["AIRE"],
        }
    ],
}


class Bench:
    def __init__(self, tmp_path) -> None:
        self.audit = tmp_path / "audit.jsonl"
        self.quarantine = Quarantine()
        ids = (f"command-{n}" for n in itertools.count(1))
        self.decisions = Decisions(
            CenterSettings.model_validate(SETTINGS),
            Audit(self.audit),
            lambda *_: None,
            lambda: next(ids),
            T0,
        )
        self.picture = Picture([(SITE, "A")], [TARGET], through_gateways=True)
        for source in (SITE, "medellin/gateway"):
            self.picture.presence(Presence(source=source, online=True, since_ms=T0))

    def decide(self, at_s):
        return [c.id for c in self.decisions.decide(round(T0 + at_s * 1000), can_send=True)]

    def hears(self, *observations, at_s):
        now_ms = round(T0 + at_s * 1000)
        self.picture.absorb(SITE, observations, now_ms)
        self.decisions.observed(SITE, observations, now_ms)

    def answer(self, number, at_s, status="confirmed", shows="", detail=""):
        at_ms = round(T0 + at_s * 1000)
        result = CommandResult(
            id=f"command-{number}",
            target=TARGET,
            status=status,
            done_ms=at_ms,
            detail=detail,
            shows_multi=shows,
        )
        return self.decisions.answered(result, at_ms)

    def alarms(self, at_s, *, store_fault=""):
        now_ms = round(T0 + at_s * 1000)
        found = conditions_of(
            self.picture, self.decisions, self.quarantine, Faults("", store_fault), now_ms
        )
        return {condition.id: (condition.text_es, condition.text_en) for condition in found}

    def face(self, at_s):
        dispatcher = self.decisions.dispatchers[TARGET]
        return face_state(self.picture, dispatcher, round(T0 + at_s * 1000))

    def events(self):
        lines = self.audit.read_bytes().splitlines()
        return [(e["event"], e.get("status")) for e in map(orjson.loads, lines)]


@pytest.fixture
def bench(tmp_path):
    return Bench(tmp_path)


def test_results_that_nobody_awaits_leave_no_trace_in_the_audit(bench):
    assert bench.decide(0) == ["command-1"]
    for number in (7, 8, 9):
        bench.answer(number, 0.1, "refused")
    bench.answer(1, 0.2)
    for _ in range(3):
        bench.answer(1, 0.3, "failed")
    assert bench.events() == [("decided", None), ("confirmed", "confirmed")]


def test_a_sign_that_refuses_for_an_hour_is_one_line_in_the_audit(bench):
    at_s, number = 0.0, 0
    while at_s < 3600:
        for _ in bench.decide(at_s):
            number += 1
            bench.answer(number, at_s, "refused", "X", "control local · local control")
        at_s += 1
    assert number > 50
    assert bench.events() == [("decided", None), ("not_confirmed", "refused")]


def test_a_command_that_expires_is_in_the_audit(bench):
    bench.decide(0)
    bench.decide(20)
    assert bench.events() == [("decided", None), ("not_confirmed", "expired")]


def test_a_command_expires_also_while_nothing_can_be_sent(bench):
    bench.decide(0)
    bench.decisions.decide(T0 + 21_000, can_send=False)
    assert not bench.decisions.dispatchers[TARGET].is_under_way


def test_what_a_sign_under_local_control_refuses_is_said_in_both_languages(bench):
    bench.hears(health("vms-1", T0), at_s=0)
    bench.decide(0)
    bench.answer(1, 0.5, "refused", "OTRA COSA", "control local · local control")
    assert bench.alarms(1)[f"sign-differs:{TARGET}"] == (
        "El panel muestra otra cosa que la decidida (rechaza: control local)",
        "The sign shows something else than decided (refuses: local control)",
    )


def test_what_a_silent_sign_shows_is_not_known(bench):
    bench.hears(health("vms-1", T0), at_s=0)
    bench.decide(0)
    bench.answer(1, 0.5)
    assert bench.face(1) == "confirmed"
    bench.hears(health("vms-1", T0 + 1_000, online=False), at_s=1)
    assert bench.face(1) == "unknown"
    assert bench.alarms(1)[f"device-offline:{TARGET}"] == (
        "Equipo sin datos: no responde",
        "Device without data: does not answer",
    )


def test_a_sign_that_may_or_may_not_show_it_is_an_alarm(bench):
    bench.hears(health("vms-1", T0, online=False), at_s=0)
    bench.decide(0)
    bench.answer(1, 2, "failed", None)
    assert f"sign-unconfirmed:{TARGET}" in bench.alarms(3)
    bench.picture.presence(Presence(source=SITE, online=False, since_ms=T0))
    assert list(bench.alarms(3)) == [f"site-offline:{SITE}"]


def test_a_cabinet_whose_devices_all_went_is_one_alarm(bench):
    silent = [health(name, T0, online=False) for name in ("a", "b", "vms-1")]
    bench.hears(*silent, health("c", T0), at_s=0)
    assert bench.alarms(1) == {
        f"devices-offline:{SITE}": (
            "3 de 4 equipos sin datos: a, b, vms-1",
            "3 of 4 devices without data: a, b, vms-1",
        )
    }


def test_air_and_own_faults_say_as_much_in_english(bench):
    for n in range(24):
        sample = {"pm25_ugm3": 60.0}
        at_ms = T0 - (n + 1) * 10_000
        one = Observation(device="air-1", kind="air_particulate", time_ms=at_ms, fields=sample)
        bench.hears(one, at_s=0)
    bench.decide(0)
    alarms = bench.alarms(0, store_fault="HTTP 503")
    assert alarms["store"] == (
        "El almacén no responde, los datos esperan: HTTP 503",
        "The store does not answer, data waits: HTTP 503",
    )
    assert alarms["air:a"][0].endswith("se recomienda declarar alerta, decide la autoridad")
    assert alarms["air:a"][1].endswith("declaring alerta is recommended, the authority decides")
    assert "mean of 4 min" in alarms["air:a"][1]
