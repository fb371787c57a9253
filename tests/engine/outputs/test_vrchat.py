"""VRChat's trackers on the stage's truth: places in Unity's axes, angles in its order."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from engine.capture.stage import truth_at
from engine.geometry import rotation_from_vector
from engine.motion.humanoid import INDEX
from engine.motion.live_pose import LivePose
from engine.outputs import unity
from engine.outputs.vrchat import PLACES
from engine.skeleton import JOINT
from tests.engine.outputs.peers import OscPeer, eventually, moment, output
from tests.engine.outputs.test_vmc import CAMERA, FIGURE

AT_JOINT = {
    "1": "pelvis", "2": "left_ankle", "3": "right_ankle", "4": "left_knee", "5": "right_knee", "6": "left_elbow",
    "7": "right_elbow",
}  # fmt: skip


def received(joints: Any, options: str = "", count: int = 9) -> dict[str, tuple[float, ...]]:
    with OscPeer() as peer:
        target = output(f"vrchat://127.0.0.1:{peer.port}{options}")
        target.send(moment({1: joints}, camera=CAMERA))
        eventually(lambda: len(peer.messages) == 2 * count)
        target.close()
        return peer.newest()


@pytest.mark.parametrize("person", range(5))
def test_trackers_are_at_the_joints(person: int) -> None:
    joints = truth_at(4.0).joints_world[person]
    got = received(joints)
    for number, joint in AT_JOINT.items():
        place = np.array(got[f"/tracking/trackers/{number}/position"]) * (-1, 1, 1)
        np.testing.assert_allclose(place, joints[JOINT[joint]], atol=2e-3)
    ears = (joints[JOINT["left_ear"]] + joints[JOINT["right_ear"]]) / 2
    np.testing.assert_allclose(np.array(got["/tracking/trackers/head/position"]) * (-1, 1, 1), ears, atol=5e-3)


def test_angles_are_unitys() -> None:
    """Compared with SciPy: Unity turns about z, x, y of the world, in this order."""
    joints = truth_at(7.0).joints_world[2]
    got = received(joints)
    pose = LivePose().update(np.asarray(joints, np.float64), 0.0)
    assert pose is not None
    for number, (_, strapped) in PLACES.items():
        x, y, z = got[f"/tracking/trackers/{number}/rotation"]
        R = Rotation.from_euler("YXZ", (y, x, z), degrees=True).as_matrix()
        mirror = np.diag([-1.0, 1.0, 1.0])
        np.testing.assert_allclose(mirror @ R @ mirror, pose.world[INDEX[strapped]], atol=1e-3)


def test_degrees_and_signs() -> None:
    for vector, expected in (
        ((0, math.radians(30), 0), (0, -30, 0)),
        ((math.radians(20), 0, 0), (20, 0, 0)),
        ((0, 0, math.radians(10)), (0, 0, -10)),
    ):
        np.testing.assert_allclose(unity.euler_degrees(rotation_from_vector(np.array(vector))), expected, atol=1e-9)


def test_the_t_pose_has_no_angles_and_few_trackers_are_few() -> None:
    for options, count in (("", 9), ("?trackers=legs", 6), ("?trackers=feet", 4)):
        got = received(FIGURE, options, count)
        for address, values in got.items():
            if address.endswith("rotation"):
                np.testing.assert_allclose(values, 0, atol=0.2)
        assert len(got) == 2 * count
