"""Cameras of a rig that hang on other machines, with a real Redis."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.bus import SCENE, STATE, Bus, BusError, bus_address
from engine.capture import open_source, remote
from engine.capture.remote import RemoteCamera
from engine.capture.rig_live import LiveRig
from engine.errors import PosecastError
from engine.rig import read_rig
from engine.types import Frame
from tests.engine.capture.test_rig import camera_toml, written
from tests.redis_server import RedisServer


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    server = RedisServer()
    yield server
    server.kill()


class Publisher:
    """Another machine, whose clock is `ahead` of this one's."""

    def __init__(self, url: str, ahead: float = 0.0) -> None:
        self._bus, self._ahead, self._index = Bus(bus_address(url)), ahead, 0
        self.live()

    def live(self) -> None:
        self._bus.put(STATE, json.dumps({"clock_s": self._ahead}).encode(), 5)

    def show(self, taken: float, **more: Any) -> None:
        """A scene with one person whose picture was taken at `taken`, seconds since 1970."""
        self._index += 1
        keypoints = [None if joint == 2 else [10.0 * joint, 20.0, 0.9] for joint in range(19)]
        wire = {
            "frame": self._index,
            "time": self._index / 10,
            "wall_time": taken + self._ahead,
            "image_size": [1280, 720],
            "backend": "openvino",
            "device": "CPU",
            "precision": "int8",
            "people": [{"id": 1, "score": 0.8, "keypoints_2d": keypoints}],
            **more,
        }
        self._bus.put(SCENE, json.dumps(wire).encode(), 5)


def frame_of(camera: RemoteCamera) -> Frame:
    frame = camera.read()
    assert frame is not None
    return frame


def test_people_come_with_times_of_this_machine(redis: RedisServer, caplog: pytest.LogCaptureFixture) -> None:
    url = f"{redis.url}?name=hall"
    other = Publisher(url, ahead=100.0)
    caplog.set_level("INFO")
    camera = RemoteCamera(bus_address(url))
    other.show(time.time() - 0.2)
    frame = frame_of(camera)
    assert abs(time.monotonic() - frame.captured_at - 0.2) < 0.1
    assert frame.image.shape == (720, 1280, 3)
    assert frame.found is not None
    assert frame.found.backend.precision == "int8"
    (pose,) = frame.found.poses
    assert pose.keypoints[4].tolist() == [40.0, 20.0]
    assert "its clock is 100" in caplog.text
    assert "ahead of" in caplog.text
    other.show(time.time(), cameras={"a": {}})
    with pytest.raises(PosecastError, match="is a rig itself"):
        camera.read()
    camera.close()
    assert camera.read() is None


def test_who_is_away_is_named(redis: RedisServer, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(PosecastError, match="nobody publishes as attic"):
        RemoteCamera(bus_address(f"{redis.url}?name=attic"))
    url = f"{redis.url}?name=cellar"
    Publisher(url)
    monkeypatch.setattr(remote, "SILENT_S", 0.1)
    with pytest.raises(PosecastError, match="nothing comes from"):
        RemoteCamera(bus_address(url)).read()
    with pytest.raises(BusError, match="cannot be reached"):
        RemoteCamera(bus_address("redis://127.0.0.1:1"))
    with pytest.raises(PosecastError, match="camera of a rig"):
        open_source(url)


def test_what_another_program_publishes_is_refused_in_one_line(redis: RedisServer) -> None:
    url = f"{redis.url}?name=other"
    other, bus = Publisher(url), Bus(bus_address(url))

    def refused(kind: str, data: bytes) -> str:
        camera = RemoteCamera(bus_address(url))
        bus.put(kind, data, 5)
        with pytest.raises(PosecastError) as caught:
            camera.read()
        assert "same version" in caught.value.hint
        other.live()
        return caught.value.error

    for nonsense in (b"", b"[]", b"no JSON", b'{"time": 1}'):
        assert "is not a scene" in refused(SCENE, nonsense)
    assert "does not tell its clock" in refused(STATE, b"{}")


def test_a_rig_takes_them_and_one_that_stops_comes_back(redis: RedisServer, tmp_path: Path) -> None:
    cameras = [camera_toml(name, f"{redis.url}?name={name}", number) for number, name in enumerate(("left", "right"))]
    rig = written(tmp_path, *cameras)
    left, right = Publisher(f"{redis.url}?name=left", 3.0), Publisher(f"{redis.url}?name=right", -7.0)
    source = open_source(rig)
    assert isinstance(source, LiveRig)

    away, ended = threading.Event(), threading.Event()

    def play() -> None:
        while not ended.wait(0.05):
            now = time.time()
            for publisher in (left,) if away.is_set() else (left, right):
                publisher.show(now)

    def until(wanted: tuple[bool, ...]) -> None:
        end = time.monotonic() + 20
        while (frame := source.read()) is not None:
            if tuple(view.frame is not None for view in frame.views) == wanted:
                return
            assert time.monotonic() < end
        raise AssertionError("the rig has ended")

    player = threading.Thread(target=play)
    player.start()
    try:
        until((True, True))
        away.set()
        until((True, False))
        away.clear()
        until((True, True))
    finally:
        ended.set()
        player.join()
        source.close()


def test_a_wrong_address_is_refused_when_the_rig_is_read(tmp_path: Path) -> None:
    rig = written(tmp_path, *(camera_toml(name, "redis://:secret@host:x", 0) for name in ("left", "right")))
    with pytest.raises(PosecastError) as caught:
        read_rig(Path(rig))
    assert "secret" not in str(caught.value)
    assert "cameras.left" in caught.value.error
