"""The files of deploy/ fit each other, the settings of the programs, and systemd."""

import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from aburra.cli import PROGRAMS
from control_center.settings import CenterSettings
from edge.settings import EdgeSettings
from gateway.contract.settings import load_settings
from gateway.municipal.settings import GatewaySettings

DEPLOY = Path(__file__).parents[2] / "deploy"
MADE = {
    "broker_passwords",
    "broker_certificate",
    "broker_key",
    "influx_admin_password",
    "influx_admin_token",
    "grafana_admin_password",
}


@pytest.fixture(scope="module")
def compose():
    yaml = pytest.importorskip("yaml", reason="PyYAML is not installed")
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text())


def mqtt_users():
    acl = (DEPLOY / "mosquitto/acl").read_text().splitlines()
    return {line.removeprefix("user ") for line in acl if line.startswith("user ")}


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("edge.toml", EdgeSettings),
        ("gateway.toml", GatewaySettings),
        ("center.toml", CenterSettings),
    ],
)
def test_the_settings_are_what_the_program_takes(name, model):
    assert load_settings(DEPLOY / name, model)


def test_every_mounted_file_is_here_or_is_a_secret_that_is_made(compose):
    mounted = [
        volume.split(":")[0]
        for service in compose["services"].values()
        for volume in service.get("volumes", [])
        if volume.startswith("./")
    ]
    assert len(mounted) > 4
    assert [path for path in mounted if not (DEPLOY / path).exists()] == []
    secret_names = {Path(secret["file"]).name for secret in compose["secrets"].values()}
    assert secret_names - MADE == {f"mqtt.{user}" for user in ("center", "medellin.gateway")}
    assert {name.removeprefix("mqtt.") for name in secret_names - MADE} <= mqtt_users()


def test_every_command_is_a_program_of_the_front_door(compose):
    ours = [s["command"][0] for s in compose["services"].values() if s["image"] == "aburra"]
    assert sorted(ours) == ["center", "gateway", "influx-setup"]
    assert set(ours) <= set(PROGRAMS)


def test_services_use_only_what_is_declared(compose):
    for name, service in compose["services"].items():
        assert set(service.get("secrets", [])) <= set(compose["secrets"]), name
        assert set(service["networks"]) <= set(compose["networks"]), name
        assert set(service.get("depends_on", {})) <= set(compose["services"]), name
        volumes = {v.split(":")[0] for v in service.get("volumes", []) if v[0] not in "./"}
        assert volumes <= set(compose["volumes"]), name


def test_secrets_that_settings_name_are_given_to_their_service(compose):
    center = load_settings(DEPLOY / "center.toml", CenterSettings)
    gateway = load_settings(DEPLOY / "gateway.toml", GatewaySettings)
    assert center.broker.password_file.name in compose["services"]["center"]["secrets"]
    assert gateway.field_broker.password_file.name in compose["services"]["gateway"]["secrets"]
    assert f"{center.store.token_file.parent}:ro" in " ".join(
        compose["services"]["center"]["volumes"]
    )
    sites = {f"{gateway.municipality}.{site}" for site in gateway.sites}
    assert sites | {gateway.field_broker.username, center.broker.username} == mqtt_users()


def test_no_service_is_root_writes_its_image_or_gains_rights(compose):
    for name, service in compose["services"].items():
        assert service["user"].split(":")[0] not in ("", "0", "root"), name
        assert service["read_only"], name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name


def test_only_the_cabinets_port_is_open_to_the_world(compose):
    ports = [p for service in compose["services"].values() for p in service.get("ports", [])]
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == ["8883:8883"]


def test_grafana_finds_its_data_source_and_its_dashboards(compose):
    yaml = pytest.importorskip("yaml", reason="PyYAML is not installed")
    provisioning = DEPLOY / "grafana/provisioning"
    [source] = yaml.safe_load((provisioning / "datasources/aburra.yaml").read_text())["datasources"]
    [provider] = yaml.safe_load((provisioning / "dashboards/aburra.yaml").read_text())["providers"]
    grafana = compose["services"]["grafana"]
    assert source["uid"] == "aburra"
    assert source["url"].removeprefix("$__env{").rstrip("}") in grafana["environment"]
    mounts = [volume.split(":")[1] for volume in grafana["volumes"]]
    assert provider["options"]["path"] in mounts
    assert "/tokens/grafana" in mounts


def test_systemd_takes_the_unit(tmp_path):
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd-analyze is not installed")
    text = (DEPLOY / "systemd/aburra-edge.service").read_text()
    installed = tmp_path / "aburra"
    installed.write_text("#!/bin/sh\n")
    installed.chmod(installed.stat().st_mode | stat.S_IXUSR)
    unit = tmp_path / "aburra-edge.service"
    assert "/opt/aburra/bin/aburra" in text
    unit.write_text(text.replace("/opt/aburra/bin/aburra", str(installed)))
    result = subprocess.run([program, "verify", unit], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (0, "")


def test_the_units_credentials_are_those_the_settings_read():
    unit = (DEPLOY / "systemd/aburra-edge.service").read_text()
    settings = (DEPLOY / "edge.toml").read_text()
    for credential in ("broker_password", "sign_community"):
        assert f"LoadCredential={credential}:" in unit
        assert f"/run/credentials/aburra-edge.service/{credential}" in settings
