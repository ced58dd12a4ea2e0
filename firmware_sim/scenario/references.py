"""Do the names in a scenario lead somewhere? Looked at in the bare data, so that a mistake in one
part hides none in another.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from firmware_sim.scenario.scenario import matches

CABINETS_MAX = 1000
NUMBER_MAX = 1e9
"""Beyond anything that a scenario may say; a whole number in TOML has no end."""
Mistake = tuple[str, object, str]
"""Key, value, what is allowed."""
Tables = Mapping[str, dict[str, Any]]


def reference_mistakes(data: dict[str, Any]) -> list[Mistake]:
    """Any TOML data may be handed in; what has another shape than a scenario's is passed over."""
    roads = {str(road.get("name")): road for _, road in _tables(data, "roads")}
    kits = {name: kit for name, kit in _table(data, "kits").items() if isinstance(kit, dict)}
    return [
        *_repeated(data, "roads", "name"),
        *_cabinets(data, roads, kits),
        *_ports(data, kits),
        *_faults(data, kits),
    ]


def _cabinets(data: dict[str, Any], roads: Tables, kits: Tables) -> Iterator[Mistake]:
    sites: set[str] = set()
    total = 0
    for key, part, count in _rows(data):
        total += count
        road, kit = str(part.get("road")), str(part.get("kit"))
        if road not in roads:
            yield f"{key}.road", road, f"no such road; there are {sorted(roads)}"
        if kit not in kits:
            yield f"{key}.kit", kit, f"no such kit; there are {sorted(kits)}"
        here = {f"{part.get('municipality')}/{site}" for site in _sites(part, count)}
        if not here.isdisjoint(sites):
            yield f"{key}.site", part.get("site"), "this municipality has it already"
        sites |= here
        yield from _off_road(key, part, count, roads.get(road, {}), kits.get(kit, {}))
    if not 1 <= total <= CABINETS_MAX:
        yield "cabinets", total, f"1 to {CABINETS_MAX} cabinets and rows together"


def _off_road(
    key: str,
    part: dict[str, Any],
    count: int,
    road: dict[str, Any],
    kit: dict[str, Any],
) -> Iterator[Mistake]:
    place = "position_m" if "position_m" in part else "first_m"
    length_m, first_m = _number(road.get("length_m")), _number(part.get(place))
    spacing_m = _number(part.get("spacing_m", 0))
    if length_m is None or first_m is None or spacing_m is None:
        return
    key = f"{key}.{place}"

    def is_outside(at_m: float) -> bool:
        ends_m = (first_m + at_m, first_m + at_m + spacing_m * (count - 1))
        return min(ends_m) < 0 or max(ends_m) > length_m

    outside = f"outside the road, 0 to {length_m:g} m"
    if is_outside(0.0):
        yield key, first_m, f"the cabinet stands {outside}"
        return
    places = [(device.get("name"), _number(device.get("at_m"))) for device in _devices(kit)]
    names = [str(name) for name, at_m in places if at_m is not None and is_outside(at_m)]
    if names:
        yield key, first_m, f"there {', '.join(names)} would stand {outside}"


def _ports(data: dict[str, Any], kits: Tables) -> Iterator[Mistake]:
    """A fixed port can be opened once."""
    for name, kit in kits.items():
        users = sum(count for _, part, count in _rows(data) if str(part.get("kit")) == name)
        ports = [
            (f"kits.{name}.{key}.{port}", part.get(port))
            for kind, port in (("lines", "tcp_port"), ("signs", "udp_port"))
            for key, part in _tables(kit, kind)
        ]
        for key, port in ports:
            if port and (users > 1 or [other for _, other in ports].count(port) > 1):
                yield key, port, "only one can have this port; 0 gives each a free one"


def _faults(data: dict[str, Any], kits: Tables) -> Iterator[Mistake]:
    names = {
        f"{part.get('municipality')}/{site}/{name}"
        for _, part, count in _rows(data)
        for site in _sites(part, count)
        for name in _names(kits.get(str(part.get("kit")), {}))
    }
    for key, fault in _tables(data, "faults"):
        at = fault.get("at")
        if not isinstance(at, str) or at.count("/") != 2:  # noqa: PLR2004 - as in every name
            continue
        if not any(matches(at, name) for name in names):
            yield f"{key}.at", at, "no device, line or sign has this name"


def _sites(part: dict[str, Any], count: int) -> list[str]:
    site = str(part.get("site"))
    return [site] if "count" not in part else [f"{site}-{n + 1:02}" for n in range(count)]


def _rows(data: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any], int]]:
    """Each cabinet and row: its key, its table, how many cabinets it stands for."""
    for key, part in _tables(data, "cabinets"):
        yield key, part, 1
    for key, part in _tables(data, "rows"):
        count = part.get("count")
        yield key, part, min(max(count, 1), CABINETS_MAX + 1) if isinstance(count, int) else 1


def _names(kit: dict[str, Any]) -> Iterator[str]:
    for kind in ("lines", "signs"):
        yield from (str(part.get("name")) for _, part in _tables(kit, kind))
    yield from (str(device.get("name")) for device in _devices(kit))


def _devices(kit: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for _, line in _tables(kit, "lines"):
        for _, device in _tables(line, "devices"):
            yield device


def _number(value: object) -> float | None:
    """None for what is no finite number."""
    if not isinstance(value, int | float) or not abs(value) < NUMBER_MAX:
        return None
    return float(value)


def _repeated(data: dict[str, Any], table: str, key: str) -> Iterator[Mistake]:
    seen = set()
    for place, part in _tables(data, table):
        if str(part.get(key)) in seen:
            yield f"{place}.{key}", part.get(key), "appears more than once"
        seen.add(str(part.get(key)))


def _table(data: dict[str, Any], name: str) -> dict[str, Any]:
    table = data.get(name)
    return table if isinstance(table, dict) else {}


def _tables(data: dict[str, Any], name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The tables of an array, each with its key."""
    array = data.get(name)
    for place, part in enumerate(array if isinstance(array, list) else []):
        if isinstance(part, dict):
            yield f"{name}[{place}]", part
