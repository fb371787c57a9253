"""What viewers see is the operator's decision, on every route; operators see everything."""

from __future__ import annotations

import io
from typing import Any

import cv2
import numpy as np
import pytest
from flask import Flask, Response, send_file
from flask.testing import FlaskClient

from engine.faces import head_of
from engine.overlay import BACKGROUND
from engine.pipeline import Pipeline
from tests.webapp.access.test_access import routes
from tests.webapp.conftest import PROTECTED, TOKEN, VIEW_TOKEN, eventually, show
from tests.webapp.stage import Stage
from webapp.access.pixels import HARMLESS, OBEYING
from webapp.services import Services

VIEWER, OPERATOR = ({"Authorization": f"Bearer {token}"} for token in (VIEW_TOKEN, TOKEN))
PICTURES = ("image/", "video/", "multipart/", "audio/")
LARGE = (1280, 720)


@pytest.fixture
def serving() -> dict[str, Any]:
    return PROTECTED


@pytest.fixture
def stage() -> Stage:
    return Stage(size=LARGE)


@pytest.fixture
def recording(client: FlaskClient, stage: Stage, playing: Pipeline) -> str:
    """Name of a recording with video."""
    client.post("/api/recordings", json={"record": True, "video": True}, headers=OPERATOR)
    for _ in range(3):
        show(stage, playing)
    listed = lambda: client.get("/api/recordings", headers=OPERATOR).json  # noqa: E731
    eventually(lambda: listed()["recording"]["scenes"] > 1)
    client.post("/api/recordings", json={"record": False}, headers=OPERATOR)
    eventually(lambda: listed()["recordings"] and listed()["recordings"][0]["video"])
    return listed()["recordings"][0]["name"]


def choose(client: FlaskClient, setting: str) -> None:
    assert client.put("/api/settings", json={"viewers_see": setting}, headers=OPERATOR).status_code == 200


def picture(response: Any) -> np.ndarray:
    assert response.status_code == 200, response.json
    image = cv2.imdecode(np.frombuffer(response.data, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    return image.astype(int)


def first_part(client: FlaskClient, query: str, headers: dict[str, str]) -> tuple[int, np.ndarray | None]:
    """Status of a stream, and its first picture."""
    response = client.get(f"/stream.mjpg?{query}", headers=headers, buffered=False)
    try:
        if response.status_code != 200:
            return response.status_code, None
        parts = iter(response.response)
        next(parts)
        jpeg = next(parts).partition(b"\r\n\r\n")[2]
        return 200, cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR).astype(int)
    finally:
        response.close()


@pytest.mark.parametrize("setting", ["blurred", "skeleton"])
def test_no_route_gives_a_viewer_pixels(app: Flask, client: FlaskClient, recording: str, setting: str) -> None:
    """Every route with every query that could make it answer with a picture."""
    choose(client, setting)
    queries = ("", "?format=mp4", "?view=raw", "?view=overlay", "?width=320", "?raw=1", "?download=1")
    endpoints = {rule.rule.replace("<name>", "nothing"): rule.endpoint for rule in app.url_map.iter_rules()}
    refused = set()
    for method, path in routes(app):
        if method not in ("GET", "HEAD"):
            continue
        endpoint = endpoints.get(path)
        path = path.replace("/nothing", f"/{recording}")
        for query in queries:
            response = client.open(path + query, method=method, headers=VIEWER, buffered=False)
            pixels = response.mimetype.startswith(PICTURES)
            if pixels and endpoint not in OBEYING | HARMLESS:
                pytest.fail(f"{method} {path}{query} is {response.mimetype}")
            if response.status_code == 403:
                refused.add(path + query)
            response.close()
    assert f"/api/recordings/{recording}?format=mp4" in refused
    if setting == "skeleton":
        assert {"/stream.mjpg?view=raw", "/stream.mjpg", "/snapshot.jpg?view=overlay"} <= refused


def test_what_obeys_is_there(app: Flask) -> None:
    assert {rule.endpoint for rule in app.url_map.iter_rules()} >= OBEYING | HARMLESS


def test_a_route_that_is_added_later_is_refused_too(app: Flask, client: FlaskClient, playing: Pipeline) -> None:
    def thumbnail() -> Response:
        return send_file(io.BytesIO(b"pixels"), mimetype="image/jpeg")

    def upload(name: str) -> Response:
        return Response(b"pixels", mimetype="application/octet-stream")

    app.add_url_rule("/api/thumbnail", "thumbnail", thumbnail)
    app.add_url_rule("/api/uploads/<name>/file", "an_upload", upload)
    for path in ("/api/thumbnail", "/api/uploads/one/file"):
        for setting, status in (("video", 200), ("blurred", 403), ("skeleton", 403)):
            choose(client, setting)
            answer = client.get(path, headers=VIEWER)
            assert answer.status_code == status, (path, setting)
            assert (b"pixels" in answer.data) == (status == 200)
            assert client.get(path, headers=OPERATOR).data == b"pixels"


def test_viewers_of_skeletons_get_skeletons(client: FlaskClient, playing: Pipeline) -> None:
    choose(client, "skeleton")
    drawn = picture(client.get("/snapshot.jpg?view=skeleton", headers=VIEWER))
    assert (np.abs(drawn - BACKGROUND).max(axis=2) < 12).mean() > 0.7
    refused = client.get("/snapshot.jpg", headers=VIEWER)
    assert (refused.status_code, refused.json["hint"]) == (403, "request view=skeleton")
    for query, status in (("view=raw&width=480", 403), ("", 403), ("view=skeleton", 200)):
        assert first_part(client, query, VIEWER)[0] == status
        assert first_part(client, query, OPERATOR)[0] == 200
    assert client.get("/api/scene", headers=VIEWER).json["people"], "scenes are for everyone"


@pytest.mark.parametrize("query", ["view=raw", "view=overlay", "view=raw&width=640"])
def test_blurred_faces_are_blurred_in_every_view(client: FlaskClient, playing: Pipeline, query: str) -> None:
    newest = playing.snapshots.newest()
    assert newest is not None
    choose(client, "blurred")
    status, blurred = first_part(client, query, VIEWER)
    _, sharp = first_part(client, query, OPERATOR)
    assert status == 200
    assert blurred is not None
    assert sharp is not None
    still = picture(client.get(f"/snapshot.jpg?{query}", headers=VIEWER))
    head = head_of(newest.scene.people[0].pose2d, LARGE)
    assert head is not None
    ys, xs = np.mgrid[: sharp.shape[0], : sharp.shape[1]] * (LARGE[0] / sharp.shape[1])
    inside = np.hypot(xs - head.x, ys - head.y) < head.radius
    for shown in (blurred, still):
        assert (np.abs(shown - sharp).max(axis=2) > 25)[inside].mean() > 0.3, "the head is covered"
        assert np.abs(shown[-100:, :200] - sharp[-100:, :200]).mean() < 4, "the rest is as it was"


def test_before_people_are_known_no_frame_is_shown_blurred(
    client: FlaskClient, stage: Stage, pipeline: Pipeline
) -> None:
    stage.loading.clear()
    stage.give()
    eventually(lambda: pipeline.frames.newest() is not None)
    choose(client, "blurred")
    assert client.get("/snapshot.jpg?view=raw", headers=OPERATOR).status_code == 200
    assert client.get("/snapshot.jpg?view=raw", headers=VIEWER).status_code == 503
    stage.loading.set()


def test_an_open_stream_follows_the_setting(client: FlaskClient, stage: Stage, playing: Pipeline) -> None:
    response = client.get("/stream.mjpg?view=raw", headers=VIEWER, buffered=False)
    parts = iter(response.response)
    assert next(parts) == b"--frame\r\n"
    sharp = len(next(parts))
    choose(client, "blurred")
    show(stage, playing)
    assert len(next(parts)) < sharp
    choose(client, "skeleton")
    show(stage, playing)
    assert list(parts) == [], "the stream ends"
    response.close()


def test_a_recording_says_nothing_of_its_video_to_those_who_may_not_see_it(client: FlaskClient, recording: str) -> None:
    def listed(headers: dict[str, str]) -> bool:
        return bool(client.get("/api/recordings", headers=headers).json["recordings"][0]["video"])

    assert listed(VIEWER)
    choose(client, "blurred")
    assert (listed(VIEWER), listed(OPERATOR)) == (False, True)
    for kind, headers, status in (("mp4", OPERATOR, 200), ("mp4", VIEWER, 403), ("csv", VIEWER, 200)):
        response = client.get(f"/api/recordings/{recording}?format={kind}", headers=headers)
        assert response.status_code == status, (kind, status)
        response.close()


def test_the_setting_is_saved_and_told_to_the_page(client: FlaskClient, services: Services, playing: Pipeline) -> None:
    choose(client, "skeleton")
    services.events.settle()
    assert '"viewers_see": "skeleton"' in services.options.config.read_text()  # type: ignore[union-attr]
    for path in ("/", "/view"):
        assert 'data-pictures="withheld"' in client.get(path, headers=VIEWER).text
        assert "data-pictures" not in client.get(path, headers=OPERATOR).text
    assert client.put("/api/settings", json={"viewers_see": "video"}, headers=VIEWER).status_code == 403
    assert client.put("/api/settings", json={"viewers_see": "no one"}, headers=OPERATOR).status_code == 400
