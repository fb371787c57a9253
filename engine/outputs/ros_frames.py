"""The frames of ROS: x forward, y left, z up for the world and bodies (REP 103), and the optical frame of a camera.

posecast_world                      z up; see `ros_from_world`
  posecast_camera                   x where the camera looks, y left, z up in the picture
    posecast_camera_optical         x right, y down, z where it looks: the program's camera frame
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from engine.geometry import Array, Camera
from engine.motion.quaternions import from_matrices
from engine.skeleton import JOINT

UNTURNED = {"x": 0.0, "y": 0.0, "z": 0.0, "w": 1.0}
"""The quaternion of no rotation."""
WORLD, CAMERA, OPTICAL = "posecast_world", "posecast_camera", "posecast_camera_optical"

_ROS_FROM_WORLD = {
    "+z": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
    "-z": [[1, 0, 0], [0, -1, 0], [0, 0, -1]],
    "+y": [[0, 0, -1], [-1, 0, 0], [0, 1, 0]],
    "-y": [[0, 0, 1], [-1, 0, 0], [0, -1, 0]],
    "+x": [[0, 1, 0], [0, 0, 1], [1, 0, 0]],
    "-x": [[0, 1, 0], [0, 0, -1], [-1, 0, 0]],
}
"""Axis that points up -> rotation to z up. A world with +z up stays. With y up or down, x is taken for the right
side, so that forward is what a level camera sees."""
_BODY_FROM_OPTICAL = np.array([[0, 0, 1], [-1, 0, 0], [0, -1, 0]], dtype=float)
_BODY_FROM_OPTICAL_Q = {"x": -0.5, "y": 0.5, "z": -0.5, "w": 0.5}


def ros_from_world(up: str) -> Array:
    """(3, 3) rotation from a world in which `up` points up to `posecast_world`."""
    return np.array(_ROS_FROM_WORLD[up], dtype=float)


def ros_from_camera(points: Array, camera: Camera) -> Array:
    """(..., 3) metres, camera frame -> (..., 3) metres, `posecast_world`."""
    return camera.world_from_camera(points) @ ros_from_world(camera.up).T


def camera_transforms(camera: Camera, stamp: dict[str, int]) -> list[dict[str, Any]]:
    """The transforms of the camera and of its optical frame, as geometry_msgs/TransformStamped."""
    turn = ros_from_world(camera.up)
    ros_from_body = turn @ camera.R.T @ _BODY_FROM_OPTICAL.T
    return [
        _transform(WORLD, CAMERA, turn @ camera.position, quaternion(ros_from_body), stamp),
        _transform(CAMERA, OPTICAL, np.zeros(3), _BODY_FROM_OPTICAL_Q, stamp),
    ]


def _transform(
    parent: str, child: str, position: Array, rotation: dict[str, float], stamp: dict[str, int]
) -> dict[str, Any]:
    return {
        "header": {"stamp": stamp, "frame_id": parent},
        "child_frame_id": child,
        "transform": {"translation": vectors(position[None])[0], "rotation": rotation},
    }


def facing(joints: Array) -> dict[str, float]:
    """(19, 3) metres, `posecast_world` -> rotation of the person about z: x forward, y to their left.

    No rotation if the hips lie above each other, or together.
    """
    left = joints[JOINT["left_hip"]] - joints[JOINT["right_hip"]]
    if not math.hypot(left[0], left[1]) > 0:
        return UNTURNED
    half = math.atan2(-left[0], left[1]) / 2  # of the turn that takes y to the left
    return {**UNTURNED, "z": round(math.sin(half), 7), "w": round(math.cos(half), 7)}


def vectors(points: Array) -> list[dict[str, float]]:
    """(N, 3) metres as geometry_msgs/Point or Vector3, to a tenth of a millimetre."""
    return [{"x": x, "y": y, "z": z} for x, y, z in np.round(points, 4).tolist()]


def quaternion(R: Array) -> dict[str, float]:
    """(3, 3) rotation as geometry_msgs/Quaternion."""
    x, y, z, w = (round(float(value), 7) for value in from_matrices(np.asarray(R, dtype=np.float64)[None])[0])
    return {"x": x, "y": y, "z": z, "w": w}
