"""Receivers and moments for the tests of outputs: real servers of other people's making, and the stage's truth."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any

import numpy as np
from pythonosc.dispatcher import Dispatcher
from pythonosc.osc_bundle import OscBundle
from pythonosc.osc_server import ThreadingOSCUDPServer

from engine.capture.stage import CAMERA, truth_at
from engine.geometry import Camera
from engine.outputs.moment import Moment
from engine.outputs.output import Output
from engine.outputs.parsing import parse
from engine.outputs.schemes import SCHEMES
from engine.skeleton import PELVIS
from engine.types import BackendInfo, Floats, Frame, Person, Pose2D, Pose3D, Scene, Snapshot
from engine.wire import dumps, scene_to_wire

WALL_TIME = 1795358400.25


def person(id: int, joints: Floats, camera: Camera = CAMERA) -> Person:
    """(19, 3) metres, world frame of `camera`."""
    in_camera = camera.camera_from_world(np.asarray(joints, np.float64))
    keypoints, scores = camera.project(in_camera).astype(np.float32), np.full(19, 0.9, np.float32)
    keypoints[PELVIS], scores[PELVIS] = np.nan, 0
    return Person(id, Pose2D(keypoints, scores, 18.0), Pose3D(in_camera.astype(np.float32)))


def moment(people: dict[int, Floats], time_s: float = 0.0, frame: int = 7, camera: Camera = CAMERA) -> Moment:
    """People by id, (19, 3) metres in the world of `camera`."""
    scene = Scene(frame, time_s, tuple(person(id, joints, camera) for id, joints in people.items()), camera)
    image = np.zeros((camera.image_size[1], camera.image_size[0], 3), np.uint8)
    snapshot = Snapshot(scene, Frame(frame, time_s, time.monotonic(), image), BackendInfo("fake", "CPU", "fp32"))
    return Moment(snapshot, WALL_TIME, lambda: dumps(scene_to_wire(snapshot, fps=30.0, wall_time=WALL_TIME)))


def stage_moment(time_s: float = 0.0) -> Moment:
    """The five people of the stage, ids from 1."""
    joints = truth_at(time_s).joints_world
    return moment({number + 1: one for number, one in enumerate(joints)}, time_s)


def output(url: str) -> Output:
    """The output of an address, opened."""
    address = parse(url, SCHEMES)
    made = SCHEMES[address.scheme].make(address)
    made.open()
    return made


def eventually(condition: Callable[[], object], seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.005)


class OscPeer:
    """python-osc's own server: messages by address, in the order in which they came, and the bundles' time tags."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, tuple[Any, ...]]] = []
        self.stamps: list[float] = []
        peer = self

        class Server(ThreadingOSCUDPServer):
            def verify_request(self, request: Any, client_address: Any) -> bool:
                if OscBundle.dgram_is_bundle(request[0]):
                    peer.stamps.append(OscBundle(request[0]).timestamp)
                return super().verify_request(request, client_address)

        dispatcher = Dispatcher()
        dispatcher.set_default_handler(lambda address, *values: self.messages.append((address, values)))
        self._server = Server(("127.0.0.1", 0), dispatcher)
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def newest(self) -> dict[str, tuple[Any, ...]]:
        """The last message of each address."""
        return dict(self.messages)

    def __enter__(self) -> OscPeer:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join(5)
        self._server.server_close()


def udp_receiver() -> tuple[socket.socket, int]:
    """A socket that receives datagrams, and its port."""
    receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    receiver.bind(("127.0.0.1", 0))
    receiver.settimeout(5)
    return receiver, int(receiver.getsockname()[1])
