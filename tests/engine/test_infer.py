"""The loop of the `infer` command and of `posecast.infer`, from the engine's side; both have tests of their own."""

from __future__ import annotations

import contextlib
import threading
from pathlib import Path

import pytest

from engine.errors import PosecastError
from engine.infer import Inference
from engine.settings import Settings

FAST = Settings(height_size=128, backend="openvino", precision="fp32")


def ignore(step: str, fraction: float | None, message: str) -> None:
    """Progress that is not shown."""


def test_results_have_scene_json_and_overlay() -> None:
    with Inference(FAST, max_frames=3) as inference:
        first = inference.first_frame()
        assert inference.first_frame() is first, "it is read once"
        assert inference.load(ignore).name == "openvino"
        with contextlib.closing(inference.results(drawn=True)) as results:
            found = list(results)
    assert [result.wire["frame"] for result in found] == [0, 1, 2]
    assert all(result.overlay is not None and result.overlay.shape == first.image.shape for result in found)
    assert all(result.fps > 0 for result in found)
    assert not [thread.name for thread in threading.enumerate() if thread.name.startswith("posecast-")]


def test_fewer_frames_than_the_source_has_are_expected() -> None:
    with Inference(FAST, max_frames=3) as limited, Inference(FAST) as whole:
        assert limited.expected_frames == 3
        assert whole.expected_frames == whole.source.frame_count


def test_results_need_a_network() -> None:
    with Inference(FAST) as inference, pytest.raises(RuntimeError, match="load"):
        next(inference.results())


def test_a_bad_camera_file_is_named_before_the_source_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "camera.json"
    path.write_text('{"R": [[1, 2], [3, 4]], "t": [0, 0, 0]}')
    with pytest.raises(PosecastError, match="R"):
        Inference(FAST.changed({"extrinsics": str(path), "source": "missing.mp4"}))
