"""A server that publishes, a real Redis, and relays of it."""

from __future__ import annotations

import http.client
import json
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from engine.bus import Bus, bus_address
from engine.pipeline import Pipeline
from tests.browser.server import TOKEN
from tests.browser.staged import staged
from tests.redis_server import RedisServer
from tests.webapp.conftest import VIEW_TOKEN, eventually, show
from tests.webapp.serving import Served
from tests.webapp.stage import Stage
from webapp.access.options import ServeOptions
from webapp.bus import reader as reading
from webapp.bus.received import RelayedScenes
from webapp.relay.app import create_relay, relay_of
from webapp.services import Services


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    server = RedisServer()
    yield server
    server.kill()


@pytest.fixture
def name(request: pytest.FixtureRequest) -> str:
    """Each test publishes under a name of its own."""
    return str(request.node.name).removeprefix("test_")[:40].strip("_")


@pytest.fixture
def url(redis: RedisServer, name: str) -> str:
    return f"{redis.url}?name={name}"


@pytest.fixture
def serving(url: str) -> dict[str, Any]:
    return {"publish": url}


@contextmanager
def relay(url: str, **options: Any) -> Iterator[FlaskClient]:
    app = create_relay(bus_address(url), ServeOptions(**options))
    relay_of(app).start()
    try:
        yield app.test_client()
    finally:
        relay_of(app).stop()


def state(client: FlaskClient) -> Any:
    return client.get("/api/state").json


def test_a_relay_shows_what_is_published(
    url: str, stage: Stage, playing: Pipeline, services: Services, client: FlaskClient
) -> None:
    with relay(url) as other:
        eventually(lambda: other.get("/healthz").status_code == 200)
        show(stage, playing)
        eventually(lambda: other.get("/api/scene").json == client.get("/api/scene").json)
        told, own = state(other), state(client)
        assert told["view_only"] is True
        assert (told["role"], own["role"]) == ("viewer", "operator")
        assert told["relay"] == bus_address(url).name
        for key in ("source", "backend", "camera", "settings"):
            assert told[key] == own[key]
        assert abs(told["now"] - own["now"]) < 0.5
        assert other.get("/api/events").json == client.get("/api/events").json
        assert own["publish"] == {"address": bus_address(url).shown, "error": None, "hint": ""}
        assert b"posecast_up 1.0" in other.get("/metrics").data
        for path in ("/", "/view", "/api/angles", "/api/recordings"):
            assert other.get(path).status_code == 200, path


def test_a_relay_changes_nothing(url: str) -> None:
    with relay(url) as other:
        for method, path in (
            ("PUT", "/api/settings"),
            ("PUT", "/api/source"),
            ("GET", "/api/backends"),
            ("POST", "/api/recordings"),
            ("PUT", "/api/events"),
        ):
            refused = other.open(path, method=method, json={})
            assert refused.status_code in (403, 405), path
            assert refused.json["error"]
        assert "relay" in other.get("/api/backends").json["error"]


def picture(client: FlaskClient, view: str = "raw") -> int:
    return client.get(f"/snapshot.jpg?view={view}&width=320").status_code


def test_pictures_come_on_request_and_obey_at_once(
    url: str, stage: Stage, playing: Pipeline, services: Services, client: FlaskClient
) -> None:
    asked = Bus(bus_address(url)).asked
    with relay(url) as other:
        eventually(lambda: other.get("/healthz").status_code == 200)
        assert asked() == set()

        def shown(view: str) -> bool:
            show(stage, playing)
            return picture(other, view) == 200

        eventually(lambda: shown("raw"))
        assert asked() == {"picture:raw:320"}
        assert client.put("/api/settings", json={"viewers_see": "skeleton"}).status_code in (200, 202)
        eventually(lambda: picture(other) == 403, 3)
        eventually(lambda: shown("skeleton"))
        client.put("/api/settings", json={"viewers_see": "blurred"})
        eventually(lambda: picture(other) == 503, 3)  # none with covered faces has come yet
        eventually(lambda: shown("raw"))


def test_redis_restarts_and_everything_comes_back(stage: Stage, tmp_path: Path) -> None:
    """The engine goes on meanwhile."""
    redis = RedisServer()
    stage.rate = 20
    try:
        with staged(tmp_path, stage, publish=redis.url) as server, relay(redis.url) as other:
            eventually(lambda: other.get("/healthz").status_code == 200, 20)
            redis.kill()
            eventually(lambda: "cannot be reached" in other.get("/healthz").json.get("error", ""))
            assert "cannot be reached" in state(other)["stats"]["source_problem"]
            eventually(lambda: "cannot be reached" in (_published(server.url)["error"] or ""))
            redis.start()
            eventually(lambda: other.get("/healthz").status_code == 200, 20)
            scene = other.get("/api/scene").json
            eventually(lambda: other.get("/api/scene").json["frame"] > scene["frame"])
            eventually(lambda: _published(server.url)["error"] is None)
    finally:
        redis.kill()


def _published(url: str) -> Any:
    connection = http.client.HTTPConnection(url.removeprefix("http://").rstrip("/"), timeout=10)
    connection.request("GET", "/api/state", headers={"Authorization": f"Bearer {TOKEN}"})
    return json.loads(connection.getresponse().read())["publish"]


def test_a_publisher_that_is_away_is_told_and_so_is_that_it_is_back(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "STATE_LASTS_S", 0.3)
    bus = Bus(bus_address(url))
    with relay(url) as other:
        refused = other.get("/healthz")
        assert refused.status_code == 503
        eventually(lambda: "nobody publishes" in other.get("/healthz").json["error"])
        bus.put("state", json.dumps({"state": {}, "viewers_see": "video"}).encode(), 5)
        eventually(lambda: other.get("/healthz").status_code == 200)
        eventually(lambda: "has published nothing since" in other.get("/healthz").json.get("error", ""))
        for nonsense in (b"", b"no JSON", b"[]", b'{"state": 3}', b"\xff"):
            bus.put("state", nonsense, 5)
            bus.put("scene", nonsense, 5)
        bus.put("state", json.dumps({"state": {"source": "demo"}, "viewers_see": "video"}).encode(), 5)
        eventually(lambda: other.get("/healthz").status_code == 200)
        assert state(other)["source"] == "demo"


def test_a_relay_that_others_can_reach_requires_its_token(url: str) -> None:
    with relay(url, host="0.0.0.0", view_token=VIEW_TOKEN) as other:
        local = {"Host": "127.0.0.1"}
        assert other.get("/api/state", headers=local).status_code == 401
        headers = {**local, "Authorization": f"Bearer {VIEW_TOKEN}"}
        assert other.get("/api/state", headers=headers).json["view_only"] is True


def test_a_viewer_who_does_not_read_slows_nobody(url: str, stage: Stage, playing: Pipeline, services: Services) -> None:
    app = create_relay(bus_address(url), ServeOptions())
    relay_of(app).start()
    stuck = relay_of(app).viewers
    try:
        with Served(app) as served, socket.create_connection(("127.0.0.1", served.port)) as idle:
            eventually(lambda: relay_of(app).health() is None)
            idle.sendall(b"GET /stream.mjpg?view=raw HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            reader = http.client.HTTPConnection("127.0.0.1", served.port, timeout=10)

            def newest() -> int:
                reader.request("GET", "/api/scene")
                return int(json.loads(reader.getresponse().read())["frame"])

            def is_stuck() -> bool:
                show(stage, playing)
                writing = [viewer.writing_since for viewer in stuck._all()]
                return any(since is not None and time.monotonic() - since > 0.3 for since in writing)

            eventually(is_stuck, 60)
            for _ in range(3):
                show(stage, playing)
                made = playing.snapshots.newest()
                assert made is not None
                eventually(lambda index=made.frame.index: newest() >= index)  # type: ignore[misc]
    finally:
        relay_of(app).stop()


def test_no_viewer_misses_an_event() -> None:
    scenes = RelayedScenes()
    for number in range(1, 4):
        scenes.receive(json.dumps({"frame": number, "events": [{"kind": "hands_up", "time": number}]}).encode())
    version, scene = scenes.wait_newer(1, 0) or pytest.fail("no scene")
    assert version == 3
    assert [event["time"] for event in json.loads(scenes.text(version, scene))["events"]] == [2, 3]
    assert json.loads(scenes.newest() or "")["events"] == [{"kind": "hands_up", "time": 3}]
    with pytest.raises(ValueError):  # noqa: PT011 - that of the JSON reader
        scenes.receive(b"no JSON")
