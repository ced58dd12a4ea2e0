"""A view of the centre as in the demonstration: two sites, seven devices each."""

import math

import msgspec

from control_center.view import (
    AlarmView,
    CenterView,
    DeviceView,
    Latency,
    QuarantineView,
    Reading,
    SignView,
    SiteView,
    State,
    Totals,
    Trend,
)

NOW_MS = 1_790_000_000_000
CONGESTION = (("TRAFICO LENTO", "AV REGIONAL", "USE VIA ALTERNA"),)
HOSTILE = "<script>document.title='owned'</script><img src=x onerror=alert(1)>"


def sample_view(now_ms: int = NOW_MS, *, congested: bool = False) -> CenterView:
    """An ordinary minute, or one with congestion, bad air, a dead meter and a forged message."""
    medellin = _site("medellin/av-regional", "Avenida Regional · Medellín", now_ms, slow=congested)
    itagui = _site("itagui/autopista-sur", "Autopista Sur · Itagüí", now_ms, slow=False)
    signs = (
        _sign("medellin/av-regional/vms-1", "Avenida Regional · Medellín"),
        _sign("itagui/autopista-sur/vms-1", "Autopista Sur · Itagüí"),
    )
    alarms: tuple[AlarmView, ...] = ()
    quarantine: tuple[QuarantineView, ...] = ()
    if congested:
        itagui = _with_dead_meter(itagui)
        signs = (
            msgspec.structs.replace(
                signs[0],
                pages=CONGESTION,
                wanted=CONGESTION,
                reason="vds-2: 21 km/h < 30 km/h en 3 de 5 intervalos",
                authority="engine:congestion",
                since_ms=now_ms - 42_000,
                commands=2,
                confirmed=2,
            ),
            msgspec.structs.replace(
                signs[1],
                face="waiting",
                wanted=(("CALIDAD DEL AIRE", "PREVENCION"), ("REDUZCA", "SU VELOCIDAD")),
                reason="air-1: PM2.5 49 µg/m³, media · mean 20 s (entra · enters ≥ 38)",
                authority="engine:air",
                since_ms=now_ms - 2_000,
                commands=1,
                confirmed=0,
            ),
        )
        alarms = _alarms(now_ms)
        quarantine = _quarantine(now_ms)
    return CenterView(
        now_ms=now_ms,
        totals=Totals(
            instance="c1",
            started_ms=now_ms - 7_200_000,
            observations_per_s=9.4,
            stored_count=67_812,
            repeated_frames=0,
            quarantined_count=len(quarantine),
            store_waiting_count=3,
            store_fault="",
            devices_configured=14,
            devices_online=13 if congested else 14,
            oldest_waiting_s=0.4,
            measured_to_stored=Latency(counts={66: 40, 70: 900, 78: 60}),
            decided_to_shown=Latency(counts={74: 3}),
        ),
        sites=(medellin, itagui),
        signs=signs,
        alarms=alarms,
        quarantine=quarantine,
    )


def _site(source: str, title: str, now_ms: int, *, slow: bool) -> SiteView:
    phase = now_ms / 1000
    devices = (
        _detector(
            "vds-1",
            "Estación 1, aguas arriba · Station 1, upstream",
            (64 + 2 * math.sin(phase), 58),
            6,
        ),
        _detector(
            "vds-2",
            "Estación 2, aguas abajo · Station 2, downstream",
            (21, 34) if slow else (61, 66),
            3 if slow else 5,
        ),
        _device(
            "air-1",
            "PMS5003",
            "Material particulado · Particulate matter",
            "air_particulate",
            {
                "pm1_ugm3": (14, "µg/m³"),
                "pm25_ugm3": (52.0 if slow else 24.3, "µg/m³"),
                "pm10_ugm3": (41, "µg/m³"),
            },
        ),
        _device(
            "lamp-1",
            "DALI",
            "Luminaria · Luminaire",
            "pole_lamp",
            {"is_on": (1, ""), "level_pct": (80, "%")},
        ),
        _device(
            "meter-1",
            "SDM120",
            "Medidor de energía · Energy meter",
            "pole_power",
            {
                "power_w": (118.0, "W"),
                "voltage_v": (121.4, "V"),
                "current_a": (0.98, "A"),
                "energy_kwh": (1243.7, "kWh"),
            },
        ),
        _device(
            "weather-1",
            "WN90LP",
            "Estación meteorológica · Weather station",
            "weather",
            {
                "temperature_c": (24.1, "°C"),
                "humidity_pct": (62, "%"),
                "wind_speed_ms": (2.3, "m/s"),
                "wind_direction_deg": (140, "°"),
                "pressure_hpa": (851, "hPa"),
                "illuminance_lux": (32000, "lux"),
            },
        ),
        _device(
            "vms-1",
            "NTCIP 1203",
            "Panel de mensaje variable · Variable message sign",
            "sign_state",
            {"is_blank": (0 if slow else 1, "")},
        ),
    )
    return SiteView(
        source=source,
        title=title,
        latitude_deg=6.24,
        longitude_deg=-75.58,
        state="ok",
        age_s=0.6,
        waiting_s=0.0,
        devices=devices,
        speeds=(_speeds("vds-1", now_ms, slow=False), _speeds("vds-2", now_ms, slow=slow)),
        pm25=(_pm25(now_ms, high=slow),),
    )


def _device(
    name: str, model: str, title: str, kind: str, fields: dict[str, tuple[float, str]]
) -> DeviceView:
    readings = tuple(
        Reading(kind=kind, field=field, tags={}, value=value, unit=unit, age_s=1.2, stale=False)
        for field, (value, unit) in fields.items()
    )
    return DeviceView(name, model, title, "ok", "", 1.2, readings)


def _detector(name: str, title: str, speeds_kmh: tuple[float, float], volume: int) -> DeviceView:
    readings = tuple(
        Reading("vds_interval", field, {"lane": str(lane)}, value, unit, 2.0, stale=False)
        for lane, speed_kmh in enumerate(speeds_kmh, start=1)
        for field, value, unit in (
            ("period_s", 5, "s"),
            ("speed_kmh", speed_kmh, "km/h"),
            ("volume_count", volume - lane, "vehicles"),
            ("occupancy_pct", 420 / speed_kmh, "%"),
        )
    )
    return DeviceView(name, "Canoga C944", title, "ok", "", 1.0, readings)


def _speeds(name: str, now_ms: int, *, slow: bool) -> Trend:
    start_ms = now_ms - now_ms % 5000 - 600_000
    points = []
    for step in range(120):
        value: float | None = 62 + 6 * math.sin(step / 7) + 3 * math.sin(step * 1.7)
        if slow and step > 90 and value is not None:
            value = max(18.0 + 3 * math.sin(step), value - (step - 90) * 7)
        if 40 <= step < 43:
            value = None
        points.append((start_ms + step * 5000, value))
    return Trend(name, "km/h", tuple(points))


def _pm25(now_ms: int, *, high: bool) -> Trend:
    start_ms = now_ms - now_ms % 5000 - 600_000
    rise = 0.25 if high else 0.02
    points = [(start_ms + s * 5000, 22 + rise * s + math.sin(s / 3)) for s in range(120)]
    return Trend("air-1", "µg/m³", tuple(points))


def _sign(target: str, title: str) -> SignView:
    return SignView(
        target=target,
        title=title,
        rows=3,
        columns=18,
        face="confirmed",
        pages=(),
        wanted=(),
        reason="",
        authority="",
        since_ms=None,
        age_s=1.8,
        commands=0,
        confirmed=0,
    )


def _with_dead_meter(site: SiteView) -> SiteView:
    def changed(device: DeviceView) -> DeviceView:
        if device.device != "meter-1":
            return device
        state: State = "offline"
        stale = tuple(msgspec.structs.replace(r, age_s=95, stale=True) for r in device.readings)
        return msgspec.structs.replace(
            device,
            state=state,
            reason="sin respuesta a 12 preguntas seguidas · no answer to 12 requests",
            age_s=95,
            readings=stale,
        )

    return msgspec.structs.replace(site, devices=tuple(changed(d) for d in site.devices))


def _alarms(now_ms: int) -> tuple[AlarmView, ...]:
    return (
        AlarmView(
            "offline/itagui/autopista-sur/meter-1",
            3,
            now_ms - 95_000,
            "Autopista Sur · meter-1",
            "El medidor no responde",
            "The meter does not answer",
        ),
        AlarmView(
            "congestion/medellin/av-regional/vds-2",
            1,
            now_ms - 44_000,
            "Avenida Regional · vds-2",
            "Congestión: 21 km/h en 3 de 5 intervalos",
            "Congestion: 21 km/h in 3 of 5 intervals",
        ),
        AlarmView(
            "air/medellin/av-regional",
            2,
            now_ms - 310_000,
            "Avenida Regional · air-1",
            "PM2.5 en 52 µg/m³, sobre 38",
            "PM2.5 at 52 µg/m³, above 38",
        ),
    )


def _quarantine(now_ms: int) -> tuple[QuarantineView, ...]:
    return (
        QuarantineView(
            now_ms - 4_000,
            "aburra/v1/medellin/av-regional/up",
            "malformed",
            f"Object contains unknown field `{HOSTILE}`",
            f'{{"v":1,"source":"{HOSTILE}"}}',
        ),
        QuarantineView(
            now_ms - 70_000,
            "aburra/v1/itagui/autopista-sur/up",
            "implausible",
            "vds-1 vds_interval: speed_kmh 400 is outside 1…193 km/h",
            "Observation(device='vds-1', kind='vds_interval', time_ms=1789999930000)",
        ),
        QuarantineView(
            now_ms - 71_000,
            "aburra/v1/itagui/autopista-sur/up",
            "foreign",
            "frame names bello/centro, its topic itagui/autopista-sur",
            '{"v":1,"source":"bello/centro","epoch":"00ff00ff00ff00ff"}',
        ),
    )
