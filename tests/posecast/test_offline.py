"""`posecast.infer` and `posecast.load`: the same scenes as the command line's, and every way to get it wrong."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import posecast
from engine.capture import open_source
from webapp.cli import main

FAST: dict[str, Any] = {"height_size": 128, "backend": "openvino", "precision": "fp32"}


def test_infer_gives_what_the_command_writes(tmp_path: Path) -> None:
    path = tmp_path / "people.jsonl"
    options = ["--height-size", "128", "--backend", "openvino", "--precision", "fp32", "--max-frames", "3"]
    assert main(["infer", "demo", "-o", str(path), *options]) == 0
    written = posecast.load(path)
    computed = list(posecast.infer("demo", max_frames=3, **FAST))
    assert [scene.frame for scene in computed] == [scene.frame for scene in written] == [0, 1, 2]
    for one, other in zip(computed, written, strict=True):
        assert (one.time, one.image_size, one.up, one.backend) == (other.time, other.image_size, other.up, "openvino")
        for person, same in zip(one.people, other.people, strict=True):
            assert (person.id, person.score) == (same.id, same.score)
            np.testing.assert_array_equal(person.keypoints_2d, same.keypoints_2d)
            assert person.joints_3d is not None
            np.testing.assert_array_equal(person.joints_3d, same.joints_3d)


def test_leaving_the_loop_ends_the_threads() -> None:
    scenes = posecast.infer("demo", **FAST)
    assert len(next(scenes).people) >= 3
    scenes.close()  # type: ignore[attr-defined]
    assert not [thread.name for thread in threading.enumerate() if thread.name.startswith("posecast-")]


def test_paths_are_taken_as_they_are(tmp_path: Path) -> None:
    import cv2

    source = open_source("demo")
    frame = source.read()
    source.close()
    assert frame is not None
    picture = tmp_path / "stage.png"
    assert cv2.imwrite(str(picture), frame.image)
    config = tmp_path / "settings.json"
    config.write_text('{"backend": "pytorch", "min_score": 0.01}')
    (scene,) = posecast.infer(picture, config=config, **FAST)
    assert (scene.backend, len(scene.people) >= 3) == ("openvino", True)


@pytest.mark.parametrize(
    ("source", "options", "said"),
    [
        ("demo", {"height": 256}, "unknown setting 'height'"), ("demo", {"height_size": 100}, "height_size is 100"),
        ("demo", {"max_frames": 0}, "max_frames is 0"), ("demo", {"max_frames": True}, "max_frames is True"),
        ("demo", {"backend": "abacus"}, "backend is 'abacus'"), ("", {}, "source is ''"),
        ("demo", {"config": "missing.json"}, "cannot read the settings file"),
    ],
)  # fmt: skip
def test_wrong_options_are_refused_at_the_call(source: str, options: dict[str, Any], said: str) -> None:
    with pytest.raises(posecast.PosecastError, match=said) as caught:
        posecast.infer(source, **options)
    assert caught.value.hint


def test_a_source_that_is_not_there_is_refused_when_it_is_opened(tmp_path: Path) -> None:
    scenes = posecast.infer(tmp_path / "missing.mp4")
    with pytest.raises(posecast.PosecastError, match="there is no file"):
        next(scenes)


def test_load_names_what_is_wrong(tmp_path: Path) -> None:
    path = tmp_path / "people.jsonl"
    path.write_text("no JSON\n")
    with pytest.raises(posecast.PosecastError, match="line 1: not JSON"):
        posecast.load(path)
