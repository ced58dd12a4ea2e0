"""Setting 2.x up, against a strict fake of its API: no InfluxDB 2 can be had on these machines."""

import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import orjson
import pytest
import typer
from typer.testing import CliRunner

from control_center.store.influx_setup import prepare_influx

ORG = {"id": "0000000000000a01", "name": "valle"}
RETENTION_S = 1825 * 86_400

runner = CliRunner()
app = typer.Typer()
app.command()(prepare_influx)


class Influx2(BaseHTTPRequestHandler):
    """The few endpoints as the published API has them; anything else is a fault of ours."""

    def do_GET(self):
        server = self.server
        path, _, query = self.path.partition("?")
        if not self.permitted():
            return
        if path == "/api/v2/orgs":
            found = [ORG] if "org=valle" in query else []
            self.answer(200, {"orgs": found})
        elif path == "/api/v2/buckets":
            assert "name=aburra" in query
            self.answer(200, {"buckets": server.buckets})
        else:
            self.unexpected()

    def do_POST(self):
        server = self.server
        body = orjson.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if not self.permitted():
            return
        assert self.headers["Content-Type"] == "application/json"
        if self.path == "/api/v2/buckets":
            assert body == {
                "name": "aburra",
                "orgID": ORG["id"],
                "rp": "0",
                "retentionRules": [{"type": "expire", "everySeconds": RETENTION_S}],
            }
            bucket = {**body, "id": "0000000000000b01"}
            server.buckets.append(bucket)
            self.answer(201, bucket)
        elif self.path == "/api/v2/authorizations":
            assert body["orgID"] == ORG["id"]
            server.authorizations.append(body)
            made = {**body, "id": "0c", "token": f"secret{len(server.authorizations)}"}
            self.answer(201, {**made, "status": "active"})
        else:
            self.unexpected()

    def permitted(self):
        permitted = self.headers["Authorization"] == "Token admin"
        if not permitted:
            self.answer(401, {"code": "unauthorized", "message": "unauthorized access"})
        return permitted

    def unexpected(self):
        self.server.faults.append(f"{self.command} {self.path}")
        self.answer(404, {"code": "not found", "message": "path not found"})

    def answer(self, status, document):
        body = orjson.dumps(document)
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def influx2():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Influx2)
    server.buckets, server.authorizations, server.faults = [], [], []
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()
    assert server.faults == []


def run(server, folder, org="valle", token="admin"):
    (folder / "admin").write_text(token + "\n")
    url = f"http://127.0.0.1:{server.server_port}"
    arguments = ["--url", url, "--org", org, "--admin-token-file", str(folder / "admin")]
    return runner.invoke(app, [*arguments, "--out-dir", str(folder / "out")])


def test_bucket_and_tokens_of_least_privilege_are_made(influx2, tmp_path):
    result = run(influx2, tmp_path)
    assert result.exit_code == 0, result.output
    resource = {"type": "buckets", "id": "0000000000000b01", "orgID": ORG["id"]}
    allowed = {
        re.sub("aburra: ", "", a["description"]): [
            p["action"] for p in a["permissions"] if p["resource"] == resource
        ]
        for a in influx2.authorizations
    }
    assert allowed == {
        "center/influx_token": ["read", "write"],
        "grafana/influx_token": ["read"],
    }
    for name, token in [("center/influx_token", "secret1"), ("grafana/influx_token", "secret2")]:
        path = tmp_path / "out" / name
        assert path.read_text() == token + "\n"
        assert path.stat().st_mode & 0o777 == 0o600
    assert "secret" not in result.output


def test_a_second_run_makes_nothing_twice(influx2, tmp_path):
    assert run(influx2, tmp_path).exit_code == 0
    result = run(influx2, tmp_path)
    assert result.exit_code == 0, result.output
    assert (len(influx2.buckets), len(influx2.authorizations)) == (1, 2)
    assert result.output.count("is there already") == 3


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"token": "wrong"}, "401"), ({"org": "otra"}, "there is no organisation otra")],
)
def test_a_refusal_is_one_line_and_status_1(influx2, tmp_path, changes, words):
    result = run(influx2, tmp_path, **changes)
    assert result.exit_code == 1
    assert words in result.output
    assert len(result.output.strip().splitlines()) == 1
    assert influx2.buckets == []


def test_nobody_there_is_one_line_and_status_1(influx2, tmp_path):
    (tmp_path / "admin").write_text("admin")
    arguments = ["--url", "http://127.0.0.1:9", "--org", "valle", "--out-dir", str(tmp_path)]
    result = runner.invoke(app, [*arguments, "--admin-token-file", str(tmp_path / "admin")])
    assert result.exit_code == 1
    assert "http://127.0.0.1:9" in result.output
    assert len(result.output.strip().splitlines()) == 1
