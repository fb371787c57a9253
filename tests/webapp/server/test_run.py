"""The server as a process: how it starts, what it says, how it ends."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psutil
import pytest
import socketio

from engine.errors import PosecastError
from engine.settings import Settings
from tests.webapp.conftest import eventually
from webapp.access.options import ServeOptions
from webapp.access.share import sharing
from webapp.access.tokens import Tokens
from webapp.cli import main
from webapp.server import precheck
from webapp.server.precheck import checked
from webapp.server.restarts import Chosen
from webapp.server.run import announce, listen, own_url, serve

ROOT = Path(__file__).parents[3]
STOPS_WITHIN = 3.0
"""Seconds, as promised; a machine under load may take longer for what is not ours, so there is some slack."""
SLACK = 4.0

UNVERIFIED = ssl._create_unverified_context()
"""For a certificate that nobody has signed."""

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes and signals of POSIX")


def _hear_hangups() -> None:
    """Restore the default SIGHUP, as in a shell: the tests may run under nohup, which ignores it."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


class Process:
    """A server in a process group of its own, as a shell would start it."""

    def __init__(self, *arguments: str, program: tuple[str, str] = ("-m", "tests.webapp.devserver")) -> None:
        command = [sys.executable, *program, "--port", "0", "--size", "320", "180", *arguments]
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_hear_hangups,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        assert self.process.stdout is not None
        said: list[str] = []
        while not (match := re.search(r"Posecast is at (https?://\S+/)(?:\?token=(\S+))?", "".join(said))):
            said.append(self.process.stdout.readline())
            assert said[-1], "".join(said)
        self.url, self.token = match[1], match[2]
        self.port = int(self.url.rstrip("/").rpartition(":")[2])

    def connect(self) -> socket.socket:
        """A connection as programs make it, encrypted for https."""
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=10)
        return UNVERIFIED.wrap_socket(connection) if self.url.startswith("https:") else connection

    def family(self) -> list[psutil.Process]:
        parent = psutil.Process(self.process.pid)
        return [parent, *parent.children(recursive=True)]

    def get(self, path: str, **headers: str) -> tuple[int, bytes]:
        request = urllib.request.Request(self.url + path, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=10, context=UNVERIFIED) as response:
                return response.status, response.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def put(self, path: str, body: object) -> None:
        request = urllib.request.Request(self.url + path, json.dumps(body).encode(), method="PUT")
        with urllib.request.urlopen(request, timeout=10, context=UNVERIFIED) as response:
            assert response.status == 200

    def rest(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.read()


@contextmanager
def running(*arguments: str, **options: tuple[str, str]) -> Iterator[Process]:
    server = Process(*arguments, **options)
    try:
        yield server
    finally:
        with suppress(ProcessLookupError):
            os.killpg(server.process.pid, signal.SIGKILL)
        server.process.wait(10)
        assert server.process.stdout is not None
        server.process.stdout.close()


def open_stream(server: Process) -> socket.socket:
    """A viewer of the pictures, who does not read them."""
    connection = server.connect()
    connection.sendall(b"GET /stream.mjpg HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    assert b"200" in connection.recv(100)
    return connection


@pytest.mark.parametrize(
    ("arguments", "stop"),
    [
        ([], signal.SIGTERM),
        ([], signal.SIGINT),  # Ctrl-C reaches every process of the group
        ([], signal.SIGHUP),
        (["--werkzeug"], signal.SIGINT),
        (["--tls"], signal.SIGTERM),
    ],
)
def test_it_ends_in_time_and_leaves_nothing(arguments: list[str], stop: signal.Signals) -> None:
    with running(*arguments) as server:
        assert server.get("api/state")[0] == 200
        stream = open_stream(server)
        client = socketio.Client(reconnection=False, ssl_verify=False)
        client.connect(server.url, transports=["websocket"])
        family = server.family()
        started = time.monotonic()
        if stop == signal.SIGINT:
            os.killpg(server.process.pid, stop)
        else:
            server.process.send_signal(stop)
        server.process.wait(15)
        took = time.monotonic() - started
        assert server.process.returncode == 0
        assert took < STOPS_WITHIN + SLACK
        eventually(lambda: not any(process.is_running() for process in family))
        with socket.socket() as again:
            again.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            again.bind(("127.0.0.1", server.port))
        eventually(lambda: not client.connected)
        client.disconnect()
        stream.close()
        assert server.rest() == ""


def test_viewers_above_the_limit_are_refused_by_the_real_server_too() -> None:
    with running("--viewers", "1") as server:
        stream = open_stream(server)
        status, body = server.get("stream.mjpg")
        assert status == 503
        assert b"too many viewers" in body
        client, second = socketio.Client(reconnection=False), socketio.Client(reconnection=False)
        client.connect(server.url, transports=["websocket"])
        with pytest.raises(socketio.exceptions.ConnectionError):
            second.connect(server.url, transports=["websocket"])
        # With every place taken there are threads left for everybody else.
        assert server.get("api/state")[0] == 200
        client.disconnect()
        second.disconnect()
        stream.close()


def test_a_crashed_worker_is_replaced_by_one_that_knows_what_was_chosen_and_nothing_is_reloaded() -> None:
    with running() as server:
        (worker,) = server.family()[1:]
        for number in (signal.SIGUSR2, signal.SIGTTIN):
            server.process.send_signal(number)
        server.put("api/extrinsics", {"R": [[1, 0, 0], [0, 1, 0], [0, 0, 1]], "t": [0, 120, 0]})
        server.put("api/settings", {"floor_offset_m": 0.25})
        worker.kill()
        eventually(lambda: answers(server), 60)
        assert len(server.family()) == 2
        assert server.family()[1].pid != worker.pid
        assert json.loads(server.get("api/extrinsics")[1])["t"] == [0, 1.2, 0]
        assert json.loads(server.get("api/state")[1])["settings"]["floor_offset_m"] == 0.25
        problems: list[dict[str, str]] = []
        client = socketio.Client(reconnection=False)
        client.on("problem", problems.append)
        client.connect(server.url, transports=["websocket"])
        try:
            eventually(lambda: problems, 30)
        finally:
            client.disconnect()
        assert problems[0]["error"] == "the engine crashed and was started again"


DIES_BEFORE_IT_IS_READY = """
import mmap, os, signal
from tests.webapp import devserver

begin_with, died = devserver.begin_with, mmap.mmap(-1, 1)

def begin(*arguments):
    if not died[0]:
        died[0] = 1
        os.kill(os.getpid(), signal.SIGKILL)
    return begin_with(*arguments)

devserver.begin_with = begin
devserver.main()
"""


def test_who_takes_the_place_of_one_that_died_before_it_was_ready_prints_the_links() -> None:
    with running(program=("-c", DIES_BEFORE_IT_IS_READY)) as server:
        assert answers(server)


DIES_AGAIN_AND_AGAIN = """
import os, signal
from tests.webapp import devserver

devserver.begin_with = lambda *arguments: os.kill(os.getpid(), signal.SIGSEGV)
devserver.main()
"""


def test_a_server_that_crashes_again_and_again_stops_and_says_why() -> None:
    command = [sys.executable, "-c", DIES_AGAIN_AND_AGAIN, "--port", "0", "--size", "320", "180"]
    server = subprocess.run(command, cwd=ROOT, text=True, capture_output=True, timeout=60, check=False)
    assert server.returncode == 1
    assert "the engine crashed 5 times within a minute (SIGSEGV); choose another source or model" in server.stderr


def test_a_source_that_crashes_its_reader_is_refused_before_anything_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    crash = "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)"
    monkeypatch.setattr("engine.children.command", lambda *_: [sys.executable, "-c", crash])
    with pytest.raises(PosecastError, match=r"crashes \(SIGSEGV\)"), checked(Settings(source="odd.jpg")):
        pass


def answers(server: Process) -> bool:
    with suppress(OSError):
        return server.get("api/state")[0] == 200
    return False


def test_a_reachable_server_has_tokens_and_logs_none() -> None:
    with running("--host", "0.0.0.0") as server:
        assert server.token
        assert len(server.token) >= 32
        assert server.get("api/state")[0] == 401
        assert server.get("api/state", Authorization=f"Bearer {server.token}")[0] == 200
        assert server.get("healthz")[0] in (200, 503)
        server.get(f"?token={server.token}")
        server.get("?token=guess-me")
        server.get("api/state?token=guess-me")
        server.get("socket.io/?EIO=3&token=guess-me")
        with socket.create_connection(("127.0.0.1", server.port)) as connection:
            connection.sendall(b"GET /?token=guess-me HTTP/1.1\r\nHost: 127.0.0.1\r\nBad Header\r\n\r\n")
            connection.recv(1000)
        server.process.terminate()
        server.process.wait(15)
        rest = server.rest()
        others, view_only = rest.splitlines()[:2]
        assert f"?token={server.token}" in others
        assert "127.0.0.1" not in others
        assert "?token=" in view_only
        assert server.token not in view_only
        assert "guess-me" not in rest
        assert server.token not in "".join(rest.splitlines()[2:])


def test_behind_a_proxy_under_a_path() -> None:
    with running("--behind-proxy") as server:
        forwarded = {
            "X-Forwarded-For": "203.0.113.9",
            "X-Forwarded-Proto": "https",
            "X-Forwarded-Host": "localhost",
            "X-Forwarded-Prefix": "/cam",
        }
        status, page = server.get("login", **forwarded)
        assert status == 200
        assert b'action="/cam/login"' in page
        request = urllib.request.Request(f"{server.url}?token={server.token}", headers=forwarded)
        opener = urllib.request.build_opener(NoRedirects)
        with pytest.raises(urllib.error.HTTPError) as redirected:
            opener.open(request, timeout=10)
        assert redirected.value.code == 303
        assert redirected.value.headers["Location"] == "/cam/"
        cookie = redirected.value.headers["Set-Cookie"]
        assert "Path=/cam" in cookie
        assert "Secure" in cookie
        redirected.value.close()


class NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


def choosing(settings: Settings) -> Callable[[], Chosen]:
    return lambda: Chosen(settings)


def test_what_is_wrong_is_found_before_anything_runs(tmp_path: Path) -> None:
    options = ServeOptions(
        config=tmp_path / "settings.json", recordings=tmp_path / "recordings", uploads=tmp_path / "uploads"
    )
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PosecastError, match=f"port {port} is in use"):
            serve(choosing(Settings()), replace(options, port=port))
    with pytest.raises(PosecastError, match=r"no address|cannot listen"):
        serve(choosing(Settings()), replace(options, host="no.such.host.invalid"))
    with pytest.raises(PosecastError, match=r"cannot listen on 192\.0\.2\.1"):
        serve(choosing(Settings()), replace(options, host="192.0.2.1", port=0))
    with pytest.raises(PosecastError, match=r"missing\.pth"):
        serve(choosing(Settings(model=str(tmp_path / "missing.pth"))), replace(options, port=0))
    with pytest.raises(PosecastError, match=r"missing\.mp4"):
        serve(choosing(Settings(source=str(tmp_path / "missing.mp4"))), replace(options, port=0))
    with pytest.raises(PosecastError, match="no device 'NOPE'"):
        serve(choosing(Settings(backend="openvino", device="NOPE")), replace(options, port=0))


def test_a_password_of_a_camera_is_on_no_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = tmp_path / "told.json"
    repeat = f"import pathlib, sys; pathlib.Path({str(told)!r}).write_text(sys.stdin.read()); print('outcome:null')"
    asked: list[tuple[str, ...]] = []

    def command(*arguments: str) -> list[str]:
        asked.append(arguments)
        return [sys.executable, "-c", repeat]

    monkeypatch.setattr("engine.children.command", command)
    settings = Settings(source="rtsp://admin:hunter22@cam.local/1", backend="openvino")
    with checked(settings):
        pass
    assert asked == [("webapp.server.precheck",)]
    assert json.loads(told.read_text()) == settings.to_json()


def test_a_start_that_fails_meanwhile_ends_the_check(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.children.command", lambda *_: [sys.executable, "-c", "import time; time.sleep(60)"])
    with pytest.raises(KeyboardInterrupt), checked(Settings(source="clip.mp4")):
        raise KeyboardInterrupt


class Start:
    """`posecast serve` up to where the server would run."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.chosen: Chosen | None = None
        self.options: ServeOptions | None = None
        monkeypatch.setattr("webapp.commands.serve.serve", self._serve)

    def _serve(self, choose: Callable[[], Chosen], options: ServeOptions, certificate: object) -> None:
        assert certificate is None
        self.chosen, self.options = choose(), options


def test_a_saved_camera_that_cannot_be_read_stops_no_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    start, missing = Start(monkeypatch), str(tmp_path / "missing.json")
    config = tmp_path / "settings.json"
    config.write_text(json.dumps({"extrinsics": missing, "fx": 700}), encoding="utf-8")
    assert main(["serve", "--config", str(config)]) == 0
    assert start.chosen is not None
    assert (start.chosen.calibration, start.chosen.settings, start.chosen.given) == (None, Settings(), frozenset())
    assert main(["serve", "--config", str(config), "--extrinsics", missing]) == 2, "who asks for it now is told no"


def test_what_was_assumed_of_the_camera_is_logged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    start, file = Start(monkeypatch), tmp_path / "camera.yml"
    file.write_text("rvec: [0, 0, 0]\ntvec: [0, 1200, 3000]\n", encoding="utf-8")
    config = tmp_path / "settings.json"
    config.write_text("{}", encoding="utf-8")
    assert main(["serve", "--config", str(config), "--extrinsics", str(file)]) == 0
    assert start.chosen is not None
    assert "taken for millimetres" in caplog.text


def test_tokens_come_from_the_environment_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = tmp_path / "settings.json"
    config.write_text("{}", encoding="utf-8")
    start, arguments = Start(monkeypatch), ["serve", "--config", str(config)]
    monkeypatch.setenv("POSECAST_TOKEN", "token-of-the-environment")
    monkeypatch.setenv("POSECAST_VIEW_TOKEN", "")
    assert main([*arguments, "--host", "0.0.0.0", "--log-format", "json"]) == 0, "somebody knows the token"
    assert start.options is not None
    assert start.options.token == "token-of-the-environment"
    assert start.options.view_token, "an empty one is none: it is made"
    monkeypatch.setenv("POSECAST_VIEW_TOKEN", "view-token-of-the-environment")
    assert main([*arguments, "--token", "token-of-the-command-line"]) == 0
    assert start.options.token == "token-of-the-command-line"
    assert start.options.view_token == "view-token-of-the-environment"


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000/"),
        ("localhost", "http://localhost:8000/"),
        ("0.0.0.0", "http://127.0.0.1:8000/"),
        ("::", "http://[::1]:8000/"),
        ("::1", "http://[::1]:8000/"),
        ("192.168.1.5", "http://192.168.1.5:8000/"),
    ],
)
def test_where_this_machine_finds_the_server(host: str, url: str) -> None:
    assert own_url(ServeOptions(host=host)) == url


def test_the_shared_link_is_for_others_and_view_only() -> None:
    options = ServeOptions(host="192.168.1.5", port=9000, token="operator", view_token="view/er")
    share = sharing(options, "http://localhost:9000/", operator=True)
    assert [link["url"] for link in share["links"]] == [
        "http://192.168.1.5:9000/?token=view%2Fer",
        "http://192.168.1.5:9000/view?token=view%2Fer",
    ]
    assert all(link["qr_svg"].startswith("<svg") for link in share["links"])
    assert (share["view_only"], share["loopback"], share["command"]) == (True, False, None)
    proxied = sharing(options, "https://cam.example.org/here/", operator=True)
    assert proxied["address"] == "https://cam.example.org/here/"
    assert proxied["links"][0]["url"] == "https://cam.example.org/here/?token=view%2Fer"
    anywhere = sharing(replace(options, host="0.0.0.0"), "http://127.0.0.1:9000/", operator=True)
    assert "0.0.0.0" not in anywhere["links"][0]["url"]


def test_what_nobody_else_can_reach_has_no_link_but_a_command_for_operators() -> None:
    options = ServeOptions(network_command="posecast serve --source 0 --host 0.0.0.0")
    share = sharing(options, "http://127.0.0.1:8000/", operator=True)
    assert (share["links"], share["loopback"], share["token_required"]) == ([], True, False)
    assert share["command"] == "posecast serve --source 0 --host 0.0.0.0"
    assert sharing(options, "http://127.0.0.1:8000/", operator=False)["command"] is None


def test_links_can_be_opened_whatever_a_token_may_have(capsys: pytest.CaptureFixture[str]) -> None:
    options = ServeOptions(host="192.168.1.5", token="Zm9v+YmFy/cXV4=~.", view_token="view+er/token==")
    announce(options, Tokens(options))
    links = re.findall(r"http://\S+", capsys.readouterr().out)
    tokens = [parse_qs(urlsplit(link).query)["token"] for link in links]
    assert tokens == [[options.token], [options.token], [options.view_token]]


def test_a_rig_of_the_demo_stage_is_not_rendered_before_the_server_starts(tmp_path: Path) -> None:
    """Which takes half a minute for each camera, in which nobody would be told what happens."""
    rig = tmp_path / "rig.toml"
    rig.write_text('[cameras.a]\nsource = "demo:0"\n[cameras.b]\nsource = "demo:1"\n')
    assert precheck._renders(str(rig))
    assert not precheck._renders("video.mp4")
    rig.write_text('[cameras.a]\nsource = "demo:0"\n')
    with pytest.raises(PosecastError, match="two cameras"):
        precheck._renders(str(rig))
