"""`posecast doctor --bundle`: what it holds, what it must not hold, and that it is whole or absent."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from engine.pipeline import Pipeline
from engine.redaction import Secrets
from engine.settings import Settings
from tests.webapp.conftest import PROTECTED, TOKEN, VIEW_TOKEN, show
from tests.webapp.serving import Served
from tests.webapp.stage import Stage
from webapp.cli import main
from webapp.commands.bundle import clean

USER, PASSWORD, QUERY = "camera-admin", "hunter/22", "sesame-street"
OUTPUT_PASSWORD, HOOK = "broker-word", "T000/B000/hook-word"
CAMERA = f"rtsp://{USER}:{PASSWORD}@203.0.113.7/stream?token={QUERY}"


@pytest.fixture
def settings() -> Settings:
    return Settings(source=CAMERA)


@pytest.fixture
def serving() -> dict[str, Any]:
    return {**PROTECTED, "allow_sources": (CAMERA.replace("stream", "other"),)}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder with everything in it that must not get out, and a name that must not, either."""
    folder = tmp_path / "home" / "ann.with.a.name"
    folder.mkdir(parents=True)
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("POSECAST_TOKEN", TOKEN)
    outputs = {f"mqtt://{USER}:{OUTPUT_PASSWORD}@198.51.100.4/home": True, f"webhook+https://h.example/{HOOK}": False}
    saved = {**Settings(source=CAMERA).to_json(), "model": str(folder / "model.pth"), "outputs": outputs}
    (folder / "settings.json").write_text(json.dumps(saved), encoding="utf-8")
    lines = [
        "GET /?token=" + TOKEN,
        f"opening {CAMERA}",
        f"the passwords are {PASSWORD} and {OUTPUT_PASSWORD}",
        f"Authorization: Bearer {VIEW_TOKEN}",
        f"cannot read {folder}/video.mp4",
        "the last line",
    ]
    (folder / "log").write_text("\n".join(["line"] * 2000 + lines) + "\n", encoding="utf-8")
    return folder


def bundle(home: Path, *arguments: str) -> dict[str, str]:
    path = home / "out.zip"
    assert main(["doctor", "--bundle", str(path), "--config", str(home / "settings.json"), *arguments]) == 0
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name).decode("utf-8") for name in archive.namelist()}


def test_nothing_secret_and_no_picture_gets_out(
    home: Path, app: Flask, stage: Stage, pipeline: Pipeline, capsys: pytest.CaptureFixture[str]
) -> None:
    show(stage, pipeline)
    with Served(app) as server:
        parts = bundle(home, "--log", str(home / "log"), "--url", f"http://someone:{QUERY}@127.0.0.1:{server.port}")
    assert set(parts) == {
        *("about.txt", "doctor.txt", "doctor.json", "versions.json", "settings.json", "log.txt"),
        *("state.json", "backends.json", "health.json", "metrics.txt"),
    }
    everything = "\n".join(parts.values())
    for secret in (TOKEN, VIEW_TOKEN, USER, PASSWORD, QUERY, OUTPUT_PASSWORD, HOOK, home.name):
        assert secret not in everything
        assert secret not in capsys.readouterr().err
    for name, text in parts.items():
        if name.endswith(".json"):
            json.loads(text)
        assert len(text) < 100_000, f"{name} is more than a few texts"
    state = json.loads(parts["state.json"])
    assert state["status"] == "running"
    assert "203.0.113.7" in state["source"], "where the camera is helps, and is no secret"
    assert json.loads(parts["health.json"]) == {"status": "ok"}
    assert "posecast_frames_processed_total" in parts["metrics.txt"]
    assert "keypoints_2d" not in everything
    assert parts["log.txt"].endswith("cannot read ~/video.mp4\nthe last line\n")
    assert len(parts["log.txt"].splitlines()) == 500
    settings = json.loads(parts["settings.json"])
    assert settings["model"] == "~/model.pth"
    assert settings["outputs"] == {"mqtt://***@198.51.100.4:1883/home": True, "webhook+https://h.example:443/…": False}
    assert settings["height_size"] == Settings().height_size
    assert json.loads(parts["versions.json"]).keys() >= {"posecast", "numpy", "openvino", "torch", "flask"}
    assert {"findings", "backends", "auto"} == json.loads(parts["doctor.json"]).keys()
    assert "auto takes" in parts["doctor.txt"]


def test_a_server_that_does_not_answer_is_a_finding(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("POSECAST_TOKEN")
    (home / "settings.json").write_text("{broken", encoding="utf-8")
    parts = bundle(home, "--url", "http://127.0.0.1:9/")
    assert "127.0.0.1:9" in json.loads(parts["state.json"])["unreachable"]
    assert json.loads(parts["settings.json"]) == {"broken": "{broken"}


def test_a_wrong_token_is_a_finding(home: Path, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSECAST_TOKEN", "not-the-token-of-this-server")
    with Served(app) as server:
        parts = bundle(home, "--url", server.url)
    assert json.loads(parts["state.json"])["error"] == "a token is needed"
    assert "not-the-token" not in "".join(parts.values())


@pytest.mark.parametrize(
    "arguments",
    [
        ["--bundle", "missing-folder/out.zip"],
        ["--bundle", "out.zip", "--log", "missing.log"],
        ["--bundle", "out.zip", "--url", "ftp://127.0.0.1/"],
        ["--url", "http://127.0.0.1:8000/"],
    ],
)
def test_what_cannot_be_done_is_refused(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["doctor", *arguments]) == 2
    assert capsys.readouterr().err.startswith("posecast: ")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("value", "cleaned"),
    [
        (
            {"token": "x", "view_token": "", "n": [1, None, True]},
            {"token": "***", "view_token": "", "n": [1, None, True]},
        ),
        ([{"source": "rtsp://a:b@c/d?e=f"}], [{"source": "rtsp://***@c/d?…"}]),
        ({"Password": {"deep": 1}}, {"Password": "***"}),
    ],
)
def test_json_stays_json(value: Any, cleaned: Any) -> None:
    assert clean(value, Secrets()) == cleaned


def test_the_bundle_does_not_overwrite_what_it_reads(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = tmp_path / "server.log"
    log.write_text("precious")
    assert main(["doctor", "--bundle", str(log), "--log", str(log)]) == 2
    assert "is an input" in capsys.readouterr().err
    assert log.read_text() == "precious"
