"""The server's log: every line is one event, in JSON if asked for, and tells no secret."""

from __future__ import annotations

import json
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import socketio

from engine.redaction import Secrets, without_home
from tests.webapp.conftest import TOKEN, VIEW_TOKEN, eventually
from webapp.cli import main
from webapp.monitoring.logs import EVENTS, JsonFormatter, TextFormatter, event, installed

ROOT = Path(__file__).parents[3]
CAMERA = "rtsp://admin:hunter22@127.0.0.1:9/stream?password=hunter22"
log = logging.getLogger("webapp.tests")


def records(*, fields: dict[str, Any] | None = None, message: str = "m") -> logging.LogRecord:
    record = logging.LogRecord("library", logging.WARNING, __file__, 1, message, None, None)
    if fields is not None:
        record.event, record.fields = "problem", fields
    return record


class Server:
    """`posecast serve` in a child, its log in a file."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.log = folder / "log"
        with self.log.open("w", encoding="utf-8") as stderr:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "webapp", "serve", "--port", "0", "--log-format", "json", *arguments],
                cwd=ROOT,
                stdout=subprocess.PIPE,
                stderr=stderr,
                start_new_session=True,
                env={**os.environ, **{f"XDG_{name}_HOME": str(folder / name) for name in ("CONFIG", "DATA")}},
            )

    def wait_until_started(self) -> None:
        eventually(lambda: self.events("start") or self.process.poll() is not None, 60)
        (start,) = self.events("start")
        self.url = start["fields"]["url"]

    def lines(self) -> list[dict[str, Any]]:
        """Every whole line, parsed."""
        whole = self.log.read_text(encoding="utf-8").rpartition("\n")[0]
        return [json.loads(line) for line in whole.splitlines()]

    def events(self, name: str) -> list[dict[str, Any]]:
        return [line for line in self.lines() if line["event"] == name]

    def ask(self, path: str, body: bytes | None = None, method: str = "GET", token: str = TOKEN) -> int:
        headers = {"Authorization": f"Bearer {token}"}
        request = urllib.request.Request(self.url + path, body, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=20) as response:
                return int(response.status)
        except urllib.error.HTTPError as error:
            return error.code


@contextmanager
def serving(folder: Path, *arguments: str) -> Iterator[Server]:
    server = Server(folder, *arguments)
    try:
        server.wait_until_started()
        yield server
    finally:
        with suppress(ProcessLookupError):
            os.killpg(server.process.pid, signal.SIGKILL)
        server.process.communicate(timeout=10)


@pytest.mark.skipif(sys.platform == "win32", reason="processes and signals of POSIX")
@pytest.mark.timeout(240)  # it waits for one start after the other, and conversions yield to whatever else runs
def test_a_servers_life_in_json(tmp_path: Path) -> None:
    arguments = ("--token", TOKEN, "--view-token", VIEW_TOKEN, "--allow-source", CAMERA, "--host", "127.0.0.1")
    with serving(tmp_path, "--source", "demo", *arguments) as server:
        eventually(lambda: server.events("source_opened"), 60)
        assert server.ask(f"?token={VIEW_TOKEN}") == 200
        assert server.ask("api/state?token=guess-me", token="wrong-token-of-somebody") == 401
        with socket.create_connection(("127.0.0.1", int(server.url[:-1].rpartition(":")[2])), timeout=20) as odd:
            odd.sendall(b"GET /?token=guess-me HTTP/1.1\r\nHost: 127.0.0.1\r\nBad Header\r\n\r\n")
            assert odd.recv(100).startswith(b"HTTP/1.1 400")
        client = socketio.Client(reconnection=False)
        client.connect(server.url, auth={"token": VIEW_TOKEN}, transports=["websocket"])
        client.disconnect()
        with urllib.request.urlopen(
            urllib.request.Request(f"{server.url}stream.mjpg", headers={"Authorization": f"Bearer {TOKEN}"}), timeout=20
        ) as stream:
            stream.read(100)
        eventually(lambda: len(server.events("viewer_left")) == 2, 30)
        eventually(lambda: server.events("backend_switched"), 150)
        for record in (True, False):
            assert server.ask("api/recordings", json.dumps({"record": record}).encode(), "POST") < 300
        eventually(lambda: server.events("recording_ended"), 30)
        assert server.ask("api/source", json.dumps({"source": CAMERA}).encode(), "PUT") == 202
        eventually(lambda: server.events("problem"), 60)
        server.process.send_signal(signal.SIGTERM)
        server.process.wait(20)
        lines = server.lines()
        assert server.process.communicate()[0] == b"", "stdout is for links, and there are none among JSON"
    for line in lines:
        assert list(line) == ["time", "level", "event", "message", "fields"]
        assert datetime.fromisoformat(line["time"]).utcoffset() is not None
        assert line["level"] in ("info", "warning", "error")
        assert line["event"] in EVENTS
        assert line["message"]
    names = [line["event"] for line in lines]
    assert names[-1] == "shutdown"
    assert "gunicorn.error" in {line["fields"]["logger"] for line in server.events("log")}
    for name in ("login_refused", "viewer_connected", "recording_started"):
        assert name in names
    assert {line["fields"]["kind"] for line in server.events("viewer_connected")} == {"socket", "stream"}
    text = server.log.read_text(encoding="utf-8")
    for secret in (TOKEN, VIEW_TOKEN, "hunter22", "guess-me", "wrong-token-of-somebody"):
        assert secret not in text
    assert "rtsp://***@127.0.0.1:9/stream" in text


def test_what_stops_a_start_is_an_event_too(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    config = tmp_path / "settings.json"
    config.write_text("{}", encoding="utf-8")
    arguments = ["serve", "--config", str(config), "--source", str(tmp_path / "missing.mp4"), "--port", "0"]
    assert main([*arguments, "--log-format", "json"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    told = json.loads(line)
    assert (told["event"], told["level"]) == ("start_failed", "error")
    assert "missing.mp4" in told["message"]
    assert told["fields"]["hint"]
    assert main(arguments) == 2
    assert capsys.readouterr().err.startswith("posecast: ")


def test_a_token_that_nobody_would_learn_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--host", "0.0.0.0", "--port", "0", "--log-format", "json"]) == 2
    assert "--token" in capsys.readouterr().err


def test_everything_goes_through_one_formatter(capsys: pytest.CaptureFixture[str]) -> None:
    hook, level = threading.excepthook, logging.getLogger().level
    with installed("json", "warning", Secrets("s3cret-token")):
        event(log, "start", "below the level")
        logging.getLogger("gunicorn.error").warning("odd request line GET /?token=s3cret-token HTTP/9")
        logging.getLogger("libav.h264").error("broken %d", 7)
        thread = threading.Thread(target=lambda: 1 / 0, name="doomed")
        thread.start()
        thread.join()
        sys.excepthook(ValueError, ValueError("s3cret-token"), None)
    assert (threading.excepthook, logging.getLogger().level) == (hook, level)
    log.warning("not ours any more")
    first, second, third, last = (json.loads(line) for line in capsys.readouterr().err.splitlines()[:4])
    assert first["message"] == "odd request line GET /?… HTTP/9"
    assert first["fields"]["logger"] == "gunicorn.error"
    assert second["message"] == "broken 7"
    assert "ZeroDivisionError" in third["fields"]["exception"]
    assert "doomed" in third["message"]
    assert (last["level"], last["message"]) == ("error", "ValueError: ***")


def test_a_line_is_a_line() -> None:
    record = records(fields={"error": "a\nb\x00c", "share": float("nan"), "count": 3, "on": True, "none": None})
    record.msg = 'first\r\n12:00:00 info forged "quoted" \u2028 é'
    text = JsonFormatter(Secrets()).format(record)
    assert text.isascii()
    assert "\n" not in text
    assert json.loads(text)["fields"] == {"error": "a\nb\x00c", "share": None, "count": 3, "on": True, "none": None}
    assert len(TextFormatter(Secrets()).format(record).splitlines()) == 1


def test_a_library_that_logs_wrongly_is_shown_as_it_is() -> None:
    record = records(message="broken %d")
    record.args = ("no number",)
    assert json.loads(JsonFormatter(Secrets()).format(record))["message"] == "broken %d"


def test_text_is_for_people() -> None:
    record = records(message="the camera is gone")
    record.created = datetime(2026, 1, 2, 3, 4, 5).timestamp()
    assert TextFormatter(Secrets()).format(record) == "03:04:05 warning the camera is gone"


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("opening rtsp://bob:pa/ss@cam/1?password=x failed", "opening rtsp://***@cam/1?… failed"),
        ("GET /api/state?token=abc HTTP/1.1", "GET /api/state?… HTTP/1.1"),
        ("Authorization: Bearer abcdefgh", "Authorization: Bearer ***"),
        ('{"token": "abc", "n": 1}', '{"token": "***", "n": 1}'),
        ("view_token=abc&x=1", "view_token=***&x=1"),
        ("it is known-secret here", "it is *** here"),
        ("what is this/that? Nothing", "what is this/that? Nothing"),
        ("a token is needed", "a token is needed"),
        ("pi is not pie", "*** is not pie"),
    ],
)
def test_secrets_are_taken_out(text: str, clean: str) -> None:
    assert Secrets("known-secret", "pi", None, "").scrub(text) == clean


def test_the_home_folder_is_not_named() -> None:
    assert without_home('"/home/ann/x" /home/annette /home/ann', "/home/ann") == '"~/x" /home/annette ~'
    assert without_home("/tmp/x", "/") == "/tmp/x"
