"""VMC as a receiver sees it: bones of the stage's people, in Unity's axes, composed as Unity composes them."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from engine.capture.stage import truth_at
from engine.geometry import DEFAULT_CAMERA, rotation_from_vector
from engine.motion.motion import Array
from engine.outputs.figure import t_pose
from engine.outputs.figure import test_moment as figure_moment
from engine.outputs.one_person import KEPT_S, OnePerson
from engine.outputs.vmc import BONES
from engine.skeleton import JOINT
from tests.engine.outputs.peers import OscPeer, eventually, moment, output

CAMERA = DEFAULT_CAMERA.for_image(1280, 720)
_POSE = t_pose().scene.people[0].pose3d
assert _POSE is not None
FIGURE = CAMERA.world_from_camera(np.asarray(_POSE.joints, np.float64))
"""(19, 3) metres, world: T-pose, facing +z, the left side at +x."""
_LIMBS = (
    ("Shoulder", "Chest", None), ("UpperArm", "{}Shoulder", "shoulder"), ("LowerArm", "{}UpperArm", "elbow"),
    ("Hand", "{}LowerArm", "wrist"), ("UpperLeg", "Hips", "hip"), ("LowerLeg", "{}UpperLeg", "knee"),
    ("Foot", "{}LowerLeg", "ankle"),
)  # fmt: skip
PARENTS = {"Spine": "Hips", "Chest": "Spine", "Neck": "Chest", "Head": "Neck"}
"""Unity's humanoid: bone -> its parent."""
AT_JOINT = {"Hips": "pelvis", "Neck": "neck"}
for _side in ("Left", "Right"):
    for _bone, _parent, _joint in _LIMBS:
        PARENTS[f"{_side}{_bone}"] = _parent.format(_side)
        if _joint is not None:
            AT_JOINT[f"{_side}{_bone}"] = f"{_side.lower()}_{_joint}"
SIN45 = math.sin(math.pi / 4)


def received(*people: Array, options: str = "") -> dict[str, tuple[float, ...]]:
    """The bones that a receiver has after these moments of one person: x, y, z, and the quaternion x, y, z, w."""
    with OscPeer() as peer:
        target = output(f"vmc://127.0.0.1:{peer.port}{options}")
        for number, joints in enumerate(people):
            target.send(moment({1: joints}, number / 30, camera=CAMERA))
        eventually(lambda: len(peer.messages) == len(people) * (3 + len(BONES)))
        target.close()
        assert peer.newest()["/VMC/Ext/OK"] == (1, 3, 0, 1)
        assert peer.newest()["/VMC/Ext/Root/Pos"] == ("root", 0, 0, 0, 0, 0, 0, 1)
        assert isinstance(peer.newest()["/VMC/Ext/T"][0], float)
        return {values[0]: values[1:] for address, values in peer.messages if address == "/VMC/Ext/Bone/Pos"}


def in_unity(bones: dict[str, tuple[float, ...]]) -> dict[str, Array]:
    """(3,) metres: where each bone is, as Unity composes local positions and rotations."""
    turns: dict[str, Any] = {"Hips": Rotation.from_quat(bones["Hips"][3:])}
    places = {"Hips": np.array(bones["Hips"][:3])}
    for bone, parent in PARENTS.items():
        places[bone] = places[parent] + turns[parent].apply(bones[bone][:3])
        turns[bone] = turns[parent] * Rotation.from_quat(bones[bone][3:])
    return places


def with_arm(joint: str, direction: tuple[float, float, float]) -> Array:
    """The figure with one straight arm pointing elsewhere; world axes."""
    joints = FIGURE.copy()
    shoulder = joints[JOINT[f"{joint}_shoulder"]]
    for part in ("elbow", "wrist"):
        length = np.linalg.norm(joints[JOINT[f"{joint}_{part}"]] - shoulder)
        joints[JOINT[f"{joint}_{part}"]] = shoulder + length * np.array(direction)
    return joints


def test_the_t_pose_is_zero() -> None:
    bones = received(FIGURE)
    assert set(bones) == set(BONES.values())
    for bone, values in bones.items():
        np.testing.assert_allclose(values[3:], (0, 0, 0, 1), atol=2e-3, err_msg=bone)
    assert bones["LeftUpperLeg"][0] < 0 < bones["RightUpperLeg"][0], "the left side is at -x in Unity"
    np.testing.assert_allclose(bones["Hips"][:3], (0, 0.95, 0), atol=1e-3)


@pytest.mark.parametrize(
    ("side", "direction", "expected"),
    [
        ("left", (0, 1, 0), (0, 0, -SIN45, SIN45)),
        ("right", (0, 1, 0), (0, 0, SIN45, SIN45)),
        ("left", (0, -1, 0), (0, 0, SIN45, SIN45)),
        ("left", (0, 0, 1), (0, SIN45, 0, SIN45)),
        ("right", (0, 0, 1), (0, -SIN45, 0, SIN45)),
    ],
    ids=["left up", "right up", "left down", "left ahead", "right ahead"],
)
def test_arms_turn_about_unitys_axes(
    side: str, direction: tuple[float, float, float], expected: tuple[float, float, float, float]
) -> None:
    bones = received(with_arm(side, direction))
    np.testing.assert_allclose(bones[f"{side.capitalize()}UpperArm"][3:], expected, atol=2e-3)
    np.testing.assert_allclose(bones[f"{side.capitalize()}LowerArm"][3:], (0, 0, 0, 1), atol=2e-3)
    other = "Right" if side == "left" else "Left"
    np.testing.assert_allclose(bones[f"{other}UpperArm"][3:], (0, 0, 0, 1), atol=2e-3)


def test_the_whole_body_turns_the_right_way() -> None:
    """To the own left by a quarter: counterclockwise seen from above, which is about -y in Unity."""
    pelvis = FIGURE[JOINT["pelvis"]]
    turned = (FIGURE - pelvis) @ rotation_from_vector(np.array([0.0, math.pi / 2, 0.0])).T + pelvis
    bones = received(turned)
    np.testing.assert_allclose(bones["Hips"][3:], (0, -SIN45, 0, SIN45), atol=2e-3)
    np.testing.assert_allclose(bones["Spine"][3:], (0, 0, 0, 1), atol=2e-3)


@pytest.mark.parametrize("person", range(5))
def test_the_avatars_joints_are_those_of_the_stage(person: int) -> None:
    joints = [truth_at(frame / 30).joints_world[person].astype(np.float64) for frame in range(12)]
    places = in_unity(received(*joints, options="?origin=room"))
    for bone, joint in AT_JOINT.items():
        np.testing.assert_allclose(places[bone] * (-1, 1, 1), joints[-1][JOINT[joint]], atol=0.01, err_msg=bone)


def test_the_origin_is_where_the_person_began() -> None:
    moved = FIGURE + np.array([0.5, 0.0, 0.25])
    bones = received(FIGURE, moved)
    np.testing.assert_allclose(bones["Hips"][:3], (-0.5, 0.95, 0.25), atol=1e-3)


def test_nobody_is_told() -> None:
    with OscPeer() as peer:
        target = output(f"vmc://127.0.0.1:{peer.port}?person=3")
        target.send(moment({1: FIGURE}, camera=CAMERA))
        eventually(lambda: len(peer.messages) == 2)
        target.close()
        assert peer.newest()["/VMC/Ext/OK"] == (1, 3, 0, 0)


def test_a_test_shows_the_figure_whoever_is_asked_for() -> None:
    with OscPeer() as peer:
        target = output(f"vmc://127.0.0.1:{peer.port}?person=77")
        target.send(figure_moment())
        eventually(lambda: len(peer.messages) == 3 + len(BONES))
        target.close()
        bones = {values[0]: values[1:] for address, values in peer.messages if address == "/VMC/Ext/Bone/Pos"}
        np.testing.assert_allclose(bones["LeftUpperArm"][3:], (0, 0, 0, 1), atol=2e-3)
        np.testing.assert_allclose(bones["Hips"][:3], (0, 0.95, 0), atol=1e-3)


def test_the_largest_person_is_followed_steadily() -> None:
    chosen = OnePerson("largest")
    near, far, towards = FIGURE + np.array([0.6, 0, 0.8]), FIGURE - np.array([0.6, 0, 0]), np.array([0, 0, 1.0])

    def follow(people: dict[int, Array], wall_time: float) -> int | None:
        pose = chosen.pose(replace(moment(people, wall_time, camera=CAMERA), wall_time=wall_time))
        return None if pose is None else chosen._id

    assert follow({1: far, 2: near}, 0.0) == 2
    assert follow({1: near + 0.1 * towards, 2: near}, 0.1) == 2, "hardly larger"
    assert follow({1: near}, 0.2) is None, "2 may come back"
    assert follow({1: near, 2: near}, 0.3) == 2
    assert follow({1: near}, 0.4 + KEPT_S) == 1
    assert follow({1: near, 2: near + 1.2 * towards}, 0.5 + KEPT_S) == 2, "much larger"
