import re

import msgspec
import pytest
from sample_view import CONGESTION, HOSTILE, NOW_MS, sample_view

from control_center.view import Reading, Trend
from control_center.wall.chart import draw_trend
from control_center.wall.picture import draw
from control_center.wall.readings import SPEED_BANDS

VMS = "medellin/av-regional/vms-1"


def change(struct, **fields):
    return msgspec.structs.replace(struct, **fields)


def with_sign(**fields):
    view = sample_view(congested=True)
    return draw(change(view, signs=(change(view.signs[0], **fields),)))


def with_device(name, **fields):
    view = sample_view()
    site = view.sites[0]
    devices = tuple(change(d, **fields) if d.device == name else d for d in site.devices)
    return draw(change(view, sites=(change(site, devices=devices),)))


def test_every_part_has_its_place():
    picture = draw(sample_view(congested=True))
    for name in picture.parts:
        assert picture.skeleton.count(f'id="{name}"') == 1


def test_the_skeleton_stays_while_values_change():
    assert draw(sample_view()).skeleton == draw(sample_view(NOW_MS + 60_000)).skeleton


def test_confirmed_text():
    parts = with_sign().parts
    assert parts[f"sign-{VMS}-text"] == "TRAFICO LENTO / AV REGIONAL / USE VIA ALTERNA"
    assert 'class="pages confirmed"' in parts[f"sign-{VMS}-face"]
    assert "Se pide" not in parts[f"sign-{VMS}-caption"]
    assert "engine:congestion" in parts[f"sign-{VMS}-caption"]


@pytest.mark.parametrize("face", ["waiting", "differs", "unknown"])
def test_unconfirmed_text_is_not_given_as_confirmed(face):
    parts = with_sign(face=face, wanted=(("CIERRE",),)).parts
    assert parts[f"sign-{VMS}-text"] == ""
    assert f'class="pages {face}"' in parts[f"sign-{VMS}-face"]
    assert "CIERRE" in parts[f"sign-{VMS}-caption"]
    assert "CONFIRMADO" not in parts[f"sign-{VMS}-caption"] + parts[f"sign-{VMS}-face"]


def test_all_pages_are_drawn_side_by_side():
    face = with_sign(pages=(("UNO",), ("DOS",))).parts[f"sign-{VMS}-face"]
    assert face.count('class="face"') == 2
    assert "página 2 de 2" in face


def test_a_blank_sign_says_so_and_a_never_read_one_does_not_claim_it():
    assert "APAGADO" in with_sign(pages=(), wanted=()).parts[f"sign-{VMS}-face"]
    unread = with_sign(pages=(), wanted=CONGESTION, face="unknown", age_s=None).parts
    assert "APAGADO" not in unread[f"sign-{VMS}-face"]
    assert "SIN LECTURA" in unread[f"sign-{VMS}-face"]
    silent = with_sign(pages=(), wanted=(), face="unknown", age_s=200).parts
    assert "ESTABA APAGADO" in silent[f"sign-{VMS}-face"]


def test_a_sign_without_a_site_is_drawn_too():
    picture = with_sign(target="bello/x/vms-9")
    assert 'data-testid="sign-text-bello_x_vms-9"' in picture.skeleton
    assert "Otros paneles" in picture.skeleton


def test_nothing_hostile_gets_through():
    view = sample_view(congested=True)
    site = change(view.sites[0], title=HOSTILE)
    device = change(site.devices[0], device="x", title=HOSTILE, state="offline", reason=HOSTILE)
    picture = draw(
        change(
            view,
            sites=(change(site, devices=(device, *site.devices[1:])),),
            signs=(change(view.signs[0], title=HOSTILE, reason=HOSTILE, pages=((HOSTILE,),)),),
            alarms=(change(view.alarms[0], text_es=HOSTILE, text_en=HOSTILE, place=HOSTILE),),
            totals=change(view.totals, store_fault=HOSTILE, instance=HOSTILE),
        )
    )
    whole = picture.skeleton + "".join(picture.parts.values())
    assert "<script" not in whole
    assert "<img" not in whole
    assert whole.count("&lt;script&gt;") >= 10


def test_stale_is_grey_and_never_coloured_as_live():
    readings = tuple(
        Reading("vds_interval", field, {"lane": "1"}, 62, "km/h", 300, stale=True)
        for field in ("speed_kmh", "volume_count")
    )
    parts = with_device("vds-1", readings=readings, state="stale", reason="sin datos").parts
    lanes = parts["site-medellin/av-regional-vds-1-lanes"]
    assert "hace 5 min" in lanes
    assert "free" not in lanes
    assert "ATRASADO" in parts["site-medellin/av-regional-devices"]
    assert 'class="chart stale"' in parts["site-medellin/av-regional-vds-1-chart"]
    assert 'class="chart"' in parts["site-medellin/av-regional-vds-2-chart"]


def test_devices_with_the_same_trouble_are_one_line():
    view = sample_view()
    site = view.sites[0]
    trouble = {"state": "offline", "reason": "gabinete sin energía", "age_s": 40}
    devices = (*(change(d, **trouble) for d in site.devices[:3]), *site.devices[3:])
    parts = draw(change(view, sites=(change(site, devices=devices),))).parts
    listed = parts["site-medellin/av-regional-devices"]
    assert listed.count("gabinete sin energía") == 1
    assert "Estación 1, aguas arriba, Estación 2, aguas abajo, Material particulado" in listed
    assert listed.count('class="state-ok"') == 4


def test_a_trend_without_its_device_is_drawn_too():
    view = sample_view()
    site = change(view.sites[0], devices=())
    parts = draw(change(view, sites=(site,))).parts
    assert "<polyline" in parts["site-medellin/av-regional-vds-1-speed"]


def test_a_lane_without_a_speed_shows_none_instead_of_zero():
    readings = (Reading("vds_interval", "volume_count", {"lane": "1"}, 0, "", 2, stale=False),)
    lanes = with_device("vds-1", readings=readings).parts["site-medellin/av-regional-vds-1-lanes"]
    assert '<td class="speed none">\N{EN DASH}</td>' in lanes


@pytest.mark.parametrize(
    ("pm25_ugm3", "band"),
    [
        (12.4, "Buena"),
        (12.6, "Aceptable"),
        (37, "Aceptable"),
        (38, "grupos sensibles"),
        (56, "Dañina"),
        (151, "Muy dañina"),
        (251, "Peligrosa"),
    ],
)
def test_air_bands_of_the_colombian_index(pm25_ugm3, band):
    reading = Reading("air_particulate", "pm25_ugm3", {}, pm25_ugm3, "µg/m³", 1, stale=False)
    picture = with_device("air-1", readings=(reading,))
    assert band in picture.parts["site-medellin/av-regional-air-1-pm25"]
    assert "indicativo" in picture.skeleton


def test_alarms_stand_by_severity_then_newest_first():
    view = sample_view(congested=True)
    newer = change(view.alarms[1], id="n", since_ms=NOW_MS, place="la más nueva")
    alarms = draw(change(view, alarms=(*view.alarms, newer))).parts["alarms"]
    order = [alarms.index(text) for text in ("la más nueva", "Congestión:", "PM2.5 en", "medidor")]
    assert order == sorted(order)


def test_a_broken_store_marks_what_it_no_longer_stores():
    view = sample_view()
    broken = change(view, totals=change(view.totals, store_fault="disk full"))
    stored = re.compile(r'<div class="warn"><dt>Guardadas')
    assert stored.search(draw(broken).parts["header"])
    assert not stored.search(draw(view).parts["header"])


def test_a_flood_of_alarms_shows_the_most_urgent_and_says_how_many_more():
    view = sample_view(congested=True)
    urgent = change(view.alarms[0], severity=1, text_es="la urgente")
    flood = tuple(change(view.alarms[0], id=str(n)) for n in range(50))
    alarms = draw(change(view, alarms=(*flood, urgent))).parts["alarms"]
    assert alarms.count('data-testid="alarm"') == 8
    assert "la urgente" in alarms
    assert "y 43 más" in alarms


def test_why_a_device_is_away_stands_in_both_languages_apart():
    view = sample_view(congested=True)
    site = view.sites[0]
    away = change(site.devices[0], state="offline", reason="mudo · silent", age_s=28.0)
    devices = draw(change(view, sites=(change(site, devices=(away,)),)))
    shown = devices.parts[f"site-{site.source}-devices"]
    assert 'mudo <span class="en" lang="en">silent</span>' in shown
    assert "hace 28 s" in shown


def test_a_gap_breaks_the_line_of_a_chart():
    at = [NOW_MS - 60_000 + step * 5000 for step in range(5)]
    points = (at[0], 40.0), (at[1], 42.0), (at[2], None), (at[3], 44.0), (at[4], 20.0)
    chart = draw_trend(Trend("vds-1", "km/h", points), SPEED_BANDS, 90, NOW_MS, stale=False)
    assert chart.count("<polyline") == 2
    assert 'class="last slow"' in chart


def test_a_chart_without_points_is_empty_but_stands():
    chart = draw_trend(Trend("vds-1", "km/h", ()), SPEED_BANDS, 90, NOW_MS, stale=False)
    assert "<polyline" not in chart
    assert "sin datos" in chart


def test_an_empty_centre_is_drawn():
    view = sample_view()
    picture = draw(change(view, sites=(), signs=()))
    assert "Sin alarmas" in picture.parts["alarms"]


def test_nothing_is_said_to_be_wanted_before_it_is_decided():
    view = sample_view(congested=True)
    undecided = change(view.signs[0], face="waiting", wanted=(), since_ms=None)
    picture = draw(change(view, signs=(undecided,)))
    assert "Se pide" not in picture.parts[f"sign-{undecided.target}-caption"]
    decided = change(undecided, since_ms=NOW_MS)
    caption = draw(change(view, signs=(decided,))).parts[f"sign-{undecided.target}-caption"]
    assert "Se pide" in caption
