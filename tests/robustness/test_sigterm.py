"""SIGTERM during work: promised files are complete, and no process or thread is left."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import av
import psutil
import pytest
import socketio

from tests.robustness.processes import STARTS_WITHIN, Server, posecast
from tests.webapp.conftest import eventually

FAST = ("--height-size", "128", "--backend", "openvino", "--precision", "fp32")
ENDS_WITHIN = 30.0
"""Seconds. A server takes 3 on a machine with nothing else to do, and is killed after 8 of its own."""

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX"),
    pytest.mark.timeout(240),  # they wait for one start after the other, and conversions yield to whatever else runs
]


def terminate(process: subprocess.Popen[str]) -> int:
    """The exit status; everything the process had started ends with it, in time."""
    family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
    process.terminate()
    status = process.wait(ENDS_WITHIN)
    eventually(lambda: not any(one.is_running() and one.status() != psutil.STATUS_ZOMBIE for one in family))
    return status


def frames(video: Path) -> int:
    with av.open(str(video)) as container:
        return sum(1 for _ in container.decode(video=0))


def scenes(path: Path) -> list[Any]:
    text = path.read_text(encoding="utf-8")
    assert text.endswith("\n")
    return [json.loads(line) for line in text.splitlines()]


def serve(folder: Path) -> Sequence[str]:
    settings = folder / "settings.json"
    settings.write_text('{"smoothing": true}', encoding="utf-8")
    return ["serve", "--port", "0", "--no-open", "--config", str(settings), *FAST]


def test_a_server_that_records_switches_and_streams(tmp_path: Path) -> None:
    with posecast(tmp_path, *serve(tmp_path)) as process, ExitStack() as viewers:
        server = Server(process)
        eventually(lambda: server.ask("GET", "api/state")["stats"]["processed"] > 2, STARTS_WITHIN)
        server.ask("POST", "api/recordings", {"record": True, "video": True})
        stream = viewers.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=30))
        stream.sendall(b"GET /stream.mjpg HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        assert b"200" in stream.recv(100)
        client = socketio.Client(reconnection=False)
        viewers.callback(client.disconnect)
        client.connect(server.url, transports=["websocket"])
        eventually(lambda: server.ask("GET", "api/recordings")["recording"]["scenes"] >= 8, STARTS_WITHIN)
        server.ask("PUT", "api/settings", {"smoothing": False})
        server.ask("PUT", "api/backend", {"name": "pytorch"})
        promised = server.ask("GET", "api/recordings")["recording"]["scenes"]
        assert terminate(process) == 0
    names = sorted(path.name.partition(".")[2] for path in (tmp_path / "data").rglob("recording-*"))
    assert names == ["camera.json", "index.json", "jsonl", "mp4"], "no part is left"
    (recorded,) = (tmp_path / "data").rglob("*.jsonl")
    kept = scenes(recorded)
    assert len(kept) >= promised
    assert frames(recorded.with_suffix(".mp4")) == len(kept)
    assert json.loads((tmp_path / "settings.json").read_text())["smoothing"] is False
    assert "Traceback" not in (tmp_path / "stderr.txt").read_text()


def test_infer_finishes_its_files(tmp_path: Path) -> None:
    arguments = ["infer", "demo", "-o", "people.jsonl", "--video", "overlay.mp4", *FAST]
    with posecast(tmp_path, *arguments) as process:
        eventually(lambda: any(part.stat().st_size > 0 for part in tmp_path.glob(".people*.part*")), STARTS_WITHIN)
        assert terminate(process) == 130
    kept = scenes(tmp_path / "people.jsonl")
    assert [scene["frame"] for scene in kept] == list(range(len(kept)))
    assert frames(tmp_path / "overlay.mp4") == len(kept) > 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["overlay.mp4", "people.jsonl", "stderr.txt"]
    assert "stopped early; what was done is kept" in (tmp_path / "stderr.txt").read_text()


def test_convert_leaves_no_half_and_no_child(tmp_path: Path) -> None:
    with posecast(tmp_path, "convert", "bundled", "--to", "onnx", "-o", "model.onnx") as process:
        eventually(lambda: psutil.Process(process.pid).children(), STARTS_WITHIN)
        assert terminate(process) == 143
    assert [path.name for path in tmp_path.iterdir()] == ["stderr.txt"]
    assert "Traceback" not in (tmp_path / "stderr.txt").read_text()
