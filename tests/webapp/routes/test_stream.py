from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, suppress
from typing import Any

import cv2
import numpy as np
import pytest
from flask.testing import FlaskClient

from engine.overlay import BACKGROUND
from engine.pipeline import Pipeline
from engine.slot import Slot
from engine.types import Frame, Image, Snapshot
from tests.webapp.conftest import eventually, show, start
from tests.webapp.people import person, snapshot
from tests.webapp.serving import Served
from tests.webapp.stage import Stage
from webapp.live import pictures as live_pictures
from webapp.live.faces import Faces
from webapp.live.pictures import Pictures
from webapp.live.renditions import FULL_QUALITY, SCALED_BYTES, SCALED_QUALITY, WIDTHS, Encoder, Rendition, draw, scaled
from webapp.live.viewers import STUCK_AFTER, Viewers
from webapp.services import Services

Watch = Callable[..., "Watcher"]


@pytest.fixture
def serving() -> dict[str, Any]:
    return {"viewer_limit": 2}


class Watcher:
    """Reads `/stream.mjpg` part by part."""

    def __init__(self, served: Served, query: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=10)
        self.connection.request("GET", f"/stream.mjpg?{query}")
        self.response = self.connection.getresponse()
        if self.response.status == 200:
            assert self.response.readline() == b"--frame\r\n"

    def part(self) -> tuple[dict[str, str], Image]:
        headers: dict[str, str] = {}
        while line := self.response.readline().strip().decode():
            name, _, value = line.partition(": ")
            headers[name] = value
        jpeg = self.response.read(int(headers["Content-Length"]))
        assert self.response.readline() == b"\r\n"
        assert self.response.readline() == b"--frame\r\n"
        return headers, decoded(jpeg)

    def close(self) -> None:
        self.response.close()
        self.connection.close()


@pytest.fixture
def watch(served: Served) -> Iterator[Watch]:
    """Opens a stream. However the test ends, it is closed: a socket left open fails another test."""
    with ExitStack() as stack:
        yield lambda query="view=overlay": stack.enter_context(closing(Watcher(served, query)))


def decoded(jpeg: bytes) -> Image:
    image = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    return np.asarray(image, np.uint8)


def is_drawn_on(picture: Image, frame: Frame) -> bool:
    """Beside the frame as JPEG, whose own errors are large: it is noise."""
    plain = decoded(Encoder(Rendition("raw")).encode(frame.image)).astype(int)
    return bool((np.abs(picture - plain).max(axis=2) > 60).sum() > 100)


def test_parts_come_as_frames_come(watch: Watch, stage: Stage, playing: Pipeline, services: Services) -> None:
    watcher = watch()
    assert watcher.response.headers["Content-Type"] == "multipart/x-mixed-replace; boundary=frame"
    assert watcher.response.headers["Cache-Control"] == "no-store"
    first, picture = watcher.part()
    assert first["Content-Type"] == "image/jpeg"
    assert picture.shape == (180, 320, 3)
    show(stage, playing)
    second, _ = watcher.part()
    assert int(second["X-Frame"]) > int(first["X-Frame"])
    assert float(second["X-Time"]) == pytest.approx(int(second["X-Frame"]) / 25)
    watcher.close()
    show(stage, playing)
    eventually(lambda: len(services.viewers) == 0)


def test_a_snapshot_and_its_views(client: FlaskClient, stage: Stage, pipeline: Pipeline) -> None:
    assert client.get("/snapshot.jpg").status_code == 503
    start(stage, pipeline)
    response = client.get("/snapshot.jpg?view=raw")
    assert response.mimetype == "image/jpeg"
    assert response.headers["X-Frame"].isdecimal()
    newest = pipeline.snapshots.newest()
    assert newest is not None
    assert np.abs(decoded(response.data).astype(int) - newest.frame.image).mean() < 12
    skeleton = decoded(client.get("/snapshot.jpg?view=skeleton").data)
    assert (np.abs(skeleton.astype(int) - BACKGROUND).max(axis=2) < 12).mean() > 0.7
    assert not is_drawn_on(decoded(response.data), newest.frame)
    assert is_drawn_on(decoded(client.get("/snapshot.jpg").data), newest.frame)
    wrong = client.get("/snapshot.jpg?view=x-ray")
    assert wrong.status_code == 400
    assert "overlay, raw, skeleton" in wrong.json["hint"]
    assert client.get("/stream.mjpg?view=x-ray").status_code == 400


@pytest.fixture
def large_stage(stage: Stage) -> Stage:
    stage.size = (1280, 720)
    return stage


def test_a_width_is_rounded_up_and_scales(large_stage: Stage, watch: Watch, playing: Pipeline) -> None:
    _, picture = watch("view=raw&width=430").part()
    assert picture.shape == (270, 480, 3)
    newest = playing.snapshots.newest()
    assert newest is not None
    coarse, expected = (
        cv2.resize(one, (60, 34), interpolation=cv2.INTER_AREA) for one in (picture, newest.frame.image)
    )
    assert np.abs(coarse.astype(int) - expected).mean() < 12


def test_pictures_are_never_enlarged(client: FlaskClient, playing: Pipeline) -> None:
    for width in (1, 1000, 99999):
        assert decoded(client.get(f"/snapshot.jpg?width={width}").data).shape == (180, 320, 3)
    for wrong in ("0", "-5", "6x", "", "100000", "480.5"):
        refused = client.get(f"/stream.mjpg?width={wrong}")
        assert refused.status_code == 400, wrong
        assert "whole pixels" in refused.json["hint"]


@pytest.mark.parametrize("size", [(1280, 720), (1088, 1920), (768, 432), (3, 1)])
def test_every_width_keeps_the_shape(size: tuple[int, int]) -> None:
    image = np.zeros((size[1], size[0], 3), np.uint8)
    for width in (*WIDTHS, None):
        height, got, _ = scaled(image, width).shape
        assert got == min(width or size[0], size[0])
        assert height == pytest.approx(got * size[1] / size[0], abs=1.5)


def test_the_quality_of_scaled_pictures_follows_their_size() -> None:
    noise = np.random.default_rng(3).integers(0, 255, (360, 640, 3), np.uint8)
    encoder = Encoder(Rendition("raw", 640))
    sizes = [len(encoder.encode(noise)) for _ in range(20)]
    assert sizes[-1] < sizes[0]
    assert encoder.quality == SCALED_QUALITY[0]
    for _ in range(40):
        assert len(encoder.encode(np.zeros_like(noise))) < SCALED_BYTES
    assert encoder.quality == SCALED_QUALITY[1]
    full = Encoder(Rendition("raw"))
    full.encode(noise)
    assert full.quality == FULL_QUALITY, "what other programs read stays as it is"


def test_the_skeleton_view_has_no_pixel_of_the_camera() -> None:
    white = snapshot(0, ())
    white.frame.image[:] = 255
    assert draw(white, Rendition("skeleton"), Faces()).max() < 60


def test_each_frame_is_encoded_once_however_many_watch(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[Rendition] = []
    raw, small, overlay = Rendition("raw"), Rendition("raw", 480), Rendition("overlay")
    monkeypatch.setattr(live_pictures, "draw", lambda shown, wanted, _: calls.append(wanted) or shown.frame.image)
    slot: Slot[Snapshot] = Slot()
    pictures = Pictures(slot, Slot())
    slot.put(snapshot(0, (person(),)))
    threads = [threading.Thread(target=pictures.wait_newer, args=(wanted, None, 5)) for wanted in (raw, small) * 4]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)
    pictures.wait_newer(overlay, None, 5)
    assert len(calls) == 3
    assert set(calls) == {raw, small, overlay}
    slot.put(snapshot(1))
    assert len(calls) == 3, "with nobody waiting, nothing is encoded"


def test_frames_are_shown_until_there_is_a_scene(watch: Watch, stage: Stage, pipeline: Pipeline) -> None:
    stage.loading.clear()
    watcher = watch()
    stage.give()
    bare, picture = watcher.part()
    newest = pipeline.frames.newest()
    assert newest is not None
    assert np.abs(picture.astype(int) - newest.image).mean() < 12
    assert not is_drawn_on(picture, newest)
    assert pipeline.snapshots.newest() is None
    stage.loading.set()
    show(stage, pipeline)
    assert int(bare["X-Frame"]) == 0
    while True:  # where nobody is ever drawn, no further part comes
        headers, picture = watcher.part()
        shown = pipeline.snapshots.newest()
        assert shown is not None
        if int(headers["X-Frame"]) == shown.frame.index and is_drawn_on(picture, shown.frame):
            break


def test_the_skeleton_waits_for_people(client: FlaskClient, stage: Stage, pipeline: Pipeline) -> None:
    stage.loading.clear()
    stage.give()
    eventually(lambda: pipeline.frames.newest() is not None)
    assert client.get("/snapshot.jpg").status_code == 200
    assert client.get("/snapshot.jpg?view=skeleton").status_code == 503
    stage.loading.set()


def test_viewers_above_the_limit_are_refused_and_places_come_free(
    watch: Watch, stage: Stage, playing: Pipeline, services: Services
) -> None:
    watchers = [watch(), watch()]
    refused = watch()
    assert refused.response.status == 503
    assert b"too many viewers" in refused.response.read()
    for watcher in [*watchers, refused]:
        watcher.close()
    eventually(lambda: (stage.give(), len(services.viewers) == 0)[1])
    assert watch().response.status == 200


def test_who_leaves_before_the_first_frame_holds_no_place(watch: Watch, pipeline: Pipeline, services: Services) -> None:
    watcher = watch()
    assert len(services.viewers) == 1
    watcher.close()
    eventually(lambda: len(services.viewers) == 0)


def test_a_viewer_who_stops_reading_delays_nobody_and_is_dropped(
    watch: Watch, stage: Stage, playing: Pipeline, services: Services
) -> None:
    watch("view=raw")
    (stuck,) = services.viewers._all()
    lively = watch("view=raw")

    def in_one_write_for_five_pictures() -> bool:
        since = stuck.writing_since
        for _ in range(5):
            show(stage, playing)
            lively.part()
        return since is not None and stuck.writing_since == since

    eventually(in_one_write_for_five_pictures, 60)
    # The lively one has its part a moment before the server has noted that.
    eventually(lambda: [one for one in services.viewers._all() if one.writing_since is not None] == [stuck])
    now = services.viewers._clock
    services.viewers._clock = lambda: now() + STUCK_AFTER + 1
    services.viewers.drop_stuck()
    eventually(lambda: len(services.viewers) == 1)
    show(stage, playing)
    lively.part()


def test_stopping_ends_every_stream(watch: Watch, playing: Pipeline, services: Services) -> None:
    watcher = watch()
    watcher.part()
    services.stop()
    eventually(lambda: len(services.viewers) == 0)
    with suppress(http.client.IncompleteRead):
        assert watcher.response.read() == b""
    assert services.viewers.admit(None) is None


def test_opencv_opens_the_stream(served: Served, stage: Stage, playing: Pipeline) -> None:
    stage.rate = 50
    capture = cv2.VideoCapture(f"{served.url}/stream.mjpg", cv2.CAP_FFMPEG)
    try:
        assert capture.isOpened()
        for _ in range(3):
            ok, picture = capture.read()
            assert ok
            assert picture.shape == (180, 320, 3)
    finally:
        capture.release()


def test_a_gone_viewer_is_noticed_without_sending() -> None:
    here, there = socket.socketpair()
    viewer = Viewers(1).admit(here)
    assert viewer is not None
    assert not viewer.gone()
    there.send(b"x")
    assert not viewer.gone()
    here.recv(1)
    there.close()
    assert viewer.gone()
    here.close()
