"""A backend that dies while people watch, from their side: what /healthz, the state and the events say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import socketio

from tests.engine.pipeline.live import Live, live
from tests.fakes import World
from tests.webapp.conftest import eventually
from tests.webapp.serving import Served
from webapp.access.options import ServeOptions
from webapp.app import create_app, services_of
from webapp.state.store import Store


@pytest.fixture
def run() -> Iterator[Live]:
    with live(World()) as run:
        run.wait_for_snapshot()
        run.wait_until_settled()
        yield run


@pytest.fixture
def served(run: Live, tmp_path: Path) -> Iterator[Served]:
    options = ServeOptions(
        config=tmp_path / "settings.json", recordings=tmp_path / "recordings", uploads=tmp_path / "uploads"
    )
    app = create_app(run.pipeline, Store(tmp_path / "settings.json"), options)
    services_of(app).start()
    with Served(app) as server:
        yield server
        services_of(app).stop()


@pytest.fixture
def told(served: Served) -> Iterator[list[dict]]:
    """The problems that somebody hears of who is connected."""
    problems: list[dict] = []
    client = socketio.Client(reconnection=False)
    client.on("problem", problems.append)
    client.connect(served.url, transports=["websocket"])
    yield problems
    client.disconnect()


def test_people_see_what_runs_and_why(run: Live, served: Served, told: list[dict], tmp_path: Path) -> None:
    app = served.app.test_client()
    eventually(lambda: app.get("/healthz").status_code == 200)
    run.world.load_go.clear()
    run.world.backends[-1].error = MemoryError("CUDA out of memory")
    eventually(lambda: app.get("/api/state").json["switching"])
    health = app.get("/healthz")
    assert health.status_code == 503
    assert b"openvino on CPU failed" in health.data
    run.world.load_go.set()
    eventually(lambda: app.get("/healthz").status_code == 200)
    eventually(lambda: app.get("/api/state").json["fallback"])
    state = app.get("/api/state").json
    assert state["backend"]["name"] == "onnxruntime"
    assert state["settings"]["backend"] == "openvino"
    reason = "onnxruntime on CPU runs now, since openvino on CPU failed 4 times in a row (CUDA out of memory)"
    assert state["fallback"] == reason
    eventually(lambda: any(one["error"] == reason for one in told))
    assert app.put("/api/backend", json={"name": "openvino"}).status_code == 202
    eventually(lambda: app.get("/api/state").json["fallback"] is None)
    assert not (tmp_path / "settings.json").exists(), "what the program chose is not kept as the user's choice"
