from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.errors import PosecastError
from engine.motion import read
from tests.engine.motion.stage import person_wire, truth, wire, write_recording

JOINTS = truth(1.0)[0, 0]


def written(path: Path, scenes: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(scene) + "\n" for scene in scenes), encoding="utf-8")
    return path


def test_a_recording_is_the_truth_it_was_made_of(tmp_path: Path) -> None:
    recording = read(write_recording(tmp_path / "people.jsonl", seconds=1.0))
    assert recording.ids == (1, 2, 3, 4, 5)
    assert (recording.up, recording.image_size, recording.source) == ("+y", (1280, 720), "people.jsonl")
    np.testing.assert_allclose(recording.times, np.arange(30) / 30, atol=1e-4)
    for person in recording.ids:
        np.testing.assert_allclose(recording.person(person).joints, truth(1.0)[person - 1], atol=6e-5)


def test_people_are_missing_where_they_are_not_seen_or_have_no_3d(tmp_path: Path) -> None:
    scenes = [
        wire(0, 5.0, [person_wire(7, JOINTS)]),
        wire(1, 5.1, []),
        wire(2, 5.2, [person_wire(7, None)]),
        wire(4, 5.4, [person_wire(7, JOINTS)]),
    ]
    recording = read(written(tmp_path / "a.jsonl", scenes))
    motion = recording.person(7)
    assert motion.placed.tolist() == [True, False, False, True]
    np.testing.assert_allclose(motion.times, [0, 0.1, 0.2, 0.4], atol=1e-9)
    assert motion.confidences[:, 0].tolist() == pytest.approx([0.9, 0, 0, 0.9])
    assert recording.frames.tolist() == [0, 1, 2, 4]


def test_names_and_camera_are_kept(tmp_path: Path) -> None:
    named = {**person_wire(1, JOINTS), "name": "Ada"}
    camera = {
        "source": "file", "intrinsics": "option", "revision": 2, "R": np.eye(3).tolist(), "t": [0.0, 1.5, 0.0],
        "fx": 900.0, "fy": 900.0, "cx": 640.0, "cy": 360.0, "height_m": 1.5, "tilt_deg": 0.0, "roll_deg": 0.0,
    }  # fmt: skip
    scenes = [{**wire(0, 0.0, [named]), "camera": camera}, wire(1, 0.1, [named])]
    recording = read(written(tmp_path / "a.jsonl", scenes))
    assert recording.person(1).label == "Ada"
    assert json.loads(json.dumps(recording.camera)) == {**camera, "distortion": []}


def test_progress_goes_to_one(tmp_path: Path) -> None:
    told: list[float] = []
    scenes = [wire(frame, frame / 30, []) for frame in range(1200)]
    read(written(tmp_path / "a.jsonl", scenes), told.append)
    assert len(told) == 2
    assert 0 < told[0] < told[1] <= 1


def test_bad_files_are_refused_with_what_to_do(tmp_path: Path) -> None:
    good = wire(0, 0.0, [person_wire(1, JOINTS)])
    nan = json.loads(json.dumps(good))
    nan["people"][0]["joints_3d"][4][1] = float("nan")
    infinite = json.dumps(good).replace('"time": 0.0', '"time": 1e999')
    far = json.loads(json.dumps(good))
    far["people"][0]["joints_3d"][4][1] = 1e39
    cases: list[tuple[Any, str]] = [
        ([], "contains no scenes"),
        ([good, wire(1, 2.0, []), wire(2, 1.0, [])], "scene 3: the time goes from 2 s to 1 s"),
        ([good, wire(1, 1.0, [], up="-y")], "scene 2: the axis that points up changes from +y to -y"),
        ([good, nan], "line 2: not JSON: JSON is malformed: invalid character"),
        (infinite, "line 1: not JSON: Number out of range"),
        ([good, far], "scene 2 has a person with coordinates beyond 1e+06"),
        ("{", "line 1: not JSON"),
    ]
    for content, message in cases:
        path = tmp_path / "bad.jsonl"
        if isinstance(content, str):
            path.write_text(content + "\n", encoding="utf-8")
        else:
            written(path, content)
        with pytest.raises(PosecastError, match=re.escape(message)) as caught:
            read(path)
        assert caught.value.hint
    with pytest.raises(PosecastError, match="cannot read"):
        read(tmp_path / "none.jsonl")


def test_an_unknown_person_and_one_without_3d_are_refused(tmp_path: Path) -> None:
    scenes = [wire(frame, frame / 30, [person_wire(1, JOINTS), person_wire(2, None)]) for frame in range(3)]
    recording = read(written(tmp_path / "a.jsonl", scenes))
    with pytest.raises(PosecastError, match="no person with the id 3") as caught:
        recording.person(3)
    assert caught.value.hint == "ids are: 1, 2"
    with pytest.raises(PosecastError, match=r"person 2 of a.jsonl never has joints in 3D"):
        recording.person(2)
