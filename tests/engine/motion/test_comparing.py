"""Two recordings compared: the laws of alignment, and errors that were put in on purpose."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.errors import PosecastError
from engine.exports import Request, export
from engine.geometry import rotation_from_vector
from engine.motion import Motion, read
from engine.motion.comparing import compare
from engine.motion.marker_files import read_markers
from engine.skeleton import JOINT
from tests.engine.motion.stage import PEOPLE, motion, write_recording

TURN = rotation_from_vector(np.array([0.3, 1.2, -0.4]))
MOVE = np.array([2.0, -1.0, 5.0])


def _elsewhere(original: Motion, seconds: float = 0.0) -> Motion:
    """The same motion in another world and by another clock."""
    return replace(original, joints=original.joints @ TURN.T + MOVE, times=original.times + seconds)


def test_the_same_motion_elsewhere_and_later_is_the_same() -> None:
    people = [motion(person) for person in range(PEOPLE)]
    found = compare(people, [_elsewhere(each, 1.37) for each in reversed(people)])
    assert found.alignment.offset_s == pytest.approx(-1.37, abs=0.01)
    np.testing.assert_allclose(found.alignment.R, TURN.T, atol=0.01)
    assert found.scale == pytest.approx(1.0, abs=0.002)
    assert [(each.a, each.b) for each in found.people] == [(f"person {n}", f"person {n}") for n in range(1, 6)]
    assert all(each.mpjpe_mm < 5 for each in found.people)
    assert all(difference < 1.0 for each in found.people for difference, _ in each.of_angles().values())


def test_errors_are_those_that_were_put_in() -> None:
    true = motion(2)
    joints = true.joints.copy()
    joints[:, JOINT["left_wrist"], 0] += 0.1
    found = compare([true], [replace(true, joints=joints)])
    (difference,) = found.people
    assert found.alignment.offset_s == 0.0
    of_joints = difference.of_joints()
    assert of_joints["left_wrist"] == pytest.approx(95, abs=10)
    assert max(error for joint, error in of_joints.items() if joint != "left_wrist") < 15
    absolute, mean = difference.of_angles()["left_elbow_flexion"]
    assert absolute > 3
    assert abs(mean) <= absolute
    assert difference.of_angles()["right_elbow_flexion"][0] < 0.1


def test_size_is_told_and_not_corrected() -> None:
    true = motion(1)
    found = compare([true], [replace(true, joints=true.joints * 1.1)])
    assert found.scale == pytest.approx(1.1, abs=0.005)
    assert found.people[0].root_mpjpe_mm > 20


def test_a_recording_against_its_own_exports(tmp_path: Path) -> None:
    path = write_recording(tmp_path / "stage.jsonl")
    people = [read(path).person(person) for person in (1, 2)]
    (c3d,) = export(Request(path, "c3d", people=(1, 2), raw=True), tmp_path / "two.c3d", lambda fraction: None)
    (trc,) = export(Request(path, "trc", people=(2,), raw=True), tmp_path / "one.trc", lambda fraction: None)
    assert [round(each.mpjpe_mm, 1) for each in compare(people, read_markers(c3d)).people] == [0.0, 0.0]
    (single,) = compare(people, read_markers(trc)).people
    assert single.a == "person 2"
    assert single.mpjpe_mm < 0.1


def test_names_of_other_tools(tmp_path: Path) -> None:
    path = write_recording(tmp_path / "stage.jsonl")
    (trc,) = export(Request(path, "trc", people=(2,), raw=True), tmp_path / "one.trc", lambda fraction: None)
    text = trc.read_text()
    for ours, theirs in (
        ("left_knee", "LKnee"),
        ("right_shoulder", "RSHO"),
        ("pelvis", "Hip"),
        ("left_ankle", "L.Ankle"),
    ):
        text = text.replace(ours, theirs)
    trc.write_text(text)
    assert np.isfinite(read_markers(trc)[0].joints).all()


def test_what_cannot_be_compared(tmp_path: Path) -> None:
    broken = tmp_path / "broken.trc"
    for text in ("", "PathFileType\t4\n\n\n", "a\nUnits\nparsec\nFrame#\tTime\tLKnee\n\n\n1\t0\t1\t2\t3\n"):
        broken.write_text(text)
        with pytest.raises(PosecastError, match="TRC"):
            read_markers(broken)
    (tmp_path / "broken.c3d").write_bytes(b"\x00" * 600)
    with pytest.raises(PosecastError, match="C3D"):
        read_markers(tmp_path / "broken.c3d")
    with pytest.raises(PosecastError, match="nobody moves alike"):
        compare([motion(0)], [replace(motion(0), times=motion(0).times[:1], joints=motion(0).joints[:1])])
