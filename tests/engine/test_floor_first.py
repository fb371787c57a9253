"""The delayed start: the floor of the first seconds is that of every scene, and people stay who they are."""

from __future__ import annotations

import contextlib
from pathlib import Path

import numpy as np
import pytest

from engine import floor_first
from engine.capture.stage.scene import CAMERA
from engine.geometry import DEFAULT_CAMERA
from engine.infer import Inference, Result
from engine.settings import Settings

STAGE = Path(__file__).parents[2] / "engine" / "assets" / "stage.mp4"
FAST = Settings(source=str(STAGE), backend="openvino", precision="fp32", height_size=192)
FRAMES = 36


def results(settings: Settings, *, drawn: bool = False, frames: int = FRAMES, realtime: bool = False) -> list[Result]:
    with Inference(settings, max_frames=frames, realtime=realtime) as inference:
        inference.load(lambda *_: None)
        with contextlib.closing(inference.results(drawn=drawn)) as found:
            return list(found)


@pytest.fixture(scope="module")
def found() -> list[Result]:
    """With pictures."""
    return results(FAST, drawn=True)


@pytest.fixture(scope="module")
def unlevelled() -> list[Result]:
    return results(FAST.changed({"level": "off"}), drawn=True)


def test_all_scenes_have_the_same_estimated_camera(found: list[Result]) -> None:
    cameras = [result.snapshot.scene.camera for result in found]
    assert {camera.provenance.pose for camera in cameras} == {"estimated"}
    assert {camera.provenance.revision for camera in cameras} == {1}
    assert all(np.array_equal(camera.R, cameras[0].R) and np.array_equal(camera.t, cameras[0].t) for camera in cameras)
    np.testing.assert_allclose(cameras[0].position[[0, 2]], 0, atol=1e-9)


def test_up_is_right_on_the_stage(found: list[Result]) -> None:
    camera = found[0].snapshot.scene.camera
    up = camera.R @ camera.up_vector
    off = np.degrees(np.arccos(np.clip(up @ (CAMERA.R @ CAMERA.up_vector), -1, 1)))
    assert off < 5, "after one second; the whole clip is measured in bench/floor.py"


def test_frames_ids_keypoints_and_pictures_are_those_of_an_immediate_start(
    found: list[Result], unlevelled: list[Result]
) -> None:
    assert [result.wire["frame"] for result in found] == list(range(FRAMES))
    for late, early in zip(found, unlevelled, strict=True):
        assert [one["id"] for one in late.wire["people"]] == [one["id"] for one in early.wire["people"]]
        assert [one["keypoints_2d"] for one in late.wire["people"]] == [
            one["keypoints_2d"] for one in early.wire["people"]
        ]
        assert late.wire["image_size"] == early.wire["image_size"]
        assert late.overlay is not None
        assert early.overlay is not None
        assert np.abs(late.overlay.astype(int) - early.overlay).mean() < 2, "pictures are held as JPEG"


def test_off_means_the_default_camera(unlevelled: list[Result]) -> None:
    assert {result.snapshot.scene.camera.provenance.pose for result in unlevelled} == {"default"}
    assert np.array_equal(unlevelled[0].snapshot.scene.camera.R, DEFAULT_CAMERA.R)


def test_realtime_does_not_wait() -> None:
    found = results(FAST, frames=2, realtime=True)
    assert [result.snapshot.scene.camera.provenance.pose for result in found] == ["default"] * 2


@pytest.mark.parametrize("limit", ["PEOPLE_S", "MAX_HELD_S", "MAX_HELD_BYTES"])
def test_no_more_is_held_than_needed(limit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Frames go out once there is enough, and the rest follows with the same camera."""
    monkeypatch.setattr(floor_first, limit, 0.3 if limit != "MAX_HELD_BYTES" else 400_000)
    read: list[int] = []

    with Inference(FAST, max_frames=FRAMES) as inference:
        inference.load(lambda *_: None)
        whole = inference.source.read

        def counted() -> object:
            frame = whole()
            read.append(1)
            return frame

        monkeypatch.setattr(inference.source, "read", counted)
        with contextlib.closing(inference.results(drawn=True)) as results:
            first = next(results)
            assert len(read) < FRAMES - 1
            rest = list(results)
    cameras = [one.snapshot.scene.camera for one in (first, *rest)]
    assert len(cameras) == FRAMES
    assert all(np.array_equal(camera.R, cameras[0].R) for camera in cameras)


def test_pictures_that_nobody_draws_hold_no_memory() -> None:
    with Inference(FAST, max_frames=3) as inference:
        inference.load(lambda *_: None)
        with contextlib.closing(inference.results()) as found:
            images = [result.snapshot.frame.image for result in found]
    assert [image.shape for image in images] == [(720, 1280, 3)] * 3
    assert all(image.strides == (0, 0, 0) for image in images)
