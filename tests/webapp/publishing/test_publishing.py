"""Cameras that send their pictures here: who may, one at a time, and what becomes of them."""

from __future__ import annotations

import json
import stat
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import aioice.ice
import cv2
import numpy as np
import pytest
from flask import Flask
from flask.testing import FlaskClient
from simple_websocket import Client, ConnectionClosed
from websocket import WebSocketBadStatusException, create_connection

from engine.capture import open_source
from engine.capture.browser import Publications
from engine.errors import PosecastError
from engine.types import FrameSource
from tests.webapp.conftest import PROTECTED, TOKEN, VIEW_TOKEN, eventually
from tests.webapp.publishing.sender import SIZE, Sender
from tests.webapp.serving import Served
from webapp.access.errors import ConflictError, NotFoundError
from webapp.access.options import ServeOptions
from webapp.app import create_app, services_of
from webapp.publishing import publishers as publishing
from webapp.publishing.passes import MOST, Passes
from webapp.publishing.publishers import Publisher, Publishers
from webapp.state.store import Store


def grey(level: int) -> np.ndarray:
    return np.full((24, 32, 3), level, np.uint8)


# The source


def opened(publications: Publications, text: str = "browser:left") -> FrameSource:
    return open_source(text, realtime=True, publications=publications)


def test_the_newest_picture_is_the_next_frame_and_others_are_counted_as_missed() -> None:
    publications = Publications()
    source, mailbox = opened(publications), publications.mailbox("left")
    mailbox.began()
    for level in (10, 20, 30):
        mailbox.put(grey(level), time.monotonic())
    frame = source.read()
    assert frame is not None
    assert (int(frame.image[0, 0, 0]), frame.index) == (30, 2)
    source.close()


def test_a_camera_that_hangs_up_is_a_problem_until_it_is_back() -> None:
    publications = Publications()
    source, mailbox = opened(publications), publications.mailbox("left")
    frames: list[int] = []

    def read() -> None:
        while (frame := source.read()) is not None:
            frames.append(int(frame.image[0, 0, 0]))

    reader = threading.Thread(target=read)
    reader.start()
    eventually(lambda: source.problem is not None)
    assert "left is not connected" in str(source.problem)
    for level in (10, 20):
        mailbox.began()
        eventually(lambda level=level: mailbox.put(grey(level), time.monotonic()) or level in frames)
        assert source.problem is None
        mailbox.ended()
        eventually(lambda: source.problem is not None)
    source.close()
    reader.join(5)
    assert not reader.is_alive()


def test_outside_of_a_dashboard_nobody_receives_it() -> None:
    with pytest.raises(PosecastError, match="a dashboard receives"):
        open_source("browser")
    with pytest.raises(PosecastError, match="not a camera's name"):
        opened(Publications(), "browser:../x")


# Links


def test_a_link_is_kept_over_restarts_and_worthless_once_it_is_removed(tmp_path: Path) -> None:
    path = tmp_path / "camera_links.json"
    passes = Passes(path)
    token = passes.issue("left")
    assert passes.issue("left") == token
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    again = Passes(path)
    assert again.name_of(token) == "left"
    assert again.name_of(token[:-1]) is None
    again.revoke("left")
    assert again.name_of(token) is None
    assert Passes(path).names() == []
    assert again.issue("left") != token
    with pytest.raises(NotFoundError):
        again.revoke("right")


@pytest.mark.parametrize("name", ["", "Left", "a/b", "-a", "a-", "x" * 33, "ä"])
def test_names_are_simple(name: str, tmp_path: Path) -> None:
    with pytest.raises(PosecastError, match="not a camera's name"):
        Passes(tmp_path / "links.json").issue(name)


def test_the_number_of_links_is_limited_and_a_damaged_file_stops_nothing(tmp_path: Path) -> None:
    path = tmp_path / "links.json"
    path.write_text('{"left": 5, "right": "short", "../x": "' + "a" * 32 + '"}')
    passes = Passes(path)
    assert passes.names() == []
    for number in range(MOST):
        passes.issue(f"camera-{number}")
    with pytest.raises(ConflictError, match="already"):
        passes.issue("one-more")
    path.write_text("{torn")
    assert Passes(path).names() == []


# One publisher a name


def test_one_publishes_at_a_time_and_a_silent_one_makes_way(monkeypatch: pytest.MonkeyPatch) -> None:
    hung_up: list[str] = []
    everyone = Publishers(Publications(), lambda: None)
    first = everyone.begin("left", "JPEG", lambda: hung_up.append("first"))
    first.put(grey(1), 0.0, 0.0)
    with pytest.raises(ConflictError, match="already sending"):
        everyone.begin("left", "JPEG", lambda: None)
    everyone.begin("right", "JPEG", lambda: None)
    monkeypatch.setattr(publishing, "SILENT_AFTER", 0.0)
    second = everyone.begin("left", "WebRTC", lambda: None)
    assert hung_up == ["first"]
    first.end()  # late, and not the second's end
    assert everyone.get("left") is second
    second.end()
    assert everyone.names() == ["right"]


# Over HTTP


@pytest.fixture
def serving() -> dict[str, Any]:
    return PROTECTED


@pytest.fixture
def operator(app: Flask) -> FlaskClient:
    return client_with(app, TOKEN)


def client_with(app: Flask, token: str) -> FlaskClient:
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    return client


def link(operator: FlaskClient, name: str = "left") -> tuple[str, str]:
    """The link of a camera, made, and the token in it."""
    answer = operator.post("/api/cameras", json={"name": name})
    assert answer.status_code == 201
    url = str(next(one for one in answer.json["cameras"] if one["name"] == name)["url"])
    return url, url.partition("token=")[2]


def test_a_cameras_link_sends_pictures_and_does_nothing_else(app: Flask, operator: FlaskClient) -> None:
    camera = client_with(app, link(operator)[1])
    page = camera.get("/camera")
    assert page.status_code == 200
    assert b'data-camera="left"' in page.data
    assert "camera=(self)" in page.headers["Permissions-Policy"]
    assert "camera=()" in operator.get("/").headers["Permissions-Policy"]
    for method, path in [
        ("get", "/"), ("get", "/api/state"), ("get", "/api/scene"), ("get", "/stream.mjpg"), ("get", "/snapshot.jpg"),
        ("get", "/api/cameras"), ("put", "/api/source"), ("get", "/api/recordings"), ("post", "/api/cameras"),
        ("get", "/api/share"), ("get", "/metrics"),
    ]:  # fmt: skip
        assert getattr(camera, method)(path).status_code in (403, 404), path
    assert camera.get("/camera?name=right").status_code == 403
    assert camera.post("/whip/right", data="v=0", content_type="application/sdp").status_code == 403


def test_a_viewer_publishes_nothing(app: Flask) -> None:
    viewer = client_with(app, VIEW_TOKEN)
    assert viewer.post("/whip/left", data="v=0\nm=video", content_type="application/sdp").status_code == 403
    for path in ("/camera", "/api/cameras"):
        assert viewer.get(path).status_code == 403
    assert viewer.post("/api/cameras", json={"name": "left"}).status_code == 403
    assert viewer.delete("/api/cameras/left").status_code == 403


def test_an_operator_who_opens_a_cameras_link_stays_one(app: Flask, operator: FlaskClient) -> None:
    _, token = link(operator)
    browser = app.test_client()
    browser.get(f"/?token={TOKEN}")
    assert browser.get(f"/camera?token={token}").status_code == 303
    assert browser.get("/api/state").json["role"] == "operator"
    phone = app.test_client()
    assert phone.get(f"/camera?token={token}").status_code == 303
    assert phone.get("/camera").status_code == 200
    assert phone.get("/api/state").status_code == 403


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        ("v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n", "application/sdp", 400),
        ("m=video nonsense", "application/sdp", 400),
        ("v=0\r\nm=video", "text/plain", 400),
        ("x" * 70_000, "application/sdp", 400),
    ],
)
def test_what_is_no_offer_is_refused_and_takes_no_place(
    body: str, kind: str, status: int, app: Flask, operator: FlaskClient
) -> None:
    answer = operator.post("/whip/left", data=body, content_type=kind)
    assert answer.status_code == status
    assert answer.json["hint"]
    eventually(lambda: services_of(app).publishers.names() == [])


@pytest.fixture
def loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both sides are on this machine, which may have no other address; aioice leaves the loopback one out."""
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda **_: ["127.0.0.1"])


def test_webrtc_brings_pictures_until_its_link_is_removed(app: Flask, operator: FlaskClient, loopback: None) -> None:
    _, token = link(operator)
    camera, publications = client_with(app, token), services_of(app).publishers
    answers: list[str] = []

    def exchange(offer: str) -> str:
        answer = camera.post("/whip/left", data=offer, content_type="application/sdp")
        assert answer.status_code == 201, answer.json
        answers.append(answer.headers["Location"])
        return answer.get_data(as_text=True)

    with Sender(exchange) as sender:
        eventually(lambda: publications.describe("left") == {"transport": "WebRTC", "size": SIZE}, 20)
        again = camera.post("/whip/left", data="v=0\r\nm=video 9 X 1\r\n", content_type="application/sdp")
        assert again.status_code == 409  # one at a time
        assert operator.get("/api/state").json["publishing"] == ["left"]
        operator.delete("/api/cameras/left")
        eventually(lambda: publications.names() == [])
        eventually(lambda: sender.state != "connected", 20)
    assert camera.post("/whip/left", data="v=0", content_type="application/sdp").status_code == 401
    assert operator.delete(answers[0]).status_code == 404


def test_delete_ends_what_was_begun(app: Flask, operator: FlaskClient, loopback: None) -> None:
    places: list[str] = []

    def exchange(offer: str) -> str:
        answer = operator.post("/whip/phone", data=offer, content_type="application/sdp")
        places.append(answer.headers["Location"])
        return answer.get_data(as_text=True)

    with Sender(exchange):
        eventually(lambda: services_of(app).publishers.names() == ["phone"])
        assert operator.delete("/whip/phone/another").status_code == 404
        assert operator.delete(places[0]).status_code == 200
        eventually(lambda: services_of(app).publishers.names() == [])


# Pictures over a WebSocket


@pytest.fixture
def served(app: Flask) -> Iterator[Served]:
    with Served(app) as server:
        yield server


def socket_to(served: Served, name: str, token: str) -> Client:
    return Client(f"ws://127.0.0.1:{served.port}/publish/{name}", headers={"Authorization": f"Bearer {token}"})


def jpeg(level: int) -> bytes:
    return bytes(cv2.imencode(".jpg", grey(level))[1])


def test_pictures_over_a_websocket_arrive_and_nonsense_ends_nothing(app: Flask, served: Served) -> None:
    socket = socket_to(served, "left", TOKEN)
    for sent, answer in [
        (jpeg(50), "ok"),
        (b"\xff\xd8 torn", "no"),
        (b"\x89PNG", "no"),
        ("text", "no"),
        (jpeg(90), "ok"),
    ]:
        socket.send(sent)
        assert socket.receive(5) == answer
    publisher = services_of(app).publishers.get("left")
    assert isinstance(publisher, Publisher)
    assert publisher.size == (32, 24)
    for token, status in ((TOKEN, 409), (VIEW_TOKEN, 403)):  # one at a time, and no viewer
        with pytest.raises(WebSocketBadStatusException, match=str(status)):
            create_connection(f"ws://127.0.0.1:{served.port}/publish/left", header={"Authorization": f"Bearer {token}"})
    services_of(app).publishers.hang_up("left")
    with pytest.raises(ConnectionClosed):
        socket.receive(5)
    eventually(lambda: services_of(app).publishers.names() == [])


def test_a_server_that_stops_ends_its_publishers(app: Flask, served: Served) -> None:
    socket = socket_to(served, "left", TOKEN)
    socket.send(jpeg(50))
    assert socket.receive(5) == "ok"
    services_of(app).publishers.close()
    with pytest.raises(ConnectionClosed):
        socket.receive(5)


def test_links_are_told_with_what_phones_require(pipeline: object, tmp_path: Path, options: ServeOptions) -> None:
    reachable = replace(options, host="0.0.0.0", port=8123, https=True)
    app = create_app(pipeline, Store(tmp_path / "settings.json"), reachable)  # type: ignore[arg-type]
    told = client_with(app, TOKEN).post("/api/cameras", json={"name": "left"}).json
    assert told["secure"] is True
    (camera,) = told["cameras"]
    assert camera["url"].startswith("https://")
    assert ":8123/camera?token=" in camera["url"]
    assert camera["whip"].endswith(":8123/whip/left")
    assert "<svg" in camera["qr_svg"]
    assert "--tls auto" in told["command"]
    assert json.dumps(told).count(camera["url"].partition("token=")[2]) == 1


def test_a_link_to_this_computer_alone_is_nothing_for_a_phone(
    pipeline: object, tmp_path: Path, options: ServeOptions
) -> None:
    alone = replace(options, host="127.0.0.1", https=True, camera_command="posecast serve --host 0.0.0.0 --tls auto")
    app = create_app(pipeline, Store(tmp_path / "settings.json"), alone)  # type: ignore[arg-type]
    client = client_with(app, TOKEN)
    told = client.post("/api/cameras", json={"name": "left"}, base_url="https://127.0.0.1:8000").json
    assert told["cameras"][0]["url"].startswith("https://127.0.0.1")
    assert told["secure"] is False
    assert "--host 0.0.0.0" in told["command"]
