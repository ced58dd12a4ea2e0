"""What a hostile or confused sender can't do: crash the centre, fill it, or falsify its figures."""

import pytest
from center_bench import lane

from control_center.engines import station as station_module
from control_center.engines.station import StationBin, StationBins
from control_center.ingest.intake import Intake
from control_center.ingest.ledger import Ledger
from control_center.ingest.quarantine import LINES_PER_MINUTE, Quarantine
from control_center.ingest.writer import FrameName, Waiting
from control_center.live.picture import Picture
from control_center.store.protocol import Point, Rejected
from control_center.view import QuarantineView
from gateway.contract.codec import encode
from gateway.contract.messages import Birth, BirthDevice, Observation, QuarantineNotice

SITE = "medellin/av-regional"
T0 = 1_700_000_000_000


def birth(*names):
    devices = tuple(BirthDevice(device=name, model="M") for name in names)
    return Birth(source=SITE, title="T", time_ms=T0, devices=devices)


def picture_of():
    return Picture([(SITE, "Avenida")], [f"{SITE}/vds-1"], through_gateways=True)


def test_a_birth_that_names_a_device_twice_costs_nothing():
    picture = picture_of()
    picture.birth(birth("air-1", "air-1"))
    picture.birth(birth("air-2"))
    assert list(picture.sites[SITE].devices) == ["vds-1", "air-2"]


def test_a_device_that_the_centre_expects_is_missing_and_not_forgotten():
    picture = picture_of()
    picture.birth(birth("vds-1"))
    picture.birth(birth("air-1"))
    (site,) = picture.views(T0)
    assert [device.device for device in site.devices] == ["air-1", "vds-1"]


def test_a_device_that_is_gone_takes_its_charts_with_it():
    picture = picture_of()
    picture.birth(birth("vds-1", "vds-2", "air-2"))
    picture.station_bin(StationBin(f"{SITE}/vds-2", T0, 5, 3, 10.0, 41.0))
    sample = Observation(
        device="air-2", kind="air_particulate", time_ms=T0, fields={"pm25_ugm3": 9.0}
    )
    picture.absorb(SITE, [sample], T0)
    picture.birth(birth("vds-1"))
    (site,) = picture.views(T0)
    assert (site.speeds, site.pm25) == ((), ())


def test_stations_and_lanes_are_bounded(monkeypatch):
    monkeypatch.setattr(station_module, "STATIONS_MAX", 3)
    stations = StationBins()
    for n in range(10):
        stations.add(f"{SITE}/vds-{n}", lane("1", T0, speed_kmh=50))
    assert len(stations.due(T0 + 60_000)) == 3
    for n in range(1_000):
        stations.add(f"{SITE}/vds-0", lane(f"lane-{n}", T0 + 5_000, speed_kmh=50, volume=1))
    (bin_of_all,) = stations.due(T0 + 60_000)
    assert bin_of_all.volume_count == station_module.LANES_MAX - 1  # beside lane "1"


def test_bins_that_wait_for_a_lane_are_bounded():
    stations = StationBins()
    stations.add("s", lane("1", T0, speed_kmh=50, period_s=3600))
    stations.add("s", lane("2", T0, speed_kmh=50, period_s=3600))
    for n in range(1, 10_000):
        stations.add("s", lane("1", T0 + n, speed_kmh=50, period_s=3600))
    assert len(stations.due(T0 + 10_000_000)) == station_module.PENDING_MAX


class Nobody:
    def observed(self, source, observations):
        raise AssertionError(source)

    present = born = answered = observed


def notice(time_ms, excerpt="x"):
    return encode(
        QuarantineNotice(
            time_ms=time_ms,
            topic="aburra/v1/medellin/a/up",
            reason="malformed",
            detail="d",
            excerpt=excerpt,
        )
    )


@pytest.mark.parametrize("said_ms", [0, 2**53])
def test_a_notice_counts_from_its_arrival_whatever_it_says(said_ms):
    quarantine = Quarantine()
    intake = Intake(Nobody(), quarantine, lambda _: True, lambda: T0)
    intake.receive("aburra/v1/medellin/gateway/quarantine", notice(said_ms))
    assert (quarantine.newest_ms, quarantine.latest()[0].time_ms) == (T0, T0)


def test_a_notice_can_not_turn_the_walls_text_around():
    quarantine = Quarantine()
    intake = Intake(Nobody(), quarantine, lambda _: True, lambda: T0)
    intake.receive("aburra/v1/medellin/gateway/quarantine", notice(T0, "a\u202eb\x1b[2Jc\n"))
    assert quarantine.latest()[0].excerpt == "a·b·[2Jc·"


def test_a_flood_of_forged_topics_does_not_fill_the_log(caplog):
    quarantine = Quarantine()
    for n in range(1_000):
        quarantine.add(QuarantineView(T0 + n, f"topic-{n}", "foreign", "", ""))
    assert len(caplog.records) == LINES_PER_MINUTE
    quarantine.add(QuarantineView(T0 + 61_000, "topic-x", "foreign", "", ""))
    assert len(caplog.records) == LINES_PER_MINUTE + 1
    assert quarantine.count == 1_001


def test_a_point_that_the_store_refuses_again_and_again_is_counted_once():
    quarantine = Quarantine()
    ledger = Ledger(quarantine, lambda: T0)
    points = tuple(
        Point("medellin", "av-regional", device, "weather", {}, T0, {}, {}, ())
        for device in ("good", "bad")
    )
    frame = Waiting(FrameName("medellin/gateway", "0" * 16, 1), points, 0)
    for _ in range(3):
        ledger.stored([frame], [Rejected(points[1], "conflict")])
    assert (ledger.stored_count, quarantine.count) == (1, 1)
    assert sum(ledger.measured_to_stored.counts.values()) == 1
