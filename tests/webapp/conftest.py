"""An application around a real pipeline on fake parts, without and with a server."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from engine.pipeline import Pipeline, Timing
from engine.settings import Settings
from tests.webapp.serving import Served
from tests.webapp.stage import Stage
from webapp.access.options import ServeOptions
from webapp.app import create_app, services_of
from webapp.recording.recordings import Recordings
from webapp.recording.replay import parts_with_recordings
from webapp.services import Services
from webapp.state.store import Store

FAST = Timing(first_frame_s=2.0, stall_s=60.0, first_retry_s=0.02, longest_retry_s=0.02, tick_s=0.01, join_s=2.0)
"""Timing of a pipeline whose frames come only on request, so that seconds without frames are not a stall."""
TOKEN, VIEW_TOKEN = "operator-token-of-the-tests", "view-token-of-the-tests"
PROTECTED = {"token": TOKEN, "view_token": VIEW_TOKEN}


@pytest.fixture
def serving() -> dict[str, Any]:
    """Further options of the server, for modules to override: `PROTECTED` asks for tokens."""
    return {}


@pytest.fixture
def options(tmp_path: Path, serving: dict[str, Any]) -> ServeOptions:
    """Everything that is kept lies in the test's folder."""
    folders = {"recordings": tmp_path / "recordings", "uploads": tmp_path / "uploads"}
    return ServeOptions(config=tmp_path / "settings.json", **folders, **serving)


@pytest.fixture
def settings() -> Settings:
    return Settings()


@pytest.fixture
def stage() -> Stage:
    return Stage()


@pytest.fixture
def pipeline(stage: Stage, settings: Settings, options: ServeOptions) -> Iterator[Pipeline]:
    assert options.recordings is not None
    parts = parts_with_recordings(Recordings(options.recordings), stage.parts())
    engine = Pipeline(settings, parts=parts, timing=FAST)
    engine.start()
    yield engine
    engine.close()


@pytest.fixture
def app(pipeline: Pipeline, options: ServeOptions) -> Iterator[Flask]:
    assert options.config is not None
    application = create_app(pipeline, Store(options.config), options)
    services_of(application).start()
    yield application
    services_of(application).stop()


@pytest.fixture
def services(app: Flask) -> Services:
    return services_of(app)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def served(app: Flask) -> Iterator[Served]:
    with Served(app) as server:
        yield server


@pytest.fixture
def playing(stage: Stage, pipeline: Pipeline) -> Pipeline:
    """The pipeline after its first snapshot."""
    start(stage, pipeline)
    return pipeline


def start(stage: Stage, pipeline: Pipeline) -> None:
    """Give a frame for which the network is loaded, and another: its snapshot is there, and no other is on its way."""
    stage.give()
    eventually(lambda: settled(pipeline))
    stage.give()
    eventually(lambda: (newest := pipeline.snapshots.newest()) is not None and newest.frame.index > 0)


def settled(pipeline: Pipeline) -> bool:
    """No switch runs, and a network does: every frame that comes is seen."""
    state = pipeline.state()
    return state.switching is None and state.backend is not None


def show(stage: Stage, pipeline: Pipeline) -> int:
    """Give a frame and wait for its snapshot; its version. Frames may pass unseen in a switch: then more are given."""
    newest = pipeline.snapshots.wait_newer(0, 0)
    seen = newest[0] if newest else 0
    end = time.monotonic() + 20
    while time.monotonic() < end:
        wait_s = 5 if settled(pipeline) else 0.05
        stage.give()
        newer = pipeline.snapshots.wait_newer(seen, wait_s)
        if newer is not None:
            return newer[0]
    raise AssertionError("no snapshot came")


def eventually(condition: Callable[[], object], seconds: float = 10) -> None:
    """Wait until `condition` holds; how long that takes does not matter."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.01)
