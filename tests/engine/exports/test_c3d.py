"""C3D against ezc3d, which nobody here wrote: places, gaps, labels, and more frames than 16 bits can count."""

from __future__ import annotations

import json
from pathlib import Path

import ezc3d
import numpy as np
import pytest

from engine.exports import Request, c3d, export
from engine.motion import Recording, Track, clip_of
from engine.motion.clip import ClipOptions
from engine.skeleton import JOINTS
from tests.engine.motion.stage import RATE, truth, write_recording


def _read(path: Path) -> tuple[np.ndarray, np.ndarray, ezc3d.c3d]:
    """(T, N, 3) millimetres, NaN where unknown; (T, N) residuals; the file."""
    file = ezc3d.c3d(str(path))
    points = file["data"]["points"][:3].transpose(2, 1, 0)
    return points, file["data"]["meta_points"]["residuals"][0].T, file


def test_five_people_are_where_they_were(tmp_path: Path) -> None:
    recording = write_recording(tmp_path / "stage.jsonl")
    (path,) = export(Request(recording, "c3d", raw=True), tmp_path / "stage.c3d", lambda fraction: None)
    points, residuals, file = _read(path)
    true = truth().transpose(1, 0, 2, 3).reshape(len(points), -1, 3)
    np.testing.assert_allclose(points, 1000 * true, atol=0.1)
    assert (residuals == 0).all()
    parameters = file["parameters"]["POINT"]
    assert parameters["UNITS"]["value"] == ["mm"]
    assert parameters["RATE"]["value"][0] == pytest.approx(RATE)
    assert (parameters["X_SCREEN"]["value"], parameters["Y_SCREEN"]["value"]) == (["+X"], ["+Y"])
    assert parameters["LABELS"]["value"][:2] == ["person_1:neck", "person_1:nose"]
    about = "".join(file["parameters"]["POSECAST"]["ABOUT"]["value"])
    assert json.JSONDecoder().raw_decode(about)[0]["source"] == "stage.jsonl"


def test_gaps_are_marked_and_one_person_has_plain_labels(tmp_path: Path) -> None:
    def seen(person: int, frame: int) -> int | None:
        return None if person or 60 <= frame < 120 else 1

    recording = write_recording(tmp_path / "stage.jsonl", identity=seen)
    (path,) = export(Request(recording, "c3d"), tmp_path / "one.c3d", lambda fraction: None)
    points, residuals, file = _read(path)
    assert tuple(file["parameters"]["POINT"]["LABELS"]["value"]) == JOINTS
    np.testing.assert_array_equal(residuals[:, 0] == -1, [60 <= frame < 120 for frame in range(len(points))])
    assert np.isnan(points[60:120]).all()


def test_seventy_thousand_frames_stay_whole(tmp_path: Path) -> None:
    frames = 70_000
    times = np.arange(frames) / RATE
    joints = np.tile(truth()[0, 0].astype(np.float32), (frames, 1, 1))
    joints[:, 0, 0] = np.arange(frames) / frames
    track = Track(1, None, np.arange(frames), joints, np.zeros_like(joints))
    recording = Recording("long.jsonl", times, np.arange(frames), (track,), "+y", (1280, 720), 0.0)
    path = tmp_path / "long.c3d"
    c3d.write(clip_of(recording, ClipOptions(raw=True)), path, lambda fraction: None)
    points, _, _ = _read(path)
    assert len(points) == frames
    np.testing.assert_allclose(points[:, 0, 0], 1000 * joints[:, 0, 0], atol=0.1)
