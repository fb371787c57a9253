"""The loop of the `infer` command and of `posecast.infer`, from the engine's side; both have tests of their own."""

from __future__ import annotations

import contextlib
import threading
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from engine import infer
from engine.errors import PosecastError
from engine.infer import Inference
from engine.rig_hindsight import fused_in_hindsight
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


@pytest.mark.parametrize(("smoothing", "realtime"), [(True, False), (False, False), (True, True)])
def test_a_rig_of_files_is_seen_in_hindsight(
    smoothing: bool, realtime: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Unless nothing is smoothed, or somebody watches it at its own speed."""
    held: list[bool] = []

    def spied(decoded: Any, processor: Any, *, pictures: bool) -> Any:
        held.append(pictures)
        return fused_in_hindsight(decoded, processor, pictures=pictures)

    monkeypatch.setattr(infer, "fused_in_hindsight", spied)
    settings = FAST.changed({"source": str(rig_of_nobody(tmp_path)), "smoothing": smoothing})
    with Inference(settings, max_frames=3, realtime=realtime) as inference:
        inference.load(ignore)
        with contextlib.closing(inference.results(drawn=True)) as results:
            found = list(results)
    assert found
    assert all(result.overlay is not None and result.overlay.max() == 90 for result in found)
    assert held == ([True] if smoothing and not realtime else [])
    if not realtime:
        assert [result.wire["frame"] for result in found] == [0, 1, 2]


def rig_of_nobody(folder: Path) -> Path:
    """Three sets of two cameras."""
    rig = folder / "rig.toml"
    for number, name in enumerate(("left", "right")):
        (folder / name).mkdir()
        for index in range(3):
            picture = np.full((128, 160, 3), 90, np.uint8)
            assert cv2.imwrite(str(folder / name / f"{index:04d}.png"), picture)
        with rig.open("a") as file:
            file.write(
                f'[cameras.{name}]\nsource = "{name}/%04d.png"\nmatrix = [[100.0, 0.0, 80.0], [0.0, 100.0, 64.0], '
                f"[0.0, 0.0, 1.0]]\nrotation = [0.0, 0.0, 0.0]\ntranslation = [{number}.0, 0.0, 0.0]\n"
                "size = [160, 128]\n"
            )
    return rig
