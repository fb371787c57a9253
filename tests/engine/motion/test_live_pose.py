from __future__ import annotations

import time

import numpy as np

from engine.motion.humanoid import INDEX, joints_of
from engine.motion.live_pose import GAP_S, LivePose
from engine.motion.quaternions import angles_between
from engine.motion.rotations import fit_skeleton, rotations
from tests.engine.motion.stage import PEOPLE, RATE, truth


def test_the_joints_are_where_they_were_seen() -> None:
    for person in range(PEOPLE):
        live = LivePose()
        for frame, joints in enumerate(truth()[person]):
            pose = live.update(joints, frame / RATE)
            assert pose is not None
            np.testing.assert_allclose(joints_of(pose.heads[None])[0], joints, atol=1e-3)


def test_it_ends_where_a_recording_does() -> None:
    joints = truth()[2]
    live = LivePose()
    last = [live.update(one, frame / RATE) for frame, one in enumerate(joints)][-1]
    assert last is not None
    whole = rotations(joints, np.arange(len(joints)) / RATE, fit_skeleton(joints))
    assert np.degrees(angles_between(last.local, whole.rotations[-1])).max() < 1.0
    np.testing.assert_allclose(np.linalg.det(last.world), 1.0)
    np.testing.assert_allclose(last.world[INDEX["Hips"]] @ (0, 1, 0) @ (0, 1, 0), 1.0, atol=0.3)


def test_gaps_and_missing_joints() -> None:
    joints = truth()[0].copy()
    live = LivePose()
    assert live.update(np.full((19, 3), np.nan), 0.0) is None
    assert live.update(joints[0], 0.0) is not None
    assert live.update(joints[1], 0.0) is not None, "the same time again, as after a loop"
    assert live.update(joints[2], GAP_S * 3) is not None


def test_it_is_quick_enough_for_every_frame() -> None:
    joints, live = truth()[0], LivePose()
    began = time.process_time()
    for frame in range(60):
        live.update(joints[frame], frame / RATE)
    assert (time.process_time() - began) / 60 < 0.02
