"""Real Socket.IO clients on a real server."""

from __future__ import annotations

import json
import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
import socketio
import websocket

from engine.errors import PosecastError
from engine.pipeline import Pipeline
from tests.engine.test_wire import VALIDATOR
from tests.webapp.conftest import eventually, show
from tests.webapp.serving import Served
from tests.webapp.stage import Stage
from webapp.live.broadcast import SILENT_AFTER
from webapp.live.packets import MAX_MESSAGE
from webapp.live.sockets import MAX_UNREAD, STRANGERS_LEAVE_AFTER
from webapp.services import Services

EVENTS = ("scene", "stats", "state", "progress", "problem")


@pytest.fixture
def serving() -> dict[str, Any]:
    return {"viewer_limit": 3}


class Client:
    """Keeps everything it gets, by event."""

    def __init__(self, served: Served, transports: list[str]) -> None:
        self.got: dict[str, list[Any]] = {event: [] for event in EVENTS}
        self.socket = socketio.Client(reconnection=False)
        for event in EVENTS:
            self.socket.on(event, self.got[event].append)
        self.socket.connect(served.url, transports=transports, wait_timeout=5)


@pytest.fixture
def connect(served: Served) -> Iterator[Any]:
    clients: list[Client] = []

    def connect(*transports: str) -> Client:
        clients.append(Client(served, list(transports) or ["websocket"]))
        return clients[-1]

    yield connect
    for client in clients:
        client.socket.disconnect()


@pytest.mark.parametrize("transports", [["websocket"], ["polling"], ["polling", "websocket"]])
def test_scenes_state_and_stats_arrive(
    transports: list[str], connect: Any, stage: Stage, playing: Pipeline, services: Services
) -> None:
    client = connect(*transports)
    eventually(lambda: client.got["state"] and client.got["scene"])
    for count in range(2, 5):
        show(stage, playing)
        eventually(lambda count=count: len(client.got["scene"]) >= count)
    for scene in client.got["scene"]:
        VALIDATOR.validate(scene)
    frames = [scene["frame"] for scene in client.got["scene"]]
    assert frames == sorted(set(frames))
    assert client.got["state"][0]["backend"]["name"] == "openvino"
    eventually(lambda: client.got["stats"])
    assert client.got["stats"][0]["viewers"] == 1
    client.socket.disconnect()
    eventually(lambda: len(services.broadcaster) == 0)


def test_a_switch_is_followed_on_the_socket(connect: Any, served: Served, stage: Stage, playing: Pipeline) -> None:
    client = connect()
    stage.loading.clear()
    put(served, "/api/backend", {"name": "pytorch"})
    eventually(lambda: any(progress["step"] == "compile" for progress in client.got["progress"]))
    assert set(client.got["progress"][-1]) == {"task", "step", "fraction", "message"}
    eventually(lambda: any(state["switching"] for state in client.got["state"]))
    stage.loading.set()
    eventually(lambda: (stage.give(), client.got["state"][-1]["backend"]["name"] == "pytorch")[1])


def test_a_failed_switch_is_a_problem_and_the_old_one_goes_on(
    connect: Any, served: Served, stage: Stage, playing: Pipeline
) -> None:
    client = connect()
    stage.failure = PosecastError("the model does not compile", "use another precision")
    put(served, "/api/settings", {"height_size": 320})
    eventually(lambda: client.got["problem"] or stage.give())
    assert client.got["problem"][0]["error"] == "the model does not compile"
    assert client.got["problem"][0]["hint"] == "use another precision"
    assert show(stage, playing)


def put(served: Served, path: str, body: object) -> int:
    request = urllib.request.Request(served.url + path, json.dumps(body).encode(), method="PUT")
    with urllib.request.urlopen(request, timeout=10) as response:
        return int(response.status)


def handshake(served: Served) -> websocket.WebSocket:
    """A client that speaks just enough Engine.IO to connect."""
    client = websocket.create_connection(
        f"ws://127.0.0.1:{served.port}/socket.io/?EIO=4&transport=websocket", timeout=10
    )
    assert client.recv().startswith("0{")
    return client


def join(client: websocket.WebSocket) -> None:
    client.send("40")
    while not client.recv().startswith("40"):
        pass


def test_a_client_that_never_acknowledges_gets_one_scene_and_is_dropped(
    served: Served, stage: Stage, playing: Pipeline, services: Services
) -> None:
    client = handshake(served)
    join(client)
    eventually(lambda: any(one.waiting_since for one in services.broadcaster._clients.values()))
    for _ in range(5):
        show(stage, playing)
    clock = services.broadcaster._clock
    services.broadcaster._clock = lambda: clock() + SILENT_AFTER + 1
    eventually(lambda: len(services.broadcaster) == 0)
    received = drain(client)
    assert sum('["scene",' in message for message in received) == 1
    client.shutdown()


def drain(client: websocket.WebSocket) -> list[str]:
    """What comes until the other side hangs up."""
    messages = []
    try:
        while message := client.recv():
            messages.append(message)
    except (websocket.WebSocketException, OSError):
        pass
    return messages


def test_a_client_that_reads_nothing_cannot_hold_up_the_server(
    served: Served, stage: Stage, playing: Pipeline, connect: Any, services: Services
) -> None:
    """Its buffers full, the thread that writes to it blocks for good; it is cut off, and everybody else goes on."""
    stuck = handshake(served)
    join(stuck)
    stuck.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
    sid = next(iter(services.broadcaster._clients))
    for _ in range(400):
        services.sockets.emit("problem", {"error": "x" * 50_000, "hint": ""}, to=sid)
    started = time.monotonic()
    services.sockets.drop(sid)
    assert time.monotonic() - started < 2
    lively = connect()
    eventually(lambda: lively.got["scene"])
    eventually(lambda: len(services.sockets) == 1)
    stuck.shutdown()


def test_connections_that_never_become_clients_are_ended(
    served: Served, playing: Pipeline, services: Services, connect: Any
) -> None:
    client = connect()
    stranger = handshake(served)
    eventually(lambda: len(services.sockets) == 2)
    services.sockets.sweep()
    clock = services.sockets._clock
    services.sockets._clock = lambda: clock() + STRANGERS_LEAVE_AFTER + 1
    services.sockets.sweep()
    eventually(lambda: len(services.sockets) == 1)
    assert client.socket.connected
    stranger.shutdown()


def test_more_sockets_than_the_limit_are_refused(served: Served, playing: Pipeline, services: Services) -> None:
    open_sockets = [handshake(served) for _ in range(3)]
    with pytest.raises(websocket.WebSocketBadStatusException) as refused:
        handshake(served)
    assert refused.value.status_code == 503
    for one in open_sockets:
        one.shutdown()
    eventually(lambda: len(services.sockets) == 0)
    handshake(served).shutdown()


def test_large_messages_end_the_connection(served: Served, playing: Pipeline, services: Services) -> None:
    client = handshake(served)
    join(client)
    client.send("42" + json.dumps(["x", "y" * MAX_MESSAGE]))
    eventually(lambda: len(services.sockets) == 0)
    client.shutdown()


def test_acknowledgements_of_nothing_are_ignored(served: Served, playing: Pipeline, services: Services) -> None:
    client = handshake(served)
    join(client)
    for message in ('43999["x"]', "431[]"):
        client.send(message)
    while not client.recv().startswith('42["stats"'):  # a second later
        pass
    assert len(services.broadcaster) == 1
    client.shutdown()


@pytest.mark.parametrize("message", ['42["state",{}]', '42["record",true]', '42["disconnect"]'])
def test_what_else_clients_send_ends_the_connection(
    message: str, served: Served, playing: Pipeline, services: Services
) -> None:
    client = handshake(served)
    join(client)
    client.send(message)
    eventually(lambda: len(services.broadcaster) == 0)
    client.shutdown()


def ask(served: Served, sid: str | None, data: bytes | None = None) -> tuple[int, str]:
    """Poll, or post `data`, by a session, or begin one."""
    address = f"{served.url}/socket.io/?EIO=4&transport=polling{f'&sid={sid}' if sid else ''}"
    try:
        with urllib.request.urlopen(urllib.request.Request(address, data), timeout=15) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def session(served: Served) -> str:
    """A new one, by polls; its name."""
    return str(json.loads(ask(served, None)[1][1:])["sid"])


def upgrade(served: Served, sid: str) -> websocket.WebSocket:
    return websocket.create_connection(
        f"ws://127.0.0.1:{served.port}/socket.io/?EIO=4&transport=websocket&sid={sid}", timeout=15
    )


def test_a_session_polls_once_at_a_time(served: Served, services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each poll holds a server thread until there is something to tell; two by one session end it."""
    monkeypatch.setattr("webapp.live.sockets.STRANGERS_LEAVE_AFTER", 1000)
    sid = session(served)
    answers: list[tuple[int, str]] = []
    first = threading.Thread(target=lambda: answers.append(ask(served, sid)))
    first.start()
    eventually(lambda: len(services.sockets._under_way) == 1)
    for _ in range(5):
        assert ask(served, sid)[0] == 400
    first.join(15)
    assert answers == [(200, "1")], "it was told that the session is over"
    assert len(services.sockets) == len(services.sockets._under_way) == 0


def test_a_session_has_one_websocket(served: Served, services: Services) -> None:
    sid = session(served)
    first = upgrade(served, sid)
    for _ in range(3):
        with pytest.raises(websocket.WebSocketBadStatusException) as refused:
            upgrade(served, sid)
        assert refused.value.status_code == 400
    assert drain(first) == [], "hung up on, too"
    eventually(lambda: len(services.sockets) == len(services.sockets._under_way) == 0)
    first.shutdown()


def test_who_never_takes_over_goes_on_by_polls(
    served: Served, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webapp.live.websocket.TAKE_OVER_WITHIN", 0.2)
    monkeypatch.setattr("webapp.live.websocket._LOOK_UP", 0.1)
    sid = session(served)
    assert ask(served, sid, b"40")[0] == 200
    for _ in range(2):
        idle = upgrade(served, sid)
        assert drain(idle) == []
        idle.shutdown()
        eventually(lambda: len(services.sockets._under_way) == 0)
    assert ask(served, sid)[0] == 200
    assert len(services.sockets) == 1


def threads_that_write() -> int:
    return sum("(writer)" in one.name for one in threading.enumerate())


def test_a_session_that_ended_while_its_client_read_nothing_holds_no_thread(served: Served, services: Services) -> None:
    """A client that answers no pings: Engine.IO closes its session, and closing again must not fail."""
    before = threads_that_write()
    stuck = handshake(served)
    stuck.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
    join(stuck)
    (sid,) = services.broadcaster._clients
    for _ in range(60):
        services.sockets.emit("problem", {"error": "x" * 500_000, "hint": ""}, to=sid)
    (inner,) = services.sockets._eio.sockets.values()
    inner.close(wait=False, abort=True)
    eventually(lambda: threads_that_write() == before)
    stuck.shutdown()


def test_a_scene_that_was_not_read_cannot_be_acknowledged(
    served: Served, stage: Stage, playing: Pipeline, services: Services
) -> None:
    client = handshake(served)
    join(client)
    eventually(lambda: any(one.waiting_since for one in services.broadcaster._clients.values()))
    (one,) = services.broadcaster._clients.values()
    first = one.version
    for number in range(1, 20):
        client.send(f"43{number}[]")
        show(stage, playing)
    assert one.version == first, "guessed"
    while not (message := client.recv()).startswith("42") or '["scene",' not in message:
        pass
    client.send("43" + message[2 : message.index("[")] + "[]")
    while '["scene",' not in client.recv():  # the next
        pass
    client.shutdown()


def test_who_lets_messages_pile_up_is_ended(served: Served, services: Services) -> None:
    """Who connects again and again is refused each time, in a message."""
    sid = session(served)
    for _ in range(MAX_UNREAD // 16 + 2):
        assert ask(served, sid, b"\x1e".join([b"40"] * 16))[0] in (200, 400)
    eventually(lambda: len(services.sockets) == 0)


@pytest.mark.parametrize("acknowledgement", ["430[]", "430000[]"])
def test_an_acknowledgement_without_a_number_disturbs_nobody(
    acknowledgement: str,
    served: Served,
    stage: Stage,
    playing: Pipeline,
    connect: Any,
    services: Services,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The library's own counter would stand under 0, among those who wait for an acknowledgement."""
    odd = handshake(served)
    join(odd)
    lively = connect()
    eventually(lambda: lively.got["scene"])
    odd.send(acknowledgement)
    eventually(lambda: len(services.sockets) == 1)
    seen = len(lively.got["scene"])
    eventually(lambda: (show(stage, playing), len(lively.got["scene"]) > seen)[1])
    assert not [one for one in caplog.records if one.exc_info]
    odd.shutdown()


@pytest.mark.parametrize("transport", ["polling", "websocket"])
def test_nothing_is_said_after_a_close(
    transport: str, served: Served, services: Services, caplog: pytest.LogCaptureFixture
) -> None:
    if transport == "polling":
        assert ask(served, session(served), b"1\x1e40")[0] == 400
    else:
        client = handshake(served)
        client.send("1")
        client.send("40")
        drain(client)
        client.shutdown()
    eventually(lambda: len(services.sockets) == 0)
    services.sockets.sweep()
    assert services.sockets._manager.rooms == services.sockets._manager.pending_connect == {}
    assert not [one for one in caplog.records if one.exc_info]


def test_stopping_ends_every_socket(served: Served, playing: Pipeline, services: Services, connect: Any) -> None:
    clients = [connect("websocket"), connect("polling"), connect("polling", "websocket")]
    services.stop()
    for client in clients:
        eventually(lambda client=client: not client.socket.connected)
    assert len(services.sockets) == 0
    assert not [thread.name for thread in threading.enumerate() if thread.name.startswith("posecast-broadcast")]
    with pytest.raises(websocket.WebSocketBadStatusException):
        handshake(served)
