"""`/api/scenes` with websocket-client: scenes as they come, the same guards as everywhere, slow clients bounded."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import websocket
from flask.testing import FlaskClient

from engine.pipeline import Pipeline
from engine.wire import parse_scene
from tests.webapp.conftest import PROTECTED, TOKEN, VIEW_TOKEN, eventually, show
from tests.webapp.people import joints
from tests.webapp.serving import Served
from tests.webapp.stage import Stage
from webapp.services import Services


@pytest.fixture
def serving() -> dict[str, Any]:
    return {**PROTECTED, "viewer_limit": 3}


@pytest.fixture
def stage() -> Stage:
    """Enough people to fill the buffers of a connection soon."""
    return Stage(people=40)


def connect(
    served: Served, token: str | None = VIEW_TOKEN, buffer: int | None = None, **options: object
) -> websocket.WebSocket:
    header = {"Authorization": f"Bearer {token}"} if token else {}
    connection = socket.socket()
    if buffer is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    connection.settimeout(10)
    connection.connect(("127.0.0.1", served.port))
    url = f"ws://127.0.0.1:{served.port}/api/scenes"
    try:
        return websocket.create_connection(
            url, **{"socket": connection, "header": header, "suppress_origin": True, **options}
        )
    except websocket.WebSocketException:
        connection.close()
        raise


@pytest.fixture
def receiver(served: Served, playing: Pipeline) -> Iterator[websocket.WebSocket]:
    client = connect(served)
    yield client
    client.close()


def test_every_scene_is_a_message(receiver: websocket.WebSocket, stage: Stage, playing: Pipeline) -> None:
    scene = parse_scene(json.loads(receiver.recv()))
    frames = [scene.frame]
    for _ in range(3):
        show(stage, playing)
        frames.append(json.loads(receiver.recv())["frame"])
    assert frames == sorted(set(frames))
    np.testing.assert_allclose(scene.people[0].joints_camera, joints(), atol=1e-3)
    assert scene.people[0].joints_3d is not None
    np.testing.assert_allclose(scene.people[0].joints_3d, joints() * (1, -1, -1) + (0, 1.5, 0), atol=1e-3)


def test_it_answers_pings_and_ends_when_the_client_does(
    receiver: websocket.WebSocket, services: Services, stage: Stage, playing: Pipeline
) -> None:
    receiver.recv()
    receiver.ping("alive")
    assert receiver.recv_data(control_frame=True)[0] == websocket.ABNF.OPCODE_PONG
    assert services.status.present() == 1
    receiver.close()
    eventually(lambda: len(services.viewers) == 0)


@pytest.mark.parametrize(
    ("token", "handshake", "status"),
    [
        (None, {}, 401),
        ("wrong", {}, 401),
        (VIEW_TOKEN, {"host": "evil.example"}, 403),
        (VIEW_TOKEN, {"origin": "http://evil.example", "suppress_origin": False}, 403),
    ],
)
def test_the_guards_are_those_of_everything(
    served: Served, token: str | None, handshake: dict[str, object], status: int
) -> None:
    with pytest.raises(websocket.WebSocketBadStatusException) as refused:
        connect(served, token, **handshake)
    assert refused.value.status_code == status


def test_places_are_limited(served: Served, playing: Pipeline, services: Services) -> None:
    clients = [connect(served, TOKEN) for _ in range(3)]
    with pytest.raises(websocket.WebSocketBadStatusException) as refused:
        connect(served)
    assert refused.value.status_code == 503
    for client in clients:
        client.close()
    eventually(lambda: len(services.viewers) == 0)


def test_a_client_that_does_not_read_delays_nobody_and_is_dropped(
    served: Served, stage: Stage, playing: Pipeline, services: Services
) -> None:
    stage.people = 60
    playing.change_settings({"min_score": 0.0})
    sleeper = connect(served, sockopt=((socket.SOL_SOCKET, socket.SO_RCVBUF, 4096),))
    reader = connect(served)
    services.viewers._clock = lambda: 0.0
    for _ in range(60):
        version = show(stage, playing)
        while json.loads(reader.recv())["frame"] < version - 1:
            pass
    services.viewers._clock = lambda: 1000.0
    services.viewers.drop_stuck()
    eventually(lambda: len(services.viewers) <= 1)
    reader.close()
    sleeper.close()


def test_a_client_that_talks_too_much_is_dropped(served: Served, playing: Pipeline, services: Services) -> None:
    client = connect(served)
    try:
        for _ in range(2000):
            client.send("x" * 100)
    except OSError:
        pass
    eventually(lambda: len(services.viewers) == 0)
    client.shutdown()


def test_the_end_of_the_server_ends_it(served: Served, playing: Pipeline, services: Services) -> None:
    client = connect(served)
    client.recv()
    services.viewers.close()
    with pytest.raises((OSError, websocket.WebSocketConnectionClosedException)):
        for _ in range(100):
            client.recv()
    client.shutdown()
    eventually(lambda: len(services.viewers) == 0)
    eventually(lambda: not [one for one in threading.enumerate() if "simple_websocket" in one.name])


def test_other_requests_are_told_what_it_is(client: FlaskClient) -> None:
    headers = {"Authorization": f"Bearer {VIEW_TOKEN}"}
    answer = client.get("/api/scenes", headers=headers)
    assert (answer.status_code, "WebSocket" in answer.json["error"]) == (426, True)
    handshake = {"Upgrade": "websocket", "Connection": "Upgrade"}
    assert client.get("/api/scenes", headers={**headers, **handshake}).status_code == 400
