"""OpenPose's JSON, of one camera and of a rig."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.errors import PosecastError
from engine.exports import openpose, silent
from engine.motion.edits import Edits
from engine.wire import dumps, scene_to_wire
from tests.engine.motion.stage import write_recording
from tests.engine.test_rig_processor import NAMES, processor, set_at
from webapp import cli


def test_a_rig_has_a_folder_for_each_camera(tmp_path: Path) -> None:
    one, recording = processor(), tmp_path / "hall.jsonl"
    wires = [
        json.loads(dumps(scene_to_wire(one.follow(set_at(index, blind=("left",))), fps=10.0, wall_time=1.0 + index)))
        for index in range(2)
    ]
    recording.write_text("".join(json.dumps(wire) + "\n" for wire in wires), encoding="utf-8")
    openpose.write(recording, tmp_path / "out", Edits(), None, silent)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(f"{name}_json" for name in NAMES)
    written = json.loads((tmp_path / "out/right_json/right_000000000001_keypoints.json").read_text())
    first, person = written["people"][0], min(wires[1]["people"], key=lambda each: each["id"])
    assert first["person_id"] == [person["id"]]
    assert len(first["pose_keypoints_2d"]) == 3 * 18
    assert first["pose_keypoints_2d"][:3] == person["views"]["right"]["keypoints_2d"][1]
    assert first["pose_keypoints_2d"][3:6] == person["views"]["right"]["keypoints_2d"][0]
    assert json.loads((tmp_path / "out/left_json/left_000000000000_keypoints.json").read_text())["people"] == []


def test_the_command_writes_one_camera_and_overwrites_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recording, folder = write_recording(tmp_path / "stage.jsonl", seconds=0.5), tmp_path / "json"
    arguments = ["export", str(recording), "-o", str(folder), "--format", "openpose", "--person", "2"]
    assert cli.main(arguments) == 0
    files = sorted(folder.iterdir())
    assert files[0].name == "stage_000000000000_keypoints.json"
    assert [person["person_id"] for person in json.loads(files[0].read_text())["people"]] == [[2]]
    assert cli.main(arguments) != 0
    assert "already" in capsys.readouterr().err


def test_what_is_no_recording_leaves_no_folder(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text("{}\n", encoding="utf-8")
    with pytest.raises(PosecastError):
        openpose.write(tmp_path / "a.jsonl", tmp_path / "out", Edits(), None, silent)
    assert [path.name for path in tmp_path.iterdir()] == ["a.jsonl"]
