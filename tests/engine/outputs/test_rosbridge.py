"""ROS 2 over rosbridge: what arrives fits the types, where the stage says; and servers that go, lack types, or lie."""

from __future__ import annotations

import base64
import hashlib
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from engine.errors import PosecastError
from engine.outputs import rosbridge
from engine.outputs.parsing import parse
from engine.outputs.rosbridge import Rosbridge
from engine.outputs.schemes import SCHEMES
from engine.skeleton import JOINT
from tests.engine.outputs.live import Live, moment
from tests.engine.outputs.rosbridge_server import RosbridgeServer
from tests.engine.outputs.staged import joints_world, staged


@pytest.fixture
def server() -> Iterator[RosbridgeServer]:
    server = RosbridgeServer()
    yield server
    server.close()
    assert not server.wrong


@pytest.fixture
def live(server: RosbridgeServer) -> Iterator[Live]:
    live = Live(f"rosbridge://127.0.0.1:{server.port}")
    yield live
    live.close()


def made(port: int) -> Rosbridge:
    return Rosbridge(parse(f"rosbridge://127.0.0.1:{port}", SCHEMES))


def test_ros_gets_the_stage(server: RosbridgeServer, live: Live) -> None:
    live.show(staged(0.5, (1, 2)))
    server.wait_until(lambda: server.count["/humans/bodies/body_2/skeleton2d"])
    assert server.advertised["/posecast/markers"] == "visualization_msgs/msg/MarkerArray"
    assert server.newest["/humans/bodies/tracked"].ids == ["body_1", "body_2"]
    knee = server.newest["/posecast/body_2/joints"].poses[JOINT["left_knee"]].position
    x, y, z = joints_world(0.5)[1, JOINT["left_knee"]]
    np.testing.assert_allclose((knee.x, knee.y, knee.z), (-z, -x, y), atol=2e-4)
    stamp = server.newest["/posecast/people"].header.stamp
    captured = time.time() - (time.monotonic() - staged(0.5).frame.captured_at)
    assert stamp.sec + stamp.nanosec * 1e-9 == pytest.approx(captured, abs=0.1)


def test_topics_of_those_who_left_are_given_back(server: RosbridgeServer, monkeypatch: pytest.MonkeyPatch) -> None:
    output = made(server.port)
    output.open()
    output.send(moment(0.0, (1, 2)))
    server.wait_until(lambda: "/posecast/body_1/joints" in server.advertised)
    monkeypatch.setattr(rosbridge, "_FORGOTTEN_S", 0.0)
    output.send(moment(0.1, (2,)))
    server.wait_until(lambda: "/posecast/body_1/joints" not in server.advertised)
    assert "/posecast/body_2/joints" in server.advertised
    output.close()


def test_a_server_that_is_started_again(server: RosbridgeServer, live: Live) -> None:
    live.show(staged(0.0, (1,)))
    server.wait_until(lambda: server.count["/posecast/people"])
    server.close()
    live.show(staged(0.1, (1,)))
    live.until(lambda report: report.state == "retrying")
    again = RosbridgeServer(server.port)
    live.show(staged(0.2, (1,)))
    again.wait_until(lambda: again.count["/posecast/people"])
    assert not again.wrong
    live.close()
    again.close()


def test_a_ros_without_hri_msgs_gets_the_rest(caplog: pytest.LogCaptureFixture) -> None:
    server = RosbridgeServer(lacking="hri_msgs")
    output = made(server.port)
    output.open()
    with caplog.at_level(logging.WARNING):
        sent = output.send(moment(0.0))
        output.confirm()
        assert output.send(moment(0.1)) == sent - 3
        output.confirm()
    assert "lacks hri_msgs/msg/Skeleton2D" in caplog.text
    server.wait_until(lambda: server.count["/posecast/markers"] == 2)
    output.close()
    server.close()


def test_a_ros_that_refuses_what_every_ros_has() -> None:
    server = RosbridgeServer(lacking="geometry_msgs")
    output = made(server.port)
    output.open()
    output.send(moment(0.0))
    with pytest.raises(PosecastError, match="Unable to import geometry_msgs"):
        output.confirm()
    output.close()
    server.close()


def test_a_test_moves_no_camera(server: RosbridgeServer, live: Live) -> None:
    assert live.test().ok
    server.wait_until(lambda: server.count["/posecast/markers"])
    assert "/tf" not in server.count


def test_what_is_no_rosbridge(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rosbridge, "_TIMEOUT_S", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        refused(made(port).open, "takes nothing")
    refused(made(port).open, "nothing listens")


def test_a_server_that_reads_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """It shakes hands, and then its buffers fill."""
    monkeypatch.setattr(rosbridge, "_TIMEOUT_S", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        thread = threading.Thread(target=shake_hands, args=(server, connections := []))
        thread.start()
        output = made(server.getsockname()[1])
        output.open()
        thread.join()
        assert output._socket is not None
        output._socket.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)

        def send_on() -> None:
            while True:
                output.send(moment(0.0, (1, 2, 3, 4, 5)))

        refused(send_on, "takes nothing")
        connections[0].close()
        output.close()


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (b"\x82\x7f" + (1 << 40).to_bytes(8, "big"), "does not answer as rosbridge does"),
        (b"\x88\x00", "closed the connection"),
        (b"\xff\xff\xff", "closed the connection|takes nothing"),
    ],
)
def test_a_server_that_talks_nonsense(said: bytes, told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rosbridge, "_TIMEOUT_S", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=shake_hands, args=(server, connections := []))
        thread.start()
        output = made(server.getsockname()[1])
        output.open()
        thread.join()
        connections[0].sendall(b"\x81\x03abc" + b"\x81\x04[12]" + said)
        refused(output.confirm, told)
        output.close()
        connections[0].close()


def refused(action: Callable[[], object], message: str) -> None:
    with pytest.raises(PosecastError, match=message):
        action()


def shake_hands(server: socket.socket, connections: list[socket.socket]) -> None:
    """Accept a WebSocket and read nothing more of it."""
    connection = server.accept()[0]
    connections.append(connection)
    asked = connection.recv(65536).decode()
    key = asked.partition("Sec-WebSocket-Key: ")[2].split("\r\n")[0]
    accepted = base64.b64encode(hashlib.sha1(f"{key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11".encode()).digest()).decode()
    connection.sendall(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        + f"Sec-WebSocket-Accept: {accepted}\r\n\r\n".encode()
    )
