"""A cabinet's boards measure the place they stand in."""

from pathlib import Path

import pytest

from firmware_sim.cabinet import Cabinet
from firmware_sim.scenario import load_scenario
from firmware_sim.world.calendar import Calendar
from firmware_sim.world.place import Place

POLL = bytes.fromhex("3C3038002A31453E")
NIGHT_MS, NOON_MS = 1_780_027_200_000, 1_780_074_000_000  # 23:00 and 12:00 in Medellín


def make(*, start_ms: int = NOON_MS, kept: dict | None = None) -> tuple[Cabinet, Place]:
    part = load_scenario(Path("demo")).cabinets[0]
    place = Place(7, part, Calendar(start_ms), 0.0)
    return Cabinet(part, place, now_s=0.0, kept=kept or {}), place


def records(reply: bytes) -> list[tuple[int, int, int]]:
    """Per input: duration ms, start ms, count."""
    return [
        (
            int.from_bytes(reply[at : at + 3], "big"),
            int.from_bytes(reply[at + 3 : at + 7], "big"),
            reply[at + 7],
        )
        for at in range(0, 36, 9)
    ]


def test_card_polled_five_times_a_second_tells_speed_and_length_of_each_vehicle():
    cabinet, place = make()
    card = next(line.board for line in cabinet.lines if line.name == "loops")
    felt = []
    loops = place.road.loops
    place.road.lanes[0].points[0].listeners.append(
        lambda crossing: felt.append(crossing) if loops.feels(crossing) else None
    )
    measured = []
    last_count = 0
    for step in range(5 * 60):
        at_s = step / 5
        cabinet.advance(at_s)
        first, second, *_ = records(card.receive(POLL, at_s))
        if second[2] == first[2] != last_count:
            last_count = first[2]
            speed_ms = 4.5 / ((second[1] - first[1]) / 1000)
            measured.append((first[1] / 1000, speed_ms * 3.6, speed_ms * first[0] / 1000 - 1.8))
    true = {round(crossing.time_s, 3): crossing for crossing in felt}
    assert len(measured) > 15
    assert len(measured) >= 0.8 * len(felt) - 1
    for time_s, speed_kmh, length_m in measured:
        crossing = true[time_s]
        assert speed_kmh == pytest.approx(crossing.speed_kmh, rel=0.01)
        assert length_m == pytest.approx(crossing.vehicle.length_m, abs=0.15)


@pytest.mark.parametrize(("start_ms", "watts"), [(NIGHT_MS, 112), (NOON_MS, 14)])
def test_lamp_burns_at_night_and_the_meter_shows_it(start_ms, watts):
    cabinet, _ = make(start_ms=start_ms)
    before = cabinet.keep()["energy_kwh"]
    for second in range(0, 3601, 10):
        cabinet.tick(second)
    assert cabinet.keep()["energy_kwh"] - before == pytest.approx(watts / 1000, abs=0.012)


def test_meter_goes_on_from_what_it_kept():
    cabinet, _ = make(start_ms=NIGHT_MS)
    cabinet.tick(3600.0)
    restarted, _ = make(start_ms=NIGHT_MS, kept=cabinet.keep())
    assert restarted.keep() == cabinet.keep()
