# mypy: disable-error-code="attr-defined,no-untyped-call"
# influxdb-client calls itself typed, and is so in part only.
"""What InfluxDB 2.x needs before its first point: a bucket, and a token for each who uses it.

The centre's token reads and writes this one bucket, Grafana's reads it; nobody keeps the
administrator's. May be run again: what is there stays as it is.
"""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from control_center.store.influx import RETENTION_D

if TYPE_CHECKING:
    from influxdb_client import InfluxDBClient

DAY_S = 86_400

Action = Literal["read", "write"]

TOKENS: dict[str, tuple[Action, ...]] = {
    "center/influx_token": ("read", "write"),
    "grafana/influx_token": ("read",),
}
"""File in the output folder: what its holder may do with the bucket. One folder each, so that
neither sees the other's.
"""


def prepare_influx(
    url: Annotated[str, typer.Option(help="Address, e.g. http://127.0.0.1:8086")],
    org: Annotated[str, typer.Option(help="Organisation that owns the bucket")],
    admin_token_file: Annotated[Path, typer.Option(help="File with a token that may create")],
    out_dir: Annotated[Path, typer.Option(help="Folder for the two new tokens")],
    bucket: Annotated[str, typer.Option(help="Name of the bucket")] = "aburra",
) -> None:
    """Prepara InfluxDB 2.x · Create the bucket and the tokens of the centre and of Grafana."""
    # Only this command needs these packages; the centre starts without them.
    from influxdb_client import InfluxDBClient  # noqa: PLC0415
    from influxdb_client.rest import ApiException  # noqa: PLC0415
    from urllib3.exceptions import HTTPError  # noqa: PLC0415

    try:
        token = admin_token_file.read_text(encoding="utf-8").strip()
        with InfluxDBClient(url=url, token=token, org=org, retries=False) as client:
            made = _prepare(client, org, bucket, out_dir)
    except ApiException as error:
        _give_up(f"{url}: HTTP {error.status} {error.reason}: {error.message or ''}")
    except (HTTPError, OSError, _MissingError) as error:
        _give_up(f"{url}: {error}")
    for line in made:
        typer.echo(line)


class _MissingError(Exception):
    """Something that only the server's owner can make is not there."""


def _prepare(client: "InfluxDBClient", org: str, bucket: str, out_dir: Path) -> list[str]:
    """Make what is missing; one line for each thing, made or found."""
    organisations = client.organizations_api().find_organizations(org=org)
    if not organisations:
        raise _MissingError(f"no existe la organización · there is no organisation {org}")
    org_id = organisations[0].id
    bucket_id, line = _bucket_id(client, org_id, bucket)
    lines = [line]
    for name, actions in TOKENS.items():
        path = out_dir / name
        if path.exists():
            lines.append(f"{path}: ya existe · is there already")
            continue
        token = _new_token(client, org_id, bucket_id, f"aburra: {name}", actions)
        _write_secret(path, token)
        lines.append(f"{path}: {' + '.join(actions)} {bucket}")
    return lines


def _bucket_id(client: "InfluxDBClient", org_id: str, name: str) -> tuple[str, str]:
    from influxdb_client import BucketRetentionRules  # noqa: PLC0415

    buckets = client.buckets_api()
    found = buckets.find_bucket_by_name(name)
    if found is not None:
        return str(found.id), f"bucket {name}: ya existe · is there already"
    rules = BucketRetentionRules(type="expire", every_seconds=RETENTION_D * DAY_S)
    made = buckets.create_bucket(bucket_name=name, retention_rules=rules, org=org_id)
    return str(made.id), f"bucket {name}: {RETENTION_D} días · days"


def _new_token(
    client: "InfluxDBClient", org_id: str, bucket_id: str, purpose: str, actions: tuple[Action, ...]
) -> str:
    from influxdb_client import Authorization, Permission, PermissionResource  # noqa: PLC0415

    resource = PermissionResource(type="buckets", id=bucket_id, org_id=org_id)
    permissions = [Permission(action=action, resource=resource) for action in actions]
    wanted = Authorization(org_id=org_id, description=purpose, permissions=permissions)
    made = client.authorizations_api().create_authorization(authorization=wanted)
    return str(made.token)


def _write_secret(path: Path, token: str) -> None:
    """A new file that only its owner reads, from its first byte on."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(token + "\n")


def _give_up(text: str) -> None:
    typer.echo(text, err=True)
    raise typer.Exit(1)
