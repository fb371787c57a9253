"""The messages of ROS: types and CDR by rosbags, axes of REP 103, and the stage's truth in numbers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from engine.capture.stage import CAMERA
from engine.geometry import DEFAULT_CAMERA, REFERENCE_CAMERA, UP_AXES, axis_vector
from engine.motion.quaternions import to_matrices
from engine.outputs.ros_frames import CAMERA as CAMERA_FRAME
from engine.outputs.ros_frames import OPTICAL, UNTURNED, WORLD, facing, ros_from_world
from engine.outputs.ros_messages import publications, stamp_of
from engine.skeleton import JOINT, JOINTS, LIMBS, PELVIS
from tests.engine.outputs.ros_types import constants, round_trip
from tests.engine.outputs.staged import WALL_TIME, joints_world, staged, unplaced

IDS = (4, 7)


def received(time: float = 0.5, **changes: Any) -> dict[str, Any]:
    """Messages by topic, after CDR."""
    snapshot = staged(time, IDS, **changes)
    return {one.topic: round_trip(one.type, one.message) for one in publications(snapshot, WALL_TIME + time)}


def points(values: Any) -> np.ndarray[Any, Any]:
    return np.array([[value.x, value.y, value.z] for value in values])


def matrix(rotation: Any) -> np.ndarray[Any, Any]:
    return to_matrices(np.array([rotation.x, rotation.y, rotation.z, rotation.w]))


def in_ros(world: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The stage has x to the right, y up and z towards the viewer; ROS x forward, y to the left and z up."""
    return np.stack([-world[..., 2], -world[..., 0], world[..., 1]], axis=-1)


def test_joints_are_the_stage_in_the_axes_of_ros() -> None:
    messages, truth = received(), in_ros(joints_world(0.5))
    for index, identity in enumerate(IDS):
        joints = messages[f"/posecast/body_{identity}/joints"]
        assert joints.header.frame_id == WORLD
        np.testing.assert_allclose(points(pose.position for pose in joints.poses), truth[index], atol=2e-4)
    pelvises = points(pose.position for pose in messages["/posecast/people"].poses)
    np.testing.assert_allclose(pelvises, truth[:2, PELVIS], atol=2e-4)


def test_markers_are_joints_and_bones() -> None:
    messages, truth = received(), in_ros(joints_world(0.5))
    markers = {(marker.ns, marker.id): marker for marker in messages["/posecast/markers"].markers}
    assert len(markers) == 3 * len(IDS)
    marker = constants("visualization_msgs/msg/Marker")
    joints, bones, label = (markers[kind, 7] for kind in ("joints", "bones", "ids"))
    assert (joints.type, bones.type) == (marker["SPHERE_LIST"], marker["LINE_LIST"])
    assert label.type == marker["TEXT_VIEW_FACING"]
    np.testing.assert_allclose(points(joints.points), truth[1], atol=2e-4)
    np.testing.assert_allclose(points(bones.points).reshape(-1, 2, 3), truth[1][np.array(LIMBS)], atol=2e-4)
    assert label.text == "7"
    assert label.pose.position.z > truth[1, :, 2].max()
    assert joints.lifetime.nanosec == 500_000_000
    assert joints.color.a == 1


def test_transforms_take_the_camera_frame_to_the_world() -> None:
    transforms = {one.child_frame_id: one for one in received()["/tf"].transforms}
    assert transforms[CAMERA_FRAME].header.frame_id == WORLD
    assert transforms[OPTICAL].header.frame_id == CAMERA_FRAME
    world = joints_world(0.5)[0]
    found = CAMERA.camera_from_world(world)
    for frame in (OPTICAL, CAMERA_FRAME):
        transform = transforms[frame].transform
        found = found @ matrix(transform.rotation).T + points([transform.translation])
    np.testing.assert_allclose(found, in_ros(world), atol=2e-4)
    forward = matrix(transforms[CAMERA_FRAME].transform.rotation)[:, 0]
    assert forward[0] > 0.9, "x is forward"
    optical = matrix(transforms[OPTICAL].transform.rotation)
    np.testing.assert_allclose(optical, [[0, 0, 1], [-1, 0, 0], [0, -1, 0]], atol=1e-6)


@pytest.mark.parametrize("up", UP_AXES)
def test_up_becomes_z(up: str) -> None:
    R = ros_from_world(up)
    np.testing.assert_allclose(R @ axis_vector(up), (0, 0, 1))
    np.testing.assert_allclose(R @ R.T, np.eye(3))
    assert np.linalg.det(R) == pytest.approx(1)


def test_a_level_camera_of_the_usual_worlds_looks_forward() -> None:
    """The neutral world has y up, Panoptic's has y down; in both, x is to the right of a level camera at the origin."""
    panoptic = replace(REFERENCE_CAMERA, R=np.eye(3), t=np.zeros(3))
    for spec in (DEFAULT_CAMERA, panoptic):
        camera = spec.for_image(1280, 720)
        transforms = {one.child_frame_id: one for one in received(camera=camera)["/tf"].transforms}
        np.testing.assert_allclose(matrix(transforms[CAMERA_FRAME].transform.rotation), np.eye(3), atol=1e-6)


def test_people_face_where_their_left_is_left() -> None:
    truth = in_ros(joints_world(0.5))
    orientation = [matrix(pose.orientation) for pose in received()["/posecast/people"].poses]
    for joints, R in zip(truth, orientation, strict=False):
        left = joints[JOINT["left_hip"]] - joints[JOINT["right_hip"]]
        assert R[:, 1] @ left > 0.9 * np.hypot(left[0], left[1])
        np.testing.assert_allclose(R[:, 2], (0, 0, 1), atol=1e-6)
        assert R[:, 0] @ (joints[JOINT["nose"]] - joints[JOINT["neck"]]) > 0
    assert facing(np.zeros((19, 3))) == UNTURNED


def test_skeletons_are_mapped_by_name() -> None:
    messages = received()
    camera_joints = CAMERA.camera_from_world(joints_world(0.5)[1])
    pixels = CAMERA.project(camera_joints)
    skeleton = messages["/humans/bodies/body_7/skeleton2d"].skeleton
    named = constants("hri_msgs/msg/Skeleton2D")
    assert len(named) == len(skeleton) == 18
    for name, index in named.items():
        x, y = pixels[JOINTS.index(name.lower())] / CAMERA.image_size
        assert (skeleton[index].x, skeleton[index].y) == pytest.approx((x, y), abs=1e-4), name
        assert skeleton[index].c == pytest.approx(0.9)
    assert messages["/humans/bodies/tracked"].ids == ["body_4", "body_7"]
    assert messages["/humans/bodies/body_7/skeleton2d"].header.frame_id == OPTICAL


def test_stamps_are_the_capture() -> None:
    stamp = received(0.25)["/posecast/people"].header.stamp
    assert (stamp.sec, stamp.nanosec) == (int(WALL_TIME), 250_000_000)
    assert stamp_of(1795358400.9999999999) == {"sec": 1795358401, "nanosec": 0}


def test_who_is_not_placed_has_a_skeleton_only() -> None:
    snapshot = unplaced(staged(0.0, (1,)))
    messages = {one.topic: round_trip(one.type, one.message) for one in publications(snapshot, WALL_TIME)}
    assert not messages["/posecast/people"].poses
    assert not messages["/posecast/markers"].markers
    assert messages["/humans/bodies/tracked"].ids == ["body_1"]
    assert messages["/humans/bodies/body_1/skeleton2d"].skeleton[0].c > 0
