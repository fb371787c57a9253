"""https: the certificate that Posecast makes, and that nothing behind it notices."""

from __future__ import annotations

import datetime as dt
import http.client
import json
import re
import socket
import ssl
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import socketio
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from engine.errors import PosecastError
from tests.webapp.conftest import eventually
from tests.webapp.server.test_run import UNVERIFIED, Process, open_stream, running
from webapp.cli import main
from webapp.server.tls import certificate as certificates
from webapp.server.tls.certificate import fingerprint, given, self_made
from webapp.server.tls.names import own_names

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="served on POSIX only")


def read(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


def test_the_certificate_is_for_this_machine_and_for_as_long_as_browsers_accept(tmp_path: Path) -> None:
    made = self_made(tmp_path / "tls", ["localhost", "192.0.2.7", "2001:db8::7", "studio.local"])
    leaf = read(made.certificate)
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert [str(name.value) for name in names] == ["localhost", "192.0.2.7", "2001:db8::7", "studio.local"]
    usage = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [ExtendedKeyUsageOID.SERVER_AUTH]
    assert leaf.not_valid_after_utc - leaf.not_valid_before_utc <= dt.timedelta(days=397)
    assert stat.S_IMODE(made.key.stat().st_mode) == 0o600
    assert made.fingerprint == fingerprint(leaf)


def test_it_is_kept_until_a_name_is_new_or_it_ends_soon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = self_made(tmp_path, ["localhost", "192.0.2.7"])
    assert self_made(tmp_path, ["localhost"]) == first
    moved = self_made(tmp_path, ["localhost", "192.0.2.8"])
    assert moved != first
    assert self_made(tmp_path, ["localhost", "192.0.2.7"]) == moved  # back again
    monkeypatch.setattr(certificates, "_now", lambda: dt.datetime.now(dt.timezone.utc) + dt.timedelta(days=380))
    assert self_made(tmp_path, ["localhost"]) != moved


@pytest.mark.parametrize("content", ["", "nothing of the kind", "cut"])
def test_a_damaged_one_is_made_again(content: str, tmp_path: Path) -> None:
    first = self_made(tmp_path, ["localhost"])
    whole = first.certificate.read_text()
    first.certificate.write_text(whole[: len(whole) // 2] if content == "cut" else content)
    again = self_made(tmp_path, ["localhost"])
    assert again.fingerprint != first.fingerprint
    again.context()


def test_the_names_are_those_by_which_the_machine_is_reached() -> None:
    names = own_names("0.0.0.0", ["[2001:db8::1]", "Studio.example", "not a name"])
    assert {"localhost", "127.0.0.1", "::1", "2001:db8::1", "studio.example", socket.gethostname().lower()} <= set(
        names
    )
    assert not {"0.0.0.0", "not a name"} & set(names)


def test_ones_own_must_fit_together(tmp_path: Path) -> None:
    one, other = self_made(tmp_path / "one", ["localhost"]), self_made(tmp_path / "other", ["localhost"])
    assert given(one.certificate, one.key).fingerprint == one.fingerprint
    key = tmp_path / "key.pem"
    key.write_text(other.key.read_text().partition("-----BEGIN CERTIFICATE")[0])
    with pytest.raises(PosecastError, match="do not work"):
        given(one.certificate, key)
    locked = tmp_path / "locked.pem"
    subprocess.run(["openssl", "pkcs8", "-topk8", "-in", key, "-passout", "pass:secret", "-out", locked], check=True)
    with pytest.raises(PosecastError, match="password"):
        given(other.certificate, locked)
    with pytest.raises(PosecastError, match="is not a certificate"):
        given(tmp_path / "absent.pem", key)


def test_an_expired_one_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(certificates, "_now", lambda: dt.datetime.now(dt.timezone.utc) - dt.timedelta(days=500))
        old = self_made(tmp_path, ["localhost"])
    with pytest.raises(PosecastError, match="expired on"):
        given(old.certificate, old.key)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--tls-cert", "a.pem"], "belong together"),
        (["--tls-key", "a.pem"], "belong together"),
        (["--tls-cert", "absent.pem", "--tls-key", "absent.pem"], "is not a certificate"),
    ],
)
def test_wrong_options_are_one_line(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--port", "0", *arguments]) == 2
    assert said in capsys.readouterr().err


@pytest.fixture(scope="module")
def server() -> Iterator[Process]:
    with running("--tls") as server:
        yield server


def test_addresses_are_https_and_the_connection_is_kept(server: Process) -> None:
    assert server.url.startswith("https://")
    client = http.client.HTTPSConnection("127.0.0.1", server.port, timeout=10, context=UNVERIFIED)
    for _ in range(3):
        client.request("GET", "/api/share")
        answer = json.loads(client.getresponse().read())
        assert answer["address"] == server.url
    client.close()


TELLS_WHO_ASKS = """
import tempfile
from pathlib import Path
from flask import Flask, request
from webapp.server.gunicorn import Running
from webapp.server.run import listen
from webapp.server.tls.certificate import self_made
from webapp.server.tls.serving import run_with_tls

app = Flask("who")
app.get("/")(lambda: f"{request.remote_addr} {request.url}")
with tempfile.TemporaryDirectory() as folder:
    listener = listen("127.0.0.1", 0)
    port = listener.getsockname()[1]
    ready = lambda: print(f"Posecast is at https://127.0.0.1:{port}/", flush=True)
    running = lambda: Running(app, ready, lambda: None)
    run_with_tls(listener, 4, running, self_made(Path(folder), ["localhost"]))
"""


def test_the_application_knows_who_asks_in_every_request_of_a_connection() -> None:
    with running(program=("-c", TELLS_WHO_ASKS)) as server:
        client = http.client.HTTPSConnection("127.0.0.1", server.port, timeout=10, context=UNVERIFIED)
        for _ in range(3):
            client.request("GET", "/")
            assert client.getresponse().read().decode() == f"127.0.0.1 {server.url}"
        client.close()


def test_http_on_the_same_port_leads_to_https(server: Process) -> None:
    client = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    client.request("GET", "/view?x=1")
    answer = client.getresponse()
    assert (answer.status, answer.headers["Location"]) == (307, f"{server.url}view?x=1")
    for nonsense in (b"\x00\x01nonsense\r\n\r\n", b"GET http://a.example/ HTTP/1.1\r\nHost: b\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", server.port), timeout=10) as raw:
            raw.sendall(nonsense)
            assert raw.recv(100).startswith(b"HTTP/1.1 400")


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
def test_sockets_work_by_websocket_and_by_polling(server: Process, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):  # with one, requests verifies what it should not
        monkeypatch.delenv(variable, raising=False)
    for transport in ("websocket", "polling"):
        scenes: list[object] = []
        client = socketio.Client(reconnection=False, ssl_verify=False)
        client.on("scene", scenes.append)
        client.connect(server.url, transports=[transport])
        eventually(lambda: scenes)  # noqa: B023 - called within the loop
        client.disconnect()


def test_a_viewer_who_leaves_is_noticed_and_one_who_does_not_read_holds_nobody_back(server: Process) -> None:
    def viewers() -> int:
        found = re.search(rb'^posecast_viewers{kind="stream"} (\d+)', server.get("metrics")[1], re.MULTILINE)
        return int(found[1]) if found else -1

    eventually(lambda: viewers() == 0)
    slow, leaving = open_stream(server), open_stream(server)
    eventually(lambda: viewers() == 2)
    leaving.close()
    eventually(lambda: viewers() == 1)
    assert server.get("api/state")[0] == 200
    slow.close()
    eventually(lambda: viewers() == 0)


def test_those_who_say_nothing_or_fail_are_let_go(server: Process) -> None:
    silent = [socket.create_connection(("127.0.0.1", server.port), timeout=10) for _ in range(50)]
    half = socket.create_connection(("127.0.0.1", server.port), timeout=10)
    half.sendall(b"\x16\x03\x01")
    assert server.get("api/state")[0] == 200
    wary = ssl.create_default_context()
    with pytest.raises(ssl.SSLCertVerificationError), socket.create_connection(("127.0.0.1", server.port)) as raw:
        wary.wrap_socket(raw, server_hostname="localhost")
    assert server.get("api/state")[0] == 200
    for connection in (*silent, half):
        connection.close()
