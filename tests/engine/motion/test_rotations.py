from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.motion.bones import constant_bones
from engine.motion.humanoid import INDEX, NODES, PARENTS, Pose, Skeleton, heads, joints_of
from engine.motion.limbs import FASTEST
from engine.motion.motion import Array
from engine.motion.quaternions import angles_between
from engine.motion.rotations import fit_skeleton, rotations
from engine.motion.twist import Memory
from engine.skeleton import JOINT, LIMBS
from tests.engine.motion.stage import PEOPLE, RATE, motion, mpjpe_mm, truth

BENT = (("Left", "ForeArm", "elbow"), ("Right", "ForeArm", "elbow"), ("Left", "Leg", "knee"), ("Right", "Leg", "knee"))


def posed(joints: Array) -> tuple[Pose, Array]:
    skeleton = fit_skeleton(joints)
    pose = rotations(joints, np.arange(len(joints)) / RATE, skeleton)
    return pose, joints_of(heads(skeleton, pose))


def speeds(pose: Pose) -> Array:
    """(T - 1, N) radians a second, of each node against its parent."""
    return angles_between(pose.rotations[1:], pose.rotations[:-1]) * RATE


def bone_speeds(joints: Array) -> Array:
    """(T - 1,) radians a second: how fast the fastest of the limbs turns, or the lines of hips, shoulders and face."""
    lines = [*LIMBS, *((JOINT[f"left_{name}"], JOINT[f"right_{name}"]) for name in ("hip", "shoulder", "ear"))]
    start, end = np.array(lines).T
    bones = joints[:, end] - joints[:, start]
    bones = bones / np.linalg.norm(bones, axis=-1, keepdims=True)
    return np.asarray(2 * np.arcsin(np.linalg.norm(np.diff(bones, axis=0), axis=-1) / 2).max(axis=1) * RATE)


@pytest.mark.parametrize("person", range(PEOPLE))
def test_the_stages_people_are_humanoids(person: int) -> None:
    joints = truth(18.0)[person]
    pose, found = posed(joints)
    np.testing.assert_allclose(found, joints, atol=1e-4)
    assert speeds(pose).max() < 10
    np.testing.assert_allclose(np.linalg.norm(pose.rotations, axis=-1), 1)


def test_elbows_and_knees_are_hinges() -> None:
    """Where they are bent, their rotation is about one axis of the rest pose, the same for all times."""
    pose, _ = posed(truth(18.0)[2])
    for side, node, _ in BENT:
        q = pose.rotations[:, INDEX[f"{side}{node}"]]
        axis = 1 if node == "ForeArm" else 0
        others = np.delete(q[:, :3], axis, axis=1)
        assert np.abs(others).max() < 0.05, (side, node)
        assert (np.abs(q[:, axis]) > 0.09).all()
        assert len(set(np.sign(q[:, axis] * np.sign(q[:, 3])))) == 1, "always the same way"


def test_the_rest_pose_has_no_rotation() -> None:
    skeleton = fit_skeleton(truth()[0])
    rest = joints_of(skeleton.rest_heads[None])
    pose = rotations(np.repeat(rest, 3, axis=0), np.arange(3) / RATE, skeleton)
    angles = angles_between(pose.rotations, np.array([0.0, 0.0, 0.0, 1.0]))
    assert np.degrees(angles).max() < 0.5


def test_gaps_stay_gaps() -> None:
    joints = truth()[2].copy()
    joints[20:50] = np.nan
    joints[60, 4] = np.nan
    pose, found = posed(joints)
    missing = np.isnan(joints).any(axis=(1, 2))
    assert (np.isnan(found).all(axis=(1, 2)) == missing).all()
    assert (np.isnan(pose.positions).all(axis=1) == missing).all()


def test_straight_limbs_keep_their_twist_in_noise() -> None:
    """An elbow that is straight but for noise has no hinge: what it seems to be must not turn the arm."""
    skeleton = fit_skeleton(truth()[0])
    rest = np.repeat(joints_of(skeleton.rest_heads[None]), 90, axis=0)
    noisy = rest + 0.001 * np.random.default_rng(5).standard_normal(rest.shape)
    pose, _ = posed(noisy)
    turned = np.degrees(angles_between(pose.rotations, np.array([0.0, 0.0, 0.0, 1.0])))
    assert turned[:, INDEX["LeftArm"]].max() < 5
    assert turned[:, INDEX["LeftUpLeg"]].max() < 5


@settings(max_examples=12)
@given(seed=st.integers(0, 2**32 - 1), person=st.integers(0, PEOPLE - 1), size=st.floats(0.0, 0.08))
def test_nothing_turns_much_faster_than_the_motion(seed: int, person: int, size: float) -> None:
    """Of the stage's people, disturbed smoothly: twist follows limbs at a bounded rate, through straight ones, too."""
    joints = truth(3.0)[person]
    waves = np.random.default_rng(seed).standard_normal((6, *joints.shape[1:]))
    phases = 2 * np.pi * np.outer(np.arange(len(joints)) / len(joints), np.arange(1, 7))
    disturbed = joints + size * np.einsum("tw,wjc->tjc", np.sin(phases + waves[:, 0, 0]), waves) / 3
    pose, found = posed(disturbed)
    assert np.isfinite(found).all()
    assert (speeds(pose) <= FASTEST + 8 * bone_speeds(disturbed)[:, None]).all()


@settings(max_examples=12)
@given(seed=st.integers(0, 2**32 - 1))
def test_random_joints_give_rotations(seed: int) -> None:
    joints = np.random.default_rng(seed).standard_normal((20, 19, 3))
    pose, found = posed(joints)
    assert np.isfinite(pose.rotations).all()
    np.testing.assert_allclose(np.linalg.norm(pose.rotations, axis=-1), 1)
    neighbours = (pose.rotations[1:] * pose.rotations[:-1]).sum(axis=-1)
    assert (neighbours >= 0).all(), "signs are continuous"
    assert np.isfinite(found).all()


def test_joints_on_one_spot_give_rotations_too() -> None:
    pose, found = posed(np.zeros((4, 19, 3)))
    assert np.isfinite(pose.rotations).all()
    np.testing.assert_allclose(found, 0, atol=1e-9)


@pytest.mark.parametrize("noise_m", [0.0, 0.005, 0.02])
def test_bones_become_constant_without_harm(noise_m: float) -> None:
    for person in range(PEOPLE):
        noisy = motion(person, noise_m=noise_m)
        constant = constant_bones(noisy)
        assert mpjpe_mm(constant.joints, truth()[person]) < mpjpe_mm(noisy.joints, truth()[person]) + 0.1
        moving = {(JOINT["neck"], JOINT["nose"]), (JOINT["neck"], JOINT["pelvis"])}
        rigid = [limb for limb in LIMBS if limb not in moving]
        start, end = np.array(rigid).T
        lengths = np.linalg.norm(constant.joints[:, start] - constant.joints[:, end], axis=-1)
        assert lengths.std(axis=0).max() < 1e-6
        again = joints_of(heads(*_fitted(constant.joints)))
        assert np.abs(again - constant.joints).max() < 0.001


def _fitted(joints: Array) -> tuple[Skeleton, Pose]:
    skeleton = fit_skeleton(joints)
    return skeleton, rotations(joints, np.arange(len(joints)) / RATE, skeleton)


def test_nodes_are_in_order() -> None:
    assert all(parent < index for index, parent in enumerate(PARENTS))
    assert len({node.name for node in NODES}) == len(NODES)


def test_motion_may_come_row_by_row() -> None:
    """Live rotations are those of a recording: the twist goes on from call to call."""
    joints = motion(2, 4.0, noise_m=0.01).joints
    times = np.arange(len(joints)) / RATE
    skeleton, memory = fit_skeleton(joints), Memory()
    whole = rotations(joints, times, skeleton).rotations
    rows = [rotations(joints[[row]], times[[row]], skeleton, memory).rotations[0] for row in range(len(joints))]
    assert angles_between(whole, np.stack(rows)).max() < 1e-6
