"""A running bench as its page and its commands see it: questions and requests, plain data back."""

import secrets
from collections import Counter
from collections.abc import Sequence
from typing import Any

from firmware_sim.bench.bench import Bench
from firmware_sim.boards.ntcip.png import png_of
from firmware_sim.boards.ntcip.terminal import half_blocks
from firmware_sim.rig.cabinet import Cabinet
from firmware_sim.rig.control import RequestError
from firmware_sim.rig.sign import SignTarget
from firmware_sim.rig.target import Target
from firmware_sim.rig.view import detail_of, fault_kinds, row_of
from firmware_sim.world.traffic.plan import Disturbance, DisturbanceKind
from firmware_sim.world.traffic.road import Road

SPEED_MAX = 3600.0


class BenchService:
    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._rig = bench.rig
        self._run = secrets.token_hex(4)

    def places(self) -> dict[str, Any]:
        """What stays as it is while this bench runs."""
        return {
            "run": self._run,
            "title": self._rig.scenario.title,
            "cabinets": [_cabinet_row(cabinet) for cabinet in self._rig.cabinets.values()],
            "roads": [
                {"name": part.name, "title": part.title, "length_m": part.length_m}
                for part in self._rig.scenario.used_roads()
            ],
            "fault_kinds": fault_kinds(),
        }

    def summary(self) -> dict[str, Any]:
        """Small: who looks on asks for it each second."""
        at_s = self._bench.clock()
        faults: Counter[str] = Counter()
        for name, target in self._rig.control.targets.items():
            for fault in target.switches.all():
                faults[name.rpartition("/")[0]] += fault.start_s <= at_s < fault.end_s
        return {
            "run": self._run,
            "at_s": round(at_s, 3),
            "utc_ms": self._rig.utc_ms(at_s),
            "local_time": self._rig.world.calendar.local_clock(at_s),
            "speed": self._bench.clock.speed,
            "is_paused": self._bench.clock.is_paused,
            "faults": +faults,
        }

    def cabinet(self, name: str) -> dict[str, Any]:
        """Raises `RequestError`, as do all that are given a name."""
        cabinet = self._rig.cabinets.get(name)
        if cabinet is None:
            raise RequestError(f"no cabinet {name!r}")
        return _cabinet_row(cabinet) | {
            "targets": [self._row(target) for target in cabinet.targets]
        }

    def rows(self, pattern: str | None) -> list[dict[str, Any]]:
        """Of all targets, or those that are meant."""
        control = self._rig.control
        found = list(control.targets.values()) if pattern is None else control.find(pattern)
        return [self._row(target) for target in found]

    def target(self, name: str) -> dict[str, Any]:
        target = self._one(name)
        detail = detail_of(target, self._now(target), self._reach(target))
        if isinstance(target, SignTarget):
            width, height = target.board.size_px
            detail["face"] = {"width": width, "height": height}
        return detail

    def face_png(self, name: str) -> bytes:
        """What a sign shows now."""
        return png_of(self._sign(name).board.face(self._bench.clock()))

    def face_text(self, name: str) -> str:
        """The same for a terminal; raises `RequestError`, too."""
        return half_blocks(self._sign(name).board.face(self._bench.clock()), is_coloured=False)

    def road(self, name: str) -> dict[str, Any]:
        road, at_s = self._road(name), self._bench.clock()
        road.advance(at_s)
        part = self._rig.world.road_part(name)
        return {
            "name": part.name,
            "title": part.title,
            "length_m": part.length_m,
            "at_s": round(at_s, 3),
            "lanes": [
                {
                    "name": lane.name,
                    "vehicles": [
                        [round(v.position_m, 1), round(v.speed_kmh, 1), v.class_name, v.length_m]
                        for v in vehicles
                    ],
                }
                for lane, vehicles in zip(part.lanes, road.vehicles(), strict=True)
            ],
            "stations": [
                {"name": name, "position_m": position_m}
                for cabinet in self._rig.cabinets.values()
                if cabinet.part.road == part.name
                for name, position_m in cabinet.stations.items()
            ],
            "disturbances": [_disturbance(one, at_s) for one in road.disturbances],
        }

    def switch_on(
        self,
        at: str,
        name: str,
        *,
        rate: float = 1.0,
        for_s: float | None = None,
        amount: float | None = None,
        reading: str | None = None,
    ) -> list[str]:
        """A plug is pulled, or put in again, with the next tick."""
        return self._rig.control.switch_on(
            at,
            name,
            now_s=self._bench.clock(),
            rate=rate,
            for_s=for_s,
            amount=amount,
            reading=reading,
        )

    def clear(self, at: str | None = None, name: str | None = None) -> int:
        return self._rig.control.clear(at, name)

    def hold(self, at: str, reading: str, value: float | None) -> list[str]:
        return self._rig.control.hold(at, reading, value)

    def set_time(self, *, speed: float | None = None, is_paused: bool | None = None) -> None:
        if speed is not None and not 0 < speed <= SPEED_MAX:
            raise RequestError(f"speed must be above 0 and at most {SPEED_MAX:g}, not {speed:g}")
        self._bench.set_time(speed=speed, is_paused=is_paused)

    def disturb(
        self,
        road: str,
        *,
        kind: DisturbanceKind = "incident",
        position_m: float,
        length_m: float,
        speed_kmh: float,
        for_s: float,
        lanes: Sequence[str] = (),
    ) -> None:
        """From now on for so long."""
        here, at_s = self._road(road), self._bench.clock()
        if not 0 <= position_m <= here.plan.length_m:
            raise RequestError(
                f"position_m must be 0 to {here.plan.length_m:g}, not {position_m:g}"
            )
        try:
            here.disturb(
                Disturbance(kind, position_m, length_m, at_s, at_s + for_s, speed_kmh, tuple(lanes))
            )
        except ValueError as error:
            raise RequestError(str(error)) from error

    def lift(self, road: str) -> int:
        """Ends what disturbs a road now."""
        return self._road(road).lift()

    def _row(self, target: Target) -> dict[str, Any]:
        return row_of(target, self._now(target), self._reach(target))

    def _now(self, target: Target) -> float:
        at_s = self._bench.clock()
        self._cabinet_of(target.name).advance(at_s)
        return at_s

    def _reach(self, target: Target) -> list[str]:
        cabinet = self._cabinet_of(target.name)
        return self._bench.ports[cabinet.name].reach.get(target.name, [])

    def _cabinet_of(self, name: str) -> Cabinet:
        return self._rig.cabinets[name.rpartition("/")[0]]

    def _one(self, name: str) -> Target:
        targets = self._rig.control.find(name)
        if len(targets) > 1:
            raise RequestError(f"{name} means {len(targets)} devices; name one of them")
        return targets[0]

    def _sign(self, name: str) -> SignTarget:
        target = self._one(name)
        if not isinstance(target, SignTarget):
            raise RequestError(f"{target.name} is not a sign")
        return target

    def _road(self, name: str) -> Road:
        road = self._rig.world.roads.get(name)
        if road is None:
            raise RequestError(f"no road {name!r}; there are {', '.join(self._rig.world.roads)}")
        return road


def _cabinet_row(cabinet: Cabinet) -> dict[str, Any]:
    part = cabinet.part
    return {
        "name": cabinet.name,
        "title": part.title,
        "road": part.road,
        "position_m": part.position_m,
    }


def _disturbance(one: Disturbance, at_s: float) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "position_m": one.position_m,
        "length_m": one.length_m,
        "speed_kmh": one.speed_kmh,
        "start_s": one.start_s,
        "end_s": one.end_s,
        "lanes": list(one.lanes),
        "is_on": one.start_s <= at_s < one.end_s,
    }
