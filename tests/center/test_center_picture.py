"""The live picture: what is ok, stale, offline, unknown; trends; alarms with hold."""

import pytest
from center_bench import health, lane

from control_center.alarms.board import AlarmBoard, Condition
from control_center.engines.station import StationBin
from control_center.live.picture import Picture
from control_center.live.trends import KEPT_MS, POINTS_MAX, TrendLine
from gateway.contract.messages import Birth, BirthDevice, Observation, Presence

SITE = "medellin/av-regional"
GATEWAY = "medellin/gateway"
T0 = 1_700_000_000_000


def picture_of(*, through_gateways=True):
    return Picture([(SITE, "Avenida")], [f"{SITE}/vds-1"], through_gateways=through_gateways)


def presence(picture, source, *, online=True):
    picture.presence(Presence(source=source, online=online, since_ms=T0))


def up(picture, *observations, now_ms=T0):
    presence(picture, GATEWAY)
    presence(picture, SITE)
    picture.absorb(SITE, observations, now_ms)


def device(picture, now_ms=T0, name="vds-1"):
    (site,) = [site for site in picture.views(now_ms) if site.source == SITE]
    return next(device for device in site.devices if device.device == name)


def test_what_is_expected_and_never_seen_is_unknown():
    picture = picture_of()
    (site,) = picture.views(T0)
    assert (site.state, site.age_s, device(picture).state) == ("unknown", None, "unknown")
    assert picture.online_count(T0) == 0


def test_online_is_a_fresh_word_of_a_connected_site():
    picture = picture_of()
    up(picture, health("vds-1", T0))
    assert (device(picture).state, picture.online_count(T0)) == ("ok", 1)
    assert picture.online_count(T0 + 30_001) == 0
    later = device(picture, T0 + 31_000)
    assert later.state == "stale"
    assert later.reason == "sin noticias hace 31 s · not heard of for 31 s"


def test_offline_has_the_devices_own_reason():
    picture = picture_of()
    up(picture, health("vds-1", T0, online=False, reason="no responde"))
    assert (device(picture).state, device(picture).reason) == ("offline", "no responde")


def test_a_site_that_went_takes_its_devices_with_it():
    picture = picture_of()
    up(picture, health("vds-1", T0))
    presence(picture, SITE, online=False)
    assert picture.views(T0)[0].state == "offline"
    assert (device(picture).state, picture.online_count(T0)) == ("unknown", 0)


@pytest.mark.parametrize(("through_gateways", "state"), [(True, "stale"), (False, "ok")])
def test_behind_a_dead_gateway_a_site_is_stale(through_gateways, state):
    picture = picture_of(through_gateways=through_gateways)
    up(picture, health("vds-1", T0))
    presence(picture, GATEWAY, online=False)
    assert picture.views(T0)[0].state == state


def test_a_backlog_never_replaces_what_is_newer():
    picture = picture_of()
    up(picture, lane("1", T0, speed_kmh=50), lane("1", T0 - 5_000, speed_kmh=10))
    speeds = [r.value for r in device(picture, T0 + 5_000).readings if r.field == "speed_kmh"]
    assert speeds == [50]


def test_a_missing_value_is_absent_and_not_the_last_one():
    picture = picture_of()
    up(picture, lane("1", T0, speed_kmh=50), lane("1", T0 + 5_000, speed_kmh=None, volume=0))
    fields = {reading.field for reading in device(picture).readings}
    assert "speed_kmh" not in fields
    assert "volume_count" in fields


def test_the_age_of_an_interval_counts_from_its_end():
    picture = picture_of()
    up(picture, lane("1", T0, speed_kmh=50), now_ms=T0 + 5_200)
    reading = device(picture, T0 + 8_000).readings[0]
    assert (reading.age_s, reading.stale) == (3.0, False)
    assert device(picture, T0 + 95_001).readings[0].stale


def test_a_clock_that_runs_ahead_makes_nothing_younger_than_its_arrival():
    picture = picture_of()
    up(picture, health("vds-1", T0 + 100_000), now_ms=T0)
    assert (picture.online_count(T0 + 30_000), picture.online_count(T0 + 30_001)) == (1, 0)
    assert picture.views(T0 + 31_000)[0].state == "stale"


@pytest.mark.parametrize("who_went", ["device", "site", "gateway"])
def test_what_a_device_said_before_it_went_is_not_shown_as_now(who_went):
    picture = picture_of()
    up(picture, health("vds-1", T0), lane("1", T0 - 5_000, speed_kmh=50))
    assert not any(reading.stale for reading in device(picture).readings)
    if who_went == "device":
        up(picture, health("vds-1", T0 + 1_000, online=False), now_ms=T0 + 1_000)
    else:
        presence(picture, SITE if who_went == "site" else GATEWAY, online=False)
    silent = device(picture, T0 + 2_000)
    assert all(reading.stale for reading in silent.readings)
    assert silent.age_s == 2  # of its values, not of the word that it is silent


def test_a_birth_names_devices_and_forgets_those_it_no_longer_names():
    picture = picture_of()
    for names in (["vds-1", "air-1"], ["vds-1", "air-2"]):
        devices = tuple(BirthDevice(device=name, model="M") for name in names)
        picture.birth(Birth(source=SITE, title="T", time_ms=T0, devices=devices))
    assert list(picture.sites[SITE].devices) == ["vds-1", "air-2"]
    assert device(picture).model == "M"


def test_what_an_edge_says_of_itself_is_the_sites_not_a_devices():
    picture = picture_of()
    fields = {"uptime_s": 5.0, "oldest_waiting_s": 12.0}
    up(picture, Observation(device="edge", kind="edge_health", time_ms=T0, fields=fields))
    assert (picture.views(T0)[0].waiting_s, picture.oldest_waiting_s(T0)) == (12, 12)
    assert list(picture.sites[SITE].devices) == ["vds-1"]
    assert picture.oldest_waiting_s(T0 + 30_001) is None


def test_observations_per_second_over_ten():
    picture = picture_of()
    for n in range(20):
        picture.absorb(SITE, [health("vds-1", T0 + n)] * 5, T0 + n * 1_000)
    assert picture.observations_per_s(T0 + 19_000) == 5
    assert picture.observations_per_s(T0 + 60_000) == 0


def test_hostile_names_are_bounded():
    picture = picture_of()
    for n in range(2_000):
        picture.absorb(f"medellin/site-{n}", [health("x", T0)], T0)
        picture.absorb(SITE, [health(f"device-{n}", T0)], T0)
    assert len(picture.sites) == 1000
    assert len(picture.sites[SITE].devices) == 300


def test_station_speed_has_a_trend():
    picture = picture_of()
    picture.station_bin(StationBin(f"{SITE}/vds-1", T0, 5, 3, 10.0, 41.26))
    assert picture.views(T0 + 5_000)[0].speeds[0].points == ((T0 + 5_000, 41.3),)


def test_a_trend_is_in_order_and_shows_its_gaps():
    line = TrendLine("vds-1", "km/h")
    for n in (3, 1, 2, 2, 8):
        line.add(T0 + n * 5_000, float(n), 5)
    assert [((t - T0) // 5_000, value) for t, value in line.view(T0 + 40_000).points] == [
        (1, 1),
        (2, 2),
        (3, 3),
        (4, None),
        (8, 8),
    ]


def test_a_trend_is_bounded():
    line = TrendLine("vds-1", "km/h")
    for n in range(3_000):
        line.add(T0 + n * 100, 1.0, 0.1)
    newest_ms = T0 + 299_900
    assert len(line.view(newest_ms).points) == POINTS_MAX
    assert line.view(newest_ms + KEPT_MS + 1).points == ()


OFFLINE = Condition("site:a", 2, "a", "sin conexión", "offline", hold_s=5)


def test_an_alarm_is_held_raised_once_and_cleared_after_a_while():
    board = AlarmBoard()
    steps = [  # at s, is wrong, raised now, open
        (0, True, 0, 0),
        (4.9, True, 0, 0),
        (5, True, 1, 1),
        (6, True, 0, 1),
        (7, False, 0, 1),
        (8, True, 0, 1),
        (12.9, False, 0, 1),
        (13, False, 0, 0),
        (14, True, 0, 0),
    ]
    for at_s, is_wrong, raised, is_open in steps:
        now_ms = T0 + round(at_s * 1000)
        assert len(board.update([OFFLINE] if is_wrong else [], now_ms)) == raised, at_s
        assert len(board.open()) == is_open, at_s


def test_flicker_shorter_than_the_hold_never_alarms():
    board = AlarmBoard()
    for n in range(100):
        board.update([OFFLINE] if n % 4 else [], T0 + n * 1_000)
    assert board.open() == ()


def test_most_urgent_first_then_newest():
    board = AlarmBoard()
    conditions = [
        Condition("c", 3, "", "", ""),
        Condition("a", 1, "", "", ""),
        Condition("b", 2, "", "", ""),
    ]
    board.update(conditions[:2], T0)
    board.update([*conditions, Condition("d", 3, "", "", "")], T0 + 1)
    assert [alarm.id for alarm in board.open()] == ["a", "b", "d", "c"]
