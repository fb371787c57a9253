from __future__ import annotations

import numpy as np
import pytest

from engine.skeleton import (
    CHAINS,
    JOINT,
    JOINT_COUNT,
    JOINT_FROM_KEYPOINT,
    JOINTS,
    KEYPOINT_COUNT,
    KEYPOINTS,
    LIMBS,
    NECK,
    PELVIS,
    SIGMAS,
)


def test_the_orders_are_those_of_the_design() -> None:
    assert (JOINT_COUNT, KEYPOINT_COUNT) == (19, 18)
    assert [JOINTS[index] for index in (0, 1, 2, 3, 8, 9, 14, 15, 16, 17, 18)] == [
        "neck", "nose", "pelvis", "left_shoulder", "left_ankle", "right_shoulder", "right_ankle",
        "left_eye", "left_ear", "right_eye", "right_ear",
    ]  # fmt: skip
    assert [KEYPOINTS[index] for index in (0, 1, 2, 4, 5, 8, 10, 13, 14, 15, 16, 17)] == [
        "nose", "neck", "right_shoulder", "right_wrist", "left_shoulder", "right_hip", "right_ankle", "left_ankle",
        "right_eye", "left_eye", "right_ear", "left_ear",
    ]  # fmt: skip


def test_every_joint_but_the_pelvis_has_its_keypoint_of_the_same_name() -> None:
    assert [JOINTS[joint] for joint in JOINT_FROM_KEYPOINT] == list(KEYPOINTS)
    assert set(range(JOINT_COUNT)) - set(JOINT_FROM_KEYPOINT.tolist()) == {PELVIS}


def test_limbs_join_all_joints_into_one_body() -> None:
    reached = {NECK}
    for _ in LIMBS:
        reached |= {b for a, b in LIMBS if a in reached} | {a for a, b in LIMBS if b in reached}
    assert reached == set(range(JOINT_COUNT))
    assert len(LIMBS) == JOINT_COUNT - 1


def mirrored(index: int) -> int:
    name = JOINTS[index]
    side, _, part = name.partition("_")
    return JOINT[{"left": "right", "right": "left"}[side] + "_" + part] if part else index


def test_left_and_right_are_alike() -> None:
    assert {tuple(sorted(map(mirrored, limb))) for limb in LIMBS} == {tuple(sorted(limb)) for limb in LIMBS}
    assert {tuple(map(mirrored, chain)) for chain in CHAINS} == set(CHAINS)
    np.testing.assert_array_equal(SIGMAS, SIGMAS[[mirrored(index) for index in range(JOINT_COUNT)]])


def test_chains_go_from_the_end_inwards_and_the_left_face_is_read_last() -> None:
    names = [[JOINTS[joint] for joint in chain] for chain in CHAINS]
    assert names[0] == ["right_ear", "right_eye", "nose"]
    assert names[1] == ["left_ear", "left_eye", "nose"]
    assert names[2] == ["left_wrist", "left_elbow", "left_shoulder"]
    assert names[5] == ["right_ankle", "right_knee", "right_hip"]


def test_sigmas_go_with_the_joints_by_name() -> None:
    found = SIGMAS[[JOINT["left_eye"], JOINT["right_hip"], NECK, JOINT["left_shoulder"]]]
    np.testing.assert_allclose(found, [0.025, 0.107, 0.079, 0.079])


def test_the_tables_cannot_be_changed() -> None:
    for table in (SIGMAS, JOINT_FROM_KEYPOINT):
        with pytest.raises(ValueError, match="read-only"):
            table[0] = 0
