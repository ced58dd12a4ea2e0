"""The broker's files, with a real mosquitto: who may say and hear what."""

import asyncio
import shutil
import socket
import subprocess
import time
from pathlib import Path

import aiomqtt
import pytest
from servers import free_port

from gateway.link.address import BrokerSettings, address_of

DEPLOY = Path(__file__).parents[2] / "deploy"
MOSQUITTO = shutil.which("mosquitto") or shutil.which("/usr/sbin/mosquitto")

SITES = ("medellin/av-regional", "medellin/las-palmas", "medellin/gateway", "itagui/gateway")
CHANNELS = ("up", "ack", "state", "birth", "cmd", "result", "quarantine")
TOPICS = [f"aburra/v1/{site}/{channel}" for site in SITES for channel in CHANNELS] + [
    "aburra/v1/medellin/gateway/state/av-regional",
    "aburra/v1/medellin/gateway/birth/av-regional",
]
LAST = "aburra/v1/end"

EDGE = "medellin/av-regional"
MAY_SAY = {
    "medellin.av-regional": {f"{EDGE}/{c}" for c in ("up", "state", "birth", "result")},
    "medellin.gateway": {
        *(f"medellin/{s}/{c}" for s in ("av-regional", "las-palmas") for c in ("ack", "cmd")),
        *(f"medellin/gateway/{c}" for c in CHANNELS),
        *(f"medellin/gateway/{c}/av-regional" for c in ("state", "birth")),
    },
    "center": {f"{m}/gateway/{c}" for m in ("medellin", "itagui") for c in ("ack", "cmd")},
}
FROM_SITES = ("up", "state", "birth", "result")
FROM_GATEWAYS = (*FROM_SITES, "quarantine")
MAY_HEAR = {
    "medellin.av-regional": {f"{EDGE}/ack", f"{EDGE}/cmd"},
    "medellin.gateway": {
        *(f"{s}/{c}" for s in SITES[:3] for c in FROM_SITES),
        *(f"medellin/gateway/{c}" for c in ("ack", "cmd")),
    },
    "center": {
        *(f"{m}/gateway/{c}" for m in ("medellin", "itagui") for c in FROM_GATEWAYS),
        *(f"medellin/gateway/{c}/av-regional" for c in ("state", "birth")),
    },
}


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    """(plain port, TLS port, folder of secrets) of mosquitto with the files of deploy/.

    The copies differ in paths and ports, and in a user `witness` who hears and says everything.
    """
    for program in ("mosquitto_passwd", "openssl"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")
    if MOSQUITTO is None:
        pytest.skip("mosquitto is not installed")
    home = tmp_path_factory.mktemp("broker")
    copy = home / "deploy"
    (copy / "mosquitto").mkdir(parents=True)
    shutil.copy(DEPLOY / "make-secrets.sh", copy)
    acl = (DEPLOY / "mosquitto/acl").read_text()
    (copy / "mosquitto/acl").write_text(f"{acl}\nuser witness\ntopic readwrite #\n")
    secrets = home / "secrets"
    subprocess.run([copy / "make-secrets.sh", secrets, "localhost"], check=True)
    plain, tls = free_port(), free_port()
    config = (DEPLOY / "mosquitto/mosquitto.conf").read_text()
    for original, replaced in {
        "listener 1883": f"listener {plain} 127.0.0.1",
        "listener 8883": f"listener {tls} 127.0.0.1",
        "/run/secrets/": f"{secrets}/",
        "/mosquitto/config/": f"{copy}/mosquitto/",
        "/mosquitto/data/": f"{home}/",
    }.items():
        assert original in config
        config = config.replace(original, replaced)
    # Debian starts it as root and steps down to its own user, who can't see pytest's folder.
    (home / "mosquitto.conf").write_text(f"user root\n{config}")
    with (home / "log").open("wb") as log:
        process = subprocess.Popen([MOSQUITTO, "-c", home / "mosquitto.conf"], stdout=log)
    try:
        _wait_for(plain, process, home / "log")
        yield plain, tls, secrets
    finally:
        process.kill()
        process.wait()


def _wait_for(port, process, log):
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    pytest.fail(f"mosquitto does not answer: {log.read_text()}")


def client_of(broker, user) -> aiomqtt.Client:
    plain, _, secrets = broker
    password = (secrets / f"mqtt.{user}").read_text().strip()
    return aiomqtt.Client("127.0.0.1", plain, username=user, password=password)


async def heard(client) -> set[str]:
    """Topics without the prefix, until LAST."""
    topics = set()
    async with asyncio.timeout(10):
        async for message in client.messages:
            if str(message.topic) == LAST:
                return topics
            topics.add(str(message.topic).removeprefix("aburra/v1/"))
    return topics


@pytest.mark.parametrize("user", MAY_SAY)
async def test_a_user_says_what_is_its_own_and_nothing_else(broker, user):
    async with client_of(broker, "witness") as witness, client_of(broker, user) as client:
        await witness.subscribe("#", qos=1)
        for topic in TOPICS:
            await client.publish(topic, b"x", qos=1)
        await witness.publish(LAST, b"", qos=1)
        assert await heard(witness) == MAY_SAY[user]


@pytest.mark.parametrize("user", MAY_HEAR)
async def test_a_user_hears_what_is_for_it_and_nothing_else(broker, user):
    sign_off = f"aburra/v1/{min(MAY_HEAR[user])}"
    async with client_of(broker, "witness") as witness, client_of(broker, user) as client:
        await client.subscribe("#", qos=1)
        for topic in TOPICS:
            await witness.publish(topic, b"x", qos=1)
        await witness.publish(sign_off, b"end", qos=1)
        topics = set()
        async with asyncio.timeout(10):
            async for message in client.messages:
                topics.add(str(message.topic).removeprefix("aburra/v1/"))
                if message.payload == b"end":
                    break
        assert topics == MAY_HEAR[user]


@pytest.mark.parametrize(
    "credentials", [{}, {"username": "medellin.av-regional", "password": "wrong"}]
)
async def test_without_the_password_nobody_comes_in(broker, credentials):
    with pytest.raises(aiomqtt.MqttError, match=r"ot authori[sz]ed"):
        async with aiomqtt.Client("127.0.0.1", broker[0], **credentials):
            pass


async def test_a_cabinet_comes_in_through_tls_with_the_settings_of_its_file(broker):
    _, tls, secrets = broker
    address = address_of(
        BrokerSettings(
            url=f"mqtts://localhost:{tls}",
            username="medellin.av-regional",
            password_file=secrets / "mqtt.medellin.av-regional",
            ca_file=secrets / "broker_certificate",
        )
    )
    async with aiomqtt.Client(
        address.host,
        address.port,
        username=address.username,
        password=address.password,
        tls_context=address.tls,
    ) as client:
        await client.publish("aburra/v1/medellin/av-regional/up", b"{}", qos=1)


def test_making_secrets_twice_keeps_them(broker, tmp_path):
    command = [DEPLOY / "make-secrets.sh", tmp_path / "s", "localhost"]
    subprocess.run(command, check=True)
    kept = ["mqtt.center", "influx_admin_token", "broker_key", "broker_certificate"]
    before = [(tmp_path / "s" / name).read_text() for name in kept]
    subprocess.run(command, check=True)
    assert [(tmp_path / "s" / name).read_text() for name in kept] == before
    assert (tmp_path / "s").stat().st_mode & 0o777 == 0o700
