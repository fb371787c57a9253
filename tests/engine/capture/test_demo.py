"""The demo as a source: its frames carry the truth, and the pictures show what the truth says."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.capture import open_source, stage
from engine.capture.stage import encoding
from engine.capture.stage.clip import CLIP
from engine.errors import PosecastError
from engine.types import Frame, Truth

FRAMES_PER_LOOP = round(stage.LOOP_S * stage.FRAME_RATE)
LOOKED_AT = (0, 1, 4, 137, 298, 403, FRAMES_PER_LOOP - 1)


@pytest.fixture(scope="module")
def pictures() -> dict[int, Frame]:
    """The frames at LOOKED_AT of one pass, and whether all of them came is checked on the way."""
    source = open_source("demo")
    kept = {}
    for index in range(FRAMES_PER_LOOP):
        frame = source.read()
        assert frame is not None
        assert frame.index == index
        assert frame.time == pytest.approx(index / stage.FRAME_RATE)
        if index in LOOKED_AT:
            kept[index] = frame
    assert source.read() is None
    source.close()
    return kept


def truth_of(frame: Frame | None) -> Truth:
    assert frame is not None
    assert frame.truth is not None
    return frame.truth


def test_frames_carry_the_truth_of_their_time(pictures: dict[int, Frame]) -> None:
    for frame in pictures.values():
        assert frame.image.shape == (720, 1280, 3)
        np.testing.assert_array_equal(truth_of(frame).joints_world, stage.truth_at(frame.time).joints_world)


def test_the_clip_shows_the_moment_of_its_truth(pictures: dict[int, Frame]) -> None:
    """The picture is like the one drawn for its own time, and unlike those drawn for its neighbours' times."""
    for k, frame in pictures.items():
        own, *others = (cv2.PSNR(frame.image, stage.render((k + d) / stage.FRAME_RATE)) for d in (0, -1, 1))
        assert own > 34, f"frame {k}: {own:.1f} dB"
        assert own > max(others) + 3, f"frame {k}: {own:.1f} dB, its neighbours {others}"


def test_the_source_knows_its_camera() -> None:
    source = open_source("demo")
    truth = truth_of(source.read())
    assert source.camera is not None
    camera = source.camera.for_image(1280, 720)
    np.testing.assert_array_equal(camera.R, truth.camera.R)
    assert (camera.fx, camera.cx, camera.cy, camera.up) == (truth.camera.fx, 640, 360, "+y")
    assert (source.name, source.live, source.frame_count) == ("demo", False, FRAMES_PER_LOOP)
    source.close()


def test_in_a_loop_media_time_runs_on_and_truth_repeats(pictures: dict[int, Frame]) -> None:
    source = open_source("demo", loop=True)
    times = []
    for _ in range(FRAMES_PER_LOOP + 5):
        frame = source.read()
        assert frame is not None
        times.append(frame.time)
    source.close()
    assert [b - a for a, b in pairwise(times)] == pytest.approx([1 / stage.FRAME_RATE] * (FRAMES_PER_LOOP + 4))
    assert frame.index == FRAMES_PER_LOOP + 4
    np.testing.assert_array_equal(truth_of(frame).joints_camera, truth_of(pictures[4]).joints_camera)
    np.testing.assert_array_equal(frame.image, pictures[4].image)


def test_live_it_drops_frames_and_keeps_their_truth() -> None:
    source = open_source("demo", realtime=True, loop=True)
    assert source.live
    for frame in [source.read() for _ in range(4)]:
        truth = truth_of(frame)
        assert frame is not None
        np.testing.assert_array_equal(truth.joints_world, stage.truth_at(frame.time).joints_world)
    source.close()


def test_the_clip_is_small() -> None:
    assert CLIP.stat().st_size < 2_000_000


@pytest.fixture
def short_loop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSECAST_CACHE", str(tmp_path))
    monkeypatch.setattr(encoding, "LOOP_S", 0.1)


@pytest.mark.usefixtures("short_loop")
@pytest.mark.parametrize("number", [0, 1, 3])
def test_several_cameras_show_one_moment(number: int) -> None:
    source = open_source(f"demo:{number}")
    frame = source.read()
    source.close()
    assert frame is not None
    truth = truth_of(frame)
    np.testing.assert_array_equal(truth.joints_world, stage.truth_at(0.0).joints_world)
    np.testing.assert_array_equal(truth.camera.R, stage.CAMERA_SPECS[number].R)
    assert cv2.PSNR(frame.image, stage.render(0.0, stage.CAMERAS[number])) > 34
    assert source.camera is stage.CAMERA_SPECS[number]


@pytest.mark.usefixtures("short_loop")
def test_a_camera_is_rendered_once(tmp_path: Path) -> None:
    first = encoding.clip_of(2)
    made = first.stat().st_mtime_ns
    assert encoding.clip_of(2) == first
    assert first.stat().st_mtime_ns == made
    assert first.is_relative_to(tmp_path)


def test_every_camera_sees_everybody_in_front_of_it_most_of_the_time() -> None:
    for camera in stage.CAMERAS:
        inside = []
        for moment in np.arange(0, stage.LOOP_S, 0.5):
            joints = stage.truth_at(float(moment), camera).joints_camera
            assert joints[..., 2].min() > 2.0
            necks = camera.project(joints[:, 0])
            inside.append(((necks > 0) & (necks < stage.IMAGE_SIZE)).all(axis=1))
        assert np.mean(inside, axis=0).min() > 0.8


@pytest.mark.parametrize("text", ["demo:4", "demo:", "demo:-1", "demo:left"])
def test_other_cameras_do_not_exist(text: str) -> None:
    with pytest.raises(PosecastError, match="demo:0 to demo:3"):
        open_source(text)
